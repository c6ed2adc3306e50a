"""Pages that compare exams: chosen ones site by site, their figures over time, on screen and on paper."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from charting import queries as charting
from charting import trends
from charting.perio import comparing, figures, queries, words
from charting.perio.models import PerioExam
from clinic.history.actions import record_print
from clinic.patients.models import Patient
from clinic.patients.queries import get_patient_for
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.roles import Permission

FOLLOWED = ("bleeding", "plaque", "mean_depth", "mean_loss")


@page(Permission.CLINICAL_VIEW)
@require_GET
def compare(request: Request, patient_id: UUID) -> HttpResponse:
    """Up to six exams that the reader chose, the latest ones to begin with."""
    patient = get_patient_for(request.user, patient_id, what="perio", permission=Permission.CLINICAL_VIEW)
    found = list(queries.exams_of(patient).prefetch_related(None)[: queries.MOST_OFFERED])
    return render(request, "charting/perio_compare.html", {"tab": "chart", "offered": found, **_context(request, patient)})


@page(Permission.CLINICAL_VIEW)
@require_GET
def compare_print(request: Request, patient_id: UUID) -> HttpResponse:
    """The comparison on paper; printing is an event of the record."""
    patient = get_patient_for(request.user, patient_id, what="perio", permission=Permission.CLINICAL_VIEW)
    context = _context(request, patient)
    record_print(what="perio", patient_id=patient.pk, body={"exams": [str(exam.pk) for exam in context["compared"]]})
    return render(request, "charting/perio_compare_print.html", context)


def _context(request: Request, patient: Patient) -> dict[str, Any]:
    measure = request.GET.get("measure", "")
    measure = measure if measure in comparing.MEASURES else "depth"
    chosen = queries.chosen_exams(patient, request.GET.getlist("exam"))
    compared = chosen[: queries.MOST_COMPARED]
    readings = [queries.measured(exam) for exam in compared]
    return {
        "patient": patient,
        "compared": compared,
        "too_many": len(chosen) > queries.MOST_COMPARED,
        "chosen": {exam.pk for exam in compared},
        "measure": measure,
        "measures": [(name, words.COMPARED_NAMES[name]) for name in comparing.MEASURES],
        "query": "&".join([f"measure={measure}", *(f"exam={exam.pk}" for exam in compared)]),
        "lines": words.comparison(readings),
        "blocks": [_block(block, compared) for block in comparing.blocks(readings, measure)],
        "balances": _balances(compared, readings, measure),
        "trends": trends_of(patient, compared, readings),
    }


def _block(block: comparing.Block, exams: Sequence[PerioExam]) -> dict[str, Any]:
    return {"name": words.block_text(block), "teeth": block.teeth, "rows": list(zip(exams, block.rows, strict=True))}


def _balances(exams: Sequence[PerioExam], readings: Sequence[Sequence[figures.ToothReading]], measure: str) -> list[dict[str, Any]]:
    """Each exam beside the one before it, and the last beside the first."""
    pairs = [(place - 1, place) for place in range(1, len(exams))]
    pairs += [(0, len(exams) - 1)] if len(exams) > 2 else []
    return [
        {"before": exams[first], "after": exams[last], "counts": comparing.balance(readings[first], readings[last], measure)} for first, last in pairs
    ]


def trends_of(patient: Patient, exams: Sequence[PerioExam], readings: Sequence[Sequence[figures.ToothReading]]) -> list[dict[str, Any]]:
    """Figures over time; those that fewer than two exams have are left out."""
    days = [charting.branch_day_of(patient, exam.examined_at) for exam in exams]
    found = [figures.figures(rows) for rows in readings]
    lines = []
    for name in FOLLOWED:
        line = trends.trend([(day, getattr(row, name)) for day, row in zip(days, found, strict=True)])
        if line:
            unit = "%" if name in ("bleeding", "plaque") else _("mm")
            lines.append({"name": f"{words.FIGURE_NAMES[name]}, {unit}", "trend": line})
    return lines
