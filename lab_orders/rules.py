"""The life of a laboratory order as pure decisions."""

from collections.abc import Sequence
from datetime import date, timedelta

OUT = frozenset({"sent", "in_work", "remake"})
NEXT_STATES: dict[str, tuple[str, ...]] = {
    "draft": ("sent", "cancelled"),
    "sent": ("in_work", "returned", "cancelled"),
    "in_work": ("try_in", "returned", "cancelled"),
    "try_in": ("in_work", "returned", "remake"),
    "returned": ("fitted", "in_work", "remake"),
    "fitted": ("remake",),
    "remake": ("in_work", "returned", "cancelled"),
    "cancelled": (),
}
BACK_STATES: dict[str, tuple[str, ...]] = {state: tuple(before for before, after in NEXT_STATES.items() if state in after) for state in NEXT_STATES}
"""Where an order may be put back to when its state was set by mistake: to where it can have come from."""
MOVES: dict[str, frozenset[str]] = {state: frozenset((*NEXT_STATES[state], *BACK_STATES[state])) for state in NEXT_STATES}
"""Every change of state there is, forward and back: what the database lets happen."""
CLOSED = frozenset({"fitted", "cancelled"})
NEEDS_REASON = frozenset({"remake", "cancelled"})
LONGEST = timedelta(days=731)
"""How far ahead work is due at most: orthodontic appliances are ordered for the longest."""
STAGES = {"draft": 0, "sent": 1, "in_work": 2, "try_in": 3, "returned": 4, "fitted": 5}


def may_move(state: str, to: str) -> bool:
    """Whether an order may go from one state to another."""
    return to in NEXT_STATES[state]


def standing_trail(changes: Sequence[tuple[str, bool]]) -> list[str]:
    """The states an order went through, without those that were taken back; `changes` are (state, is it a correction)."""
    trail: list[str] = []
    for state, is_correction in changes:
        if is_correction:
            trail.pop()
        else:
            trail.append(state)
    return trail


def state_before(changes: Sequence[tuple[str, bool]]) -> str | None:
    """The state that taking the last step back leads to; None when there is no step to take back."""
    trail = standing_trail(changes)
    return trail[-2] if len(trail) > 1 and trail[-2] in BACK_STATES[trail[-1]] else None


def is_overdue(state: str, due: date, today: date) -> bool:
    """Work that is still with the laboratory after its day."""
    return state in OUT and due < today


def is_back(state: str) -> bool:
    """Whether the work is in the clinic (or needs not come any more)."""
    return state not in OUT and state != "draft"


def stage_dates(start: date, due: date, stages: int) -> list[date]:
    """Even dates for the stages of an order; the last one is the due date."""
    days = (due - start).days
    return [start + timedelta(days=round(days * number / stages)) for number in range(1, stages + 1)]
