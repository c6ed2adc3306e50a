"""The table of teeth agrees with anatomy and with ISO 3950."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charting import teeth


def test_it_knows_52_teeth() -> None:
    assert len(teeth.PERMANENT) == 32
    assert len(teeth.PRIMARY) == 20
    assert sorted(number for row in teeth.ROWS for number in row) == sorted(teeth.ALL)


@pytest.mark.parametrize(
    ("number", "kind", "arch", "roots"),
    [
        (11, "incisor", "upper", 1),
        (23, "canine", "upper", 1),
        (14, "premolar", "upper", 2),
        (35, "premolar", "lower", 1),
        (16, "molar", "upper", 3),
        (46, "molar", "lower", 2),
        (54, "molar", "upper", 3),
        (85, "molar", "lower", 2),
    ],
)
def test_it_knows_each_tooth(number: int, kind: str, arch: str, roots: int) -> None:
    tooth = teeth.TEETH[number]
    assert (tooth.kind, tooth.arch, len(tooth.roots)) == (kind, arch, roots)


@pytest.mark.parametrize("number", teeth.ALL)
def test_a_tooth_has_either_an_edge_or_a_chewing_face(number: int) -> None:
    surfaces = teeth.TEETH[number].surfaces
    assert ("O" in surfaces) != ("I" in surfaces)


def test_primary_teeth_and_their_successors_name_each_other() -> None:
    for number in teeth.PRIMARY:
        successor = teeth.TEETH[number].successor
        assert successor is not None
        assert teeth.TEETH[successor].predecessor == number
        assert teeth.TEETH[successor].arch == teeth.TEETH[number].arch


def test_the_midline_joins_neighbours() -> None:
    assert teeth.TEETH[11].neighbours == (12, 21)
    assert teeth.TEETH[18].neighbours == (17,)
    assert teeth.span(13, 22) == (13, 12, 11, 21, 22)
    with pytest.raises(ValueError, match="different arches"):
        teeth.span(13, 43)


@pytest.mark.parametrize(("years", "rows"), [(None, "permanent"), (35, "permanent"), (8, "mixed"), (3, "primary")])
def test_age_chooses_the_rows_shown_first(years: int | None, rows: str) -> None:
    assert teeth.dentition_at_age(years) == rows


@pytest.mark.parametrize(
    ("number", "surfaces", "classes"),
    [
        (16, ["O"], ("I",)),
        (16, ["V"], ("I",)),
        (15, ["V"], ()),
        (36, ["M", "O", "D"], ("II",)),
        (75, ["D"], ("II",)),
        (14, ["M", "V5"], ("II", "V")),
        (11, ["L"], ("I",)),
        (31, ["L"], ()),
        (11, ["M"], ("III",)),
        (21, ["M", "I"], ("IV",)),
        (43, ["V5"], ("V",)),
        (11, ["I"], ()),
        (36, ["RV", "RM"], ()),
        (36, [], ()),
    ],
)
def test_black_s_class_follows_from_tooth_and_surfaces(number: int, surfaces: list[str], classes: tuple[str, ...]) -> None:
    assert teeth.black_classes(number, set(surfaces)) == classes


@pytest.mark.parametrize(
    ("years", "expected"),
    [
        (0, {"unerupted": 52}),
        (3, {"unerupted": 32}),
        (6, {"unerupted": 26, "erupting": 6}),
        (8, {"unerupted": 20, "erupting": 2, "shed": 8}),
        (13, {"unerupted": 4, "shed": 20}),
        (17, {"shed": 20}),
        (60, {"shed": 20}),
    ],
)
def test_the_age_says_which_teeth_are_still_to_come_and_which_have_gone(years: int, expected: dict[str, int]) -> None:
    found = list(teeth.expected_teeth(years * 12).values())
    assert {state: found.count(state) for state in ("unerupted", "erupting", "shed") if state in found} == expected


@given(st.sampled_from(teeth.ALL), st.integers(-12, 1200))
def test_a_tooth_only_goes_on_with_the_months(number: int, months: int) -> None:
    order = ("unerupted", "erupting", "", "shed")
    now, later = teeth.expected_at(number, months), teeth.expected_at(number, months + 1)
    assert order.index(now) <= order.index(later)


def test_age_is_counted_in_whole_months() -> None:
    assert teeth.months_between(date(2020, 1, 31), date(2020, 2, 29)) == 0
    assert teeth.months_between(date(2019, 11, 22), date(2026, 11, 22)) == 84
    assert teeth.months_between(date(2026, 11, 22), date(2026, 1, 1)) == -11
