"""Reads of recalls: what is proposed after a visit, what stands, and whom the desk has to book."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import DateTimeField, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast
from django.utils import timezone

from charting import notation
from charting.models import Diagnosis, Performance, Visit
from charting.queries import diagnoses_in, performances_in
from charting.recalls import rules
from charting.recalls.models import Recall, RecallQuerySet, RecallRule
from clinic.lib.clock import branch_day
from clinic.lib.errors import NotFound
from clinic.lib.ids import uuid7
from clinic.patients.models import Contact, Patient
from clinic.patients.queries import get_patient_for
from clinic.patients.rules import age_on
from clinic.scheduling.models import Appointment, AppointmentState
from clinic.scheduling.rules import FREED
from clinic.staff.models import Branch, User
from clinic.staff.roles import Permission

NEAR = timedelta(days=42)
"""An appointment so long before the due day may be the one that the recall asks for; an earlier one is about something else."""
STATES = ("now", "overdue", "due", "booked", "done", "gone")
RELATED = ("patient", "branch", "visit__dentist", "rule", "diagnosis__code", "performance__procedure__service", "appointment__branch")
PEOPLE = ("set_by", "moved_by", "booked_by", "cancelled_by")


@dataclass(frozen=True)
class Proposal:
    """A rule that fits a visit, the day that it gives, what it fits, and what was decided about it."""

    rule: RecallRule
    due_on: date
    diagnoses: Sequence[Diagnosis]
    performances: Sequence[Performance]
    decided: Recall | None
    key: UUID = field(default_factory=uuid7)
    """What a page sends as the `id` of the recall when this is accepted."""

    @property
    def is_offered(self) -> bool:
        """Nobody has accepted it; one that was declined can still be accepted."""
        return self.decided is None or self.decided.cancelled_at is not None

    @property
    def because(self) -> str:
        """What led to it: `K05.3, K02.1 (16)`, or the act."""
        codes = [f"{row.code.code} ({notation.code(row.tooth)})" if row.tooth else row.code.code for row in self.diagnoses]
        acts = [str(row.procedure.service) for row in self.performances]
        return ", ".join(dict.fromkeys([*codes, *acts]))


def rules_in_force(at: datetime | None = None) -> QuerySet[RecallRule]:
    """The rules that propose at that instant (now), by kind."""
    at = at or timezone.now()
    return RecallRule.objects.filter(Q(in_force_to=None) | Q(in_force_to__gt=at), in_force_from__lte=at).order_by("kind", "code", "pk")


def get_rule(rule_id: UUID) -> RecallRule:
    """:raises NotFound: when there is none."""
    found = RecallRule.objects.filter(pk=rule_id).first()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True)
class Seen:
    """What a proposal goes by, and what was decided: the visit as it was read."""

    diagnoses: Sequence[Diagnosis]
    performances: Sequence[Performance]
    recalls: Sequence[Recall]


def seen_in(visit: Visit) -> Seen:
    return Seen(diagnoses_in(visit), performances_in(visit), recalls_in(visit))


def proposals_for(visit: Visit, at: datetime, seen: Seen | None = None) -> list[Proposal]:
    """What the clinic's rules propose after the visit as it stands (or as it was `seen`), the soonest first."""
    seen = seen or seen_in(visit)
    given, done = {row.pk: row for row in seen.diagnoses}, {row.pk: row for row in seen.performances}
    if not given and not done:
        return []
    known = {rule.pk: rule for rule in rules_in_force(at)}
    day = branch_day(visit.opened_at, visit.branch.time_zone)
    codes = {key: row.code.code for key, row in given.items()}
    acts = {key: _tags(row) for key, row in done.items()}
    found = rules.fitting(map(_fact, known.values()), codes, acts, age_on(visit.patient.birth_date, day))
    decided = {recall.rule_id: recall for recall in seen.recalls if recall.rule_id}
    return [
        Proposal(
            known[fit.rule],
            rules.day_after(day, months=known[fit.rule].months, days=known[fit.rule].days),
            [given[key] for key in fit.grounds if key in given],
            [done[key] for key in fit.grounds if key in done],
            decided.get(fit.rule),
        )
        for fit in found
    ]


def _fact(rule: RecallRule) -> rules.Rule:
    return rules.Rule(rule.pk, rule.kind, tuple(rule.diagnoses), tuple(rule.acts), rule.younger_than, rule.months, rule.days)


def _tags(row: Performance) -> list[str]:
    service = row.procedure.service
    return [f"category:{service.category}", f"effect:{service.chart_effect}", f"service:{service.code}"]


def recalls_in(visit: Visit) -> list[Recall]:
    """What was decided in the visit, in order; a proposal that was decided anew comes last."""
    return list(_whole().filter(visit=visit).order_by("set_at", "pk"))


def recalls_of(patient: Patient) -> RecallQuerySet:
    """The patient's recalls, the one due latest first; those that do not hold any more too."""
    return _whole().filter(patient=patient).order_by("-due_on", "-pk")


def open_recalls_of(patient: Patient) -> list[Recall]:
    """What still has to be booked, the soonest first."""
    return list(_whole().open().filter(patient=patient).order_by("due_on", "pk"))


def ahead_of(patient: Patient) -> list[Recall]:
    """What the patient is told on paper: what is to be booked, and what is booked and still to come, the soonest first."""
    found = _whole().filter(patient=patient, cancelled_at=None, visit__in_error_at=None).order_by("due_on", "pk")
    return [recall for recall in found if recall.state in ("due", "booked")]


def get_recall_for(user: User, recall_id: UUID, *, permission: Permission = Permission.DIARY_VIEW) -> Recall:
    """One recall through the person; the look at the patient is recorded.

    :raises NotFound: when there is none, or the person has no role with `permission` in its branch.
    """
    user.require(permission)
    found = _whole().filter(pk=recall_id).first()
    if found is None or permission not in user.permissions_in(found.branch):
        raise NotFound
    found.patient = get_patient_for(user, found.patient_id, what="recalls")
    return found


def _whole() -> RecallQuerySet:
    return Recall.objects.select_related(*RELATED, *PEOPLE)


@dataclass(frozen=True)
class Filters:
    """What narrows the desk's list: a state, a month of the due day, a dentist, branches, and patients that a typed line means."""

    branches: Sequence[Branch]
    today: date
    state: str = "now"
    month: date | None = None
    dentist: UUID | None = None
    patients: Sequence[UUID] | None = None


def listed(filters: Filters) -> RecallQuerySet:
    """Recalls as the desk works through them, the longest due first, each with a `phone` and the time, zone and key of a `coming` appointment."""
    found = _in_state(_whole().filter(branch__in=filters.branches), filters)
    if filters.month is not None:
        found = found.filter(due_on__gte=filters.month, due_on__lt=_end_of_month(filters.month))
    if filters.dentist is not None:
        found = found.filter(visit__dentist=filters.dentist)
    if filters.patients is not None:
        found = found.filter(patient__in=filters.patients)
    phone = Contact.objects.filter(patient=OuterRef("patient"), kind="phone", ended_at=None).order_by("position", "pk").values("value")[:1]
    there = {"coming_id": Subquery(_coming("pk")), "coming_zone": Subquery(_coming("branch__time_zone"))}
    return found.annotate(phone=Subquery(phone), coming=Subquery(_coming("starts_at")), **there).order_by("due_on", "pk")


def waiting(branch: Branch, today: date) -> int:
    """How many the desk of a branch has to book by the end of the month."""
    return Recall.objects.open().filter(branch=branch, due_on__lt=_end_of_month(today)).count()


def _end_of_month(day: date) -> date:
    """The first day of the next month."""
    return rules.day_after(day.replace(day=1), months=1)


def _coming(value: str) -> QuerySet[Appointment, object]:
    """The patient's next appointment from some weeks before the due day on, which the recall may be about."""
    from_day = ExpressionWrapper(Cast(OuterRef("due_on"), DateTimeField()) - NEAR, output_field=DateTimeField())
    mine = Appointment.objects.filter(patient=OuterRef("patient"), starts_at__gt=timezone.now(), starts_at__gte=from_day)
    ahead = mine.exclude(state__in=FREED)
    found: QuerySet[Appointment, object] = ahead.order_by("starts_at", "pk").values(value)[:1]
    return found


def _in_state(found: RecallQuerySet, filters: Filters) -> RecallQuerySet:
    standing = found.filter(cancelled_at=None, visit__in_error_at=None).exclude(appointment__state__in=FREED).exclude(appointment=None)
    if filters.state == "booked":
        return standing.exclude(appointment__state=AppointmentState.DONE)
    if filters.state == "done":
        return standing.filter(appointment__state=AppointmentState.DONE)
    if filters.state == "gone":
        return found.exclude(cancelled_at=None, visit__in_error_at=None)
    open_now = found.open()
    if filters.state == "overdue":
        return open_now.filter(due_on__lt=filters.today)
    if filters.state == "now" and filters.month is None:
        return open_now.filter(due_on__lt=_end_of_month(filters.today))
    return open_now
