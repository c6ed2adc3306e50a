"""Picking lots: earliest expiry first, nothing expired, never more than there is."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from inventory.rules import LotOnHand, norm_quantities, pick_lots

TODAY = date(2026, 11, 20)
quantities = st.decimals(min_value=0, max_value=1000, places=3)
lots = st.lists(
    st.builds(LotOnHand, id=st.uuids(), on_hand=quantities, expires_on=st.none() | st.dates(date(2026, 1, 1), date(2030, 1, 1))),
    max_size=8,
    unique_by=lambda lot: lot.id,
)


@given(lots, quantities)
def test_it_takes_exactly_what_is_needed_or_says_what_is_missing(lots: list[LotOnHand], needed: Decimal) -> None:
    picking = pick_lots(lots, needed, TODAY)
    usable = sum((lot.on_hand for lot in lots if lot.expires_on is None or lot.expires_on >= TODAY), Decimal(0))
    assert sum((draw.quantity for draw in picking.draws), Decimal(0)) + picking.missing == needed
    assert picking.missing == max(Decimal(0), needed - usable)


@given(lots, quantities)
def test_it_never_takes_from_an_expired_lot_nor_more_than_a_lot_holds(lots: list[LotOnHand], needed: Decimal) -> None:
    by_id = {lot.id: lot for lot in lots}
    for draw in pick_lots(lots, needed, TODAY).draws:
        lot = by_id[draw.lot_id]
        assert 0 < draw.quantity <= lot.on_hand
        assert lot.expires_on is None or lot.expires_on >= TODAY


def test_it_takes_the_earliest_expiry_first_and_undated_lots_last() -> None:
    undated = LotOnHand(UUID(int=1), Decimal(5), None)
    late = LotOnHand(UUID(int=2), Decimal(5), date(2028, 1, 1))
    early = LotOnHand(UUID(int=3), Decimal(5), date(2027, 1, 1))
    picking = pick_lots([undated, late, early], Decimal(11), TODAY)
    assert [draw.lot_id for draw in picking.draws] == [early.id, late.id, undated.id]


def test_it_multiplies_norms_by_units() -> None:
    assert norm_quantities({UUID(int=1): Decimal("0.5")}, 3) == {UUID(int=1): Decimal("1.5")}
