"""Accepting rejects and freezes, once; ending early frees what is not done."""

import threading
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from clinic.history.context import Context, acting
from clinic.lib.errors import InvalidInput
from clinic.staff.models import User
from tests.staff.factories import dr_orlova
from tests.treatment_plans.factories import NOON, agreed, first_item, plan_with
from treatment_plans import actions, completion
from treatment_plans.models import Alternative, Item


def presented(*names: str, alternatives: int = 2) -> list[Alternative]:
    plan = plan_with(*names, alternatives=alternatives)
    rows = list(plan.alternatives.order_by("position"))
    for row in rows:
        actions.present(alternative_id=row.pk, actor=dr_orlova(), at=NOON)
    return rows


@pytest.mark.django_db
def test_it_rejects_the_siblings_and_freezes_all_prices() -> None:
    first, second = presented("filling", "crown")
    actions.accept(alternative_id=first.pk, actor=dr_orlova(), at=NOON)
    states = dict(Alternative.objects.filter(plan=first.plan).values_list("pk", "state"))
    assert states == {first.pk: "accepted", second.pk: "rejected"}
    assert not Item.objects.filter(alternative__plan=first.plan, frozen_at=None).exists()
    assert {item.procedure.state for item in first.items.all()} == {"planned"}
    assert [(step.state, step.moved_by) for step in second.steps.order_by("created_at")][-1] == ("rejected", dr_orlova())
    item = first_item(first)
    with pytest.raises(actions.AlternativeDecided):
        actions.change_item(
            item_id=item.pk,
            version=item.version,
            quantity=2,
            discount_percent=None,
            discount_amount=None,
            discount_reason="",
            actor=dr_orlova(),
            at=NOON,
        )
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE treatment_plans_item SET unit_price = 1, total = 1 WHERE id = %s", [item.pk])


@pytest.mark.django_db
def test_accepting_twice_is_once_and_a_sibling_is_refused() -> None:
    first, second = presented("filling")
    actions.accept(alternative_id=first.pk, actor=dr_orlova(), at=NOON)
    actions.accept(alternative_id=first.pk, actor=dr_orlova(), at=NOON)
    assert first.steps.filter(state="accepted").count() == 1
    with pytest.raises(actions.AnotherAccepted):
        actions.accept(alternative_id=second.pk, actor=dr_orlova(), at=NOON)


@pytest.mark.django_db
def test_it_asks_why_an_alternative_is_rejected() -> None:
    first, _second = presented("filling")
    with pytest.raises(InvalidInput):
        actions.reject(alternative_id=first.pk, reason=" ", actor=dr_orlova(), at=NOON)
    actions.reject(alternative_id=first.pk, reason="Дорого", actor=dr_orlova(), at=NOON)
    assert first.steps.get(state="rejected").reason == "Дорого"
    with pytest.raises(actions.AlternativeDecided):
        actions.present(alternative_id=first.pk, actor=dr_orlova(), at=NOON)


@pytest.mark.django_db
def test_ending_early_keeps_what_is_done_and_frees_the_rest() -> None:
    alternative = agreed("filling", "crown")
    done, left = alternative.items.order_by("position")
    completion.complete_item(item_id=done.pk, actor=dr_orlova(), at=NOON)
    actions.end_early(alternative_id=alternative.pk, reason="Переезд", actor=dr_orlova(), at=NOON)
    done.refresh_from_db()
    left.refresh_from_db()
    assert (done.state, left.state) == ("done", "cancelled")
    with pytest.raises(actions.ItemClosed):
        completion.complete_item(item_id=left.pk, actor=dr_orlova(), at=NOON)
    again = actions.copy_alternative(alternative_id=alternative.pk, title="Снова", actor=dr_orlova(), at=NOON)
    assert again.items.count() == 0


@pytest.mark.django_db
def test_a_line_of_an_accepted_alternative_is_taken_out_with_a_reason() -> None:
    alternative = agreed("filling")
    item = first_item(alternative)
    with pytest.raises(InvalidInput):
        actions.cancel_item(item_id=item.pk, reason="", actor=dr_orlova(), at=NOON)
    actions.cancel_item(item_id=item.pk, reason="Отказ", actor=dr_orlova(), at=NOON)
    with pytest.raises(IntegrityError, match="cancelled"), transaction.atomic():
        Item.objects.filter(pk=item.pk).update(cancelled_at=None, cancelled_by=None)


@pytest.mark.django_db(transaction=True)
def test_twenty_people_accept_two_siblings_and_one_stands() -> None:
    with transaction.atomic():
        first, second = presented("filling", "crown")
    plan_id, actor_id = first.plan_id, dr_orlova().pk
    outcomes: list[str] = []
    barrier = threading.Barrier(20)

    def choose(alternative_id: UUID) -> None:
        with acting(Context(actor="system:test")):
            barrier.wait()
            try:
                actions.accept(alternative_id=alternative_id, actor=User.objects.get(pk=actor_id), at=NOON)
                outcomes.append("accepted")
            except actions.AnotherAccepted:
                outcomes.append("refused")
            finally:
                connection.close()

    threads = [threading.Thread(target=choose, args=[(first, second)[number % 2].pk]) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(Alternative.objects.filter(plan=plan_id).values_list("state", flat=True)) == ["accepted", "rejected"]
    assert (outcomes.count("accepted"), outcomes.count("refused")) == (10, 10)
    assert sum(row.steps.filter(state="accepted").count() for row in (first, second)) == 1
