"""What an insurer pays for a procedure, on plain values.

Policies pay in turn. Each covers its percentage of the whole amount, never more than its limit per act, what is left of the
annual limit, what is left of the guarantee letter, and what the policies before it have left uncovered.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from dateutil.relativedelta import relativedelta

from clinic.lib.money import ZERO, share


class Reason(StrEnum):
    """What decided the amount of a part."""

    PERCENT = "percent"
    PER_ACT = "per_act"
    ANNUAL = "annual"
    LETTER = "letter"
    REST = "rest"
    NOT_COVERED = "not_covered"
    OTHER_CURRENCY = "other_currency"
    NO_LETTER = "no_letter"


@dataclass(frozen=True)
class EstimateLine:
    """A procedure to be estimated: `key` is the caller's own name of it."""

    key: UUID | str
    category: str
    amount: Decimal
    currency: str


@dataclass(frozen=True)
class Cover:
    percent: Decimal
    limit_per_act: Decimal | None = None
    version: int | None = None


@dataclass(frozen=True)
class Terms:
    """One policy as it stands on a day; None means without limit."""

    policy: UUID
    insurer: str
    currency: str
    covers: Mapping[str, Cover]
    annual_left: Decimal | None = None
    needs_letter: bool = False
    letter: UUID | None = None
    letter_left: Decimal | None = None


@dataclass(frozen=True)
class Part:
    """What one policy pays for one line, and why so much."""

    terms: Terms
    line: EstimateLine
    amount: Decimal
    reason: Reason
    cover: Cover | None = None
    annual_left: Decimal | None = None


def policy_year(valid_from: date, day: date) -> date:
    """The first day of the policy's year that holds `day`; years are counted from the policy's first day."""
    years = relativedelta(day, valid_from).years
    start = valid_from + relativedelta(years=years)
    return start if start <= day else valid_from + relativedelta(years=years - 1)


def parts_of(line: EstimateLine, policies: Sequence[Terms], used: dict[UUID, Decimal]) -> list[Part]:
    """What each policy pays for the line; `used` gathers by policy and letter what earlier lines of the same estimate have used up."""
    rest = line.amount
    parts = []
    for terms in policies:
        part = _part(line, terms, rest, used)
        for key in (terms.policy, terms.letter):
            if key is not None:
                used[key] = used.get(key, ZERO) + part.amount
        rest -= part.amount
        parts.append(part)
    return parts


def _part(line: EstimateLine, terms: Terms, rest: Decimal, used: Mapping[UUID, Decimal]) -> Part:
    cover = terms.covers.get(line.category)
    refusal = _refusal(line, terms, cover)
    if refusal or cover is None:
        return Part(terms, line, ZERO, refusal or Reason.NOT_COVERED, cover)
    annual_left = _left(terms.annual_left, used.get(terms.policy, ZERO))
    caps = [
        (share(line.amount, cover.percent), Reason.PERCENT),
        (cover.limit_per_act, Reason.PER_ACT),
        (annual_left, Reason.ANNUAL),
        (_left(terms.letter_left, used.get(terms.letter, ZERO) if terms.letter else ZERO), Reason.LETTER),
        (rest, Reason.REST),
    ]
    amount, reason = min(((cap, why) for cap, why in caps if cap is not None), key=lambda cap: cap[0])
    return Part(terms, line, amount, reason, cover, annual_left)


def _refusal(line: EstimateLine, terms: Terms, cover: Cover | None) -> Reason | None:
    if terms.currency != line.currency:
        return Reason.OTHER_CURRENCY
    if cover is None or cover.percent == 0:
        return Reason.NOT_COVERED
    return Reason.NO_LETTER if terms.needs_letter and terms.letter is None else None


def _left(limit: Decimal | None, used: Decimal) -> Decimal | None:
    return None if limit is None else max(limit - used, ZERO)
