"""Side panels of the overview: contacts, numbers, family, alerts, labels; each adds one thing or ends one."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.forms import Form
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clinic.lib import panels
from clinic.lib.toasts import tell
from clinic.patients import actions, queries
from clinic.patients.forms import AddedIdentifierForm, AlertForm, ContactForm, LabelsForm, ReasonForm, RelationForm
from clinic.patients.models import Alert, Patient
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.roles import Permission


def _patient(request: Request, patient_id: UUID) -> Patient:
    return queries.get_patient_for(request.user, patient_id, what="overview", permission=Permission.PATIENT_WRITE)


def _panel(request: Request, patient: Patient, form: Form, title: str, save: Callable[[Any], object], *, verb: str = "") -> HttpResponse:
    def save_and_tell(data: dict[str, Any]) -> None:
        save(data)
        tell(request, _("Saved."))

    return panels.submit(request, form, save_and_tell, context={"patient": patient, "title": title, "verb": verb or _("Add")})


def _added(form: Any, patient: Patient) -> Any:
    record = form.record()
    record.patient = patient
    return record


@page(Permission.PATIENT_WRITE)
def contact_new(request: Request, patient_id: UUID) -> HttpResponse:
    patient, form = _patient(request, patient_id), ContactForm(request.POST or None)
    return _panel(
        request, patient, form, _("Add a phone or e-mail"),
        lambda _data: actions.add_contact(contact=_added(form, patient), actor=request.user, at=timezone.now()),
    )  # fmt: skip


@page(Permission.PATIENT_WRITE)
@require_POST
def contact_end(request: Request, patient_id: UUID, contact_id: UUID) -> HttpResponse:
    patient = _patient(request, patient_id)
    actions.end_contact(contact_id=contact_id, patient=patient, actor=request.user, at=timezone.now())
    return panels.done(request, "patient", patient.pk)


@page(Permission.PATIENT_WRITE)
def identifier_new(request: Request, patient_id: UUID) -> HttpResponse:
    patient, form = _patient(request, patient_id), AddedIdentifierForm(request.POST or None)

    def save(data: dict[str, Any]) -> None:
        try:
            actions.add_identifier(identifier=_added(form, patient), actor=request.user, at=timezone.now(), is_shared=data["is_shared"])
        except actions.NumberOfAnother:
            form.ask_whether_shared()
            raise

    return _panel(request, patient, form, _("Add a document number"), save)


@page(Permission.PATIENT_WRITE)
@require_POST
def identifier_end(request: Request, patient_id: UUID, identifier_id: UUID) -> HttpResponse:
    patient = _patient(request, patient_id)
    actions.end_identifier(identifier_id=identifier_id, patient=patient, actor=request.user, at=timezone.now())
    return panels.done(request, "patient", patient.pk)


@page(Permission.PATIENT_WRITE)
def relation_new(request: Request, patient_id: UUID) -> HttpResponse:
    patient, form = _patient(request, patient_id), RelationForm(request.POST or None)
    return _panel(
        request, patient, form, _("Add a guardian, payer or relative"),
        lambda _data: actions.add_relation(relation=_added(form, patient), actor=request.user, at=timezone.now()),
    )  # fmt: skip


@page(Permission.PATIENT_WRITE)
@require_POST
def relation_end(request: Request, patient_id: UUID, relation_id: UUID) -> HttpResponse:
    patient = _patient(request, patient_id)
    actions.end_relation(relation_id=relation_id, patient=patient, actor=request.user, at=timezone.now())
    return panels.done(request, "patient", patient.pk)


@page(Permission.PATIENT_WRITE)
def alert_new(request: Request, patient_id: UUID) -> HttpResponse:
    patient, form = _patient(request, patient_id), AlertForm(request.POST or None)
    return _panel(
        request, patient, form, _("Add a medical alert"),
        lambda _data: actions.record_alert(alert=_added(form, patient), actor=request.user, at=timezone.now()),
    )  # fmt: skip


@page(Permission.PATIENT_WRITE)
def alert_end(request: Request, patient_id: UUID, alert_id: UUID) -> HttpResponse:
    patient, form = _patient(request, patient_id), ReasonForm(request.POST or None)
    alert = queries.get_own(Alert.objects.all(), alert_id, patient)
    return _panel(
        request, patient, form, _("End the alert: %(kind)s") % {"kind": alert.words},
        lambda data: actions.end_alert(alert_id=alert_id, patient=patient, reason=data["reason"], actor=request.user, at=timezone.now()),
        verb=_("End the alert"),
    )  # fmt: skip


@page(Permission.PATIENT_WRITE)
def labels(request: Request, patient_id: UUID) -> HttpResponse:
    patient = _patient(request, patient_id)
    form = LabelsForm(request.POST if request.method == "POST" else None, initial={"labels": [row.label_id for row in patient.labels.all()]})
    return _panel(
        request, patient, form, _("Labels"),
        lambda data: actions.set_labels(patient=patient, labels=list(data["labels"]), actor=request.user, at=timezone.now()),
        verb=_("Save"),
    )  # fmt: skip
