"""What a patient's card is made of: each part is read once, by patient, however long the record is."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from charting import canals, catalogue, signs
from charting import queries as charting
from charting.models import Anaesthesia, CanalRecord, ClinicalPaper, Diagnosis, Performance, Visit, VisitAddendum
from charting.prescribing import queries as prescribing
from clinic.lib.clock import branch_day, day_bounds
from clinic.patients.models import Alert, Consent, Contact, Identifier, Patient, Relation
from insurance.models import Policy
from treatment_plans.models import AlternativeState, Document, Item

SHORTEST = timedelta(microseconds=1)


@dataclass(frozen=True)
class Period:
    """Branch days from the first to the last, both included; None is open."""

    first: date | None = None
    last: date | None = None

    def bounds(self, zone: str) -> tuple[datetime | None, datetime | None]:
        """The first instant of the period and the first one after it."""
        start = day_bounds(self.first, zone)[0] if self.first else None
        end = day_bounds(self.last, zone)[1] if self.last else None
        return start, end


@dataclass(frozen=True)
class Material:
    """Everything the card prints, as records; `letters` are those of the chart's catalogue at the end of the period."""

    patient: Patient
    at: datetime
    period: Period
    chart: charting.Chart
    letters: dict[str, str]
    contacts: list[Contact]
    identifiers: list[Identifier]
    relations: list[Relation]
    alerts: list[Alert]
    policies: list[Policy]
    visits: list[Visit]
    unsigned: int
    addenda: dict[UUID, list[VisitAddendum]]
    diagnoses: dict[UUID, list[Diagnosis]]
    performances: dict[UUID, list[Performance]]
    anaesthesia: dict[UUID, list[Anaesthesia]]
    canals: dict[UUID, list[CanalRecord]]
    papers: dict[UUID, list[ClinicalPaper]]
    papers_between: list[ClinicalPaper]
    items: list[Item]
    consents: list[Document]
    data_consents: list[Consent]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.patient.branch.time_zone)


def material_of(patient: Patient, period: Period, at: datetime) -> Material:
    """The patient's record for the card: signed visits of the period, the mouth at its end, the agreed plan, the consents."""
    start, end = period.bounds(patient.branch.time_zone)
    visits = Visit.objects.standing().filter(patient=patient)
    visits = visits.filter(opened_at__gte=start) if start else visits
    visits = visits.filter(opened_at__lt=end) if end else visits
    chart = charting.chart_at(patient, min(at, end) if end else at)
    papers = list(prescribing.papers_of(patient).order_by("issued_at", "pk"))
    performances = Performance.objects.filter(patient=patient, reversed_at=None, visit__isnull=False)
    return Material(
        patient=patient,
        at=at,
        period=period,
        chart=chart,
        letters=signs.letters_of(catalogue.signs_at(chart.at)),
        contacts=list(patient.contacts.filter(ended_at=None).order_by("position", "pk")),
        identifiers=list(patient.identifiers.filter(ended_at=None).order_by("created_at", "pk")),
        relations=list(patient.relations.filter(ended_at=None, is_guardian=True).select_related("related_patient").order_by("created_at", "pk")),
        alerts=list(patient.alerts.filter(ended_at=None).order_by("recorded_at", "pk")),
        policies=list(Policy.objects.filter(patient=patient).select_related("programme__insurer").order_by("-valid_from", "pk")),
        visits=list(visits.exclude(signed_at=None).select_related("dentist", "signed_by", "branch").order_by("opened_at", "pk")),
        unsigned=visits.filter(signed_at=None).count(),
        addenda=_by_visit(VisitAddendum.objects.filter(patient=patient).select_related("written_by").order_by("written_at", "pk")),
        diagnoses=_by_visit(row for row in chart.diagnoses if row.visit_id),
        performances=_by_visit(
            performances.select_related("procedure__service", "performer").prefetch_related("procedure__teeth").order_by("performed_at", "pk")
        ),
        anaesthesia=_by_visit(Anaesthesia.objects.filter(patient=patient).order_by("given_at", "pk")),
        canals={visit: canals.standing(rows) for visit, rows in _by_visit(CanalRecord.objects.filter(patient=patient)).items()},
        papers=_by_visit(papers),
        papers_between=[row for row in papers if row.visit_id is None and (not start or row.issued_at >= start) and (not end or row.issued_at < end)],
        items=_agreed_items(patient),
        consents=_consents(patient),
        data_consents=list(Consent.objects.filter(patient=patient).select_related("text").order_by("signed_at", "pk")),
    )


def material_of_visit(visit: Visit, at: datetime) -> Material:
    """The record for the card of one visit: the mouth at the end of its day, or when the patient's next visit began."""
    material = material_of(visit.patient, Period(), _end_of(visit, at))
    return replace(material, at=at, visits=[visit], unsigned=0, diagnoses={visit.pk: charting.diagnoses_in(visit)})


def _end_of(visit: Visit, at: datetime) -> datetime:
    zone = visit.branch.time_zone
    midnight = day_bounds(branch_day(visit.opened_at, zone), zone)[1]
    later = Visit.objects.standing().filter(patient=visit.patient_id, opened_at__gt=visit.opened_at).order_by("opened_at")
    following = later.values_list("opened_at", flat=True).first()
    return min(at, *(moment - SHORTEST for moment in (midnight, following) if moment))


Row = TypeVar("Row", VisitAddendum, Diagnosis, Performance, Anaesthesia, CanalRecord, ClinicalPaper)


def _by_visit(rows: Iterable[Row]) -> dict[UUID, list[Row]]:
    found: dict[UUID, list[Row]] = defaultdict(list)
    for row in rows:
        if row.visit_id:
            found[row.visit_id].append(row)
    return found


def _agreed_items(patient: Patient) -> list[Item]:
    """Lines of accepted alternatives that were not cancelled, in the order of treatment."""
    return list(
        Item.objects.filter(patient=patient, cancelled_at=None, alternative__state=AlternativeState.ACCEPTED)
        .select_related("alternative__plan", "phase", "procedure__service", "performance")
        .prefetch_related("procedure__teeth")
        .order_by("alternative__plan__created_at", "alternative_id", "position", "pk")
    )


def _consents(patient: Patient) -> list[Document]:
    return list(
        Document.objects.filter(patient=patient, kind__startswith="consent_", replaced_by=None)
        .prefetch_related("signatures")
        .order_by("issued_at", "pk")
    )
