"""Pages of visits and their notes."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from charting import actions, canals, charted, notation, note_content, queries, requirements
from charting.chart_words import note_words
from charting.forms import AddendumForm, DiagnosisForm, ErrorForm
from charting.medical import interactions
from charting.models import DiagnosisRank, Visit
from charting.prescribing import queries as prescribing
from charting.recalls import note_part
from charting.views import url_or_nothing, visit_context
from clinic.history.actions import record_print
from clinic.history.evidence import receipts
from clinic.lib import panels
from clinic.lib.errors import InvalidInput
from clinic.lib.numbers import whole
from clinic.lib.pages import page_of
from clinic.lib.toasts import tell
from clinic.patients.queries import get_patient_for
from clinic.price_list.models import TITLE_LANGUAGES, DictionaryKind
from clinic.scheduling import queries as scheduling
from clinic.staff import sessions, signing
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.models import Notation
from clinic.staff.roles import Permission


@page(Permission.VISIT_WRITE)
@require_POST
def visit_open(request: Request, appointment_id: UUID) -> HttpResponse:
    """The patient of the appointment sits down."""
    appointment = scheduling.get_appointment_for(request.user, appointment_id)
    get_patient_for(request.user, appointment.patient_id, what="visit", permission=Permission.CLINICAL_VIEW)
    visit = actions.open_visit_of_appointment(appointment=appointment, actor=request.user, at=timezone.now())
    return redirect("visit", visit_id=visit.pk)


@page(Permission.VISIT_WRITE)
@require_POST
def visit_start(request: Request, patient_id: UUID) -> HttpResponse:
    """A visit without an appointment."""
    patient = get_patient_for(request.user, patient_id, what="visit", permission=Permission.CLINICAL_VIEW)
    branch = request.branch or patient.branch
    visit = actions.open_visit(patient=patient, dentist=request.user, branch=branch, actor=request.user, at=timezone.now())
    return redirect("visit", visit_id=visit.pk)


@page(Permission.CLINICAL_VIEW)
@require_GET
def visits(request: Request, patient_id: UUID) -> HttpResponse:
    """All visits of the patient."""
    patient = get_patient_for(request.user, patient_id, what="visits", permission=Permission.CLINICAL_VIEW)
    context = {
        "patient": patient,
        "tab": "visits",
        "page": page_of(request, queries.visits_of(patient)),
        **visit_context(request.user, patient),
    }
    return render(request, "charting/visits.html", context)


def _get_visit(request: Request, visit_id: UUID) -> Visit:
    visit = queries.get_visit(visit_id)
    visit.patient = get_patient_for(request.user, visit.patient_id, what="visit", permission=Permission.CLINICAL_VIEW)
    return visit


@page(Permission.CLINICAL_VIEW)
@require_GET
def visit(request: Request, visit_id: UUID) -> HttpResponse:
    """The note of one visit: written while it is open, read once it is signed."""
    found = _get_visit(request, visit_id)
    return render(request, "charting/visit.html", _note_context(request, found, AddendumForm()))


def _note_context(request: Request, found: Visit, addendum_form: AddendumForm) -> dict[str, object]:
    user = request.user
    may_write = not found.is_fixed and found.cancelled_at is None and user.may(Permission.VISIT_WRITE)
    templates = queries.templates_for(get_language() or "en") if may_write else []
    needs = {need.part: need for need in requirements.needs_of(found)} if may_write else {}
    diagnosed = _diagnoses_context(found, may_rank=may_write and user.may(Permission.DIAGNOSE))
    performances = queries.performances_in(found)
    sections = [
        {"name": name, "label": label, "text": text, "need": needs.get(name), "templates": [row for row in templates if row.section == name]}
        for name, label, text in note_content.sections_of(found)
    ]
    return {
        "patient": found.patient,
        "tab": "visits",
        "visit": found,
        "sections": sections,
        "needs": needs,
        "missing": [],
        **diagnosed,
        **note_part.context_of(found, user, diagnosed["diagnoses"], performances),
        "anaesthesia": queries.anaesthesia_in(found),
        "may_give": may_write and user.may(Permission.PROCEDURE_COMPLETE),
        "may_withdraw": found.cancelled_at is None and user.may(Permission.PROCEDURE_COMPLETE),
        "performances": performances,
        "clinical_papers": prescribing.papers_in(found),
        "may_prescribe": found.cancelled_at is None and user.may(Permission.PRESCRIBE),
        "may_refer": found.cancelled_at is None and user.may(Permission.DIAGNOSE),
        "canals": [canals.line(record) for record in canals.in_visit(found)],
        "addenda": found.addenda.select_related("written_by", "in_error_by").order_by("written_at", "pk"),
        "addendum_form": addendum_form,
        "may_write": may_write,
        "may_sign": not found.is_signed and not found.in_error_at and found.cancelled_at is None and actions.may_sign(found, user),
        "signs_with_pin": sessions.signs_with_pin(request),
        "may_add": found.is_fixed and user.may(Permission.VISIT_SIGN),
        "may_mark": found.is_fixed and not found.in_error_at and actions.may_sign(found, user),
        "may_export": found.is_fixed and user.may(Permission.RECORD_EXPORT),
        "may_sign_others": user.may(Permission.VISIT_SIGN_OTHERS),
        "precautions": interactions.firing(found.patient, None, timezone.now()) if may_write else [],
        "is_intact": found.is_signed and note_content.is_as_signed(found),
        "images_url": url_or_nothing("images", found.patient),
        "setup": {
            "visit": str(found.pk),
            "version": found.version,
            "codesLanguage": TITLE_LANGUAGES[DictionaryKind.ICD10],
            "words": note_words(),
            "macros": {row.word.lower(): row.text for row in queries.macros_for(user).order_by("-owner_id")} if may_write else {},
        },
    }


def _diagnoses_context(found: Visit, *, may_rank: bool) -> dict[str, Any]:
    context: dict[str, Any] = {"diagnoses": queries.diagnoses_in(found), "may_rank": may_rank, "ranks": DiagnosisRank.choices}
    if may_rank:
        context |= {"charted_before": charted.diagnoses_before(found), "teeth_in_visit": charted.teeth_in(found)}
    return context


@page(Permission.DIAGNOSE)
@require_POST
def diagnosis_rank(request: Request, diagnosis_id: UUID) -> HttpResponse:
    """Say what a diagnosis is to its visit."""
    found = queries.get_diagnosis(diagnosis_id)
    found.patient = get_patient_for(request.user, found.patient_id, what="visit", permission=Permission.CLINICAL_VIEW)
    ranked = actions.rank_diagnosis(diagnosis=found, rank=request.POST.get("rank", ""), actor=request.user, at=timezone.now())
    return redirect("visit", visit_id=ranked.visit_id)


@page(Permission.DIAGNOSE)
@require_POST
def visit_diagnosis(request: Request, visit_id: UUID) -> HttpResponse:
    """Give a diagnosis in this visit: one that was charted before, or a code."""
    found = _get_visit(request, visit_id)
    form = DiagnosisForm(request.POST)
    if not form.is_valid():
        raise InvalidInput(fields={name: " ".join(map(str, texts)) for name, texts in form.errors.items()})
    finding = queries.get_finding(form.cleaned_data["finding"]) if form.cleaned_data["finding"] else None
    values = {"code": form.cleaned_data["code"], "tooth": form.cleaned_data["tooth"]}
    actions.record_diagnosis(patient=found.patient, finding=finding, visit=found, actor=request.user, at=timezone.now(), **values)
    return redirect("visit", visit_id=found.pk)


@sensitive_post_parameters("pin")
@page(Permission.VISIT_SIGN)
@require_POST
def visit_sign(request: Request, visit_id: UUID) -> HttpResponse:
    """Sign and lock the note."""
    found = _get_visit(request, visit_id)
    version = whole(request.POST.get("version", ""))
    if version is None:
        raise InvalidInput
    now = timezone.now()
    try:
        confirmed = signing.confirmed_by(request, request.user, request.POST.get("pin", ""), at=now)
        actions.sign_visit(visit=found, version=version, actor=request.user, at=now, confirmed=confirmed)
    except signing.REFUSALS as refusal:
        context = {**_note_context(request, found, AddendumForm()), "pin_refusal": refusal}
        return render(request, "charting/visit.html", context, status=refusal.status)
    except actions.PartsMissing as error:
        refused = {"missing": error.needs, "refusal": error.message}
        return render(request, "charting/visit.html", {**_note_context(request, found, AddendumForm()), **refused}, status=422)
    _tell_sealed(request, found, _("The note is signed and locked."))
    return redirect("visit", visit_id=found.pk)


def _tell_sealed(request: Request, signed: Visit, text: str) -> None:
    """What was done, and that it is sealed: the receipt is one click away."""
    seal = receipts.await_seal(Visit._meta.db_table, signed.pk)
    tell(request, f"{text} {seal or ''}", open_url=reverse("signatures-of", args=[signed.patient_id, signed.pk]))


@sensitive_post_parameters("pin")
@page(Permission.VISIT_SIGN)
@require_POST
def visit_addendum(request: Request, visit_id: UUID) -> HttpResponse:
    """Add to a signed note."""
    found = _get_visit(request, visit_id)
    form, now = AddendumForm(request.POST), timezone.now()
    if not form.is_valid():
        return render(request, "charting/visit.html", _note_context(request, found, form), status=422)
    try:
        confirmed = signing.confirmed_by(request, request.user, request.POST.get("pin", ""), at=now)
    except signing.REFUSALS as refusal:
        context = {**_note_context(request, found, form), "addendum_refusal": refusal}
        return render(request, "charting/visit.html", context, status=refusal.status)
    actions.add_addendum(visit=found, actor=request.user, at=now, confirmed=confirmed, **form.cleaned_data)
    _tell_sealed(request, found, _("The addendum is added."))
    return redirect("visit", visit_id=found.pk)


@sensitive_post_parameters("pin")
@page(Permission.VISIT_SIGN)
@require_http_methods(["GET", "POST"])
def visit_error(request: Request, visit_id: UUID, addendum_id: UUID | None = None) -> HttpResponse:
    """Mark the note, or one of its addenda, as entered in error."""
    found = _get_visit(request, visit_id)
    form = ErrorForm(request.POST or None, signer=request.user if sessions.signs_with_pin(request) else None)

    def save(values: dict[str, Any]) -> str:
        now = timezone.now()
        said = {"reason": values["reason"], "confirmed": signing.confirmed_by(request, request.user, values.get("pin", ""), at=now)}
        if addendum_id:
            actions.mark_addendum_in_error(visit=found, addendum_id=addendum_id, actor=request.user, at=now, **said)
        else:
            actions.mark_visit_in_error(visit=found, actor=request.user, at=now, **said)
        return reverse("visit", args=[visit_id])

    lead = _("What is marked stays readable, struck through, with your name and this reason. The mark cannot be taken back.")
    return panels.submit(request, form, save, context={"title": _("Entered in error"), "verb": _("Mark"), "lead": lead})


@page(Permission.CLINICAL_VIEW)
@require_GET
def visit_print(request: Request, visit_id: UUID) -> HttpResponse:
    """The note on paper, its teeth by FDI as in every document; printing is an event of the record."""
    found = _get_visit(request, visit_id)
    record_print(what="visit", patient_id=found.patient_id, body={"visit": str(found.pk), "sha256": found.content_hash})
    with notation.shown_in(Notation.FDI):
        context = _note_context(request, found, AddendumForm()) | {"canal_rows": [canals.row(record) for record in canals.in_visit(found)]}
        return render(request, "charting/visit_print.html", context)
