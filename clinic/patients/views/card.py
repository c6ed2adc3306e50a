"""The overview of one patient and the edit of their own fields."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.lib.errors import DomainError, StaleVersion
from clinic.lib.numbers import whole
from clinic.lib.panels import add_errors, done
from clinic.lib.toasts import tell
from clinic.patients import actions, queries
from clinic.patients.forms import PatientForm, initial_of
from clinic.patients.models import Patient
from clinic.patients.rules import is_minor
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.queries import branches_of
from clinic.staff.roles import Permission


@page(Permission.PATIENT_VIEW)
def overview(request: Request, patient_id: UUID) -> HttpResponse:
    """Everything known of the patient outside the mouth, each part edited in a side panel."""
    patient = queries.get_patient_for(request.user, patient_id, what="overview")
    today = timezone.localdate()
    context = {
        "patient": patient,
        "tab": "patient",
        "card": queries.card_of(patient),
        "is_minor": is_minor(patient.birth_date, today),
        "may_write": request.user.may(Permission.PATIENT_WRITE),
        "alerts": patient.alerts_for(request.user),
        "may_see_materials": request.user.may(Permission.STOCK_VIEW) and not request.user.may(Permission.CLINICAL_VIEW),
        "may_see_health": request.user.may(Permission.CLINICAL_VIEW),
        "may_read_history": request.user.may(Permission.HISTORY_VIEW),
    }
    return render(request, "patients/overview.html", context)


@page(Permission.PATIENT_WRITE)
def edit(request: Request, patient_id: UUID) -> HttpResponse:
    """Names, birth, address, source; a stale edit is shown beside what stands now, with what was typed kept."""
    patient = queries.get_patient_for(request.user, patient_id, what="overview", permission=Permission.PATIENT_WRITE)
    if request.method != "POST":
        form = PatientForm(initial=initial_of(patient), branches=_branches(request, patient))
        return _show(request, patient, form, version=patient.version)
    form = PatientForm(request.POST, branches=_branches(request, patient))
    version = whole(request.POST.get("version", "")) or 0
    if form.is_valid():
        try:
            actions.change_patient(patient_id=patient.pk, version=version, changes=form.changes(), actor=request.user, at=timezone.now())
        except StaleVersion as error:
            form = _merged(request, patient, form, version)
            form.add_error(None, str(error.message))
            return _show(request, patient, form, version=patient.version, clashes=_clashes(patient, form), status=409)
        except DomainError as error:
            add_errors(form, error)
        else:
            tell(request, _("Saved."))
            return done(request, "patient", patient.pk)
    return _show(request, patient, form, version=version, status=422)


def _branches(request: Request, patient: Patient) -> list[Any]:
    return [*branches_of(request.user), patient.branch]


def _merged(request: Request, patient: Patient, form: PatientForm, version: int) -> PatientForm:
    """What the person changed since `version`, the rest as it stands now: saved again, it takes back nothing that they never saw."""
    data = {name: form.data.get(name, "") for name in form.fields}
    seen = Patient.history.filter(id=patient.pk, version=version).order_by("history_id").last()
    if seen is not None:
        begun = PatientForm(data, initial=initial_of(seen), branches=_branches(request, patient))
        for name in set(form.fields) - set(begun.changed_data):
            standing = form.fields[name].prepare_value(getattr(patient, name))
            data[name] = "" if standing is None else str(standing)
    merged = PatientForm(data, branches=_branches(request, patient))
    merged.full_clean()
    return merged


def _clashes(patient: Patient, form: PatientForm) -> list[tuple[str, str, str]]:
    """Label, what stands now and what was typed, for every field in which they differ."""
    standing = {name: form.fields[name].prepare_value(getattr(patient, name)) for name in form.fields}
    pairs = [(name, _in_words(form, name, standing[name]), _in_words(form, name, form[name].value())) for name in form.fields]
    return [(str(form.fields[name].label), now, typed) for name, now, typed in pairs if now != typed]


def _in_words(form: PatientForm, name: str, value: Any) -> str:
    choices = getattr(form.fields[name], "choices", None)
    if choices is None:
        return str(value or "")
    return next((str(label) for key, label in choices if str(key) == str(value if value is not None else "")), "")


def _show(
    request: Request, patient: Patient, form: PatientForm, *, version: int, clashes: list[tuple[str, str, str]] | None = None, status: int = 200
) -> HttpResponse:
    context = {"patient": patient, "form": form, "version": version, "clashes": clashes or [], "title": _("Edit the patient"), "verb": _("Save")}
    return render(request, "patients/edit.html", context, status=status)
