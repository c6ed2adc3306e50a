"""Plans while they are open: prices of the day, discounts within limits, order, copies."""

from datetime import date, timedelta
from decimal import Decimal
from functools import partial

import pytest

from charting.models import Procedure
from charting.rules import Place
from clinic.lib.errors import InvalidInput, KeyTaken, NotAllowed, StaleVersion
from clinic.lib.ids import uuid7
from clinic.price_list.models import Price
from clinic.price_list.queries import NoPrice
from clinic.staff.models import User
from clinic.staff.roles import Role
from tests.staff.factories import dr_orlova, make_branch, make_user, registrar_belova
from tests.treatment_plans.factories import NOON, SERVICES, first_item, petrov, plan_with, procedure, service
from treatment_plans import actions
from treatment_plans.models import Alternative, Item, Plan

pytestmark = pytest.mark.django_db


def open_plan(**options: object) -> Plan:
    values = {"patient": petrov(), "branch": make_branch(), "title": "Лечение", "dentist": dr_orlova(), "actor": dr_orlova(), "at": NOON}
    return actions.create_plan(**{**values, **options})  # type: ignore[arg-type]


def change(item: Item, *, actor: User | None = None, **values: object) -> Item:
    usual = {"version": item.version, "quantity": 1, "discount_percent": None, "discount_amount": None, "discount_reason": ""}
    return actions.change_item(item_id=item.pk, actor=actor or dr_orlova(), at=NOON, **{**usual, **values})  # type: ignore[arg-type]


def test_it_opens_a_plan_with_an_empty_alternative_once() -> None:
    plan_id = uuid7()
    first, again = open_plan(id=plan_id), open_plan(id=plan_id)
    assert first == again
    assert [step.state for step in first.alternatives.get().steps.all()] == ["draft"]
    assert first.alternatives.get().phases.count() == 1


def test_it_prices_a_line_by_the_list_valid_on_the_day() -> None:
    filling = service("filling")
    Price.objects.filter(service=filling).update(valid_to=date(2026, 11, 20))
    Price.objects.create(price_list=Price.objects.get(service=filling).price_list, service=filling, valid_from=date(2026, 11, 20), amount="6000.00")
    alternative = open_plan().alternatives.get()
    before = actions.add_item(alternative_id=alternative.pk, procedure=procedure(tooth=36), actor=dr_orlova(), at=NOON - timedelta(days=1))
    after = actions.add_item(alternative_id=alternative.pk, procedure=procedure(tooth=37), actor=dr_orlova(), at=NOON)
    assert (before.unit_price, after.unit_price) == (Decimal("5400.00"), Decimal("6000.00"))
    actions.present(alternative_id=alternative.pk, actor=dr_orlova(), at=NOON)
    before.refresh_from_db()
    assert (before.unit_price, before.price_date) == (Decimal("6000.00"), date(2026, 11, 20))


@pytest.mark.parametrize(("quantity", "expected"), [(None, 3), (1, 1), (2, 2)])
def test_a_service_on_several_teeth_is_one_a_tooth_unless_said(quantity: int | None, expected: int) -> None:
    alternative = open_plan().alternatives.get()
    places = [Place(tooth) for tooth in (36, 37, 46)]
    item = actions.add_service(alternative_id=alternative.pk, service=service("crown"), places=places, quantity=quantity, actor=dr_orlova(), at=NOON)
    assert (item.quantity, item.total) == (expected, expected * item.unit_price)
    cleaning = actions.add_service(alternative_id=alternative.pk, service=service("hygiene"), places=[], actor=dr_orlova(), at=NOON)
    assert cleaning.quantity == 1


def test_it_refuses_a_service_without_price() -> None:
    act = procedure("crown")
    Price.objects.filter(service=act.service).update(valid_to=date(2021, 1, 1))
    with pytest.raises(NoPrice):
        actions.add_item(alternative_id=open_plan().alternatives.get().pk, procedure=act, actor=dr_orlova(), at=NOON)


def test_it_adds_a_service_on_teeth_as_a_proposed_procedure() -> None:
    alternative = open_plan().alternatives.get()
    item = actions.add_service(
        alternative_id=alternative.pk, service=service("filling"), places=[Place(36, frozenset("O"))], actor=dr_orlova(), at=NOON
    )
    assert item.procedure.state == "proposed"
    assert [row.tooth for row in item.procedure.teeth.all()] == [36]
    with pytest.raises(InvalidInput):
        actions.add_service(alternative_id=alternative.pk, service=service("filling"), places=[], actor=dr_orlova(), at=NOON)


def test_a_service_sent_twice_is_one_line_and_its_number_no_other() -> None:
    alternative, number = open_plan().alternatives.get(), uuid7()
    values = {"alternative_id": alternative.pk, "places": [Place(36, frozenset("O"))], "actor": dr_orlova(), "at": NOON, "id": number}
    first = actions.add_service(service=service("filling"), **values)  # type: ignore[arg-type]
    assert actions.add_service(service=service("filling"), **values) == first  # type: ignore[arg-type]
    with pytest.raises(KeyTaken):
        actions.add_service(service=service("crown"), **values)  # type: ignore[arg-type]
    assert alternative.items.count() == Procedure.objects.filter(patient=petrov()).count() == 1


def test_it_holds_a_procedure_once() -> None:
    alternative = plan_with("filling").alternatives.get()
    with pytest.raises(actions.ItemExists):
        actions.add_item(alternative_id=alternative.pk, procedure=first_item(alternative).procedure, actor=dr_orlova(), at=NOON)


def test_it_gives_discounts_within_the_limit_of_the_role() -> None:
    item = first_item(plan_with("extraction").alternatives.get())
    cheaper = change(item, discount_percent=Decimal(10), discount_reason="Постоянный пациент")
    assert (cheaper.total, cheaper.discount_by) == (Decimal("3900.00"), dr_orlova())
    with pytest.raises(actions.DiscountNotAllowed):
        change(cheaper, discount_percent=Decimal("10.01"), discount_reason="x")
    with pytest.raises(actions.DiscountNotAllowed):
        change(cheaper, discount_amount=Decimal("433.34"), discount_reason="x")
    manager = make_user(Role.MANAGER)
    free = change(cheaper, actor=manager, discount_percent=Decimal(100), discount_reason="Гарантия")
    assert (free.total, free.discount_by) == (Decimal("0.00"), manager)
    with pytest.raises(InvalidInput):
        change(free, actor=manager, discount_percent=Decimal(5))
    hygienist = make_user(Role.HYGIENIST)
    assert change(free, actor=hygienist, discount_percent=Decimal(5), discount_reason="x").discount_by == hygienist
    with pytest.raises(actions.DiscountNotAllowed):
        change(first_item(item.alternative), actor=hygienist, discount_percent=Decimal("5.01"), discount_reason="x")


def test_fewer_pieces_do_not_carry_a_discount_over_the_limit() -> None:
    item = first_item(plan_with("hygiene").alternatives.get())
    within = change(item, quantity=10, discount_amount=Decimal("6000.00"), discount_reason="Пакет")
    with pytest.raises(actions.DiscountNotAllowed):
        change(within, quantity=1, discount_amount=Decimal("6000.00"), discount_reason="Пакет")
    hygienist = make_user(Role.HYGIENIST)
    more = change(Item.objects.get(pk=item.pk), actor=hygienist, quantity=11, discount_amount=Decimal("6000.00"), discount_reason="Пакет")
    assert more.discount_by == dr_orlova()
    with pytest.raises(NotAllowed):
        change(Item.objects.get(pk=item.pk), actor=hygienist, quantity=11, discount_amount=Decimal("6000.00"), discount_reason="Другая причина")


def test_it_refuses_a_stale_line_and_impossible_quantities() -> None:
    item = first_item(plan_with("filling").alternatives.get())
    change(item, quantity=3)
    with pytest.raises(StaleVersion):
        change(item, quantity=2)
    item.refresh_from_db()
    assert item.total == Decimal("16200.00")
    with pytest.raises(InvalidInput):
        change(item, quantity=0)


def test_it_moves_lines_between_places_phases_and_alternatives() -> None:
    plan = plan_with("filling", "crown", "extraction", alternatives=2)
    first, second = plan.alternatives.order_by("position")
    one, two, three = first.items.order_by("position")
    later = actions.add_phase(alternative_id=first.pk, title="Протезирование", actor=dr_orlova(), at=NOON)
    actions.place_item(item_id=three.pk, phase_id=later.pk, visit_number=2, before_id=one.pk, actor=dr_orlova(), at=NOON)
    assert [item.pk for item in first.items.order_by("position")] == [three.pk, one.pk, two.pk]
    actions.cancel_item(item_id=second.items.get(procedure=two.procedure).pk, reason="", actor=dr_orlova(), at=NOON)
    actions.place_item(item_id=two.pk, phase_id=None, visit_number=1, alternative_id=second.pk, actor=dr_orlova(), at=NOON)
    assert first.items.count() == 2
    two.refresh_from_db()
    assert two.phase == second.phases.get()
    with pytest.raises(actions.ItemExists):
        actions.place_item(item_id=one.pk, phase_id=None, visit_number=1, alternative_id=second.pk, actor=dr_orlova(), at=NOON)


def test_it_copies_an_alternative_with_shared_procedures() -> None:
    source = plan_with(*SERVICES).alternatives.get()
    copy = actions.copy_alternative(alternative_id=source.pk, title="Вариант Б", actor=dr_orlova(), at=NOON)
    assert [item.procedure_id for item in copy.items.order_by("position")] == [item.procedure_id for item in source.items.order_by("position")]
    assert {item.phase for item in copy.items.all()} == {copy.phases.get()}
    assert Item.history.filter(alternative_id=copy.pk).count() == len(SERVICES)


def test_a_changed_alternative_is_no_longer_presented() -> None:
    alternative = plan_with("filling").alternatives.get()
    actions.present(alternative_id=alternative.pk, actor=dr_orlova(), at=NOON)
    item = first_item(alternative)
    change(item, quantity=2)
    alternative.refresh_from_db()
    assert alternative.state == "draft"
    with pytest.raises(actions.NotPresented):
        actions.accept(alternative_id=alternative.pk, actor=dr_orlova(), at=NOON)


def test_it_presents_only_something() -> None:
    with pytest.raises(actions.NothingToPresent):
        actions.present(alternative_id=open_plan().alternatives.get().pk, actor=dr_orlova(), at=NOON)


def test_the_front_desk_presents_and_records_the_choice_but_does_not_plan() -> None:
    first, second = plan_with("filling", alternatives=2).alternatives.order_by("position")
    with pytest.raises(NotAllowed):
        open_plan(actor=registrar_belova())
    with pytest.raises(NotAllowed):
        actions.add_service(alternative_id=first.pk, service=service("hygiene"), places=[], actor=registrar_belova(), at=NOON)
    for alternative in (first, second):
        actions.present(alternative_id=alternative.pk, actor=registrar_belova(), at=NOON)
    actions.reject(alternative_id=second.pk, reason="Дорого", actor=registrar_belova(), at=NOON)
    actions.accept(alternative_id=first.pk, actor=registrar_belova(), at=NOON)
    assert first.steps.get(state="accepted").moved_by == registrar_belova()
    assert first_item(first).procedure.state == "planned"
    with pytest.raises(NotAllowed):
        actions.end_early(alternative_id=first.pk, reason="Переезд", actor=registrar_belova(), at=NOON)


@pytest.mark.parametrize("title", ["", "   ", "x" * 201])
def test_it_needs_a_title(title: str) -> None:
    with pytest.raises(InvalidInput):
        open_plan(title=title)


def test_it_keeps_html_and_sql_as_text() -> None:
    nasty = "<script>alert(1)</script>'; DROP TABLE treatment_plans_item; --"
    plan = open_plan(title=nasty)
    assert Plan.objects.get(pk=plan.pk).title == nasty
    assert Alternative.objects.count() == 1


@pytest.mark.parametrize(("name", "most"), [("extraction", 1), ("crown", 1), ("filling", 99)])
def test_what_a_tooth_has_or_loses_once_is_done_once_on_it(name: str, most: int) -> None:
    alternative = open_plan().alternatives.get()
    place = Place(36, frozenset("O" if name == "filling" else ""))
    add = partial(actions.add_service, alternative_id=alternative.pk, service=service(name), places=[place], actor=dr_orlova(), at=NOON)
    if most == 1:
        with pytest.raises(InvalidInput) as refused:
            add(quantity=2)
        assert "at most 1" in str(refused.value.fields["quantity"])
        with pytest.raises(InvalidInput):
            change(add(quantity=1), quantity=5)
    else:
        assert add(quantity=most).quantity == most
