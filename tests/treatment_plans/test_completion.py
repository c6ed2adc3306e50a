"""Done is one transaction: chart, stock, charge and claim, all of it or nothing, once."""

import threading
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.urls import reverse

from charting.actions import OtherLegalEntity, ToothGone
from charting.models import Performance, Procedure, ProcedureTooth, Visit
from clinic.billing.models import Charge
from clinic.billing.queries import balance
from clinic.history.context import Context, acting
from clinic.lib.errors import InvalidInput, NotAllowed
from clinic.staff.models import Branch, LegalEntity, User
from insurance.models import ClaimLine
from inventory.actions import OutOfStock
from inventory.models import Lot, Movement, Norm, OnShortage, Shortage
from lab_orders import actions as lab
from lab_orders.models import Lab
from tests.insurance.factories import make_policy
from tests.inventory.factories import make_lot, make_material
from tests.staff.factories import dr_orlova, log_in, make_branch, make_legal_entity, registrar_belova
from tests.treatment_plans.factories import NOON, a_document, accept, agreed, consent_to, first_item, plan_with, procedure, service, sign
from treatment_plans import actions, completion, queries, reversal, sheet
from treatment_plans.models import Item


def norm(name: str = "filling", quantity: str = "1", on_shortage: str = OnShortage.BLOCK) -> Norm:
    return Norm.objects.create(service=service(name), material=make_material(), quantity=Decimal(quantity), on_shortage=on_shortage)


def complete(item: Item) -> completion.Completion:
    return completion.complete_item(item_id=item.pk, actor=dr_orlova(), at=NOON)


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Performance, Movement, Shortage, Charge, ClaimLine))


@pytest.mark.django_db
def test_it_brings_about_the_whole_chain() -> None:
    alternative = agreed("filling")
    norm()
    lot = make_lot(make_material(), "10")
    make_policy(patient=alternative.patient)
    result = complete(first_item(alternative))
    lot.refresh_from_db()
    assert result.item.procedure.state == "proposed"
    assert Procedure.objects.get(pk=result.item.procedure_id).state == "done"
    assert lot.on_hand == 9
    assert (result.charge.amount, result.charge.currency) == (Decimal("5400.00"), "RUB")
    assert result.claim_line is not None
    assert result.claim_line.amount == Decimal("4320.00")
    assert balance(alternative.patient) == Decimal("1080.00")
    [shown] = sheet.sheets(alternative.patient, queries.alternatives_of(alternative.plan), NOON.date())
    assert (shown.insured, shown.patient_pays, shown.done) == (Decimal("4320.00"), Decimal("1080.00"), 1)
    found = completion.completion_of(Item.objects.get(pk=result.item.pk))
    assert found is not None
    assert (found.performance, found.charge, found.claim_line, found.taken[0][1]) == (result.performance, result.charge, result.claim_line, 1)


@pytest.mark.django_db
def test_a_shortage_that_blocks_leaves_nothing() -> None:
    item = first_item(agreed("filling"))
    norm()
    before = counts()
    with pytest.raises(OutOfStock):
        complete(item)
    item.refresh_from_db()
    assert counts() == before
    assert (item.performance, item.procedure.state) == (None, "proposed")


@pytest.mark.django_db
def test_a_shortage_that_is_a_debt_is_recorded() -> None:
    item = first_item(agreed("filling"))
    norm(on_shortage=OnShortage.DEBT)
    result = complete(item)
    assert [shortage.quantity for shortage in result.shortages] == [1]


@pytest.mark.django_db
def test_it_refuses_what_is_not_agreed_accepted_or_live() -> None:
    alternative = agreed("filling")
    late = actions.add_item(
        alternative_id=alternative.pk, procedure=procedure("crown", patient=alternative.patient, tooth=46), actor=dr_orlova(), at=NOON
    )
    with pytest.raises(completion.NotAgreed) as refused:
        complete(late)
    assert refused.value.code == "not_agreed"
    assert refused.value.link == f"/patients/{alternative.patient_id}/documents/"
    with pytest.raises(completion.NotAccepted):
        complete(first_item(plan_with("extraction").alternatives.get()))
    with pytest.raises(NotAllowed):
        completion.complete_item(item_id=first_item(alternative).pk, actor=registrar_belova(), at=NOON)


@pytest.mark.django_db
def test_it_refuses_a_line_on_a_tooth_that_was_pulled_and_leaves_nothing() -> None:
    filling, pulled = first_item(agreed("filling")), first_item(agreed("extraction"))
    complete(pulled)
    before = counts()
    with pytest.raises(ToothGone, match="36"):
        complete(filling)
    assert counts() == before


@pytest.mark.django_db
def test_a_second_click_leads_to_the_first_result() -> None:
    item = first_item(agreed("filling"))
    complete(item)
    after = counts()
    with pytest.raises(completion.AlreadyCompleted) as refused:
        complete(item)
    assert refused.value.link == f"/items/{item.pk}/result/"
    assert counts() == after


@pytest.mark.django_db
def test_it_is_taken_back_by_opposite_rows_and_can_be_done_again() -> None:
    alternative = agreed("filling")
    norm()
    lot = make_lot(make_material(), "10")
    make_policy(patient=alternative.patient)
    item = first_item(alternative)
    complete(item)
    with pytest.raises(InvalidInput):
        reversal.reverse_item(item_id=item.pk, reason=" ", actor=dr_orlova(), at=NOON)
    result = reversal.reverse_item(item_id=item.pk, reason="Не тот зуб", actor=dr_orlova(), at=NOON)
    lot.refresh_from_db()
    item.refresh_from_db()
    assert (lot.on_hand, item.performance, balance(alternative.patient)) == (10, None, 0)
    assert result.charge.amount == Decimal("-5400.00")
    assert sum(line.amount for line in ClaimLine.objects.all()) == 0
    assert item.procedure.performances.get().reversal_reason == "Не тот зуб"
    with pytest.raises(reversal.NotCompleted):
        reversal.reverse_item(item_id=item.pk, reason="x", actor=dr_orlova(), at=NOON)
    complete(item)
    assert balance(alternative.patient) == Decimal("1080.00")


def another_branch(name: str = "Lyon", currency: str = "EUR", *, entity: LegalEntity | None = None) -> Branch:
    return Branch.objects.create(legal_entity=entity or make_legal_entity("Sourire SARL"), name=name, currency=currency)


def a_visit_in(branch: Branch, item: Item) -> Visit:
    return Visit.objects.create(patient=item.patient, branch=branch, dentist=dr_orlova(), opened_at=NOON)


@pytest.mark.django_db
def test_without_a_visit_it_is_booked_to_the_branch_of_the_plan() -> None:
    dr_orlova(branch=another_branch())
    item = first_item(agreed("filling"))
    norm()
    lot = make_lot(make_material(), "10")
    result = complete(item)
    lot.refresh_from_db()
    branch = item.alternative.plan.branch
    assert result.performance.visit is None
    assert (result.performance.branch, result.charge.branch, result.charge.currency) == (branch, branch, branch.currency)
    assert (result.charge.legal_entity, lot.on_hand) == (branch.legal_entity, 9)


@pytest.mark.django_db
def test_it_refuses_a_visit_of_another_legal_entity_or_currency() -> None:
    item = first_item(agreed("filling"))
    entity = item.alternative.plan.branch.legal_entity
    before = counts()
    for branch in (another_branch("Tula", "RUB"), another_branch("Lyon", "EUR", entity=entity)):
        visit = a_visit_in(branch, item)
        with pytest.raises(OtherLegalEntity, match=branch.name) as refused:
            completion.complete_item(item_id=item.pk, actor=dr_orlova(), at=NOON, visit_id=visit.pk)
        assert (refused.value.code, refused.value.link) == ("other_legal_entity", f"/visits/{visit.pk}/")
    with pytest.raises(OtherLegalEntity):
        complete(item)
    assert counts() == before


@pytest.mark.django_db
def test_a_visit_in_another_branch_of_the_same_legal_entity_is_booked_there() -> None:
    item = first_item(agreed("filling"))
    branch = another_branch("Tverskaya", "RUB", entity=item.alternative.plan.branch.legal_entity)
    a_visit_in(branch, item)
    result = complete(item)
    assert (result.performance.branch, result.charge.branch) == (branch, branch)


@pytest.mark.django_db
def test_what_is_taken_back_after_the_treatment_ended_is_no_longer_planned() -> None:
    alternative = agreed("filling", "crown")
    item = first_item(alternative)
    complete(item)
    actions.end_early(alternative_id=alternative.pk, reason="Переезд", actor=dr_orlova(), at=NOON)
    result = reversal.reverse_item(item_id=item.pk, reason="Не тот зуб", actor=dr_orlova(), at=NOON)
    item.refresh_from_db()
    item.procedure.refresh_from_db()
    assert (item.state, item.cancel_reason, result.item.state) == ("cancelled", "Не тот зуб", "cancelled")
    assert item.procedure.state == "proposed"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "teeth", "quantity", "taken"), [("hygiene", (), 3, 6), ("crown", (36, 37, 46), 3, 6), ("crown", (36, 37, 46), 1, 6)]
)
def test_materials_follow_the_quantity_and_the_teeth(name: str, teeth: tuple[int, ...], quantity: int, taken: int) -> None:
    act = procedure(name, tooth=None)
    for tooth in teeth:
        ProcedureTooth.objects.create(procedure=act, patient=act.patient, tooth=tooth)
    item = agreed_line(act, quantity)
    norm(name, "2")
    lot = make_lot(make_material(), "10")
    result = complete(item)
    lot.refresh_from_db()
    assert (10 - lot.on_hand, result.charge.amount) == (taken, quantity * item.unit_price)
    reversal.reverse_item(item_id=item.pk, reason="Не тот зуб", actor=dr_orlova(), at=NOON)
    lot.refresh_from_db()
    assert lot.on_hand == 10


@pytest.mark.django_db
def test_it_says_when_the_laboratory_has_the_work_still() -> None:
    item = first_item(agreed("crown"))
    details = lab.OrderDetails(Lab.objects.create(name="Zirkon").pk)
    order = lab.draft_order(actor=dr_orlova(), at=NOON, procedure_ids=[item.procedure_id], branch=make_branch(), details=details)
    result = complete(item)
    dentist, url = log_in(dr_orlova(make_branch())), reverse("item-result", args=[item.pk])
    assert result.work_not_back == [order]
    assert f"Order {order.number} for this work was never sent to Zirkon" in dentist.get(url).content.decode()
    order = lab.move_order(actor=dr_orlova(), at=NOON, order_id=order.pk, version=order.version, state="sent")
    shown = dentist.get(url).content.decode()
    assert "this work is with Zirkon still" in shown
    assert reverse("lab-order", args=[order.pk]) in shown
    lab.move_order(actor=dr_orlova(), at=NOON, order_id=order.pk, version=order.version, state="returned")
    assert "Zirkon" not in dentist.get(url).content.decode()


def agreed_line(act: Procedure, quantity: int) -> Item:
    """A line of this quantity in a plan of its own, agreed and with its consents signed."""
    plan = plan_with(patient=act.patient)
    alternative = plan.alternatives.get()
    actions.add_item(alternative_id=alternative.pk, procedure=act, quantity=quantity, actor=dr_orlova(), at=NOON)
    accept(alternative)
    document = a_document(alternative, items=list(alternative.items.all()))
    sign(document)
    alternative.items.update(agreed_document=document)
    consent_to(alternative)
    return first_item(alternative)


def at_once(work: list[UUID]) -> list[str]:
    """Complete the items at the same moment, one thread each; the name of each outcome."""
    outcomes: list[str] = []
    barrier, actor_id = threading.Barrier(len(work)), dr_orlova().pk

    def click(item_id: UUID) -> None:
        with acting(Context(actor="system:test")):
            barrier.wait()
            try:
                completion.complete_item(item_id=item_id, actor=User.objects.get(pk=actor_id), at=NOON)
                outcomes.append("done")
            except (completion.AlreadyCompleted, OutOfStock) as error:
                outcomes.append(error.code)
            finally:
                connection.close()

    threads = [threading.Thread(target=click, args=[item_id]) for item_id in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


@pytest.mark.django_db(transaction=True)
def test_twenty_clicks_on_done_are_one_completion() -> None:
    with transaction.atomic():
        item = first_item(agreed("filling"))
        norm()
        make_lot(make_material(), "100")
    assert at_once([item.pk] * 20) == ["already_completed"] * 19 + ["done"]
    assert counts() == (1, 2, 0, 1, 0)


@pytest.mark.django_db(transaction=True)
def test_items_racing_for_the_last_material_end_at_exactly_nothing() -> None:
    with transaction.atomic():
        norm("extraction", "2")
        items = [first_item(agreed("extraction", teeth=(tooth,))).pk for tooth in (36, 37, 46, 47, 26, 27, 16, 17)]
        make_lot(make_material(), "10")
    assert at_once(items) == ["done"] * 5 + ["out_of_stock"] * 3
    assert Lot.objects.get().on_hand == 0
    assert counts()[0] == 5
