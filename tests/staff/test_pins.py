"""PINs for shared PCs: chosen by their owner, hard to guess, locked after five wrong tries."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from clinic.lib.errors import InvalidInput
from clinic.staff import pins, rules
from clinic.staff.roles import Role
from tests.staff.factories import dr_orlova, make_user


@given(st.text(max_size=10))
def test_a_pin_is_four_to_eight_ascii_digits(text: str) -> None:
    assert rules.is_pin(text) == (4 <= len(text) <= 8 and set(text) <= set("0123456789"))


@pytest.mark.parametrize("pin", ["0000", "1234", "98765", "1212", "77777777", "2323232"[:6]])
def test_easy_pins_are_recognised(pin: str) -> None:
    assert rules.is_easy_pin(pin)


@pytest.mark.parametrize("pin", ["4071", "1357", "90210", "12344321"])
def test_other_pins_are_not(pin: str) -> None:
    assert not rules.is_easy_pin(pin)


@pytest.mark.django_db
@pytest.mark.parametrize("pin", ["123", "1234", "12a4", "٤٠٧١", "123456789"])
def test_it_refuses_bad_pins(pin: str) -> None:
    with pytest.raises(InvalidInput):
        pins.set_pin(user=dr_orlova(), pin=pin, actor=dr_orlova())


@pytest.mark.django_db
def test_a_manager_erases_a_pin_but_does_not_choose_it() -> None:
    manager = make_user(Role.MANAGER)
    with pytest.raises(InvalidInput):
        pins.set_pin(user=dr_orlova(), pin="4071", actor=manager)
    pins.set_pin(user=dr_orlova(), pin="4071", actor=dr_orlova())
    assert pins.set_pin(user=dr_orlova(), pin="", actor=manager).pin == ""


@pytest.mark.django_db
def test_five_wrong_pins_lock_it_for_a_quarter_of_an_hour() -> None:
    user, now = pins.set_pin(user=dr_orlova(), pin="4071", actor=dr_orlova()), timezone.now()
    for _attempt in range(4):
        with pytest.raises(pins.WrongPin):
            pins.check_pin(user=user, pin="9999", at=now)
    with pytest.raises(pins.PinLocked):
        pins.check_pin(user=user, pin="9999", at=now)
    with pytest.raises(pins.PinLocked, match="minutes"):
        pins.check_pin(user=user, pin="4071", at=now)
    pins.check_pin(user=user, pin="4071", at=now + timedelta(minutes=16))


@pytest.mark.django_db
def test_nobody_passes_without_a_pin() -> None:
    with pytest.raises(pins.WrongPin):
        pins.check_pin(user=dr_orlova(), pin="", at=timezone.now())
