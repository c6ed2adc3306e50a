"""Teeth by ISO 3950 (FDI two-digit notation): what each tooth is, its surfaces, roots, canals and neighbours.

The first digit is the quadrant as the patient has it (1 upper right, 2 upper left, 3 lower left, 4 lower right; 5-8 the same in the
primary dentition), the second the position counted from the midline.

ISO 3950 gives a supernumerary tooth no code of its own. Its place is beside a tooth, so its code is 100 and the tooth beside it: 111 beside 11.
There is one such code a tooth, as in the American numbering (51-82, AS-TS); it is written 11S. It is in a mouth only when it was found there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Literal

Kind = Literal["incisor", "canine", "premolar", "molar"]
Arch = Literal["upper", "lower"]

PERMANENT = tuple(quadrant * 10 + position for quadrant in (1, 2, 3, 4) for position in range(1, 9))
PRIMARY = tuple(quadrant * 10 + position for quadrant in (5, 6, 7, 8) for position in range(1, 6))
ALL = PERMANENT + PRIMARY
BESIDE = 100
SUPERNUMERARY = tuple(BESIDE + number for number in ALL)
KNOWN = ALL + SUPERNUMERARY

ANTERIOR = tuple(number for number in KNOWN if number % 10 <= 3)
POSTERIOR = tuple(number for number in KNOWN if number % 10 > 3)

# V is vestibular (buccal, labial), L is lingual (palatal above), V5 and L5 are their cervical thirds (class V);
# RM, RD, RV and RL are the root's surfaces, below the cemento-enamel junction.
ROOT_SURFACES = ("RM", "RD", "RV", "RL")
SURFACES = ("M", "D", "O", "I", "V", "L", "V5", "L5", *ROOT_SURFACES)
POSTERIOR_SURFACES = ("M", "D", "O", "V", "L", "V5", "L5", *ROOT_SURFACES)
ANTERIOR_SURFACES = ("M", "D", "I", "V", "L", "V5", "L5", *ROOT_SURFACES)

# Rows of an odontogram, as one looks at the patient: the patient's right is on the left.
UPPER_ROW = (18, 17, 16, 15, 14, 13, 12, 11, 21, 22, 23, 24, 25, 26, 27, 28)
LOWER_ROW = (48, 47, 46, 45, 44, 43, 42, 41, 31, 32, 33, 34, 35, 36, 37, 38)
UPPER_PRIMARY_ROW = (55, 54, 53, 52, 51, 61, 62, 63, 64, 65)
LOWER_PRIMARY_ROW = (85, 84, 83, 82, 81, 71, 72, 73, 74, 75)
ROWS = (UPPER_ROW, LOWER_ROW, UPPER_PRIMARY_ROW, LOWER_PRIMARY_ROW)

_ONE_ROOT = ("R",)
_UPPER_MOLAR_ROOTS = ("MB", "DB", "P")
_LOWER_MOLAR_ROOTS = ("MR", "DR")
_TWO_ROOTS = ("BR", "PR")

_ONE_CANAL = ("C",)
_TWO_CANALS = ("B", "L")
_UPPER_MOLAR_CANALS = ("MB1", "MB2", "DB1", "P1")
_LOWER_MOLAR_CANALS = ("MBC", "MLC", "DC", "DBC", "DLC")

ROOT_CODES = tuple(
    dict.fromkeys(
        _ONE_ROOT + _UPPER_MOLAR_ROOTS + _LOWER_MOLAR_ROOTS + _TWO_ROOTS + _ONE_CANAL + _TWO_CANALS + _UPPER_MOLAR_CANALS + _LOWER_MOLAR_CANALS
    )
)


@dataclass(frozen=True)
class Tooth:
    """One tooth of the human dentition, or a supernumerary one beside it."""

    number: int

    @property
    def is_supernumerary(self) -> bool:
        return self.number > BESIDE

    @property
    def neighbour(self) -> int:
        """The tooth that gives it its place: itself, unless it is supernumerary."""
        return self.number % BESIDE

    @property
    def quadrant(self) -> int:
        return self.neighbour // 10

    @property
    def position(self) -> int:
        return self.number % 10

    @property
    def is_primary(self) -> bool:
        return self.quadrant >= 5

    @property
    def arch(self) -> Arch:
        return "upper" if self.quadrant in (1, 2, 5, 6) else "lower"

    @property
    def is_right(self) -> bool:
        """On the patient's right side."""
        return self.quadrant in (1, 4, 5, 8)

    @property
    def is_anterior(self) -> bool:
        return self.position <= 3

    @property
    def kind(self) -> Kind:
        if self.position <= 2:
            return "incisor"
        if self.position == 3:
            return "canine"
        return "molar" if self.is_primary or self.position > 5 else "premolar"

    @property
    def surfaces(self) -> tuple[str, ...]:
        """The surfaces it has: an incisal edge in front, an occlusal face behind."""
        return ANTERIOR_SURFACES if self.is_anterior else POSTERIOR_SURFACES

    @property
    def roots(self) -> tuple[str, ...]:
        """Its roots as they usually are."""
        if self.is_supernumerary:
            return _ONE_ROOT
        if self.kind == "molar":
            return _UPPER_MOLAR_ROOTS if self.arch == "upper" else _LOWER_MOLAR_ROOTS
        return _TWO_ROOTS if self.number in (14, 24) else _ONE_ROOT

    @property
    def canals(self) -> tuple[str, ...]:
        """Canals that may be found and treated in it."""
        if self.is_supernumerary:
            return _ONE_CANAL
        if self.kind == "molar":
            return _UPPER_MOLAR_CANALS if self.arch == "upper" else _LOWER_MOLAR_CANALS
        return _ONE_CANAL if self.arch == "upper" and self.is_anterior else _ONE_CANAL + _TWO_CANALS

    @cached_property
    def neighbours(self) -> tuple[int, ...]:
        """The teeth beside it in its row, left one first as drawn; of a supernumerary one the tooth that gives it its place."""
        if self.is_supernumerary:
            return (self.neighbour,)
        row = row_of(self.number)
        place = row.index(self.number)
        return row[max(place - 1, 0) : place] + row[place + 1 : place + 2]

    @property
    def successor(self) -> int | None:
        """The permanent tooth that takes a primary tooth's place."""
        return self.number - 40 if self.is_primary and not self.is_supernumerary else None

    @property
    def predecessor(self) -> int | None:
        """The primary tooth whose place a permanent tooth takes; molars have none."""
        return self.number + 40 if not self.is_primary and self.position <= 5 and not self.is_supernumerary else None


TEETH = {number: Tooth(number) for number in KNOWN}


def _teeth_by_parts() -> dict[tuple[str, ...], tuple[int, ...]]:
    found: dict[tuple[str, ...], tuple[int, ...]] = {}
    for tooth in TEETH.values():
        parts = tuple(sorted({*tooth.roots, *tooth.canals}))
        found[parts] = (*found.get(parts, ()), tooth.number)
    return found


TEETH_BY_PARTS = _teeth_by_parts()  # the roots and canals of a tooth, and all teeth that have just these


def row_of(number: int) -> tuple[int, ...]:
    """The row of the odontogram where the tooth stands; a supernumerary one stands in that of its neighbour."""
    return next(row for row in ROWS if number % BESIDE in row)


def place_in_row(number: int) -> tuple[int, int]:
    """Sorts teeth of a row as they are drawn; a supernumerary one follows its neighbour."""
    return row_of(number).index(number % BESIDE), number


def span(first: int, last: int) -> tuple[int, ...]:
    """All teeth from one to the other in the same row, in drawing order.

    :raises ValueError: when they stand in different rows.
    """
    row = row_of(first)
    if last not in row:
        raise ValueError(f"{first} and {last} stand in different arches")
    start, end = sorted((row.index(first), row.index(last)))
    return row[start : end + 1]


def ordered_surfaces(surfaces: set[str] | frozenset[str]) -> tuple[str, ...]:
    """Surfaces in the order they are written: mesial, occlusal or incisal, distal, vestibular, lingual (MOD, MODVL), the root's last."""
    return tuple(code for code in ("M", "O", "I", "D", "V", "L", "V5", "L5", *ROOT_SURFACES) if code in surfaces)


def black_classes(number: int, surfaces: set[str] | frozenset[str]) -> tuple[str, ...]:
    """The classes of G. V. Black (1908) that decay of these surfaces belongs to, by what the surfaces alone can tell.

    I: pits and fissures: chewing faces, cheek and tongue pits of molars, tongue pits of upper front teeth. II: sides of back teeth.
    III and IV: sides of front teeth, without and with the incisal edge. V: cervical thirds. Class VI, added later for cusp tips and
    worn edges, cannot be told from a surface, and a root has no class.
    """
    tooth = TEETH[number]
    has_side, found = bool(surfaces & {"M", "D"}), []
    if tooth.is_anterior:
        if has_side:
            found.append("IV" if "I" in surfaces else "III")
        elif surfaces & {"L", "I"} == {"L"} and tooth.arch == "upper":
            found.append("I")
    elif has_side:
        found.append("II")
    elif "O" in surfaces or (tooth.kind == "molar" and surfaces & {"V", "L"}):
        found.append("I")
    return (*found, "V") if surfaces & {"V5", "L5"} else tuple(found)


def dentition_at_age(years: int | None) -> Literal["permanent", "mixed", "primary"]:
    """The rows that are shown first for a patient of this age."""
    if years is None or years >= 14:
        return "permanent"
    return "primary" if years < 6 else "mixed"


# When teeth come through and primary ones fall out, in months of age: the eruption charts of the American Dental Association
# (Permanent Teeth Eruption Chart, Primary Teeth Eruption Chart), after Logan and Kronfeld 1933 with the corrections of McCall and Schour.
# By position from the midline: the youngest and the oldest usual age.
_Span = tuple[int, int]
_PERMANENT_ERUPTS: dict[Arch, tuple[_Span, ...]] = {
    "upper": ((84, 96), (96, 108), (132, 144), (120, 132), (120, 144), (72, 84), (144, 156), (204, 252)),
    "lower": ((72, 84), (84, 96), (108, 120), (120, 144), (132, 144), (72, 84), (132, 156), (204, 252)),
}
_PRIMARY_ERUPTS: dict[Arch, tuple[_Span, ...]] = {
    "upper": ((8, 12), (9, 13), (16, 22), (13, 19), (25, 33)),
    "lower": ((6, 10), (10, 16), (17, 23), (14, 18), (23, 31)),
}
_PRIMARY_SHEDS: dict[Arch, tuple[_Span, ...]] = {
    "upper": ((72, 84), (84, 96), (120, 144), (108, 132), (120, 144)),
    "lower": ((72, 84), (84, 96), (108, 144), (108, 132), (120, 144)),
}
Expected = Literal["", "unerupted", "erupting", "shed"]


def expected_at(number: int, months: int) -> Expected:
    """What the age alone says of a tooth: still in the jaw, coming through, fallen out; nothing when it says that the tooth stands."""
    tooth = TEETH[number]
    erupts = (_PRIMARY_ERUPTS if tooth.is_primary else _PERMANENT_ERUPTS)[tooth.arch][tooth.position - 1]
    if months < erupts[0]:
        return "unerupted"
    if tooth.is_primary and months >= _PRIMARY_SHEDS[tooth.arch][tooth.position - 1][1]:
        return "shed"
    is_third_molar = tooth.position == 8
    return "erupting" if months < erupts[1] and not is_third_molar else ""


@lru_cache(maxsize=512)
def expected_teeth(months: int) -> Mapping[int, Expected]:
    """What the age says of each tooth of which it says anything."""
    return {number: state for number in ALL if (state := expected_at(number, months))}


def months_between(born: date, day: date) -> int:
    """Whole months of age."""
    return (day.year - born.year) * 12 + day.month - born.month - (day.day < born.day)
