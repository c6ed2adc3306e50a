"""The page of the chart."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET

from charting import notation, queries
from charting.chart_words import canal_choices, chart_words, mucosa_names
from charting.imaging import words as image_words
from clinic.patients.models import Patient
from clinic.patients.queries import get_patient_for
from clinic.price_list.models import TITLE_LANGUAGES, DictionaryKind
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.models import User
from clinic.staff.roles import Permission
from clinic.staff.sessions import OFFLINE_COPY


@page(Permission.CLINICAL_VIEW)
@require_GET
def chart(request: Request, patient_id: UUID) -> HttpResponse:
    """The patient's dental chart; the mouth itself comes by the API."""
    patient = get_patient_for(request.user, patient_id, what="chart", permission=Permission.CLINICAL_VIEW)
    setup = {
        "patient": str(patient.pk),
        "mayWrite": request.user.may(Permission.CHART_WRITE),
        "mayDiagnose": request.user.may(Permission.DIAGNOSE),
        "codesLanguage": TITLE_LANGUAGES[DictionaryKind.ICD10],
        "mayComplete": request.user.may(Permission.PROCEDURE_COMPLETE),
        "plansUrl": url_or_nothing("plans", patient) if request.user.may(Permission.PLAN_VIEW) else "",
        "words": chart_words(),
        "canals": canal_choices(),
        "notation": notation.for_scripts(),
        "mucosa": mucosa_names(),
    }
    context = {
        "patient": patient,
        "tab": "chart",
        "setup": setup,
        "strip": _strip(patient),
        "may_write": setup["mayWrite"],
        **visit_context(request.user, patient),
    }
    answer = render(request, "charting/chart.html", context)
    if OFFLINE_COPY not in request.headers:  # a browser would ask for the chart of whoever is only brought along: a look that nobody made
        answer["Link"] = f"<{reverse('api:get_chart', args=[patient.pk])}>; rel=preload; as=fetch; crossorigin"
    return answer


def _strip(patient: Patient) -> dict[str, object]:
    return {"patient": str(patient.pk), "words": image_words.strip()}


def url_or_nothing(name: str, patient: Patient) -> str:
    """A page of the patient, when the clinic has it."""
    try:
        return reverse(name, args=[patient.pk])
    except NoReverseMatch:
        return ""


def visit_context(user: User, patient: Patient) -> dict[str, object]:
    """What the button needs that leads to the visit."""
    return {"may_visit": user.may(Permission.VISIT_WRITE), "open_visit": queries.open_visit_of(patient, user)}
