"""The life of a laboratory order as pure decisions."""

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
NEEDS_REASON = frozenset({"remake", "cancelled"})
STAGES = {"draft": 0, "sent": 1, "in_work": 2, "try_in": 3, "returned": 4, "fitted": 5}


def may_move(state: str, to: str) -> bool:
    """Whether an order may go from one state to another."""
    return to in NEXT_STATES[state]


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
