"""At the chair: my next patient, my day, my unsigned notes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q, Value

from charting import queries as charting
from charting.models import Procedure, ProcedureState, Visit
from clinic.desk.desks.slots import Slot, slots_of
from clinic.lib.clock import branch_day
from clinic.scheduling import queries as scheduling
from clinic.scheduling import rules
from clinic.scheduling.models import Appointment
from clinic.staff.models import Branch, User
from lab_orders import rules as lab_rules
from lab_orders.models import LabOrder

TO_DO = (ProcedureState.IN_PROGRESS, ProcedureState.PLANNED)
LAB_AHEAD = timedelta(days=7)


@dataclass(frozen=True)
class ChairDesk:
    """The day of one dentist, hygienist or assistant."""

    slots: Sequence[Slot]
    current: Slot | None
    visit: Visit | None
    to_do: Sequence[Procedure]
    unsigned: Sequence[Visit]
    lab: Sequence[LabOrder]
    today: date
    is_shared: bool

    @property
    def is_seated(self) -> bool:
        return self.current is not None and self.current.appointment.state == rules.SEATED


def build(user: User, branch: Branch, at: datetime) -> ChairDesk:
    today = branch_day(at, branch.time_zone)
    slots = slots_of(_day(user, today, branch), user=user, day=today, at=at)
    current = _current(slots, at)
    return ChairDesk(
        slots=slots,
        current=current,
        visit=charting.visit_of_appointment(current.appointment) if current and current.appointment.state == rules.SEATED else None,
        to_do=_to_do(current.appointment) if current else [],
        unsigned=list(charting.unsigned_visits(user)[:12]),
        lab=_lab(user, today),
        today=today,
        is_shared=not _treats(user),
    )


def _day(user: User, today: date, branch: Branch) -> list[Appointment]:
    """One's own appointments; a helper who is named in none sees the whole branch."""
    mine = list(scheduling.dentist_day(user, today, branch))
    if mine or _treats(user):
        return mine
    return list(scheduling.day_appointments(branch, today).standing())


def _treats(user: User) -> bool:
    return bool(user.roles & set(scheduling.CARERS))


def _lab(user: User, today: date) -> list[LabOrder]:
    """One's own orders that are out and due by the end of the week."""
    mine = LabOrder.objects.filter(dentist=user, state__in=lab_rules.OUT, due_date__lte=today + LAB_AHEAD)
    return list(mine.select_related("patient", "lab").order_by("due_date", "number")[:8])


def _current(slots: Sequence[Slot], at: datetime) -> Slot | None:
    """Who is in the chair, else who waits longest, else who comes next."""
    by_state = {state: [slot for slot in slots if slot.appointment.state == state] for state in (rules.SEATED, rules.ARRIVED)}
    coming = [slot for slot in slots if slot.appointment.state in (rules.BOOKED, rules.CONFIRMED) and slot.appointment.ends_at > at]
    return next(iter([*by_state[rules.SEATED], *by_state[rules.ARRIVED], *coming]), None)


def _to_do(appointment: Appointment) -> list[Procedure]:
    planned = Procedure.objects.filter(patient=appointment.patient_id, state__in=TO_DO)
    numbers = ArrayAgg("teeth__tooth", filter=Q(teeth__isnull=False), distinct=True, default=Value([]))
    with_teeth = planned.select_related("service").annotate(numbers=numbers)
    return list(with_teeth.order_by("state", "recorded_at", "pk")[:6])
