"""Pages of the chart and of visits."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from charting import actions, queries
from charting.chart_words import chart_words
from clinic.patients.models import Patient
from clinic.patients.queries import get_patient_for
from clinic.scheduling import queries as scheduling
from clinic.staff.guards import page
from clinic.staff.models import Branch, User
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
        "mayPlan": request.user.may(Permission.PLAN_WRITE),
        "plansUrl": _url_or_nothing("plans", patient) if request.user.may(Permission.PLAN_VIEW) else "",
        "words": chart_words(),
    }
    context = {"patient": patient, "tab": "chart", "setup": setup, "may_write": setup["mayWrite"], **_visit_context(request.user, patient)}
    return render(request, "charting/chart.html", context)


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
    visit = actions.open_visit(patient=patient, dentist=request.user, branch=request.branch or patient.branch, actor=request.user, at=timezone.now())
    return redirect("visit", visit_id=visit.pk)
