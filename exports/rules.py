"""The dental formula of form 043/у: what a replayed mouth says of each tooth in the form's own signs. No Django here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from charting import replay, rules, signs, teeth

ABSENT, ROOT = "absent", "root"
CARIES, PULPITIS, PERIODONTITIS, FILLED = signs.CARIES, signs.PULPITIS, signs.PERIODONTITIS, signs.FILLED
PERIODONTAL, CROWN, ARTIFICIAL = signs.PERIODONTAL, signs.CROWN, signs.ARTIFICIAL
MOBILITY = {"1": "I", "2": "II", "3": "III"}
ORDER = (ABSENT, ROOT, CARIES, PULPITIS, PERIODONTITIS, FILLED, PERIODONTAL, CROWN, ARTIFICIAL, *MOBILITY.values())
# The letters as the form prints them in Russian, and those used in the same card in the other languages.
LETTERS: dict[str, dict[str, str]] = {
    "ru": dict(zip(ORDER, ("О", "R", "С", "Р", "Pt", "П", "А", "К", "И", "I", "II", "III"), strict=True)),
    "fr": dict(zip(ORDER, ("Abs", "R", "C", "Pu", "Pa", "O", "Pd", "Cr", "DA", "I", "II", "III"), strict=True)),
    "en": dict(zip(ORDER, ("M", "R", "C", "P", "Pt", "F", "Pd", "Cr", "AT", "I", "II", "III"), strict=True)),
}
IN_PLACE = ("done", "existing")
PERIODONTAL_CODES = ("K05.2", "K05.3", "K05.4", "K05.5", "K05.6")


@dataclass(frozen=True)
class Cell:
    """One tooth of the formula with its signs, in the order of the form's legend."""

    tooth: int
    signs: tuple[str, ...]

    def text(self, language: str) -> str:
        """The signs in the letters of a language: `П К`."""
        return " ".join(LETTERS[language][sign] for sign in self.signs)


@dataclass(frozen=True)
class Formula:
    """Rows of the formula as one looks at the patient; primary rows only when there is something to say of them.

    The form's grid has no cells for supernumerary teeth: each of those that were found is in `extras`, beside its neighbour.
    """

    upper: tuple[Cell, ...]
    lower: tuple[Cell, ...]
    upper_primary: tuple[Cell, ...] = ()
    lower_primary: tuple[Cell, ...] = ()
    extras: tuple[Cell, ...] = ()

    @property
    def rows(self) -> list[tuple[Cell, ...]]:
        """All rows from above to below."""
        return [row for row in (self.upper_primary, self.upper, self.lower, self.lower_primary) if row]

    def beside(self, row: tuple[Cell, ...]) -> tuple[Cell | None, ...]:
        """The supernumerary tooth beside each tooth of a row; nothing when it has none at all."""
        found = {teeth.TEETH[cell.tooth].neighbour: cell for cell in self.extras}
        beside = tuple(found.get(cell.tooth) for cell in row)
        return beside if any(beside) else ()

    @property
    def used(self) -> tuple[str, ...]:
        """The signs that occur, in the order of the legend."""
        found = {sign for row in (*self.rows, self.extras) for cell in row for sign in cell.signs}
        return tuple(sign for sign in ORDER if sign in found)


def formula_of(
    mouth: replay.Mouth,
    diagnoses: Iterable[tuple[str, int | None]] = (),
    *,
    with_primary: bool = False,
    letters: Mapping[str, str] = signs.SHIPPED_LETTERS,
) -> Formula:
    """The formula of a mouth; `diagnoses` are pairs of ICD-10 code and tooth, which say where the periodontium is ill.

    `letters` is the sign that stands for each finding and act (`finding:caries`, `effect:crown`), as the clinic's catalogue had it.
    """
    sick = {tooth for code, tooth in diagnoses if tooth and code.startswith(PERIODONTAL_CODES)}

    def row(numbers: tuple[int, ...]) -> tuple[Cell, ...]:
        return tuple(Cell(number, signs_of(mouth, number, letters, is_periodontal=number in sick)) for number in numbers)

    upper_primary, lower_primary = row(teeth.UPPER_PRIMARY_ROW), row(teeth.LOWER_PRIMARY_ROW)
    extras = row(tuple(number for number in teeth.SUPERNUMERARY if number in mouth.presence))
    shows_primary = (
        with_primary or any(cell.signs for cell in upper_primary + lower_primary) or any(teeth.TEETH[cell.tooth].is_primary for cell in extras)
    )
    return Formula(
        upper=row(teeth.UPPER_ROW),
        lower=row(teeth.LOWER_ROW),
        upper_primary=upper_primary if shows_primary else (),
        lower_primary=lower_primary if shows_primary else (),
        extras=extras,
    )


def signs_of(mouth: replay.Mouth, tooth: int, letters: Mapping[str, str] = signs.SHIPPED_LETTERS, *, is_periodontal: bool = False) -> tuple[str, ...]:
    """The signs of one tooth. A gap that a bridge, denture or implant fills is an artificial tooth, not an absent one."""
    presence = mouth.presence.get(tooth, "")
    found = {sign for mark in mouth.on(tooth) if (sign := _sign(mark, letters))}
    if presence == "implant":
        found = (found & {CROWN}) | {ARTIFICIAL}
    elif presence in rules.ABSENCES:
        found = found & {ARTIFICIAL} or {ABSENT}
    elif presence == "retained_root":
        found.add(ROOT)
    if is_periodontal and presence not in (*rules.ABSENCES, "implant"):
        found.add(PERIODONTAL)
    return tuple(sign for sign in ORDER if sign in found)


def _sign(mark: replay.Mark, letters: Mapping[str, str]) -> str | None:
    if mark.layer == "condition":
        sign = MOBILITY.get(mark.severity) if mark.what == "mobility" else letters.get(f"finding:{mark.what}")
    elif mark.layer not in IN_PLACE:
        sign = None
    elif mark.what == "bridge":
        sign = ARTIFICIAL if mark.role == "pontic" else CROWN
    elif mark.role != rules.TREATED:
        sign = ARTIFICIAL if mark.role == "replaced" else None
    else:
        sign = letters.get(f"effect:{mark.what}")
    return sign
