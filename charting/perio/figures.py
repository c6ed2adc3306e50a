"""Figures of a periodontal exam: attachment loss, percentages, means, counts by depth, screening codes, change between exams.

A site counts when its depth was measured; a figure without a measured site is None, never 0.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from charting import teeth
from charting.perio import rules

DEPTH_BANDS = ((0, 3), (4, 5), (6, rules.DEEPEST))
SEXTANTS: dict[str, tuple[int, ...]] = {
    "17-14": (17, 16, 15, 14),
    "13-23": (13, 12, 11, 21, 22, 23),
    "24-27": (24, 25, 26, 27),
    "47-44": (47, 46, 45, 44),
    "43-33": (43, 42, 41, 31, 32, 33),
    "34-37": (34, 35, 36, 37),
}
"""Sextants of the Basic Periodontal Examination; third molars are left out (British Society of Periodontology, 2019)."""


@dataclass(frozen=True)
class ToothReading:
    """What was measured around one tooth; None where nothing was."""

    tooth: int
    depths: Mapping[str, int | None]
    margins: Mapping[str, int | None] = field(default_factory=dict)
    flags: Mapping[str, frozenset[str]] = field(default_factory=dict)
    mobility: int | None = None
    furcations: Mapping[str, int | None] = field(default_factory=dict)
    is_implant: bool = False

    def loss(self, site: str) -> int | None:
        """Clinical attachment loss in mm: depth plus margin, at least 0; unknown until both are measured."""
        depth, margin = self.depths.get(site), self.margins.get(site)
        return None if depth is None or margin is None else max(depth + margin, 0)

    @property
    def measured(self) -> tuple[str, ...]:
        return tuple(site for site in rules.SITES if self.depths.get(site) is not None)

    @property
    def deepest(self) -> int | None:
        return max((depth for depth in self.depths.values() if depth is not None), default=None)

    @property
    def greatest_furcation(self) -> int:
        return max((grade for grade in self.furcations.values() if grade is not None), default=0)


@dataclass(frozen=True)
class Figures:
    """An exam in numbers; percentages and means to one decimal, half up."""

    teeth: int
    sites: int
    bleeding: Decimal | None
    suppuration: Decimal | None
    plaque: Decimal | None
    calculus: Decimal | None
    mean_depth: Decimal | None
    mean_loss: Decimal | None
    by_depth: tuple[int, ...]
    deepest: int | None


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"), ROUND_HALF_UP)


def _mean(values: Sequence[int]) -> Decimal | None:
    return _rounded(Decimal(sum(values)) / len(values)) if values else None


def figures(readings: Iterable[ToothReading]) -> Figures:
    """The whole exam in numbers; a flag's percentage is of the sites whose depth was measured or that bear any flag."""
    found = list(readings)
    depths = [depth for row in found for depth in row.depths.values() if depth is not None]
    losses = [loss for row in found for site in rules.SITES if (loss := row.loss(site)) is not None]
    looked_at = sum(len(_sites_looked_at(row)) for row in found)

    def percent(flag: str) -> Decimal | None:
        marked = sum(len(row.flags.get(flag, ())) for row in found)
        return _rounded(Decimal(100 * marked) / looked_at) if looked_at else None

    return Figures(
        teeth=sum(bool(_sites_looked_at(row)) for row in found),
        sites=looked_at,
        bleeding=percent("bleeding"),
        suppuration=percent("suppuration"),
        plaque=percent("plaque"),
        calculus=percent("calculus"),
        mean_depth=_mean(depths),
        mean_loss=_mean(losses),
        by_depth=tuple(sum(low <= depth <= high for depth in depths) for low, high in DEPTH_BANDS),
        deepest=max(depths, default=None),
    )


def _sites_looked_at(row: ToothReading) -> set[str]:
    return set(row.measured).union(*row.flags.values())


def screening(readings: Iterable[ToothReading]) -> dict[str, str]:
    """The BPE code of every sextant: 0-4 with `*` for a furcation, or X with fewer than two teeth measured (implants left out).

    Source: British Society of Periodontology, Basic Periodontal Examination (2019): 4 from 6 mm, 3 from 4 mm, 2 with calculus or
    plaque-retentive factors, 1 with bleeding.
    """
    by_tooth = {row.tooth: row for row in readings if not row.is_implant and row.measured}
    return {name: _screened([by_tooth[number] for number in numbers if number in by_tooth]) for name, numbers in SEXTANTS.items()}


def _screened(rows: Sequence[ToothReading]) -> str:
    if len(rows) < 2:
        return "X"
    deepest = max(row.deepest or 0 for row in rows)
    has = {flag: any(row.flags.get(flag) for row in rows) for flag in rules.FLAGS}
    code = 4 if deepest >= 6 else 3 if deepest >= 4 else 2 if has["calculus"] else 1 if has["bleeding"] else 0
    return f"{code}*" if any(row.greatest_furcation for row in rows) else str(code)


@dataclass(frozen=True)
class Change:
    """One site that changed between two exams, in mm; negative is better."""

    tooth: int
    site: str
    before: int
    after: int

    @property
    def by(self) -> int:
        return self.after - self.before


def changes(before: Iterable[ToothReading], after: Iterable[ToothReading]) -> list[Change]:
    """Sites whose depth was measured in both exams and differs, in the order of teeth and sites."""
    earlier = {row.tooth: row for row in before}
    found = []
    for row in after:
        past = earlier.get(row.tooth)
        for site in rules.SITES if past else ():
            old, new = past.depths.get(site) if past else None, row.depths.get(site)
            if old is not None and new is not None and old != new:
                found.append(Change(row.tooth, site, old, new))
    return found


def non_adjacent(numbers: Iterable[int]) -> bool:
    """Whether two of the teeth do not stand side by side."""
    found = sorted(set(numbers))
    return any(other not in teeth.TEETH[number].neighbours for number in found for other in found if other > number)
