"""Shifts, rooms, chairs and types: what is refused, and how a week is copied over a change of clocks."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from clinic.lib.errors import InvalidInput, NotAllowed, StaleVersion
from clinic.lib.ids import uuid7
from clinic.scheduling import setup_actions
from clinic.scheduling.models import Chair, Shift
from clinic.scheduling.setup_actions import ChairInUse, NameTaken, ShiftClash, ShiftInUse
from clinic.staff.roles import Role
from tests.scheduling.factories import NOW, book, make_chair, make_shift, moscow, working_day
from tests.staff.factories import dr_orlova, make_branch, make_user, registrar_belova

pytestmark = pytest.mark.django_db


def add(start: datetime, end: datetime, **changes: object) -> Shift:
    asked = {"actor": registrar_belova(), "at": NOW, "user_id": dr_orlova().pk, "branch_id": make_branch().pk, "starts_at": start, "ends_at": end}
    return setup_actions.add_shift(**{**asked, **changes})  # type: ignore[arg-type]


def test_it_adds_a_shift_once_and_names_the_clash() -> None:
    key = uuid7()
    assert add(moscow(9), moscow(15), id=key) == add(moscow(9), moscow(15), id=key)
    with pytest.raises(ShiftClash, match=r"Orlova A\.P\. already works then: 09:00–15:00, Arbat"):
        add(moscow(14), moscow(18), branch_id=make_branch("Nevsky").pk)
    assert add(moscow(15), moscow(18))
    with pytest.raises(InvalidInput):
        add(moscow(20), moscow(20))
    with pytest.raises(InvalidInput) as far:
        add(moscow(9).replace(year=9999), moscow(10).replace(year=9999))
    assert set(far.value.fields) == {"starts_at"}


def test_a_shift_does_not_leave_its_patients() -> None:
    shift = make_shift()
    appointment = book(moscow(16))
    asked = {"actor": registrar_belova(), "at": NOW, "shift_id": shift.pk, "version": 1}
    with pytest.raises(ShiftInUse, match=r"Orlova A\.P\. in the hours given up \(1\)") as refusal:
        setup_actions.cancel_shift(**asked)  # type: ignore[arg-type]
    assert str(appointment.pk) in (refusal.value.link or "")


def test_a_shift_is_shortened_and_ended() -> None:
    shift = make_shift()
    book(moscow(10))
    asked = {"actor": registrar_belova(), "at": NOW, "shift_id": shift.pk, "starts_at": moscow(9), "ends_at": moscow(12)}
    assert setup_actions.change_shift(version=1, **asked).ends_at == moscow(12)  # type: ignore[arg-type]
    with pytest.raises(StaleVersion):
        setup_actions.change_shift(version=1, **asked)  # type: ignore[arg-type]
    empty = make_shift(start=moscow(9, day=24), end=moscow(15, day=24))
    cancelled = setup_actions.cancel_shift(actor=registrar_belova(), at=NOW, shift_id=empty.pk, version=1)
    assert cancelled.cancelled_at == NOW
    assert add(moscow(9, day=24), moscow(15, day=24))


def test_a_week_is_copied_at_the_same_hours_of_the_clock() -> None:
    paris, zone = make_branch("Paris", time_zone="Europe/Paris"), ZoneInfo("Europe/Paris")
    start = datetime(2026, 10, 23, 9, 0, tzinfo=zone)
    make_shift(start=start, end=start + timedelta(hours=8), branch=paris)
    taken = datetime(2026, 10, 24, 9, 0, tzinfo=zone)
    make_shift(start=taken, end=taken + timedelta(hours=4), branch=paris)
    make_shift(start=taken + timedelta(days=7), end=taken + timedelta(days=7, hours=1), branch=paris)
    copied = setup_actions.copy_week(actor=registrar_belova(), at=NOW, branch_id=paris.pk, monday=date(2026, 10, 19))
    assert [shift.starts_at.astimezone(zone) for shift in copied.made] == [datetime(2026, 10, 30, 9, 0, tzinfo=zone)]
    assert copied.skipped == 1


def test_chairs_keep_their_names_apart_and_their_patients() -> None:
    working_day()
    chair = make_chair()
    actor, branch = registrar_belova(), make_branch()
    values = {"name": "Chair 1", "room_id": chair.room_id, "position": 1, "is_active": True}
    with pytest.raises(NameTaken):
        setup_actions.save_chair(actor=actor, at=NOW, branch_id=branch.pk, chair_id=None, version=None, values=values)
    book()
    with pytest.raises(ChairInUse):
        setup_actions.save_chair(actor=actor, at=NOW, branch_id=branch.pk, chair_id=chair.pk, version=1, values={**values, "is_active": False})
    elsewhere = make_chair("Blue", make_branch("Nevsky")).room_id
    with pytest.raises(InvalidInput):
        setup_actions.save_chair(actor=actor, at=NOW, branch_id=branch.pk, chair_id=None, version=None, values={**values, "room_id": elsewhere})
    new = setup_actions.save_chair(actor=actor, at=NOW, branch_id=branch.pk, chair_id=None, version=None, values={**values, "name": "Chair 2"})
    assert Chair.objects.get(name="Chair 2") == new


def test_only_some_roles_set_up() -> None:
    with pytest.raises(NotAllowed):
        add(moscow(9), moscow(15), actor=make_user(Role.DENTIST, username="actor"))
