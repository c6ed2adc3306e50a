"""Pages of indices: each with its trend, the entry of one, its paper."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from charting import queries as charting
from charting import trends
from charting.forms import ErrorForm
from charting.indices import actions, queries, rules, words
from charting.indices.models import IndexKind
from charting.perio import queries as perio
from clinic.lib import panels
from clinic.lib.pages import page_of
from clinic.patients.models import Patient
from clinic.patients.queries import get_patient_for
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.roles import Permission


@dataclass(frozen=True)
class Card:
    """One index as a page shows it: its newest result in words, and its line over time."""

    kind: str
    name: str
    scale: str
    source: str
    value: str = ""
    band: str = ""
    parts: str = ""
    advice: str = ""
    is_alarming: bool = False
    is_offered: bool = True
    day: date | None = None
    trend: trends.Trend | None = None


@page(Permission.CLINICAL_VIEW)
@require_GET
def indices(request: Request, patient_id: UUID) -> HttpResponse:
    """Every index of the patient: the newest result, the line over time, all records."""
    patient = get_patient_for(request.user, patient_id, what="indices", permission=Permission.CLINICAL_VIEW)
    shown = page_of(request, queries.indices_of(patient))
    context = {
        "patient": patient,
        "tab": "chart",
        "cards": cards(patient),
        "caries": caries_cards(patient),
        "page": shown,
        "lines": [{"record": row, **words.told(queries.scored(row))} for row in shown],
        "may_write": request.user.may(Permission.CHART_WRITE),
    }
    return render(request, "charting/indices.html", context)


def cards(patient: Patient) -> list[Card]:
    """A card of each kind, scored or not yet."""
    records = queries.followed(patient)
    newest = {row.kind: queries.scored(row) for row in reversed(records)}
    series = queries.series_of(patient, records)
    age = queries.age_at(patient, timezone.now())
    offered = {kind for kind in rules.KINDS if rules.problem_of_age(kind, age) is None}
    shown = [kind for kind in rules.KINDS if kind in offered or kind in newest]
    return [_card(patient, kind, newest.get(kind), queries.trend_of(kind, series[kind]), is_offered=kind in offered) for kind in shown]


def _card(patient: Patient, kind: str, found: queries.Scored | None, trend: trends.Trend | None, *, is_offered: bool) -> Card:
    told = (kind, str(IndexKind(kind).label), str(words.SCALES[kind]), str(words.SOURCES[kind]))
    if found is None:
        return Card(*told)
    return Card(*told, **words.told(found), is_offered=is_offered, day=charting.branch_day_of(patient, found.record.taken_at), trend=trend)


def caries_cards(patient: Patient) -> list[dict[str, Any]]:
    """The caries index of both dentitions as it went; of a dentition with none of it, nothing."""
    points = queries.caries_over_time(patient, timezone.now())
    found = []
    for name, place in ((_("DMFT"), 1), (_("dmft of primary teeth"), 2)):
        indexes = [(point[0], point[place]) for point in points]
        if indexes and (place == 1 or any(index.total for _day, index in indexes)):  # type: ignore[union-attr]
            values = [(day, Decimal(index.total)) for day, index in indexes]  # type: ignore[union-attr]
            found.append({"name": name, "index": indexes[-1][1], "trend": trends.trend(values, top=Decimal(8))})
    return found


@page(Permission.CHART_WRITE)
@require_GET
def index_new(request: Request, patient_id: UUID, kind: str) -> HttpResponse:
    """Score one index by keys or fingers; it is kept by the API."""
    patient = get_patient_for(request.user, patient_id, what="indices", permission=Permission.CLINICAL_VIEW)
    if kind not in rules.KINDS:
        raise Http404
    now = timezone.now()
    mouth, age = perio.teeth_on(patient, now), queries.age_at(patient, now)
    problem = rules.problem_of_age(kind, age)
    context = {
        "patient": patient,
        "tab": "chart",
        "name": IndexKind(kind).label,
        "scale": words.SCALES[kind],
        "source": words.SOURCES[kind],
        "refusal": words.problem_text(problem) if problem else "",
        "setup": {
            "patient": str(patient.pk),
            "kind": kind,
            "name": str(IndexKind(kind).label),
            "places": [] if problem else [_place(kind, place) for place in rules.places(kind, mouth)],
            "filled": rules.filled_in(kind, mouth),
            "most": rules.highest(kind, age),
            "isCode": kind in rules.SCREENINGS,
            "star": kind in rules.SCREENINGS and rules.highest(kind, age) == rules.MOST[kind],
            "next": reverse("indices", args=[patient_id]),
            "words": words.page_words(),
        },
    }
    return render(request, "charting/index_new.html", context)


def _place(kind: str, place: rules.Place) -> dict[str, str]:
    what = str(words.PARTS[place.what]) if place.what else ""
    side = place.side if kind in (IndexKind.OHIS, IndexKind.API) else ""
    return {
        "key": place.key,
        "label": words.place_text(kind, place),
        "hint": f"{what} {side}".strip(),
        "title": " · ".join(filter(None, (what, words.side_text(place)))),
        "row": f"{place.what} {'upper' if place.teeth[0] // 10 in (1, 2, 5, 6) else 'lower'}".strip(),
    }


@page(Permission.CHART_WRITE)
@require_http_methods(["GET", "POST"])
def index_error(request: Request, index_id: UUID) -> HttpResponse:
    """Mark an index as entered in error."""
    found = queries.get_index_for(request.user, index_id)

    def save(values: dict[str, Any]) -> str:
        actions.mark_index_in_error(index=found, actor=request.user, at=timezone.now(), **values)
        return reverse("indices", args=[found.patient_id])

    lead = _("The index leaves the list and the trend and stays in history, with your name and this reason. The mark cannot be taken back.")
    return panels.submit(request, ErrorForm(request.POST or None), save, context={"title": _("Entered in error"), "verb": _("Mark"), "lead": lead})
