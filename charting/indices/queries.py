"""Reads of indices: the patient's records, the caries index over time, how each went."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet

from charting import queries as charting
from charting import replay, trends
from charting.indices import rules
from charting.indices.models import OralIndex
from clinic.lib.errors import NotFound
from clinic.patients.models import Patient
from clinic.patients.queries import get_patient_for
from clinic.patients.rules import age_on
from clinic.staff.models import User
from clinic.staff.roles import Permission

MOST_POINTS = 12
MOST_FOLLOWED = 200


@dataclass(frozen=True)
class Scored:
    """A record with what its scores come to."""

    record: OralIndex
    result: rules.Result
    advice: rules.Advice | None


def indices_of(patient: Patient) -> QuerySet[OralIndex]:
    """The patient's records, the latest first; without those entered in error."""
    return OralIndex.objects.filter(patient=patient, in_error_at=None).select_related("taken_by").order_by("-taken_at", "-pk")


def scored(record: OralIndex) -> Scored:
    """What the record's scores come to."""
    return Scored(record, rules.result(record.kind, record.scores), rules.advice(record.kind, record.scores))


def age_at(patient: Patient, at: datetime) -> int | None:
    """Whole years on that day of the branch; None when the birth date is unknown."""
    return age_on(patient.birth_date, charting.branch_day_of(patient, at))


def latest_of(patient: Patient, at: datetime | None = None) -> list[Scored]:
    """The newest record of each kind (up to an instant), in the order of the kinds."""
    rows = indices_of(patient).filter(**({"taken_at__lte": at} if at else {}))
    newest = rows.order_by("kind", "-taken_at", "-pk").distinct("kind")
    return sorted(map(scored, newest), key=lambda found: rules.KINDS.index(found.record.kind))


def get_index_for(user: User, index_id: UUID) -> OralIndex:
    """The record with its patient; the look is recorded.

    :raises NotAllowed: when the person may not see clinical records.
    :raises NotFound: when there is no such record.
    """
    user.require(Permission.CLINICAL_VIEW)
    found = OralIndex.objects.filter(pk=index_id).select_related("taken_by", "in_error_by").first()
    if found is None:
        raise NotFound
    found.patient = get_patient_for(user, found.patient_id, what="indices", permission=Permission.CLINICAL_VIEW)
    return found


def series_of(patient: Patient, records: Sequence[OralIndex]) -> dict[str, list[tuple[date, Decimal | None]]]:
    """The values of each kind by their days, the earliest first."""
    found: dict[str, list[tuple[date, Decimal | None]]] = {kind: [] for kind in rules.KINDS}
    for record in sorted(records, key=lambda row: (row.taken_at, row.pk)):
        found[record.kind].append((charting.branch_day_of(patient, record.taken_at), rules.result(record.kind, record.scores).value))
    return found


def followed(patient: Patient) -> list[OralIndex]:
    """The records that a trend is drawn from: the latest of them."""
    return list(indices_of(patient)[:MOST_FOLLOWED])


def caries_over_time(patient: Patient, at: datetime) -> list[tuple[date, replay.CariesIndex, replay.CariesIndex]]:
    """The caries index of the permanent and of the primary teeth on the days when the chart changed, up to twelve of them: the first, the last,
    and those evenly between."""
    chart = charting.chart_at(patient, at)
    findings = [charting.finding_fact(row) for row in chart.findings]
    procedures = [charting.procedure_fact(row) for row in chart.procedures]
    ends: dict[date, datetime] = {}
    for moment in sorted(charting.moments_of(chart)):
        ends[charting.branch_day_of(patient, moment)] = moment
    found = []
    for day, moment in _thinned(list(ends.items())):
        mouth = replay.mouth_at(findings, procedures, moment)
        found.append((day, replay.caries_index(mouth), replay.caries_index(mouth, primary=True)))
    return found


def _thinned(days: list[tuple[date, datetime]]) -> list[tuple[date, datetime]]:
    if len(days) <= MOST_POINTS:
        return days
    last = len(days) - 1
    return [days[round(place * last / (MOST_POINTS - 1))] for place in range(MOST_POINTS)]


def trend_of(kind: str, values: Sequence[tuple[date, Decimal | None]]) -> trends.Trend | None:
    """The line of one kind with its bands."""
    return trends.trend(values, top=Decimal(rules.TOPS[kind]), zones=rules.BANDS.get(kind, ()))
