"""Indices of hygiene and gingivitis and the periodontal screening: where each is scored, its formula and what the result means. Pure.

- `bpe`: periodontal screening, six sextants, code 0-4, `*` for a furcation, X for a sextant with fewer than two teeth. Sources: Basic
  Periodontal Examination (British Society of Periodontology, 2019); Periodontal Screening and Recording (ADA and AAP, 1992). From 18 years.
- `sbpe`: simplified BPE of 7 to 17 years: six index teeth instead of sextants, so that false pockets of erupting teeth do not count; codes 0-2 up
  to 11 years, 0-4 and `*` from 12. Source: Clerehugh, Kindelan, Guidelines for periodontal screening and management of children and adolescents
  under 18 years of age (British Society of Periodontology, British Society of Paediatric Dentistry, 2012, updated 2021); teeth, ages and codes
  were read in its executive summary. What a code speaks for is from memory of the same text and wants a periodontist's eye. X, for an index
  tooth that is not there or not through, is ours: the summary names none.
- `ohis`: Simplified Oral Hygiene Index (Greene, Vermillion, J Am Dent Assoc 1964;68:7-13): debris and calculus, 0-3 each, on six index
  teeth, vestibular above and on the lower incisor, lingual on the lower molars; mean debris plus mean calculus. Bands: Greene, J Periodontol
  1967;38:625-637.
- `pma`: papillary-marginal-attached index (Massler, Schour 1949) as a percentage (Parma 1960): 0 none, 1 papilla, 2 margin, 3 attached
  gingiva of each tooth; sum / (3 x teeth scored) x 100.
- `api`: approximal plaque index (Lange, Plagmann, Eenboom, Promesberger, Dtsch zahnärztl Z 1977;32:926-929): plaque in each space between
  neighbours, from the oral side in quadrants 1 and 3, from the vestibular side in 2 and 4; spaces with plaque / spaces scored x 100.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any

from charting import teeth
from charting.perio.figures import SEXTANTS
from charting.perio.rules import Dentition

KINDS = ("bpe", "sbpe", "ohis", "pma", "api")
SCREENINGS = ("bpe", "sbpe")
MOST = {"bpe": 4, "sbpe": 4, "ohis": 3, "pma": 3, "api": 1}
"""The highest score at one place."""
CHILD_TEETH = (16, 11, 26, 46, 31, 36)
CHILD_FROM, ALL_CODES_FROM, ADULT_FROM = 7, 12, 18
CHILD_MOST = 2
Score = int | str
Scores = Mapping[str, Score]
DEBRIS, CALCULUS = "debris", "calculus"
INDEX_TEETH = ((16, 17, 18), (11, 21), (26, 27, 28), (36, 37, 38), (31, 41), (46, 47, 48))
"""The tooth of each segment, and those that are scored in its place when it is not there."""
FEWEST_INDEX_TEETH = 2
SPARE = "X"
BANDS: dict[str, tuple[tuple[str, str], ...]] = {
    "ohis": (("1.2", "good"), ("3.0", "fair"), ("6.0", "poor")),
    "pma": (("0", "none"), ("30", "mild"), ("60", "moderate"), ("100", "severe")),
    "api": (("24.9", "optimal"), ("39.9", "good"), ("69.9", "moderate"), ("100", "poor")),
}
"""Highest value of each band, from the best on."""
TOPS = {"bpe": 4, "sbpe": 4, "ohis": 6, "pma": 100, "api": 100}


@dataclass(frozen=True)
class Place:
    """Somewhere to score: its key in the record, its teeth, the side looked at, and what is scored there."""

    key: str
    teeth: tuple[int, ...]
    side: str = ""
    what: str = ""


@dataclass(frozen=True)
class Problem:
    """Scores that cannot be: a stable code and values for the words."""

    code: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """What the scores come to; `parts` are the figures that make it up."""

    value: Decimal
    band: str = ""
    parts: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class Advice:
    """What a screening speaks for: `none`, `hygiene`, `scaling`, `sextant` (six sites there), `review` (of a child: treat and look again),
    `full` (a whole periodontal exam); and the sextants or index teeth because of which."""

    code: str
    sextants: tuple[str, ...] = ()


def places(kind: str, mouth: Dentition) -> tuple[Place, ...]:
    """Where an index is scored in this mouth, in the order of entry."""
    return _PLACES[kind](mouth)


def filled_in(kind: str, mouth: Dentition) -> dict[str, str]:
    """What a screening needs no eye for: X where the teeth are not there."""
    if kind == "sbpe":
        return {str(number): SPARE for number in CHILD_TEETH if not _natural(mouth, number)}
    return dict.fromkeys(empty_sextants(mouth), SPARE) if kind == "bpe" else {}


def highest(kind: str, age: int | None) -> int:
    """The highest score at one place of a patient of this age."""
    return CHILD_MOST if kind == "sbpe" and age is not None and age < ALL_CODES_FROM else MOST[kind]


def problem_of_age(kind: str, age: int | None) -> Problem | None:
    """Why the index is not for a patient of this age; without a birth date the screening of adults stands."""
    if kind == "sbpe" and age is None:
        return Problem("no_birth_date")
    if kind == "sbpe" and age is not None and not CHILD_FROM <= age < ADULT_FROM:
        return Problem("too_young" if age < CHILD_FROM else "grown_up", {"age": age})
    if kind == "bpe" and age is not None and age < ADULT_FROM:
        return Problem("too_young" if age < CHILD_FROM else "not_grown_up", {"age": age})
    return None


def problem_of(kind: str, scores: Scores, mouth: Dentition, *, age: int | None = None) -> Problem | None:
    """What is impossible about the scores, or about the index at this age."""
    return problem_of_age(kind, age) or _problem_of_scores(kind, scores, mouth, age)


def _problem_of_scores(kind: str, scores: Scores, mouth: Dentition, age: int | None) -> Problem | None:
    known = {place.key for place in places(kind, mouth)}
    for key, score in scores.items():
        if key not in known:
            return Problem("no_such_place", {"place": key})
        if not _is_score(kind, score):
            return Problem(f"no_such_{kind}", {"place": key, "score": score})
        if kind == "sbpe" and _is_beyond(str(score), age):
            return Problem("code_of_older", {"place": key, "score": score, "age": age})
    return _problem_of_whole(kind, scores, known)


def _problem_of_whole(kind: str, scores: Scores, known: set[str]) -> Problem | None:
    if kind in SCREENINGS and set(scores) != known:
        return Problem("sextants_left" if kind == "bpe" else "index_teeth_left", {"left": ", ".join(sorted(known - set(scores)))})
    if kind == "ohis" and len(_index_teeth(scores)) < FEWEST_INDEX_TEETH:
        return Problem("too_few_teeth")
    is_empty = not scores or (kind == "sbpe" and set(scores.values()) == {SPARE})
    return Problem("nothing_scored") if is_empty else None


def _is_score(kind: str, score: Score) -> bool:
    if kind in SCREENINGS:
        return isinstance(score, str) and bool(re.fullmatch(r"[0-4]\*?|X", score))
    return isinstance(score, int) and not isinstance(score, bool) and 0 <= score <= (1 if kind == "api" else 3)


def _is_beyond(code: str, age: int | None) -> bool:
    """Whether the code is one of depth, which a child of the younger group is not given: pockets of erupting teeth are false."""
    return code != SPARE and (code.endswith("*") or int(code[0]) > highest("sbpe", age)) and highest("sbpe", age) == CHILD_MOST


def result(kind: str, scores: Scores) -> Result:
    """The index of scores that `problem_of` has nothing against."""
    return _RESULTS[kind](scores)


def advice(kind: str, scores: Scores) -> Advice | None:
    """What a screening speaks for: one sextant of code 3 is measured there; a second one, a 4 or a furcation asks for the whole mouth. A child's
    code 3 is treated and looked at again after three months; 4 or a furcation asks for the whole mouth and a specialist."""
    if kind not in SCREENINGS:
        return None
    names = SEXTANTS if kind == "bpe" else tuple(map(str, CHILD_TEETH))
    codes = {name: str(scores[name]) for name in names if scores[name] != SPARE}
    worst = {name: int(code[0]) for name, code in codes.items()}
    deep = tuple(name for name, code in worst.items() if code >= 3 or codes[name].endswith("*"))
    most = max(worst.values(), default=0)
    if most == 4 or any(code.endswith("*") for code in codes.values()) or (kind == "bpe" and len(deep) > 1):
        return Advice("full", deep)
    if deep:
        return Advice("sextant" if kind == "bpe" else "review", deep)
    return Advice(("none", "hygiene", "scaling")[most], tuple(name for name, code in worst.items() if most and code == most))


def _natural(mouth: Dentition, number: int) -> bool:
    return mouth.has(number) and number not in mouth.implants


def _sextants(_mouth: Dentition) -> tuple[Place, ...]:
    return tuple(Place(name, numbers) for name, numbers in SEXTANTS.items())


def _child_teeth(_mouth: Dentition) -> tuple[Place, ...]:
    return tuple(Place(str(number), (number,)) for number in CHILD_TEETH)


def empty_sextants(mouth: Dentition) -> tuple[str, ...]:
    """Sextants with fewer than two natural teeth: their code is X."""
    return tuple(name for name, numbers in SEXTANTS.items() if sum(_stands(mouth, number) for number in numbers) < 2)


def _stands(mouth: Dentition, number: int) -> bool:
    predecessor = teeth.TEETH[number].predecessor
    return _natural(mouth, number) or (predecessor is not None and mouth.has(predecessor))


def _ohis_places(mouth: Dentition) -> tuple[Place, ...]:
    found = [next((number for number in numbers if _natural(mouth, number)), None) for numbers in INDEX_TEETH]
    return tuple(
        Place(f"{number} {what}", (number,), "L" if number // 10 in (3, 4) and number % 10 > 5 else "V", what)
        for what in (DEBRIS, CALCULUS)
        for number in found
        if number is not None
    )


def rows(mouth: Dentition) -> tuple[tuple[int, ...], ...]:
    """Both arches as they stand: a primary tooth in the place of its successor; gaps and implants are 0."""
    return tuple(tuple(_standing(mouth, number) for number in row) for row in (teeth.UPPER_ROW, teeth.LOWER_ROW))


def _standing(mouth: Dentition, number: int) -> int:
    predecessor = teeth.TEETH[number].predecessor or 0
    return number if _natural(mouth, number) else predecessor if predecessor and mouth.has(predecessor) else 0


def _pma_places(mouth: Dentition) -> tuple[Place, ...]:
    return tuple(Place(str(number), (number,), "V") for row in rows(mouth) for number in row if number)


def _api_places(mouth: Dentition) -> tuple[Place, ...]:
    pairs = [pair for row in rows(mouth) for pair in pairwise(row) if all(pair)]
    return tuple(Place(f"{first}-{second}", (first, second), "L" if first // 10 in (1, 3, 5, 7) else "V") for first, second in pairs)


_PLACES = {"bpe": _sextants, "sbpe": _child_teeth, "ohis": _ohis_places, "pma": _pma_places, "api": _api_places}


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"), ROUND_HALF_UP)


def _banded(kind: str, value: Decimal, parts: Mapping[str, Decimal] | None = None) -> Result:
    rounded = _rounded(value)
    band = next(name for most, name in BANDS[kind] if rounded <= Decimal(most))
    return Result(rounded, band, parts or {})


def _index_teeth(scores: Scores) -> set[str]:
    """Index teeth whose debris and calculus are both scored."""
    names = [key.split() for key in scores]
    return {tooth for tooth, what in names if what == DEBRIS} & {tooth for tooth, what in names if what == CALCULUS}


def _ohis(scores: Scores) -> Result:
    whole = _index_teeth(scores)
    parts = {what: Decimal(sum(int(scores[f"{tooth} {what}"]) for tooth in whole)) / len(whole) for what in (DEBRIS, CALCULUS)}
    return _banded("ohis", parts[DEBRIS] + parts[CALCULUS], {what: _rounded(mean) for what, mean in parts.items()})


def _percent(kind: str, values: Sequence[int], most: int) -> Result:
    return _banded(kind, Decimal(100 * sum(values)) / (most * len(values)), {"scored": Decimal(len(values))})


def _bpe(scores: Scores) -> Result:
    return Result(Decimal(max((int(str(code)[0]) for code in scores.values() if code != SPARE), default=0)))


def _pma(scores: Scores) -> Result:
    return _percent("pma", [int(score) for score in scores.values()], 3)


def _api(scores: Scores) -> Result:
    return _percent("api", [int(score) for score in scores.values()], 1)


_RESULTS: dict[str, Callable[[Scores], Result]] = {"bpe": _bpe, "sbpe": _bpe, "ohis": _ohis, "pma": _pma, "api": _api}
