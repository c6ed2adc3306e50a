"""How a tooth is written for a reader: one stored code (FDI, ISO 3950), four ways to show and type it, one to one.

Universal (ADA) counts 1-32 and A-T from the upper right third molar round to the lower right one. Palmer writes the position within
the corner of its quadrant (letters A-E for primary teeth). Haderup writes the position with a plus above, a minus below, on the
midline's side, and a 0 before a primary one.

A supernumerary tooth is written as the tooth beside it with an S: 16S, AS, 6S┘, 6S+; the American numbering adds 50 to a permanent one: 53.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from charting import teeth
from clinic.staff.models import Notation

_CORNERS = {1: ("", "┘"), 2: ("└", ""), 3: ("┌", ""), 4: ("", "┐")}
_QUADRANT_LETTERS = {1: "UR", 2: "UL", 3: "LL", 4: "LR"}
_SIGNS = {1: ("", "+"), 2: ("+", ""), 3: ("-", ""), 4: ("", "-")}
_ROUND = (*teeth.UPPER_ROW, *reversed(teeth.LOWER_ROW))
_ROUND_PRIMARY = (*teeth.UPPER_PRIMARY_ROW, *reversed(teeth.LOWER_PRIMARY_ROW))

_CYRILLIC_SURFACES = str.maketrans("МДОИВЛК", "MDOIVLR")
_SURFACE = r"R[MDVL](?!5)|[A-Z]5?"
_SURFACES = re.compile(rf"(?:{_SURFACE}){{0,12}}")

_shown: ContextVar[str] = ContextVar("notation", default=Notation.FDI)


@contextmanager
def shown_in(notation: str) -> Iterator[None]:
    """Within it `code` writes teeth in this notation. Outside, as in documents, exports and history, it is FDI."""
    token = _shown.set(notation)
    try:
        yield
    finally:
        _shown.reset(token)


def current() -> str:
    """The notation teeth are written in now."""
    return _shown.get()


def code(number: int, notation: str | None = None) -> str:
    """The tooth as the notation writes it: 16, 3, 6┘ or 6+.

    :raises KeyError: when there is no such tooth.
    """
    return CODES[notation or _shown.get()][number]


def fdi(number: int) -> str:
    """The tooth as papers and exports write it, whoever reads them."""
    return CODES[Notation.FDI].get(number, str(number))


def for_scripts() -> dict[str, dict[Any, Any]]:
    """What a page's script needs to write and read teeth in the reader's notation."""
    return {"codes": CODES[_shown.get()], "typed": TYPED[_shown.get()]}


def in_words(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a sentence with its `tooth` as the reader writes it; a number that is no tooth stays."""
    tooth = values.get("tooth")
    return {**values, "tooth": CODES[_shown.get()].get(tooth, tooth)} if isinstance(tooth, int) else dict(values)


def parse(text: str, notation: str | None = None) -> int | None:
    """The FDI number of a tooth typed in the notation, or in the reader's; None when it names none."""
    return TYPED[notation or _shown.get()].get(text.strip().upper())


def read_places(text: str) -> list[tuple[int, frozenset[str]]]:
    """Teeth with surfaces as the reader types them, in the reader's notation: `36 OD, 37` or `36од;37`; Cyrillic letters are read as Latin.

    :raises ValueError: with the part that is not a tooth with surfaces behind it.
    """
    parts = [part.strip() for part in re.split(r"[,;]", text.upper().translate(_CYRILLIC_SURFACES)) if part.strip()]
    return [_read_place(part) for part in parts]


def _read_place(part: str) -> tuple[int, frozenset[str]]:
    known = TYPED[_shown.get()]
    written = max((code for code in known if part.startswith(code)), key=len, default="")
    surfaces = part.removeprefix(written).strip()
    if not written or not _SURFACES.fullmatch(surfaces):
        raise ValueError(part)
    return known[written], frozenset(re.findall(_SURFACE, surfaces))


def shown_all(numbers: Iterable[int]) -> str:
    """`16, 17` as the reader writes them."""
    return ", ".join(code(number) for number in numbers)


def _universal(tooth: teeth.Tooth) -> str:
    if tooth.is_primary:
        return f"{chr(ord('A') + _ROUND_PRIMARY.index(tooth.neighbour))}{_extra(tooth)}"
    return str(_ROUND.index(tooth.neighbour) + (51 if tooth.is_supernumerary else 1))


def _extra(tooth: teeth.Tooth) -> str:
    return "S" if tooth.is_supernumerary else ""


def _palmer(tooth: teeth.Tooth) -> str:
    before, after = _CORNERS[_quadrant(tooth)]
    return f"{before}{_palmer_place(tooth)}{after}"


def _palmer_letters(tooth: teeth.Tooth) -> str:
    """What a keyboard has no corners for: UR6, LLD."""
    return f"{_QUADRANT_LETTERS[_quadrant(tooth)]}{_palmer_place(tooth)}"


def _palmer_place(tooth: teeth.Tooth) -> str:
    return f"{'ABCDE'[tooth.position - 1] if tooth.is_primary else tooth.position}{_extra(tooth)}"


def _haderup(tooth: teeth.Tooth) -> str:
    before, after = _SIGNS[_quadrant(tooth)]
    return f"{before}{'0' if tooth.is_primary else ''}{tooth.position}{_extra(tooth)}{after}"


def _quadrant(tooth: teeth.Tooth) -> int:
    return tooth.quadrant - 4 if tooth.is_primary else tooth.quadrant


CODES = {
    Notation.FDI.value: {number: f"{tooth.neighbour}{_extra(tooth)}" for number, tooth in teeth.TEETH.items()},
    Notation.UNIVERSAL.value: {number: _universal(tooth) for number, tooth in teeth.TEETH.items()},
    Notation.PALMER.value: {number: _palmer(tooth) for number, tooth in teeth.TEETH.items()},
    Notation.HADERUP.value: {number: _haderup(tooth) for number, tooth in teeth.TEETH.items()},
}
TYPED = {notation: {written: number for number, written in codes.items()} for notation, codes in CODES.items()}
TYPED[Notation.PALMER.value] |= {_palmer_letters(tooth): number for number, tooth in teeth.TEETH.items()}
for _codes in TYPED.values():  # the Russian letter that looks like the C, where the S is on the other layout
    _codes |= {re.sub(r"S(?=[-+┘┐]?$)", "С", written): number for written, number in _codes.items() if number in teeth.SUPERNUMERARY}
