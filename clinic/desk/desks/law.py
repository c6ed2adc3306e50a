"""Legal: whose history was looked at, and what was reversed, added or withdrawn lately."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Max

from charting.models import Performance, VisitAddendum
from clinic.history.models import Event, EventKind
from clinic.history.verification.status import Status, status
from clinic.lib.clock import branch_day
from clinic.patients.models import Consent, Patient
from clinic.staff.models import Branch, User
from exports.legal import queries as legal
from exports.legal.models import Case

LOOKS_BACK = timedelta(days=14)
CHANGES_BACK = timedelta(days=30)
DUE_WITHIN = timedelta(days=30)
SHOWN = 8


@dataclass(frozen=True)
class Look:
    """The last time this person opened a patient's record."""

    patient: Patient
    at: datetime


@dataclass(frozen=True)
class LawDesk:
    """What a lawyer comes for."""

    seal: Status
    today: date
    due: Sequence[Case]
    looks: Sequence[Look]
    reversals: Sequence[Performance]
    addenda: Sequence[VisitAddendum]
    withdrawals: Sequence[Consent]


def build(user: User, branch: Branch, at: datetime) -> LawDesk:
    since, today = at - CHANGES_BACK, branch_day(at, branch.time_zone)
    reversed_acts = Performance.objects.filter(reversed_at__gte=since).select_related("patient", "reversed_by", "procedure__service")
    added = VisitAddendum.objects.filter(written_at__gte=since).select_related("patient", "written_by", "visit")
    withdrawn = Consent.objects.filter(withdrawn_at__gte=since).select_related("patient", "withdrawn_by")
    return LawDesk(
        seal=status(at),
        today=today,
        due=legal.due(today + DUE_WITHIN, SHOWN),
        looks=_looks(user, at),
        reversals=list(reversed_acts.order_by("-reversed_at", "pk")[:SHOWN]),
        addenda=list(added.order_by("-written_at", "pk")[:SHOWN]),
        withdrawals=list(withdrawn.order_by("-withdrawn_at", "pk")[:SHOWN]),
    )


def _looks(user: User, at: datetime) -> list[Look]:
    events = Event.objects.filter(op=EventKind.VIEW, actor=str(user.pk), at__gte=at - LOOKS_BACK, patient_id__isnull=False)
    rows = dict(events.values("patient_id").annotate(last=Max("at")).order_by("-last").values_list("patient_id", "last")[:SHOWN])
    patients = Patient.objects.in_bulk(list(rows))
    return [Look(patients[key], last) for key, last in rows.items() if key in patients]
