"""An appointment of the day with what must be known about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from clinic.desk.marks import Mark, marks_of
from clinic.scheduling import queries as scheduling
from clinic.scheduling import rules
from clinic.scheduling.models import Appointment
from clinic.staff.models import User


@dataclass(frozen=True)
class Slot:
    """One line of a day."""

    appointment: Appointment
    marks: Sequence[Mark]
    at: datetime

    @property
    def waiting_minutes(self) -> int | None:
        """How long the patient has sat in the waiting room."""
        if self.appointment.state != rules.ARRIVED:
            return None
        return max(int((self.at - self.appointment.state_at).total_seconds() // 60), 0)

    @property
    def is_late(self) -> bool:
        """Whether the time has come and the patient has not."""
        return self.appointment.state in (rules.BOOKED, rules.CONFIRMED) and self.appointment.starts_at < self.at

    @property
    def diary_url(self) -> str:
        return scheduling.diary_link(self.appointment.branch, self.appointment.starts_at, self.appointment.pk)


def slots_of(appointments: Sequence[Appointment], *, user: User, day: date, at: datetime) -> list[Slot]:
    """The appointments with their marks."""
    marks = marks_of(appointments, user=user, day=day)
    return [Slot(appointment, marks[appointment.pk], at) for appointment in appointments]
