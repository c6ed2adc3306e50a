"""What is told of a finding beyond its place and its degree: a direction, a measured amount. No Django here."""

from dataclasses import dataclass

from charting.rules import Problem

SIDEWAYS = ("mesial", "distal", "vestibular", "lingual")
DIRECTIONS: dict[str, tuple[str, ...]] = {
    "drift": SIDEWAYS,
    "rotation": ("mesial", "distal"),
    "tipping": SIDEWAYS,
    "percussion": ("vertical", "horizontal"),
}
"""Findings that always have a direction: where the tooth went or leans, where its front turned, how it was tapped."""
NEEDS_SEVERITY = frozenset({"cold_test", "heat_test", "percussion"})
"""Tests, which are nothing without their outcome."""
ELECTRIC = "electric_test"


@dataclass(frozen=True)
class Scale:
    """A whole number with its unit, within what can be."""

    unit: str
    least: int
    most: int


AMOUNTS = {
    "drift": Scale("mm", 1, 15),
    "extrusion": Scale("mm", 1, 15),
    "rotation": Scale("°", 5, 180),
    "tipping": Scale("°", 5, 90),
    "periapical_lesion": Scale("mm", 1, 40),
    ELECTRIC: Scale("µA", 0, 200),
}


def has_detail(kind: str, severity: str, direction: str = "") -> bool:
    """Whether a finding is entered so: with the direction and the outcome that it needs."""
    return bool(direction) == (kind in DIRECTIONS) and (bool(severity) or kind not in NEEDS_SEVERITY)


def needs_amount(kind: str, severity: str) -> bool:
    """An electric test says at how many microamperes the tooth answered, or that it did not."""
    return kind == ELECTRIC and severity == ""


def problems(*, kind: str, severity: str, direction: str, amount: int | None) -> list[Problem]:
    """What is impossible about the direction and the amount of a finding, or is missing from it."""
    found = _direction_problems(kind, direction)
    if kind in NEEDS_SEVERITY and not severity:
        found.append(Problem("outcome_needed", "severity"))
    return found + _amount_problems(kind, severity, amount)


def _direction_problems(kind: str, direction: str) -> list[Problem]:
    known = DIRECTIONS.get(kind, ())
    if not direction:
        return [Problem("direction_needed", "direction")] if known else []
    return [] if direction in known else [Problem("no_such_direction", "direction", {"direction": direction})]


def _amount_problems(kind: str, severity: str, amount: int | None) -> list[Problem]:
    if amount is None:
        return [Problem("current_needed", "amount")] if needs_amount(kind, severity) else []
    scale = AMOUNTS.get(kind)
    if scale is None:
        return [Problem("finding_has_no_amount", "amount")]
    if kind == ELECTRIC and severity:
        return [Problem("no_response_no_current", "amount")]
    if not scale.least <= amount <= scale.most:
        return [Problem("amount_out_of_range", "amount", {"least": scale.least, "most": scale.most, "unit": scale.unit})]
    return []
