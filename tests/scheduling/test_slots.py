"""Free time by `rules`, against a brute-force walk over five-minute cells."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from clinic.scheduling import rules
from clinic.scheduling.rules import Span

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
CELL = timedelta(minutes=5)


@st.composite
def spans(draw: st.DrawFn) -> Span:
    start = draw(st.integers(0, 100))
    return Span(MONDAY + start * CELL, MONDAY + (start + draw(st.integers(1, 40))) * CELL)


many = st.lists(spans(), max_size=6)


def cells(span: Span) -> set[int]:
    return set(range((span.start - MONDAY) // CELL, (span.end - MONDAY) // CELL))


def all_cells(several: list[Span]) -> set[int]:
    return set().union(*(cells(span) for span in several))


@given(many)
def test_merged_spans_hold_the_same_time_apart_from_each_other(several: list[Span]) -> None:
    result = rules.merged(several)
    assert all_cells(result) == all_cells(several)
    assert all(first.end < second.start for first, second in pairwise(result))


@given(spans(), many)
def test_covered_means_every_cell(wanted: Span, working: list[Span]) -> None:
    assert rules.is_covered(wanted, working) == (cells(wanted) <= all_cells(working))


@given(many, many, st.integers(1, 12))
def test_slots_are_exactly_those_a_walk_finds(working: list[Span], busy: list[Span], length: int) -> None:
    free = all_cells(working) - all_cells(busy)
    walked = [start for start in range(200) if set(range(start, start + length)) <= free]
    found = rules.slots(rules.without(working, busy), length * CELL, grid=MONDAY)
    assert [(span.start - MONDAY) // CELL for span in found] == walked


@given(st.integers(1, 4))
def test_slots_stand_on_the_grid(minutes: int) -> None:
    gap = Span(MONDAY + timedelta(minutes=minutes), MONDAY + timedelta(minutes=22))
    assert [span.start - MONDAY for span in rules.slots([gap], timedelta(minutes=10), grid=MONDAY)] == [timedelta(minutes=5), timedelta(minutes=10)]
