"""Decisions about money on plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from clinic.lib.money import ZERO, round_money

LARGEST = Decimal("99999999.99")


class AmountProblem(StrEnum):
    """What is wrong with an amount of money that somebody typed."""

    NOT_A_NUMBER = "not_a_number"
    NOT_POSITIVE = "not_positive"
    TOO_PRECISE = "too_precise"
    TOO_LARGE = "too_large"


def amount_problem(amount: Decimal, *, allow_zero: bool = False) -> AmountProblem | None:
    """Why `amount` cannot be money received, charged or allocated; None when it can."""
    if not amount.is_finite():
        return AmountProblem.NOT_A_NUMBER
    if amount < 0 or (amount == 0 and not allow_zero):
        return AmountProblem.NOT_POSITIVE
    if amount > LARGEST:
        return AmountProblem.TOO_LARGE
    return AmountProblem.TOO_PRECISE if amount != round_money(amount) else None


@dataclass(frozen=True)
class OpenItem:
    """A charge, or a payment, with the part of it that is still open."""

    id: UUID
    open: Decimal


def settle_in_order(amount: Decimal, items: Sequence[OpenItem]) -> dict[UUID, Decimal]:
    """Spread `amount` over the items in their order, none over what is open on it; the rest stays unspread."""
    parts: dict[UUID, Decimal] = {}
    left = amount
    for item in items:
        part = min(left, item.open)
        if part > 0:
            parts[item.id] = part
            left -= part
    return parts


@dataclass(frozen=True)
class Release:
    """Rows to reverse whole, and what of the last of them must be put back."""

    reverse: tuple[UUID, ...]
    put_back: Decimal


def release(amount: Decimal, held: Sequence[OpenItem]) -> Release:
    """Free `amount` from the held rows in their order; rows are reversed whole, the surplus of the last one is put back.

    :raises ValueError: when less than `amount` is held.
    """
    chosen: list[UUID] = []
    freed = ZERO
    for row in held:
        if freed >= amount:
            break
        chosen.append(row.id)
        freed += row.open
    if freed < amount:
        raise ValueError(f"only {freed} of {amount} is held")
    return Release(tuple(chosen), freed - amount)
