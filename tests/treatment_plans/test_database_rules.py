"""What the database refuses by itself, whoever writes: two accepted alternatives, changed frozen prices, unsigned agreements, gaps."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

import charting.actions
import clinic.billing.actions
from charting.models import Procedure
from clinic.price_list.models import ONCE_A_TOOTH, PER_TOOTH, ChartEffect, Scope, Service
from tests.staff.factories import dr_orlova
from tests.treatment_plans.factories import NOON, a_document, accept, agreed, line, plan_with, procedure, sign
from treatment_plans import rules
from treatment_plans.models import Alternative, AlternativeStep, DiscountLimit, Item, Plan
from treatment_plans.queries import discounting_roles

pytestmark = pytest.mark.django_db


@contextmanager
def refused(rule: str) -> Iterator[None]:
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        yield
    assert caught.value.__cause__.diag.constraint_name == rule  # type: ignore[union-attr]


def run(sql: str, *parameters: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def accepted_plan(*names: str) -> tuple[Plan, Alternative, Item]:
    plan = plan_with(*names)
    alternative = plan.alternatives.get()
    accept(alternative)
    return plan, alternative, alternative.items.order_by("position")[0]


def test_it_accepts_one_alternative_of_a_plan() -> None:
    other = plan_with("filling", alternatives=2)
    chosen, beside = other.alternatives.order_by("position")
    Item.objects.filter(alternative__plan=other).update(frozen_at=NOON)
    for alternative in (chosen, beside):
        move(alternative, "presented")
    move(chosen, "accepted")
    with refused("treatment_plans_one_accepted"):
        move(beside, "accepted")


PATHS = {
    "draft": (),
    "presented": ("presented",),
    "accepted": ("presented", "accepted"),
    "rejected": ("rejected",),
    "cancelled": ("presented", "accepted", "cancelled"),
}


def move(alternative: Alternative, state: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE treatment_plans_alternative SET state = %s WHERE id = %s", [state, alternative.pk])
    AlternativeStep.objects.create(alternative=alternative, patient_id=alternative.patient_id, state=state, moved_at=NOON, moved_by=dr_orlova())


@pytest.mark.parametrize("before", PATHS)
def test_an_alternative_moves_in_raw_sql_as_the_rules_allow(before: str) -> None:
    alternative = plan_with("filling").alternatives.get()
    alternative.items.update(frozen_at=NOON)
    for state in PATHS[before]:
        move(alternative, state)
    for after in PATHS.keys() - {before}:
        with transaction.atomic():
            if after in rules.ALTERNATIVE_MOVES[before]:
                move(alternative, after)
            else:
                with refused("treatment_plans_alternative_moves"):
                    move(alternative, after)
            transaction.set_rollback(True)


def test_it_presents_no_alternative_without_lines() -> None:
    alternative = plan_with("filling").alternatives.get()
    alternative.items.update(cancelled_at=NOON, cancelled_by=dr_orlova(), cancel_reason="no")
    with refused("treatment_plans_alternative_empty"):
        move(alternative, "presented")


def test_it_wants_a_step_for_each_move() -> None:
    alternative = plan_with("filling").alternatives.get()
    with refused("treatment_plans_alternative_in_step"):
        run("UPDATE treatment_plans_alternative SET state = 'presented' WHERE id = %s", alternative.pk)
        run("SET CONSTRAINTS ALL IMMEDIATE")
    accept(alternative)
    run("SET CONSTRAINTS ALL IMMEDIATE")


def test_it_freezes_the_price_of_an_accepted_line() -> None:
    _plan, alternative, item = accepted_plan("filling")
    with refused("treatment_plans_item_frozen"):
        run("UPDATE treatment_plans_item SET unit_price = 1, total = 1 WHERE id = %s", item.pk)
    with refused("treatment_plans_item_frozen"):
        run("UPDATE treatment_plans_item SET frozen_at = NULL WHERE id = %s", item.pk)
    with refused("treatment_plans_alternative_frozen"):
        run("UPDATE treatment_plans_alternative SET title = 'x' WHERE id = %s", alternative.pk)
    with refused("treatment_plans_alternative_moves"):
        run("UPDATE treatment_plans_alternative SET state = 'draft' WHERE id = %s", alternative.pk)
    run("UPDATE treatment_plans_item SET visit_number = 3 WHERE id = %s", item.pk)


def test_it_keeps_unfrozen_lines_out_of_a_decided_alternative() -> None:
    plan, alternative, _item = accepted_plan("filling")
    with refused("treatment_plans_item_unfrozen"):
        line(alternative, procedure("crown", patient=plan.patient, tooth=26), position=2)
    other = plan_with("filling").alternatives.get()
    with refused("treatment_plans_alternative_unfrozen"):
        run("UPDATE treatment_plans_alternative SET state = 'accepted' WHERE id = %s", other.pk)


def test_it_agrees_a_line_only_by_a_signed_document_that_lists_it() -> None:
    _plan, alternative, item = accepted_plan("filling")
    silent, listing = a_document(alternative), a_document(alternative, number=2, items=[item])
    sign(silent)
    for document in (silent, listing):
        with refused("treatment_plans_item_agreement_signed"):
            run("UPDATE treatment_plans_item SET agreed_document_id = %s WHERE id = %s", document.pk, item.pk)
    sign(listing, role="clinic")
    with refused("treatment_plans_item_agreement_signed"):
        run("UPDATE treatment_plans_item SET agreed_document_id = %s WHERE id = %s", listing.pk, item.pk)
    consent = a_document(alternative, kind="consent_therapy", series="C", items=[item])
    sign(consent)
    with refused("treatment_plans_item_agreement_signed"):
        run("UPDATE treatment_plans_item SET agreed_document_id = %s WHERE id = %s", consent.pk, item.pk)
    sign(listing)
    run("UPDATE treatment_plans_item SET agreed_document_id = %s WHERE id = %s", listing.pk, item.pk)
    with refused("treatment_plans_item_agreed_once"):
        run("UPDATE treatment_plans_item SET agreed_document_id = NULL WHERE id = %s", item.pk)


def done(item: Item, times: int) -> None:
    Item.objects.filter(pk=item.pk).update(quantity=times, total=item.unit_price * times)


def test_it_plans_once_a_tooth_what_a_tooth_has_once() -> None:
    item = plan_with("filling").alternatives.get().items.get()
    for effect in ChartEffect:
        Service.objects.filter(pk=item.procedure.service_id).update(chart_effect=effect, scope=Scope.TOOTH)
        if effect in ONCE_A_TOOTH:
            with refused("treatment_plans_item_once_a_tooth"):
                done(item, 2)
        else:
            done(item, 2)
    Service.objects.filter(pk=item.procedure.service_id).update(chart_effect=ChartEffect.EXTRACTION, scope=Scope.MOUTH)
    done(item, 3)
    assert {Scope.TOOTH, Scope.SURFACES, Scope.ROOT, Scope.SPAN} == PER_TOOTH  # what the trigger names


def test_it_numbers_documents_without_gaps_and_keeps_them() -> None:
    _plan, alternative, item = accepted_plan("filling")
    document = a_document(alternative, items=[item])
    with refused("treatment_plans_document_gapless"):
        a_document(alternative, number=3)
    with refused("treatment_plans_document_append_only"):
        run("UPDATE treatment_plans_document SET number = 7 WHERE id = %s", document.pk)
    with refused("treatment_plans_documentitem_append_only"):
        run("UPDATE treatment_plans_documentitem SET total = 1 WHERE document_id = %s", document.pk)


def test_it_takes_a_signature_only_for_the_very_file() -> None:
    _plan, alternative, _item = accepted_plan("filling")
    document = a_document(alternative)
    with refused("treatment_plans_signature_fits"):
        sign(document, sha256="f" * 64)
    signature = sign(document)
    with refused("treatment_plans_signature_append_only"):
        run("UPDATE treatment_plans_signature SET signer_name = 'x' WHERE id = %s", signature.pk)
    with refused("treatment_plans_signed_once"):
        sign(document)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("total = total - 0.01", "treatment_plans_item_total_exact"),
        ("discount_percent = 10, total = round(unit_price * 0.9, 2)", "treatment_plans_item_discount_explained"),
        ("quantity = 0, total = 0", "treatment_plans_item_quantity"),
        ("discount_amount = -1, total = total + 1, discount_reason = 'r', discount_by_id = gen_random_uuid()", "treatment_plans_item_amount"),
        ("unit_price = -1, total = -1", "treatment_plans_item_not_negative"),
    ],
)
def test_it_refuses_impossible_money(change: str, rule: str) -> None:
    item = plan_with("filling").alternatives.get().items.get()
    with refused(rule):
        run(f"UPDATE treatment_plans_item SET {change} WHERE id = %s", item.pk)


def test_it_ships_discount_limits() -> None:
    assert {limit.role: limit.percent for limit in DiscountLimit.objects.all()} == {"dentist": 10, "hygienist": 5, "manager": 100}
    assert {limit.role for limit in DiscountLimit.objects.all()} == set(discounting_roles())


def charge(act: Procedure, amount: Decimal = Decimal(100)) -> None:
    """Straight to charting and billing, past the plan."""
    performance = charting.actions.perform_procedure(procedure=act, actor=dr_orlova(), at=NOON)
    clinic.billing.actions.post_charge(performance=performance, amount=amount, currency="RUB", description="x", actor=dr_orlova(), at=NOON)
    run("SET CONSTRAINTS ALL IMMEDIATE")


def test_it_refuses_to_charge_a_planned_act_that_no_signed_document_covers() -> None:
    open_line = plan_with("filling").alternatives.get().items.get()
    with refused("treatment_plans_charge_agreed"):
        charge(open_line.procedure)
    _plan, alternative, item = accepted_plan("crown")
    contract = a_document(alternative, items=[item])
    with refused("treatment_plans_charge_agreed"):
        charge(item.procedure)
    sign(contract)
    run("UPDATE treatment_plans_item SET agreed_document_id = %s WHERE id = %s", contract.pk, item.pk)
    charge(item.procedure, item.total)


def test_a_changed_plan_is_charged_only_after_its_signed_addendum() -> None:
    alternative = agreed("filling")
    late = line(alternative, procedure("crown", patient=alternative.patient, tooth=26), position=2, frozen=True)
    with refused("treatment_plans_charge_agreed"):
        charge(late.procedure)
    addendum = a_document(alternative, kind="addendum", series="A", items=[late], contract=alternative.items.first().agreed_document)  # type: ignore[union-attr]
    sign(addendum)
    run("UPDATE treatment_plans_item SET agreed_document_id = %s WHERE id = %s", addendum.pk, late.pk)
    charge(late.procedure, late.total)


def test_an_act_that_no_plan_holds_is_charged_as_before() -> None:
    charge(procedure("extraction", tooth=46))
