"""Front desk: who waits, who comes, whom to call, who owes, whose work is not back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import OuterRef, Subquery

from charting.recalls import queries as recalls
from clinic.desk.desks.slots import Slot, slots_of
from clinic.desk.marks import Mark, lab_words
from clinic.lib.clock import branch_day, day_bounds
from clinic.patients.models import Contact, ContactKind
from clinic.scheduling import queries as scheduling
from clinic.scheduling import rules
from clinic.scheduling.models import Appointment
from clinic.staff.models import Branch, User
from clinic.staff.roles import Permission

AHEAD = timedelta(days=4)
CALLS_SHOWN = 12


@dataclass(frozen=True)
class FrontDesk:
    """The branch's day as the desk lives it."""

    slots: Sequence[Slot]
    calls: Sequence[Appointment]
    lab: Sequence[Slot]
    today: date
    recalls: int
    """How many patients should be called by the end of the month to come again."""

    def _in(self, *states: str) -> list[Slot]:
        return [slot for slot in self.slots if slot.appointment.state in states]

    @property
    def waiting(self) -> list[Slot]:
        return self._in(rules.ARRIVED)

    @property
    def seated(self) -> list[Slot]:
        return self._in(rules.SEATED)

    @property
    def coming(self) -> list[Slot]:
        return self._in(rules.BOOKED, rules.CONFIRMED)

    @property
    def done(self) -> list[Slot]:
        return self._in(rules.DONE)

    @property
    def missed(self) -> list[Slot]:
        return self._in(rules.NO_SHOW, rules.CANCELLED)

    @property
    def owing(self) -> list[tuple[Slot, Mark]]:
        """Today's patients who owe, once each."""
        found = {slot.appointment.patient_id: (slot, mark) for slot in self.slots for mark in slot.marks if mark.kind == "debt"}
        return list(found.values())


def build(user: User, branch: Branch, at: datetime) -> FrontDesk:
    today = branch_day(at, branch.time_zone)
    slots = slots_of(list(scheduling.day_appointments(branch, today)), user=user, day=today, at=at)
    _start, tomorrow = day_bounds(today, branch.time_zone)
    ahead = list(scheduling.appointments_between(branch, tomorrow, tomorrow + AHEAD).standing().annotate(phone=_phone()))
    lab = _lab(ahead, branch, at) if user.may(Permission.LAB_VIEW) else []
    return FrontDesk(slots=slots, calls=_calls(ahead), lab=lab, today=today, recalls=recalls.waiting(branch, today))


def _phone() -> Subquery:
    phones = Contact.objects.filter(patient=OuterRef("patient"), kind=ContactKind.PHONE, ended_at=None)
    return Subquery(phones.order_by("position", "pk").values("value")[:1])


def _calls(ahead: Sequence[Appointment]) -> list[Appointment]:
    """Those of the next days who have not confirmed, the soonest first."""
    return [appointment for appointment in ahead if appointment.state == rules.BOOKED][:CALLS_SHOWN]


def _lab(ahead: Sequence[Appointment], branch: Branch, at: datetime) -> list[Slot]:
    """Appointments of the next days whose laboratory work is not back, or was never sent."""
    visits = [(appointment, (appointment.patient_id, branch_day(appointment.starts_at, branch.time_zone))) for appointment in ahead]
    words = lab_words(visit for _appointment, visit in visits)
    return [Slot(appointment, [Mark("lab", words[visit])], at) for appointment, visit in visits if visit in words]
