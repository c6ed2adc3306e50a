"""Pages of papers with the mouth on them: the chart to be printed, papers that are issued and kept, their files."""

from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET, require_http_methods

from charting import actions, chart_paper, drawing, handout, papers, queries, sites
from charting.models import PaperKind, TeethShown
from clinic.lib import pdf
from clinic.lib.errors import InvalidInput
from clinic.lib.pages import page_of
from clinic.patients.models import Patient
from clinic.patients.queries import get_patient_for
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.roles import Permission


@page(Permission.CLINICAL_VIEW)
@require_GET
def chart_print(request: Request, patient_id: UUID) -> HttpResponse:
    """The chart as it will be printed: language, rows of teeth and moment are chosen here; issued, it is kept as a file."""
    patient = get_patient_for(request.user, patient_id, what="chart", permission=Permission.CLINICAL_VIEW)
    language = handout.language_of(request.GET.get("language", ""), patient.language)
    chart = queries.chart_at(patient, min(_moment(request.GET.get("at", "")) or timezone.now(), timezone.now()))
    asked = request.GET.get("dentition", "")
    dentition = asked if asked in TeethShown.values else drawing.dentition_of(chart, patient)
    facts = chart_paper.facts(chart, patient, language)
    mucosa = {"numbers": sites.NUMBERS, "found": [region["site"] for region in facts["mucosa"]]}
    context = {
        "patient": patient,
        "tab": "chart",
        "language": language,
        "languages": handout.NAMES,
        "dentition": dentition,
        "dentitions": TeethShown.choices,
        "mouth_at": chart.at,
        "at": request.GET.get("at", ""),
        "facts": facts,
        "setup": {"patient": str(patient.pk), "at": chart.at.isoformat(), "dentition": dentition, "mucosa": mucosa},
    }
    return render(request, "charting/chart_print.html", context)


@page(Permission.CLINICAL_VIEW)
@require_http_methods(["GET", "POST"])
def patient_papers(request: Request, patient_id: UUID) -> HttpResponse:
    """All papers that were issued; sent, it issues one and leads to its file."""
    what = "documents" if request.method == "GET" else "chart"
    patient = get_patient_for(request.user, patient_id, what=what, permission=Permission.CLINICAL_VIEW)
    if request.method == "POST":
        return _issue(request, patient)
    context = {
        "patient": patient,
        "tab": "documents",
        "page": page_of(request, papers.papers_of(patient)),
        "may_export": request.user.may(Permission.RECORD_EXPORT),
    }
    return render(request, "charting/papers.html", context)


def _issue(request: Request, patient: Patient) -> HttpResponse:
    paper = actions.issue_paper(
        patient=patient,
        kind=request.POST.get("kind", PaperKind.CHART),
        language=request.POST.get("language", patient.language),
        dentition=request.POST.get("dentition", ""),
        mouth_at=_moment(request.POST.get("mouth_at", "")),
        actor=request.user,
        at=timezone.now(),
    )
    return redirect("paper-file", paper_id=paper.pk)


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError as error:
        raise InvalidInput from error
    if text and found is None:
        raise InvalidInput
    return queries.aware(found) if found else None


@page(Permission.CLINICAL_VIEW)
@require_GET
def paper_file(request: Request, paper_id: UUID) -> HttpResponse:
    """The paper as it was issued, byte by byte; that it was printed again is an event of the record."""
    paper, content = actions.print_paper(paper_id=paper_id, actor=request.user)
    return pdf.response(content, name=f"{paper.kind}-{paper.issued_at:%Y%m%d}-{paper.content_hash[:8]}")
