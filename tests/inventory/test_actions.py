"""Receipts, write-offs, shortages, reversals: the books of the stock."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from threading import Event, Timer
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Sum
from django.urls import reverse

from clinic.history.context import Context, acting
from clinic.lib.errors import DomainError, InvalidInput, KeyTaken, NotAllowed, NotFound, StaleVersion
from clinic.lib.ids import uuid7
from clinic.staff.roles import Role
from inventory import actions, queries
from inventory.models import Lot, Material, Movement, OnShortage, Shortage
from tests.inventory.factories import NOW, make_lot, make_material, make_performance, make_service, storekeeper
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user

pytestmark = pytest.mark.django_db


def norm(material: Material, quantity: str, on_shortage: str = OnShortage.DEBT) -> None:
    actions.set_norm(actor=storekeeper(), service=make_service(), material_id=material.pk, quantity=Decimal(quantity), on_shortage=on_shortage)


def on_hand(lot: Lot) -> Decimal:
    lot.refresh_from_db()
    return lot.on_hand


def test_it_receives_into_a_lot_and_counts_the_stock() -> None:
    material = make_material()
    lot = make_lot(material, "10")
    make_lot(material, "2.5")
    assert on_hand(lot) == Decimal("12.5")


def test_it_answers_a_repeated_receipt_with_the_first() -> None:
    material = make_material()
    lot = make_lot(material, "10")
    receipt = lot.movements.get()
    sent: dict[str, Any] = {
        "material_id": material.pk,
        "branch": make_branch(),
        "number": "L1",
        "quantity": Decimal(10),
        "expires_on": lot.expires_on,
    }
    again = actions.receive(actor=storekeeper(), at=NOW, id=receipt.pk, **sent)
    assert again.pk == receipt.pk
    assert on_hand(lot) == 10


def test_a_further_receipt_keeps_all_that_was_typed_and_averages_the_cost() -> None:
    material = make_material()
    sent: dict[str, Any] = {"actor": storekeeper(), "at": NOW, "material_id": material.pk, "branch": make_branch(), "number": "L1"}
    actions.receive(**sent, quantity=Decimal(10))
    first = actions.receive(**sent, quantity=Decimal(10), unit_cost=Decimal(5), barcode="460", supplier="Alpha")
    second = actions.receive(**sent, quantity=Decimal(20), unit_cost=Decimal(8), barcode="461", supplier="Beta", document="7")
    assert first.lot == second.lot
    assert [(row.barcode, row.supplier, row.unit_cost) for row in (first, second)] == [("460", "Alpha", 5), ("461", "Beta", 8)]
    lot = Lot.objects.get()
    assert (lot.barcode, lot.supplier, lot.unit_cost, lot.on_hand) == ("460", "Alpha", Decimal("6.5"), 40)
    for barcode in ("460", "461"):
        assert list(queries.lots_called(barcode)) == [lot]
        assert list(queries.balances(make_branch(), NOW.date(), text=barcode)) == [material]
    page = log_in(storekeeper()).get(reverse("material", args=[material.pk])).content.decode()
    assert "Beta" in page
    assert "461" in page
    for wrong in ({"unit_cost": Decimal(9)}, {"barcode": "462"}, {"supplier": "Gamma"}):
        with pytest.raises(KeyTaken):
            typed: dict[str, Any] = {"unit_cost": Decimal(8), "barcode": "461", "supplier": "Beta", **wrong}
            actions.receive(**sent, quantity=Decimal(20), document="7", id=second.pk, **typed)


def test_a_cost_that_was_not_said_is_none_and_a_gift_costs_nothing() -> None:
    material = make_material()
    sent: dict[str, Any] = {"actor": storekeeper(), "at": NOW, "material_id": material.pk, "branch": make_branch(), "quantity": Decimal(10)}
    unsaid, gift = actions.receive(**sent, number="L1"), actions.receive(**sent, number="L2", unit_cost=Decimal(0))
    assert (unsaid.unit_cost, unsaid.lot.unit_cost, gift.unit_cost, gift.lot.unit_cost) == (None, None, 0, 0)
    for number, average in (("L1", Decimal(8)), ("L2", Decimal(4))):
        assert actions.receive(**sent, number=number, unit_cost=Decimal(8)).lot.unit_cost == average
        assert actions.receive(**sent, number=number).lot.unit_cost == average


def test_form_page_and_api_tell_an_unknown_cost_from_a_gift() -> None:
    make_branch()
    browser, material = log_in(storekeeper()), make_material()
    typed = {"id": str(uuid4()), "material": str(material.pk), "number": "L1", "quantity": "10", "unit_cost": ""}
    answer = browser.post(reverse("receipt-new"), typed)
    assert answer.status_code in (200, 204, 302), answer.context["form"].errors
    sent = {"material": str(material.pk), "quantity": "10"}
    for number, cost in (("L2", {}), ("L3", {"unit_cost": "0"})):
        assert browser.post("/api/v1/receipts", {**sent, "number": number, **cost}, content_type="application/json").status_code == 201
    lots = browser.get(f"/api/v1/materials/{material.pk}/lots").json()["results"]
    assert {row["number"]: row["unit_cost"] for row in lots} == {"L1": None, "L2": None, "L3": "0.0000"}
    page = browser.get(reverse("material", args=[material.pk])).text
    assert (page.count("not known"), page.count("cost not known"), "0 × 10" in page) == (4, 2, True)


def test_what_has_expired_is_on_hand_but_does_not_put_off_an_order() -> None:
    material = make_material()
    actions.change_material(
        actor=storekeeper(), material_id=material.pk, version=1, name="Articaine", code="ART-4", unit="carp", reorder_at=Decimal(5), is_active=True
    )
    make_lot(material, "9", expires_on=NOW.date())
    make_lot(material, "5", number="L2")
    seen = [queries.balances(make_branch(), NOW.date() + timedelta(days=after)).get() for after in (0, 1)]
    assert [(row.on_hand, row.usable) for row in seen] == [(14, 14), (14, 5)]  # type: ignore[attr-defined]  # annotated
    browser = log_in(storekeeper())
    assert "shopping-cart" not in browser.get(reverse("stock")).text
    actions.discard(actor=storekeeper(), at=NOW, lot_id=Lot.objects.get(number="L2").pk, quantity=Decimal(1), reason="broken")
    assert "shopping-cart" in browser.get(reverse("stock")).text


def test_a_lot_of_another_branch_is_not_touched_without_the_right_there() -> None:
    keeper = make_user(Role.ASSISTANT, username="keeper", branch=make_branch("Nevsky"))
    lot = make_lot(make_material(), "9")
    with pytest.raises(NotFound):
        actions.discard(actor=keeper, at=NOW, lot_id=lot.pk, quantity=Decimal(1), reason="broken")
    with pytest.raises(NotFound):
        actions.count(actor=keeper, at=NOW, lot_id=lot.pk, counted=Decimal(1))
    assert on_hand(lot) == 9


def test_only_a_receipt_has_a_supplier() -> None:
    movement = actions.discard(actor=storekeeper(), at=NOW, lot_id=make_lot(make_material(), "9").pk, quantity=Decimal(1), reason="broken")
    movement.pk, movement.supplier = uuid7(), "Alpha"
    with pytest.raises(IntegrityError, match="inventory_only_receipts_have_a_supplier"), transaction.atomic():
        movement.save(force_insert=True)


def test_it_writes_off_by_norm_from_the_earliest_expiry() -> None:
    material = make_material()
    late = make_lot(material, "5", number="LATE", expires_on=date(2028, 1, 1))
    early = make_lot(material, "1", number="EARLY", expires_on=date(2027, 1, 1))
    norm(material, "2")
    result = actions.write_off(performance=make_performance(), actor=dr_orlova(), at=NOW)
    assert (on_hand(early), on_hand(late), len(result.movements), result.shortages) == (0, 4, 2, ())


def test_it_refuses_when_a_blocking_norm_is_short_and_keeps_nothing() -> None:
    material, plenty = make_material(), make_material("Gloves", "GLV")
    make_lot(plenty, "100")
    norm(plenty, "1")
    norm(material, "2", OnShortage.BLOCK)
    with pytest.raises(actions.OutOfStock, match="Articaine: 2"):
        actions.write_off(performance=make_performance(), actor=dr_orlova(), at=NOW)
    assert Movement.objects.filter(kind="write_off").count() == 0


def test_it_records_a_shortage_as_debt_and_settles_it_from_the_next_receipt() -> None:
    material = make_material()
    lot = make_lot(material, "1")
    norm(material, "3")
    result = actions.write_off(performance=make_performance(), actor=dr_orlova(), at=NOW)
    assert [shortage.quantity for shortage in result.shortages] == [2]
    next_lot = make_lot(material, "5", number="L2")
    assert (on_hand(lot), on_hand(next_lot)) == (0, 3)
    assert Shortage.objects.get().settled == 2


def test_it_returns_everything_on_reversal_once() -> None:
    material = make_material()
    lot = make_lot(material, "1")
    norm(material, "3")
    performance = make_performance()
    actions.write_off(performance=performance, actor=dr_orlova(), at=NOW)
    settled_from = make_lot(material, "5", number="L2")
    first = actions.reverse_write_off(performance=performance, actor=dr_orlova(), at=NOW)
    second = actions.reverse_write_off(performance=performance, actor=dr_orlova(), at=NOW)
    assert (on_hand(lot), on_hand(settled_from)) == (1, 5)
    assert [movement.pk for movement in first.movements] == [movement.pk for movement in second.movements]
    assert Shortage.objects.get().cancelled_at is not None
    make_lot(material, "1", number="L3")
    assert Lot.objects.aggregate(total=Sum("on_hand"))["total"] == 7


@pytest.mark.parametrize(
    ("quantity", "number", "expires_on", "field"),
    [
        ("0", "L", None, "quantity"),
        ("-1", "L", None, "quantity"),
        ("0.0001", "L", None, "quantity"),
        ("1", " ", None, "number"),
        ("1", "L" * 61, None, "number"),
        ("1", "L", NOW.date() - timedelta(days=1), "expires_on"),
    ],
)
def test_it_refuses_an_impossible_receipt(quantity: str, number: str, expires_on: date | None, field: str) -> None:
    material = make_material()
    with pytest.raises(InvalidInput) as refusal:
        make_lot(material, quantity, number=number, expires_on=expires_on)
    assert field in refusal.value.fields


def test_it_discards_with_a_reason_but_never_more_than_there_is() -> None:
    lot = make_lot(make_material(), "3")
    actions.discard(actor=storekeeper(), at=NOW, lot_id=lot.pk, quantity=Decimal(1), reason="broken")
    with pytest.raises(actions.NotEnough):
        actions.discard(actor=storekeeper(), at=NOW, lot_id=lot.pk, quantity=Decimal(3), reason="broken")
    with pytest.raises(InvalidInput):
        actions.discard(actor=storekeeper(), at=NOW, lot_id=lot.pk, quantity=Decimal(1), reason=" ")
    assert on_hand(lot) == 2


def test_it_books_the_difference_of_a_count() -> None:
    lot = make_lot(make_material(), "3")
    assert actions.count(actor=storekeeper(), at=NOW, lot_id=lot.pk, counted=Decimal(3)) is None
    difference = actions.count(actor=storekeeper(), at=NOW, lot_id=lot.pk, counted=Decimal("2.5"))
    assert difference is not None
    assert difference.quantity == Decimal("-0.5")
    assert on_hand(lot) == Decimal("2.5")


def test_a_count_that_finds_more_settles_what_acts_used_unbooked() -> None:
    material = make_material()
    lot = make_lot(material, "1")
    norm(material, "3")
    actions.write_off(performance=make_performance(), actor=dr_orlova(), at=NOW)
    key = uuid7()
    found = actions.count(actor=storekeeper(), at=NOW, lot_id=lot.pk, counted=Decimal(4), id=key)
    again = actions.count(actor=storekeeper(), at=NOW, lot_id=lot.pk, counted=Decimal(4), id=key)
    assert found is not None
    assert (found, found.quantity, on_hand(lot)) == (again, 6, 4)
    shortage = Shortage.objects.get()
    assert (shortage.settled, shortage.missing) == (2, 0)
    assert on_hand(make_lot(material, "5", number="L2")) == 5
    actions.reverse_write_off(performance=shortage.performance, actor=dr_orlova(), at=NOW)
    assert on_hand(lot) == 7


@pytest.mark.parametrize("counted", ["0", "2"])
def test_a_count_that_finds_no_more_than_the_books_say_leaves_a_shortage_to_the_delivery(counted: str) -> None:
    material = make_material()
    lot = make_lot(material, "1")
    norm(material, "3")
    actions.write_off(performance=make_performance(), actor=dr_orlova(), at=NOW)
    lot = make_lot(make_material("Gloves", "GLV"), "2") if counted == "2" else lot
    assert actions.count(actor=storekeeper(), at=NOW, lot_id=lot.pk, counted=Decimal(counted)) is None
    assert Shortage.objects.get().missing == 2


def test_it_refuses_a_stale_edit_and_a_taken_article() -> None:
    material, other = make_material(), make_material("Gloves", "GLV")
    values: dict[str, Any] = {"name": "Articaine 4 %", "unit": "carp", "reorder_at": Decimal(5), "is_active": True}
    changed = actions.change_material(actor=storekeeper(), material_id=material.pk, version=1, code="ART-4", **values)
    assert changed.version == 2
    with pytest.raises(StaleVersion):
        actions.change_material(actor=storekeeper(), material_id=material.pk, version=1, code="ART-4", **values)
    with pytest.raises(InvalidInput):
        actions.change_material(actor=storekeeper(), material_id=other.pk, version=1, code="ART-4", **values)


def test_it_asks_for_the_right() -> None:
    with pytest.raises(NotAllowed):
        actions.create_material(actor=make_user(Role.MARKETER), name="Gloves", code="G", unit="pcs")


def raw(statement: str, *parameters: UUID) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def test_the_database_itself_guards_the_stock() -> None:
    lot = make_lot(make_material(), "3")
    with pytest.raises(DatabaseError, match="movements only"):
        raw("UPDATE inventory_lot SET on_hand = 100 WHERE id = %s", lot.pk)
    with pytest.raises(DatabaseError, match="append-only"):
        raw("UPDATE inventory_movement SET quantity = 100")
    with pytest.raises(DatabaseError, match=r"append-only|kept"):
        raw("DELETE FROM inventory_movement")
    receipt = lot.movements.get()
    values: dict[str, Any] = {"lot": lot, "moved_at": NOW, "moved_by": storekeeper()}
    with pytest.raises(DatabaseError, match="exact opposite"), transaction.atomic():
        Movement.objects.create(kind="reversal", quantity=Decimal(2), reverses=receipt, **values)
    with pytest.raises(DatabaseError, match="inventory_movement_sign"), transaction.atomic():
        Movement.objects.create(kind="discard", quantity=Decimal(2), **values)
    with pytest.raises(DatabaseError, match="inventory_stock_not_negative"), transaction.atomic():
        Movement.objects.create(kind="discard", quantity=Decimal(-4), **values)


@pytest.mark.django_db(transaction=True)
def test_several_performances_race_for_the_last_material_and_the_stock_ends_at_exactly_zero() -> None:
    with transaction.atomic():
        material = make_material()
        lot = make_lot(material, "5")
        norm(material, "1", OnShortage.BLOCK)
        performances = [make_performance() for _ in range(8)]
        doctor = dr_orlova()

    def complete(number: int) -> bool:
        with acting(Context(actor="system:race")):
            try:
                actions.write_off(performance=performances[number], actor=doctor, at=NOW)
            except DomainError:
                return False
            finally:
                connection.close()
            return True

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(complete, range(8)))
    assert outcomes.count(True) == 5
    assert on_hand(lot) == 0


@pytest.mark.django_db(transaction=True)
def test_a_reversal_takes_back_what_a_delivery_settles_at_that_very_moment() -> None:
    with transaction.atomic():
        material = make_material()
        norm(material, "3")
        performance, doctor = make_performance(), dr_orlova()
        actions.write_off(performance=performance, actor=doctor, at=NOW)
    is_settled, may_commit = Event(), Event()

    def deliver() -> None:
        with acting(Context(actor="system:race")), transaction.atomic():
            make_lot(material, "5")
            is_settled.set()
            may_commit.wait(5)
        connection.close()

    def take_back() -> None:
        is_settled.wait(5)
        Timer(0.5, may_commit.set).start()
        with acting(Context(actor="system:race")):
            actions.reverse_write_off(performance=performance, actor=doctor, at=NOW)
        connection.close()

    with ThreadPoolExecutor(2) as pool:
        for outcome in [pool.submit(deliver), pool.submit(take_back)]:
            outcome.result()
    assert Lot.objects.get().on_hand == 5
    assert Movement.objects.filter(performance=performance).aggregate(total=Sum("quantity"))["total"] == 0


def test_its_rules_hold_in_a_replicating_session_too() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgenabled FROM pg_trigger WHERE tgname IN ('inventory_book_movement', 'inventory_guard_on_hand')")
        assert cursor.fetchall() == [("A",), ("A",)]


def test_it_rounds_nothing_silently() -> None:
    lot = make_lot(make_material(), "10")
    receipt: dict[str, Any] = {
        "actor": storekeeper(),
        "at": NOW,
        "material_id": lot.material_id,
        "branch": make_branch(),
        "number": "L2",
        "quantity": Decimal(1),
    }
    with pytest.raises(InvalidInput) as cost:
        actions.receive(**receipt, unit_cost=Decimal("10.123456"))
    with pytest.raises(InvalidInput) as counted:
        actions.count(actor=storekeeper(), at=NOW, lot_id=lot.pk, counted=Decimal("3.00049"))
    with pytest.raises(InvalidInput) as reorder:
        actions.create_material(actor=storekeeper(), name="Gel", code="G-1", unit="g", reorder_at=Decimal("0.0001"))
    assert [list(error.value.fields) for error in (cost, counted, reorder)] == [["unit_cost"], ["counted"], ["reorder_at"]]
    assert actions.receive(**receipt, unit_cost=Decimal("10.1234")).lot.unit_cost == Decimal("10.1234")
