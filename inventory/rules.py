"""Decisions about stock on plain values: which lots give how much, and what a shortage means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

ZERO = Decimal(0)


@dataclass(frozen=True)
class LotOnHand:
    """What a lot holds now, in the material's unit."""

    id: UUID
    on_hand: Decimal
    expires_on: date | None


@dataclass(frozen=True)
class Draw:
    """A quantity to take from one lot."""

    lot_id: UUID
    quantity: Decimal


@dataclass(frozen=True)
class Picking:
    """Which lots give what, and how much is missing."""

    draws: tuple[Draw, ...]
    missing: Decimal


def pick_lots(lots: Sequence[LotOnHand], needed: Decimal, day: date) -> Picking:
    """Take `needed` from the lots by earliest expiry (first expired, first out); an expired lot gives nothing.

    A lot is usable through its expiry day; lots without expiry come last.
    """
    usable = [lot for lot in lots if lot.on_hand > 0 and (lot.expires_on is None or lot.expires_on >= day)]
    draws: list[Draw] = []
    missing = needed
    for lot in sorted(usable, key=lambda lot: (lot.expires_on is None, lot.expires_on or date.max, lot.id)):
        taken = min(lot.on_hand, missing)
        if taken > 0:
            draws.append(Draw(lot.id, taken))
            missing -= taken
    return Picking(tuple(draws), missing)


def norm_quantities(norms: Mapping[UUID, Decimal], units: int) -> dict[UUID, Decimal]:
    """Quantity of each material for `units` of a service."""
    return {material: quantity * units for material, quantity in norms.items()}


def fits(value: Decimal, *, most: Decimal, places: int) -> bool:
    """Whether `value` is a number from 0 to `most` that so many places after the point hold without rounding."""
    return value.is_finite() and 0 <= value <= most and value == round(value, places)


def average_cost(*, on_hand: Decimal, cost: Decimal | None, quantity: Decimal, unit_cost: Decimal | None) -> Decimal | None:
    """What a unit of the lot costs when `quantity` at `unit_cost` comes to what is on hand; a cost that was not said (None) changes nothing."""
    if unit_cost is None:
        return cost
    if cost is None or on_hand <= 0:
        return unit_cost
    return round((on_hand * cost + quantity * unit_cost) / (on_hand + quantity), 4)
