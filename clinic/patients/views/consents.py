"""Signing the consent to data processing on the screen, looking at it, taking it back."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.files import actions as files
from clinic.history.evidence import receipts
from clinic.lib import panels
from clinic.lib.errors import DomainError, InvalidInput
from clinic.lib.toasts import tell
from clinic.patients import actions, queries, signature
from clinic.patients.forms import ReasonForm
from clinic.patients.models import Consent, Patient, Relation
from clinic.patients.rules import is_minor
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.roles import Permission


@page(Permission.PATIENT_WRITE)
def consent_new(request: Request, patient_id: UUID) -> HttpResponse:
    """The text in force and a frame to sign in; the signer is the patient or one of the guardians."""
    patient = queries.get_patient_for(request.user, patient_id, what="consent", permission=Permission.PATIENT_WRITE)
    if request.method != "POST":
        return _show(request, patient)
    try:
        signed = _sign(request, patient)
    except InvalidInput as error:
        return _show(request, patient, signature_error=error.message)
    except DomainError as error:
        return _show(request, patient, error=error.message)
    seal = receipts.await_seal(Consent._meta.db_table, signed.pk)
    told = _("The consent is signed.")
    tell(request, f"{told} {seal or ''}", open_url=reverse("signatures-of", args=[patient.pk, signed.pk]))
    return panels.done(request, "patient", patient.pk)


def _sign(request: Request, patient: Patient) -> Consent:
    typed = request.POST
    drawn = signature.read(strokes=typed.get("signature_strokes", ""), image=typed.get("signature_image", ""))
    chosen = typed.get("signer", "")
    guardian = next((relation for relation in _guardians(patient) if str(relation.pk) == chosen), None)
    text = queries.consent_text(typed.get("language") or patient.language)
    return actions.sign_consent(patient=patient, text=text, drawn=drawn, guardian=guardian, actor=request.user, at=timezone.now())


def _guardians(patient: Patient) -> list[Relation]:
    return list(patient.relations.filter(is_guardian=True, ended_at=None).select_related("related_patient").order_by("pk"))


def _show(request: Request, patient: Patient, **refusal: Any) -> HttpResponse:
    typed = request.POST
    language = typed.get("language") or request.GET.get("language") or patient.language
    context = {
        "patient": patient,
        "text": queries.consent_text(language),
        "guardians": _guardians(patient),
        "is_minor": is_minor(patient.birth_date, timezone.localdate()),
        "signer": typed.get("signer", ""),
        "signature_strokes": typed.get("signature_strokes", ""),
        "signature_image": typed.get("signature_image", ""),
        **refusal,
    }
    return render(request, "patients/consent_new.html", context, status=422 if refusal else 200)


@page(Permission.PATIENT_VIEW)
def consent(request: Request, patient_id: UUID, consent_id: UUID) -> HttpResponse:
    """A signed consent as it was signed."""
    patient = queries.get_patient_for(request.user, patient_id, what="consent")
    found = queries.get_own(Consent.objects.select_related("text", "witnessed_by", "withdrawn_by", "guardian"), consent_id, patient)
    context = {"patient": patient, "consent": found, "may_write": request.user.may(Permission.PATIENT_WRITE)}
    return render(request, "patients/consent.html", context)


@page(Permission.PATIENT_VIEW)
def consent_signature(request: Request, patient_id: UUID, consent_id: UUID) -> HttpResponse:
    """The picture of the signature."""
    patient = queries.get_patient_for(request.user, patient_id, what="consent")
    found = queries.get_own(Consent.objects.select_related("image"), consent_id, patient)
    return HttpResponse(files.read(found.image), content_type="image/png", headers={"Cache-Control": "private, no-store"})


@page(Permission.PATIENT_WRITE)
def consent_withdrawal(request: Request, patient_id: UUID, consent_id: UUID) -> HttpResponse:
    """The patient takes the consent back."""
    patient = queries.get_patient_for(request.user, patient_id, what="consent", permission=Permission.PATIENT_WRITE)
    queries.get_own(Consent.objects.all(), consent_id, patient)

    def save(data: dict[str, Any]) -> None:
        actions.withdraw_consent(consent_id=consent_id, patient=patient, reason=data["reason"], actor=request.user, at=timezone.now())
        tell(request, _("The withdrawal is recorded."))

    lead = _("The signed consent stays as it was. From now on the clinic keeps only what the law obliges it to keep.")
    context = {"patient": patient, "title": _("Withdraw the consent"), "lead": lead, "verb": _("Withdraw"), "verb_class": "btn-danger"}
    return panels.submit(request, ReasonForm(request.POST or None), save, context=context)
