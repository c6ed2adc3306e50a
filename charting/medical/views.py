"""Pages of the patient's medical history: filled in, read, printed, decided about."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from charting.forms import ErrorForm
from charting.medical import actions, interactions, queries, rules
from charting.medical.forms import AnswersForm, DecisionForm
from charting.medical.models import LANGUAGES, MedicalHistory
from clinic.files import actions as files
from clinic.history.actions import record_print
from clinic.history.evidence import receipts
from clinic.lib import panels
from clinic.lib.errors import DomainError, InvalidInput, NotFound
from clinic.lib.ids import uuid7
from clinic.lib.toasts import tell
from clinic.patients import signature
from clinic.patients.models import Patient, Relation
from clinic.patients.queries import get_patient_for, key_of
from clinic.patients.rules import is_minor
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.roles import Permission


@page(Permission.CLINICAL_VIEW)
@require_GET
def health(request: Request, patient_id: UUID) -> HttpResponse:
    """What the patient answered last, what changed, which alerts wait for a decision, and all earlier answers."""
    patient = get_patient_for(request.user, patient_id, what="medical history", permission=Permission.CLINICAL_VIEW)
    found = list(queries.histories_of(patient)[:50])
    latest = next((history for history in found if not history.in_error_at), None)
    context = {"patient": patient, "tab": "patient", "histories": found, "latest": latest, "doubts": queries.open_doubts(patient)}
    context |= {
        "precautions": interactions.firing(patient, None, timezone.now()),
        "overrides": queries.overrides_of(patient),
        "warnings": queries.warnings_of(patient),
    }
    if latest:
        latest.patient = patient
        context |= _read(latest)
    context |= {"may_fill": request.user.may(Permission.PATIENT_WRITE), "may_decide": request.user.may(Permission.CHART_WRITE)}
    return render(request, "charting/medical/health.html", context)


def _read(history: MedicalHistory) -> dict[str, Any]:
    before = queries.history_before(history)
    lines = queries.lines_of(history, before)
    changed = [line for line in lines if line.before is not None]
    return {"history": history, "lines": lines, "risks": queries.risks(lines), "changed": changed, "before": before}


@page(Permission.CLINICAL_VIEW)
@require_GET
def history(request: Request, history_id: UUID) -> HttpResponse:
    """One signed history as it was answered."""
    found = queries.get_history_for(request.user, history_id)
    context = {"patient": found.patient, "tab": "patient", "may_decide": request.user.may(Permission.CHART_WRITE), **_read(found)}
    return render(request, "charting/medical/history.html", context)


@page(Permission.CLINICAL_VIEW)
@require_GET
def history_print(request: Request, history_id: UUID) -> HttpResponse:
    """The answers on paper, in the language in which they were given; printing is an event of the record."""
    found = queries.get_history_for(request.user, history_id)
    record_print(what="medical history", patient_id=found.patient_id, body={"history": str(found.pk), "sha256": found.content_hash})
    with translation.override(found.language):
        return render(request, "charting/medical/history_print.html", {"patient": found.patient, **_read(found)})


@page(Permission.CLINICAL_VIEW)
@require_GET
def history_signature(request: Request, history_id: UUID) -> HttpResponse:
    """The picture of the signature."""
    found = queries.get_history_for(request.user, history_id)
    if found.image is None:
        raise NotFound
    return HttpResponse(files.read(found.image), content_type="image/png", headers={"Cache-Control": "private, no-store"})


@page(Permission.CHART_WRITE)
@require_http_methods(["GET", "POST"])
def history_error(request: Request, history_id: UUID) -> HttpResponse:
    """Mark the answers as taken in error."""
    found = queries.get_history_for(request.user, history_id)

    def save(values: dict[str, Any]) -> str:
        actions.mark_history_in_error(history=found, actor=request.user, at=timezone.now(), **values)
        return reverse("patient-health", args=[found.patient_id])

    lead = _("What is marked stays readable. Alerts that these answers raised stay until somebody ends them.")
    return panels.submit(request, ErrorForm(request.POST or None), save, context={"title": _("Entered in error"), "verb": _("Mark"), "lead": lead})


@page(Permission.CHART_WRITE)
@require_http_methods(["GET", "POST"])
def doubt(request: Request, doubt_id: UUID) -> HttpResponse:
    """Does the alert still hold, although the patient now says no?"""
    found = queries.get_doubt_for(request.user, doubt_id)

    def save(values: dict[str, Any]) -> None:
        actions.settle_doubt(doubt=found, holds=values["holds"] == "yes", reason=values["reason"], actor=request.user, at=timezone.now())
        tell(request, _("The decision is recorded."))

    lead = _("The patient now answers no. The alert: %(alert)s") % {"alert": found.alert.words}
    context = {"title": _("Does the alert still hold?"), "verb": _("Record the decision"), "lead": lead}
    return panels.submit(request, DecisionForm(request.POST or None), save, context=context)


@page(Permission.PATIENT_WRITE)
@require_http_methods(["GET", "POST"])
def history_new(request: Request, patient_id: UUID) -> HttpResponse:
    """The questionnaire: filled by staff from the patient's words, or handed over on a tablet (`?for=patient`) to be signed there."""
    patient = get_patient_for(request.user, patient_id, what="medical history", permission=Permission.PATIENT_WRITE)
    form = _form(request, patient)
    if request.method != "POST" or not form.is_valid():
        return _show(request, patient, form)
    try:
        signed = _record(request, patient, form)
    except signature.SignatureMissing as error:
        return _show(request, patient, form, signature_error=error.message)
    except InvalidInput as error:
        for code, text in error.fields.items():
            form.add_error(code if code in form.fields else None, str(text))
        return _show(request, patient, form, error=error.message)
    except DomainError as error:
        return _show(request, patient, form, error=error.message)
    return _thank(request, patient, signed)


def _thank(request: Request, patient: Patient, signed: MedicalHistory) -> HttpResponse:
    seal = receipts.await_seal(MedicalHistory._meta.db_table, signed.pk)
    told = _("The medical history is signed.")
    tell(request, f"{told} {seal or ''}")
    if _is_for_patient(request):
        return redirect(f"{reverse('medical-history-thanks', args=[patient.pk])}?language={signed.language}")
    return redirect("patient-health" if request.user.may(Permission.CLINICAL_VIEW) else "patient", patient.pk)


def _is_for_patient(request: Request) -> bool:
    return request.GET.get("for") == "patient"


def _language(request: Request, patient: Patient) -> str:
    wanted = request.POST.get("language") or request.GET.get("language") or patient.language
    return wanted if wanted in LANGUAGES else "en"


def _form(request: Request, patient: Patient) -> AnswersForm:
    """Those who read the record, and the patient signing on it, go on from the last answers; others begin with none."""
    sent = key_of(request.POST.get("questionnaire", "")) if request.method == "POST" else None
    questionnaire = queries.get_questionnaire(sent) if sent else queries.current_questionnaire()
    last = queries.latest_history(patient) if request.user.may(Permission.CLINICAL_VIEW) else None
    asked = [row for row in queries.questions_of(questionnaire) if rules.is_asked(row.asked, patient.sex)]
    form = AnswersForm(asked, _language(request, patient), last.said if last else {}, request.POST if request.method == "POST" else None)
    form.questionnaire = questionnaire  # type: ignore[attr-defined]
    return form


def _record(request: Request, patient: Patient, form: AnswersForm) -> MedicalHistory:
    typed = request.POST
    is_spoken = typed.get("signer") == "staff" and not _is_for_patient(request)
    drawn = None if is_spoken else signature.read(strokes=typed.get("signature_strokes", ""), image=typed.get("signature_image", ""))
    guardian = next((row for row in _guardians(patient) if str(row.pk) == typed.get("signer", "")), None)
    return actions.record_history(
        patient=patient,
        questionnaire=form.questionnaire,  # type: ignore[attr-defined]
        answers=form.answers(),
        language=form.language,
        drawn=drawn,
        guardian=guardian,
        actor=request.user,
        at=timezone.now(),
        id=key_of(typed.get("id", "")),
    )


def _guardians(patient: Patient) -> list[Relation]:
    return list(patient.relations.filter(is_guardian=True, ended_at=None).select_related("related_patient").order_by("pk"))


def _show(request: Request, patient: Patient, form: AnswersForm, **refusal: Any) -> HttpResponse:
    typed = request.POST
    context = {
        "patient": patient,
        "tab": "patient",
        "form": form,
        "key": typed.get("id") or uuid7(),
        "languages": [(code, name) for code, name in (("ru", "Русский"), ("fr", "Français"), ("en", "English"))],
        "is_for_patient": _is_for_patient(request),
        "may_speak": request.user.may(Permission.CLINICAL_VIEW) and not _is_for_patient(request),
        "guardians": _guardians(patient),
        "is_minor": is_minor(patient.birth_date, timezone.localdate()),
        "signer": typed.get("signer", ""),
        "signature_strokes": typed.get("signature_strokes", ""),
        "signature_image": typed.get("signature_image", ""),
        **refusal,
    }
    template = "charting/medical/history_tablet.html" if _is_for_patient(request) else "charting/medical/history_new.html"
    status = 422 if refusal or form.errors else 200
    with translation.override(form.language if _is_for_patient(request) else translation.get_language()):
        return render(request, template, context, status=status)


@page(Permission.PATIENT_WRITE)
@require_GET
def thanks(request: Request, patient_id: UUID) -> HttpResponse:
    """The patient is done: the tablet goes back, and whoever takes it gives their PIN."""
    patient = get_patient_for(request.user, patient_id, what="medical history", permission=Permission.PATIENT_WRITE)
    with translation.override(_language(request, patient)):
        return render(request, "charting/medical/thanks.html", {"patient": patient})
