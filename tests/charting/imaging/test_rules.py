"""Whose a picture is, and how much of it may be unpacked."""

from datetime import date

import pytest

from charting.imaging import rules


@pytest.mark.parametrize(
    ("written", "names", "is_other"),
    [
        ("Petrov", ["Петров"], False),
        ("PETROFF", ["Петров"], False),
        ("Щербакова", ["Shcherbakova"], False),
        ("Müller", ["Muller"], False),
        ("Durand", ["Петрова", "Дюран"], False),
        ("", ["Петров"], False),
        ("Ivanov", ["Петров"], True),
        ("CompressedSamples", ["Петров"], True),
    ],
)
def test_a_name_in_another_script_is_the_same_name(written: str, names: list[str], *, is_other: bool) -> None:
    assert rules.is_somebody_else(written_name=written, written_born=None, last_names=names, born=None) is is_other


def test_another_date_of_birth_is_another_person_and_none_says_nothing() -> None:
    born = date(1991, 3, 5)
    assert rules.is_somebody_else(written_name="Petrov", written_born=date(1990, 1, 1), last_names=["Петров"], born=born)
    assert not rules.is_somebody_else(written_name="Petrov", written_born=None, last_names=["Петров"], born=born)
    assert not rules.is_somebody_else(written_name="Petrov", written_born=born, last_names=["Петров"], born=born)


def test_bombs_are_too_large_and_panoramas_are_not() -> None:
    assert rules.is_too_large(60000, 60000)
    assert rules.is_too_large(0, 10)
    assert not rules.is_too_large(3000, 1500, 3)


def test_the_middle_frame_stands_for_a_series() -> None:
    assert [rules.middle(frames) for frames in (0, 1, 2, 7)] == [0, 0, 1, 3]
