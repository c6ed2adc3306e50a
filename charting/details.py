"""What is told of a finding beyond its place and its degree: a direction, a measured amount, since when. No Django here."""

import re
from dataclasses import dataclass
from datetime import date

from charting import sites
from charting.rules import Problem

SIDEWAYS = ("mesial", "distal", "vestibular", "lingual")
DIRECTIONS: dict[str, tuple[str, ...]] = {
    "drift": SIDEWAYS,
    "rotation": ("mesial", "distal"),
    "tipping": SIDEWAYS,
    "percussion": ("vertical", "horizontal"),
    "supernumerary": SIDEWAYS,
}
"""Findings that always have a direction: where the tooth went, leans or stands beside its neighbour, where its front turned, how it was tapped."""
NEEDS_SEVERITY = frozenset({"cold_test", "heat_test", "percussion", "angle_class"})
"""Tests, which are nothing without their outcome, and Angle's class."""
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
    **dict.fromkeys(sites.LESIONS, Scale("mm", 1, 99)),
    sites.OPENING: Scale("mm", 0, 60),
    "jaw_deviation": Scale("mm", 1, 15),
    "midline_shift": Scale("mm", 1, 15),
    "open_bite": Scale("mm", 1, 20),
    "overjet": Scale("mm", -15, 20),
    "overbite": Scale("mm", -15, 15),
}
DATED = frozenset({"missing"})
"""Findings that may say since when: a year, a month or a day, as well as the patient remembers."""


@dataclass(frozen=True)
class Told:
    """A finding's details as they were told."""

    kind: str
    severity: str = ""
    direction: str = ""
    amount: int | None = None
    since: str = ""


def has_detail(kind: str, severity: str, direction: str = "") -> bool:
    """Whether a finding is entered so: with the direction and the outcome that it needs."""
    return bool(direction) == (kind in DIRECTIONS) and (bool(severity) or kind not in NEEDS_SEVERITY)


def needs_amount(kind: str, severity: str) -> bool:
    """An electric test says at how many microamperes the tooth answered, or that it did not; an opening or an overjet is its millimetres."""
    return (kind == ELECTRIC and severity == "") or kind in sites.MEASURED


def problems(told: Told, *, day: date, born: date | None = None) -> list[Problem]:
    """What is impossible about the details of a finding, or is missing from them; `day` is the day on which it is noted."""
    found = _direction_problems(told.kind, told.direction)
    if told.kind in NEEDS_SEVERITY and not told.severity:
        found.append(Problem("class_needed" if told.kind == "angle_class" else "outcome_needed", "severity"))
    found += _amount_problems(told.kind, told.severity, told.amount)
    return found + (_since_problems(told, day, born) if told.since else [])


def _direction_problems(kind: str, direction: str) -> list[Problem]:
    known = DIRECTIONS.get(kind, ())
    if not direction:
        return [Problem("direction_needed", "direction")] if known else []
    return [] if direction in known else [Problem("no_such_direction", "direction", {"direction": direction})]


def _amount_problems(kind: str, severity: str, amount: int | None) -> list[Problem]:
    if amount is None:
        needed = Problem("current_needed", "amount") if kind == ELECTRIC else Problem("amount_needed", "amount", {"unit": "mm"})
        return [needed] if needs_amount(kind, severity) else []
    scale = AMOUNTS.get(kind)
    if scale is None:
        return [Problem("finding_has_no_amount", "amount")]
    if kind == ELECTRIC and severity:
        return [Problem("no_response_no_current", "amount")]
    if not scale.least <= amount <= scale.most:
        return [Problem("amount_out_of_range", "amount", {"least": scale.least, "most": scale.most, "unit": scale.unit})]
    return []


def _since_problems(told: Told, day: date, born: date | None) -> list[Problem]:
    if told.kind not in DATED:
        return [Problem("finding_has_no_day", "since")]
    if told.severity == "agenesis":
        return [Problem("never_there", "since")]
    if not is_partial_date(told.since):
        return [Problem("no_such_day", "since")]
    if told.since > day.isoformat():
        return [Problem("day_in_future", "since")]
    if born and told.since < born.isoformat()[: len(told.since)]:
        return [Problem("before_birth", "since")]
    return []


def is_partial_date(text: str) -> bool:
    """`2015`, `2015-06` or `2015-06-03`, as ISO 8601 writes a date of reduced precision."""
    if not re.fullmatch(r"[0-9]{4}(-[0-9]{2}){0,2}", text):
        return False
    try:
        date.fromisoformat(text + "-01-01"[len(text) - 4 :])
    except ValueError:
        return False
    return True


def site_problems(kind: str, site: str, tooth: int | None) -> list[Problem]:
    """What is impossible about the place of a finding, or is missing from it."""
    found = [Problem("not_of_a_tooth", "tooth")] if tooth is not None and kind in sites.OF_MOUTH else []
    known = sites.SITES.get(kind, ())
    if not site:
        return [*found, Problem("site_needed", "site")] if known else found
    return found if site in known else [*found, Problem("no_such_site", "site", {"site": site})]
