"""Pages of the chart and of visits."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from charting import actions, notation, queries
from charting.chart_words import chart_words, note_words
from charting.forms import AddendumForm, ErrorForm, TemplateForm
from charting.imaging import words as image_words
from charting.medical import interactions
from charting.models import NoteSection, NoteTemplate, Visit
from clinic.history.actions import record_print
from clinic.history.evidence import receipts
from clinic.lib import panels
from clinic.lib.errors import DomainError, InvalidInput, NotFound, StaleVersion
from clinic.lib.pages import page_of
from clinic.lib.toasts import tell
from clinic.patients.models import Patient
from clinic.patients.queries import get_patient_for
from clinic.price_list.models import TITLE_LANGUAGES, DictionaryKind
from clinic.scheduling import queries as scheduling
from clinic.staff.guards import page
from clinic.staff.models import Branch, Notation, User
from clinic.staff.roles import Permission


class Request(HttpRequest):
    """A request of a known person working in a branch."""

    user: User
    branch: Branch


@page(Permission.CLINICAL_VIEW)
@require_GET
def chart(request: Request, patient_id: UUID) -> HttpResponse:
    """The patient's dental chart; the mouth itself comes by the API."""
    patient = get_patient_for(request.user, patient_id, what="chart", permission=Permission.CLINICAL_VIEW)
    setup = {
        "patient": str(patient.pk),
        "mayWrite": request.user.may(Permission.CHART_WRITE),
        "codesLanguage": TITLE_LANGUAGES[DictionaryKind.ICD10],
        "mayComplete": request.user.may(Permission.PROCEDURE_COMPLETE),
        "plansUrl": _url_or_nothing("plans", patient) if request.user.may(Permission.PLAN_VIEW) else "",
        "words": chart_words(),
        "notation": notation.for_scripts(),
    }
    context = {
        "patient": patient,
        "tab": "chart",
        "setup": setup,
        "strip": _strip(patient),
        "may_write": setup["mayWrite"],
        **_visit_context(request.user, patient),
    }
    return render(request, "charting/chart.html", context)


def _strip(patient: Patient) -> dict[str, object]:
    return {"patient": str(patient.pk), "words": image_words.strip()}


def _url_or_nothing(name: str, patient: Patient) -> str:
    try:
        return reverse(name, args=[patient.pk])
    except NoReverseMatch:
        return ""


def _visit_context(user: User, patient: Patient) -> dict[str, object]:
    return {"may_visit": user.may(Permission.VISIT_WRITE), "open_visit": queries.open_visit_of(patient, user)}


@page(Permission.VISIT_WRITE)
@require_POST
def visit_open(request: Request, appointment_id: UUID) -> HttpResponse:
    """The patient of the appointment sits down."""
    appointment = scheduling.get_appointment_for(request.user, appointment_id)
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
        **_visit_context(request.user, patient),
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
    sections = [
        {"name": name, "label": label, "text": getattr(found, name), "templates": [row for row in templates if row.section == name]}
        for name, label in NoteSection.choices
    ]
    return {
        "patient": found.patient,
        "tab": "visits",
        "visit": found,
        "sections": sections,
        "diagnoses": queries.diagnoses_in(found),
        "performances": queries.performances_in(found),
        "addenda": found.addenda.select_related("written_by", "in_error_by").order_by("written_at", "pk"),
        "addendum_form": addendum_form,
        "may_write": may_write,
        "may_sign": not found.is_signed and not found.in_error_at and found.cancelled_at is None and actions.may_sign(found, user),
        "may_add": found.is_fixed and user.may(Permission.VISIT_SIGN),
        "may_mark": found.is_fixed and not found.in_error_at and actions.may_sign(found, user),
        "may_sign_others": user.may(Permission.VISIT_SIGN_OTHERS),
        "precautions": interactions.firing(found.patient, None, timezone.now()) if may_write else [],
        "is_intact": found.is_signed and queries.is_as_signed(found),
        "images_url": _url_or_nothing("images", found.patient),
        "setup": {"visit": str(found.pk), "version": found.version, "words": note_words()},
    }


@page(Permission.VISIT_SIGN)
@require_POST
def visit_sign(request: Request, visit_id: UUID) -> HttpResponse:
    """Sign and lock the note."""
    found = _get_visit(request, visit_id)
    version = request.POST.get("version", "")
    if not version.isdigit():
        raise InvalidInput
    actions.sign_visit(visit=found, version=int(version), actor=request.user, at=timezone.now())
    _tell_sealed(request, found, _("The note is signed and locked."))
    return redirect("visit", visit_id=found.pk)


def _tell_sealed(request: Request, signed: Visit, text: str) -> None:
    """What was done, and that it is sealed: the receipt is one click away."""
    seal = receipts.await_seal(Visit._meta.db_table, signed.pk)
    tell(request, f"{text} {seal or ''}", open_url=reverse("signatures-of", args=[signed.patient_id, signed.pk]))


@page(Permission.VISIT_SIGN)
@require_POST
def visit_addendum(request: Request, visit_id: UUID) -> HttpResponse:
    """Add to a signed note."""
    found = _get_visit(request, visit_id)
    form = AddendumForm(request.POST)
    if form.is_valid():
        actions.add_addendum(visit=found, actor=request.user, at=timezone.now(), **form.cleaned_data)
        _tell_sealed(request, found, _("The addendum is added."))
        return redirect("visit", visit_id=found.pk)
    return render(request, "charting/visit.html", _note_context(request, found, form), status=422)


@page(Permission.VISIT_SIGN)
@require_http_methods(["GET", "POST"])
def visit_error(request: Request, visit_id: UUID, addendum_id: UUID | None = None) -> HttpResponse:
    """Mark the note, or one of its addenda, as entered in error."""
    found = _get_visit(request, visit_id)

    def save(values: dict[str, Any]) -> str:
        if addendum_id:
            actions.mark_addendum_in_error(visit=found, addendum_id=addendum_id, actor=request.user, at=timezone.now(), **values)
        else:
            actions.mark_visit_in_error(visit=found, actor=request.user, at=timezone.now(), **values)
        return reverse("visit", args=[visit_id])

    lead = _("What is marked stays readable, struck through, with your name and this reason. The mark cannot be taken back.")
    return panels.submit(request, ErrorForm(request.POST or None), save, context={"title": _("Entered in error"), "verb": _("Mark"), "lead": lead})


@page(Permission.CLINICAL_VIEW)
@require_GET
def visit_print(request: Request, visit_id: UUID) -> HttpResponse:
    """The note on paper, its teeth by FDI as in every document; printing is an event of the record."""
    found = _get_visit(request, visit_id)
    record_print(what="visit", patient_id=found.patient_id, body={"visit": str(found.pk), "sha256": found.content_hash})
    with notation.shown_in(Notation.FDI):
        return render(request, "charting/visit_print.html", _note_context(request, found, AddendumForm()))


@page(Permission.VISIT_WRITE)
@require_GET
def note_templates(request: Request) -> HttpResponse:
    """The ready texts of the clinic, by section."""
    language = request.GET.get("language", get_language() or "en")
    text = request.GET.get("q", "").strip()
    shown = page_of(request, queries.note_templates(language=language, text=text), 100)
    groups = [(label, [row for row in shown if row.section == name]) for name, label in NoteSection.choices]
    kept = [("language", language)]
    return render(request, "charting/note_templates.html", {"groups": groups, "language": language, "page": shown, "q": text, "kept": kept})


@page(Permission.VISIT_WRITE)
@require_http_methods(["GET", "POST"])
def note_template(request: Request, template_id: UUID | None = None) -> HttpResponse:
    """Write a new ready text, or change one."""
    row = NoteTemplate.objects.filter(pk=template_id).first() if template_id else NoteTemplate(language=get_language() or "en")
    if row is None:
        raise NotFound
    form = TemplateForm(request.POST or None, instance=row, initial={"version": row.version})
    if request.method == "POST" and form.is_valid():
        try:
            version = form.cleaned_data["version"]
            saved = actions.save_template(actor=request.user, details=form.cleaned_data, template_id=template_id, version=version)
        except StaleVersion as error:
            panels.add_errors(form, error)
            panels.show_standing(form, error.standing)
        except DomainError as error:
            for name, text in (error.fields or {"title": error.message}).items():
                form.add_error(name if name in form.fields else None, str(text))
        else:
            tell(request, _("The template “%(title)s” is saved.") % {"title": saved.title})
            return redirect(f"{reverse('note-templates')}?language={saved.language}")
    status = 422 if form.errors else 200
    return render(request, "charting/note_template.html", {"form": form, "template": row}, status=status)
