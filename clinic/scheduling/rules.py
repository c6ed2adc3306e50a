"""Decisions of the diary on plain values: states, working hours, free slots."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

BOOKED, CONFIRMED, ARRIVED, SEATED = "booked", "confirmed", "arrived", "seated"
DONE, CANCELLED, NO_SHOW = "done", "cancelled", "no_show"

SHORTEST, LONGEST = timedelta(minutes=5), timedelta(hours=12)
EARLIEST_ARRIVAL = timedelta(hours=12)
STEP = timedelta(minutes=5)
BACK = timedelta(days=1)
AHEAD_AT_MOST = timedelta(days=3 * 366)
FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)

FREED = frozenset({CANCELLED, NO_SHOW})
AHEAD = frozenset({BOOKED, CONFIRMED, ARRIVED})
MOVABLE = AHEAD | {SEATED}
RECEIVING = frozenset({ARRIVED, SEATED})

TRANSITIONS: dict[str, frozenset[str]] = {
    BOOKED: frozenset({CONFIRMED, ARRIVED, SEATED, CANCELLED, NO_SHOW}),
    CONFIRMED: frozenset({ARRIVED, SEATED, CANCELLED, NO_SHOW}),
    ARRIVED: frozenset({SEATED, CANCELLED, NO_SHOW}),
    SEATED: frozenset({DONE, CANCELLED}),
    DONE: frozenset(),
    CANCELLED: frozenset({BOOKED}),
    NO_SHOW: frozenset({BOOKED, ARRIVED}),
}


@dataclass(frozen=True, order=True)
class Span:
    """A stretch of time from its first instant up to, not including, its last."""

    start: datetime
    end: datetime

    def overlaps(self, other: "Span") -> bool:
        return self.start < other.end and other.start < self.end


def is_undo(trail: list[str], state: str) -> bool:
    """Whether `state` takes back the last step of `trail` (the states so far, oldest first)."""
    return len(trail) > 1 and trail[-2] == state


def may_become(trail: list[str], state: str) -> bool:
    """Whether an appointment with this trail of states may go to `state`: by the table, or back by one step."""
    return state in TRANSITIONS[trail[-1]] or is_undo(trail, state)


def is_too_early(state: str, *, starts_at: datetime, at: datetime) -> bool:
    """Nobody arrives half a day before the time, and nobody has failed to come before it."""
    if state == NO_SHOW:
        return at < starts_at
    return state in (ARRIVED, SEATED, DONE) and at < starts_at - EARLIEST_ARRIVAL


def is_in_reach(starts_at: datetime, *, at: datetime) -> bool:
    """Whether a start may be given to an appointment: from a day ago, for what the desk writes down late, to three years ahead."""
    return at - BACK <= starts_at <= at + AHEAD_AT_MOST


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same time in as few spans as possible, in order; spans that touch become one."""
    result: list[Span] = []
    for span in sorted(spans):
        if result and span.start <= result[-1].end:
            result[-1] = Span(result[-1].start, max(result[-1].end, span.end))
        else:
            result.append(span)
    return result


def is_covered(wanted: Span, working: Iterable[Span]) -> bool:
    """Whether the wanted time lies inside working time, also across two shifts that touch."""
    return any(span.start <= wanted.start and wanted.end <= span.end for span in merged(working))


def without(working: Iterable[Span], busy: Iterable[Span]) -> list[Span]:
    """Working time that is not taken."""
    gaps: list[Span] = []
    taken = merged(busy)
    for span in merged(working):
        start = span.start
        for other in taken:
            if not other.overlaps(span):
                continue
            if other.start > start:
                gaps.append(Span(start, other.start))
            start = max(start, other.end)
        if start < span.end:
            gaps.append(Span(start, span.end))
    return gaps


def slots(gaps: Iterable[Span], length: timedelta, *, grid: datetime) -> Iterator[Span]:
    """Every stretch of `length` on the five-minute grid counted from `grid` that fits into a gap, earliest first."""
    for gap in gaps:
        start = gap.start + (grid - gap.start) % STEP
        while start + length <= gap.end:
            yield Span(start, start + length)
            start += STEP
