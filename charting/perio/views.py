"""Pages of periodontal exams: the list with its comparison, and the exam itself."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from charting import handout, notation
from charting import papers as issued
from charting.forms import ErrorForm
from charting.perio import actions, figures, papers, queries, words
from charting.perio.compare_views import trends_of
from charting.perio.forms import CloseForm, ParticularsForm
from charting.perio.models import PerioExam, ScriptMeasures, ScriptPath
from charting.perio.page_words import perio_words
from clinic.lib import panels
from clinic.lib.errors import DomainError, StaleVersion
from clinic.lib.pages import page_of
from clinic.lib.toasts import tell
from clinic.patients.models import Patient
from clinic.patients.queries import get_patient_for
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.models import Notation
from clinic.staff.roles import Permission


@page(Permission.CLINICAL_VIEW)
@require_GET
def exams(request: Request, patient_id: UUID) -> HttpResponse:
    """The patient's exams, and the latest of them side by side."""
    patient = get_patient_for(request.user, patient_id, what="perio", permission=Permission.CLINICAL_VIEW)
    found = queries.exams_of(patient)
    compared = list(reversed(found.filter(closed_at__isnull=False)[: queries.MOST_COMPARED]))
    context = {
        "patient": patient,
        "tab": "chart",
        "page": page_of(request, found.prefetch_related(None)),
        "compared": compared,
        **_followed(patient, compared),
        "may_write": request.user.may(Permission.CHART_WRITE),
        "draft": queries.draft_of(patient),
    }
    return render(request, "charting/perio_exams.html", context)


def _followed(patient: Patient, compared: list[PerioExam]) -> dict[str, Any]:
    readings = [queries.measured(exam) for exam in compared]
    return {"lines": words.comparison(readings), "trends": trends_of(patient, compared, readings)}


@page(Permission.CHART_WRITE)
@require_POST
def exam_begin(request: Request, patient_id: UUID) -> HttpResponse:
    """Begin an exam, or go on with the draft."""
    patient = get_patient_for(request.user, patient_id, what="perio", permission=Permission.CLINICAL_VIEW)
    exam = actions.begin_exam(patient=patient, actor=request.user, at=timezone.now())
    return redirect("perio-exam", exam_id=exam.pk)


@page(Permission.CLINICAL_VIEW)
@require_http_methods(["GET", "POST"])
def exam(request: Request, exam_id: UUID) -> HttpResponse:
    """The exam: measured while it is a draft, read once it is closed; what was measured comes by the API."""
    found = queries.get_exam_for(request.user, exam_id)
    form = ParticularsForm(request.POST or None, instance=queries.reread(found), initial={"version": found.version})
    if request.method == "POST":
        request.user.require(Permission.CHART_WRITE)
        if form.is_valid() and _describe(request, found, form):
            return redirect(f"{reverse('perio-exam', args=[exam_id])}#conclusion")
    return render(request, "charting/perio_exam.html", _exam_context(request, found, form), status=422 if form.errors else 200)


def _describe(request: Request, found: PerioExam, form: ParticularsForm) -> bool:
    values = form.cleaned_data
    try:
        actions.describe_exam(exam=found, version=values["version"], actor=request.user, particulars=values)
    except StaleVersion as error:
        panels.add_errors(form, error)
        panels.show_standing(form, error.standing)
        return False
    except DomainError as error:
        panels.add_errors(form, error)
        return False
    tell(request, _("The conclusion is saved."))
    return True


def _exam_context(request: Request, found: PerioExam, form: ParticularsForm) -> dict[str, Any]:
    may_write = request.user.may(Permission.CHART_WRITE)
    before = next(iter(queries.earlier_than(found, most=1)), None)
    changes = figures.changes(queries.measured(before), queries.measured(found)) if before else []
    return {
        "patient": found.patient,
        "tab": "chart",
        "exam": found,
        "form": form,
        "may_write": may_write,
        "setup": {
            "exam": str(found.pk),
            "mayWrite": may_write and found.is_draft,
            "words": perio_words(),
            "notation": notation.for_scripts(),
            "script": _script_of(request) if may_write else None,
        },
        "script_paths": ScriptPath.choices,
        "script_measures": ScriptMeasures.choices,
        **_read_context(found),
        "before": before,
        "changes": changes,
        "worse": [change for change in changes if change.by > 0],
        "better": [change for change in changes if change.by < 0],
    }


def _script_of(request: Request) -> dict[str, Any]:
    script = queries.script_of(request.user)
    return {"path": script.path, "measures": script.measures, "runs": script.runs}


def _read_context(found: PerioExam) -> dict[str, Any]:
    readings = queries.measured(found)
    proposal = queries.proposal_for(found)
    return {
        "figures": figures.figures(readings),
        "screening": figures.screening(readings),
        "proposal": words.proposal_text(proposal),
        "reasons": [words.reason_text(reason) for reason in proposal.reasons],
    }


@page(Permission.CHART_WRITE)
@require_http_methods(["GET", "POST"])
def exam_close(request: Request, exam_id: UUID) -> HttpResponse:
    """Close the exam, once it is said how much of it is measured."""
    found = queries.get_exam_for(request.user, exam_id)

    def save(values: dict[str, Any]) -> str:
        actions.close_exam(exam=found, version=values["version"], actor=request.user, at=timezone.now())
        tell(request, _("The exam is closed."))
        return reverse("perio-exam", args=[exam_id])

    form = CloseForm(request.POST or None, initial={"version": found.version})
    context = {"title": _("Close the exam"), "verb": _("Close the exam"), "lead": words.closing_lead(found, queries.measured(found))}
    return panels.submit(request, form, save, context=context)


@page(Permission.CHART_WRITE)
@require_http_methods(["GET", "POST"])
def exam_error(request: Request, exam_id: UUID) -> HttpResponse:
    """Mark the exam as entered in error."""
    found = queries.get_exam_for(request.user, exam_id)

    def save(values: dict[str, Any]) -> str:
        actions.mark_exam_in_error(exam=found, actor=request.user, at=timezone.now(), **values)
        return reverse("perio", args=[found.patient_id])

    lead = _("The exam leaves the list and stays in history, with your name and this reason. The mark cannot be taken back.")
    return panels.submit(request, ErrorForm(request.POST or None), save, context={"title": _("Entered in error"), "verb": _("Mark"), "lead": lead})


@page(Permission.CLINICAL_VIEW)
@require_http_methods(["GET", "POST"])
def exam_print(request: Request, exam_id: UUID) -> HttpResponse:
    """The exam as it will be printed in a language, the patient's own by default; sent, it is issued and leads to its file."""
    found = queries.get_exam_for(request.user, exam_id)
    if request.method == "POST":
        language = request.POST.get("language", found.patient.language)
        return redirect("paper-file", paper_id=papers.issue_exam(exam=found, language=language, actor=request.user, at=timezone.now()).pk)
    language = handout.language_of(request.GET.get("language", ""), found.patient.language)
    with translation.override(language), notation.shown_in(Notation.FDI):
        told = {"facts": papers.facts(found), "setup": {"exam": str(found.pk), "mayWrite": False, "words": perio_words()}}
    context = {
        "patient": found.patient,
        "tab": "chart",
        "exam": found,
        "languages": handout.NAMES,
        "language": language,
        "papers": issued.papers_of(found.patient, exam=found),
        **told,
    }
    return render(request, "charting/perio_print.html", context)
