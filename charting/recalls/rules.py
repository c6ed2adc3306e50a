"""Which of the clinic's rules fit what was found and done in a visit, and the day that follows. Pure decisions on plain values."""

from calendar import monthrange
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

LONGEST_MONTHS, LONGEST_DAYS = 60, 365
FIRST, LAST = date(2000, 1, 1), date(2100, 1, 1)
LATEST = timedelta(days=10 * 366)
PERIODIC = frozenset({"checkup", "periodontal"})
"""Kinds of which a patient has one next visit: the soonest is proposed, and it takes the place of an older one."""
DEPTHS = ("category:", "effect:", "service:")


@dataclass(frozen=True)
class Rule:
    """A rule as far as the decision needs it: after which diagnoses or acts, for whom, how long afterwards."""

    key: UUID
    kind: str
    diagnoses: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()
    younger_than: int | None = None
    months: int | None = None
    days: int | None = None

    @property
    def length(self) -> int:
        """Its interval in days, near enough to compare."""
        return self.days or (self.months or 0) * 30


@dataclass(frozen=True)
class Fit:
    """A rule that fits, with the diagnoses and performances that it fits."""

    rule: UUID
    grounds: tuple[UUID, ...]


def fitting(rules: Iterable[Rule], diagnoses: Mapping[UUID, str], acts: Mapping[UUID, Collection[str]], age: int | None) -> list[Fit]:
    """What is proposed, the soonest first. Of several rules of a kind the one that names the diagnosis or act most closely holds."""
    asked = [rule for rule in rules if rule.younger_than is None or (age is not None and age < rule.younger_than)]
    grounds: dict[UUID, list[UUID]] = {}
    for key, code in diagnoses.items():
        _ground(grounds, key, _closest(asked, lambda rule, code=code: depth_of_code(rule, code)))  # type: ignore[misc]
    for key, tags in acts.items():
        _ground(grounds, key, _closest(asked, lambda rule, tags=tags: depth_of_act(rule, tags)))  # type: ignore[misc]
    found = sorted((rule for rule in asked if rule.key in grounds), key=lambda rule: (rule.length, rule.kind, rule.key))
    return [Fit(rule.key, tuple(grounds[rule.key])) for rule in _without_later(found)]


def _ground(grounds: dict[UUID, list[UUID]], key: UUID, rules: Iterable[Rule]) -> None:
    for rule in rules:
        grounds.setdefault(rule.key, []).append(key)


def _closest(rules: Sequence[Rule], depth: Callable[[Rule], int]) -> list[Rule]:
    """Of each kind those that name it most closely."""
    deepest: dict[str, int] = {}
    for rule in rules:
        deepest[rule.kind] = max(deepest.get(rule.kind, 1), depth(rule))
    return [rule for rule in rules if depth(rule) == deepest[rule.kind]]


def _without_later(rules: Sequence[Rule]) -> list[Rule]:
    """Rules in order, of a periodic kind only the first."""
    seen: set[str] = set()
    kept = []
    for rule in rules:
        if rule.kind not in PERIODIC or rule.kind not in seen:
            kept.append(rule)
        seen.add(rule.kind)
    return kept


def depth_of_code(rule: Rule, code: str) -> int:
    """How closely the rule names the ICD-10 code: the length of the beginning that fits."""
    return max((len(beginning) for beginning in rule.diagnoses if is_under(code, beginning)), default=0)


def is_under(code: str, beginning: str) -> bool:
    """`K05.31` and `K05.3` stand under `K05.3`; `K05` does not."""
    return code.upper().startswith(beginning.upper())


def depth_of_act(rule: Rule, tags: Collection[str]) -> int:
    """How closely the rule names the act: its category, what it draws, or the very service."""
    named = [tag for tag in rule.acts if tag in tags]
    return max((place for place, start in enumerate(DEPTHS, start=1) for tag in named if tag.startswith(start)), default=0)


def day_after(day: date, *, months: int | None = None, days: int | None = None) -> date:
    """The day so long afterwards; the 31st becomes the last day of a shorter month."""
    if not months:
        return day + timedelta(days=days or 0)
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def is_month(day: date) -> bool:
    """Whether recalls of that month can be."""
    return FIRST <= day < LAST


def is_in_reach(due: date, *, today: date) -> bool:
    """A recall is for a day to come, in ten years at the latest."""
    return today < due <= today + LATEST
