"""What may be measured around a tooth, and the order in which it is measured.

Millimetres are whole. The gingival margin is signed from the cemento-enamel junction: positive when the margin lies below it
(recession), negative when it covers the crown. Attachment loss is depth plus margin, never less than 0.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from charting import teeth

SITES = ("MV", "V", "DV", "ML", "L", "DL")
"""Sites of a tooth in the order in which they are kept: three vestibular, three lingual or palatal."""
INTERDENTAL = ("MV", "DV", "ML", "DL")
FLAGS = ("bleeding", "suppuration", "plaque", "calculus")
DEEPEST = 20
MARGIN = (-10, 15)
WIDEST_GINGIVA = 15
PROGNOSES = ("good", "fair", "poor", "questionable", "hopeless")
ENTRANCES = ("V", "L", "M", "D")
_UPPER_MOLARS = frozenset(number for number in teeth.ALL if teeth.TEETH[number].kind == "molar" and teeth.TEETH[number].arch == "upper")
_LOWER_MOLARS = frozenset(number for number in teeth.ALL if teeth.TEETH[number].kind == "molar" and teeth.TEETH[number].arch == "lower")
FURCATIONS: dict[str, frozenset[int]] = {
    "V": _UPPER_MOLARS | _LOWER_MOLARS,
    "L": _LOWER_MOLARS,
    "M": _UPPER_MOLARS | {14, 24},
    "D": _UPPER_MOLARS | {14, 24},
}
"""Entrances of the furcation, and the teeth that have each."""

Value = int | str | bool | None


def entrances(tooth: int) -> tuple[str, ...]:
    """The furcation's entrances of a tooth; none when it has one root."""
    return tuple(entrance for entrance in ENTRANCES if tooth in FURCATIONS[entrance])


@dataclass(frozen=True)
class Entry:
    """One thing measured: `measure` at a `place` of a tooth.

    `depth` and `margin` (mm) and the flags have a site of `SITES`; `furcation` (0-3) an entrance, `gingiva` (keratinised, mm) a side
    V or L; `mobility` (0-3, Miller) and `prognosis` no place. None, False or "" takes the value away.
    """

    tooth: int
    measure: str
    place: str
    value: Value


@dataclass(frozen=True)
class Problem:
    """Something that cannot be measured: a stable code and values for the words."""

    code: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Dentition:
    """The teeth on the day of an exam: permanent ones that are not in the mouth, implants, and primary ones that stand in the place of their
    successors."""

    absent: frozenset[int] = frozenset()
    implants: frozenset[int] = frozenset()
    primary: frozenset[int] = frozenset()

    def has(self, tooth: int) -> bool:
        return tooth in self.primary if tooth in teeth.PRIMARY else tooth not in self.absent


def problem_of(entry: Entry, dentition: Dentition) -> Problem | None:
    """What is impossible about an entry on the day of the exam."""
    if entry.tooth in teeth.SUPERNUMERARY:
        return Problem("supernumerary", {"tooth": entry.tooth})
    if entry.tooth not in teeth.ALL:
        return Problem("no_such_tooth", {"tooth": entry.tooth})
    if not dentition.has(entry.tooth):
        return Problem("tooth_absent", {"tooth": entry.tooth})
    check = _PROBLEMS.get(entry.measure)
    return check(entry, dentition.implants) if check else Problem("no_such_measure", _told(entry))


def _told(entry: Entry) -> dict[str, Any]:
    return {"tooth": entry.tooth, "measure": entry.measure, "place": entry.place, "value": entry.value}


def _flag_problem(entry: Entry, _implants: frozenset[int]) -> Problem | None:
    if entry.place not in SITES:
        return Problem("no_such_place", _told(entry))
    return None if isinstance(entry.value, bool) else Problem("yes_or_no", _told(entry))


def _prognosis_problem(entry: Entry, _implants: frozenset[int]) -> Problem | None:
    return None if entry.value in ("", *PROGNOSES) else Problem("no_such_prognosis", _told(entry))


def _number_at(places: tuple[str, ...], least: int, most: int) -> Callable[[Entry, frozenset[int]], Problem | None]:
    def problem(entry: Entry, _implants: frozenset[int]) -> Problem | None:
        return _number_problem(entry, least, most) if entry.place in places else Problem("no_such_place", _told(entry))

    return problem


def _furcation_problem(entry: Entry, implants: frozenset[int]) -> Problem | None:
    if entry.tooth in implants or entry.place not in entrances(entry.tooth):
        return Problem("no_such_furcation", _told(entry))
    return _number_problem(entry, 0, 3)


def _number_problem(entry: Entry, least: int, most: int) -> Problem | None:
    if entry.value is None:
        return None
    if isinstance(entry.value, bool) or not isinstance(entry.value, int) or not least <= entry.value <= most:
        return Problem(f"no_such_{entry.measure}", {**_told(entry), "least": least, "most": most})
    return None


_PROBLEMS: dict[str, Callable[[Entry, frozenset[int]], Problem | None]] = {
    "depth": _number_at(SITES, 0, DEEPEST),
    "margin": _number_at(SITES, *MARGIN),
    "gingiva": _number_at(("V", "L"), 0, WIDEST_GINGIVA),
    "mobility": _number_at(("",), 0, 3),
    "furcation": _furcation_problem,
    "prognosis": _prognosis_problem,
    **dict.fromkeys(FLAGS, _flag_problem),
}


def standing(gone: Collection[int], marked: Collection[int], usual: str) -> tuple[list[int], list[int]]:
    """Permanent teeth that are not in the mouth, and primary ones that stand in the place of their successors.

    `gone` are the teeth of which the chart says that they are not there, `marked` those of which it says anything else; `usual` is the
    dentition of the patient's age. In a primary dentition a permanent tooth is there only when the chart tells of it; a primary tooth is
    there in a primary or mixed dentition, and later only when the chart tells of it.
    """
    absent = [number for number in teeth.PERMANENT if number in gone or (usual == "primary" and number not in marked)]
    primary = [
        number
        for number in teeth.PRIMARY
        if teeth.TEETH[number].successor in absent and number not in gone and (usual != "permanent" or number in marked)
    ]
    return absent, primary
