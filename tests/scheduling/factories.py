"""Chairs, shifts and appointments, for tests."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from clinic.patients.models import Patient
from clinic.scheduling import actions
from clinic.scheduling.models import Appointment, AppointmentType, Chair, Room, Shift
from clinic.staff.models import Branch, User
from clinic.staff.roles import Role
from tests.patients.factories import make_patient, petrov
from tests.staff.factories import dr_orlova, make_branch, make_user, registrar_belova

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def moscow(hour: int, minute: int = 0, *, day: int = 23, month: int = 11) -> datetime:
    """An hour of Monday 23 November 2026 on the wall clock of Arbat."""
    return datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo("Europe/Moscow"))


def make_chair(name: str = "Chair 1", branch: Branch | None = None) -> Chair:
    """A chair in a room of its own; the same one on every call."""
    branch = branch or make_branch()
    found = Chair.objects.filter(branch=branch, name=name).first()
    if found:
        return found
    room = Room.objects.create(branch=branch, name=f"Room of {name}")
    return Chair.objects.create(branch=branch, room=room, name=name, position=Chair.objects.count())


def make_type(name: str = "Осмотр", minutes: int = 30) -> AppointmentType:
    return AppointmentType.objects.get_or_create(name_ru=name, defaults={"minutes": minutes, "name_en": "Check-up", "name_fr": "Contrôle"})[0]


def make_shift(user: User | None = None, start: datetime | None = None, end: datetime | None = None, branch: Branch | None = None) -> Shift:
    """Dr Orlova works from 9 to 18 unless said otherwise."""
    return Shift.objects.create(user=user or dr_orlova(), branch=branch or make_branch(), starts_at=start or moscow(9), ends_at=end or moscow(18))


def dr_sokolov() -> User:
    """A second dentist; the same one on every call."""
    found = User.objects.filter(username="sokolov").first()
    return found or make_user(Role.DENTIST, username="sokolov", last_name="Sokolov", first_name="Boris", patronymic="")


def assistant_lebedev() -> User:
    return User.objects.filter(username="lebedev").first() or make_user(Role.ASSISTANT, username="lebedev")


def dupont() -> Patient:
    """A second patient; the same one on every call."""
    return Patient.objects.filter(last_name="Dupont").first() or make_patient("Dupont", "Claire")


def working_day() -> None:
    """Both dentists work on Monday from 9 to 18."""
    for dentist in (dr_orlova(), dr_sokolov()):
        make_shift(dentist)


def book(start: datetime | None = None, minutes: int = 60, **changes: Any) -> Appointment:
    """Belova books Petrov with Dr Orlova in chair 1 at ten, unless said otherwise."""
    starts_at = start or moscow(10)
    asked: dict[str, Any] = {
        "actor": registrar_belova(),
        "at": NOW,
        "patient_id": petrov().pk,
        "dentist_id": dr_orlova().pk,
        "chair_id": make_chair().pk,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=minutes),
    }
    return actions.book(**{**asked, **changes})
