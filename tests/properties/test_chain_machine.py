"""Whatever is completed, taken back, received, paid and refunded, in any order: the stock, the balance and the chart add up."""

from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from charting.models import Performance, Procedure, ProcedureChange
from clinic.billing import actions as billing
from clinic.billing.models import Charge, InsurerShare, Payment
from clinic.billing.queries import balance
from clinic.lib.money import ZERO
from insurance.models import ClaimLine
from inventory.actions import OutOfStock
from inventory.models import Lot, Movement, Norm, OnShortage
from tests.billing.factories import accountant
from tests.insurance.factories import make_policy
from tests.inventory.factories import make_lot, make_material
from tests.staff.factories import dr_orlova, make_branch, registrar_belova
from tests.treatment_plans.factories import NOON, agreed, service
from treatment_plans import completion, reversal
from treatment_plans.models import Item

NAMES = ("filling", "crown", "extraction", "hygiene")


class Chain(RuleBasedStateMachine):
    """One patient with a signed plan of four lines, a stock that runs out, an insurer with a limit."""

    @initialize(limit=st.sampled_from(["3000.00", "50000.00"]), on_shortage=st.sampled_from(OnShortage.values))
    def plan(self, limit: str, on_shortage: str) -> None:
        alternative = agreed(*NAMES)
        self.patient = alternative.patient
        self.items = list(alternative.items.order_by("position").values_list("pk", flat=True))
        self.done: set[int] = set()
        self.received = ZERO
        for name in ("filling", "extraction"):
            Norm.objects.create(service=service(name), material=make_material(), quantity=Decimal("1.5"), on_shortage=on_shortage)
        make_policy(patient=self.patient, annual_limit=limit)

    @rule(number=st.integers(0, 3))
    def complete(self, number: int) -> None:
        before = (Performance.objects.count(), Movement.objects.count(), Charge.objects.count())
        try:
            completion.complete_item(item_id=self.items[number], actor=dr_orlova(), at=NOON)
        except (completion.AlreadyCompleted, OutOfStock) as error:
            assert isinstance(error, OutOfStock) or number in self.done
            assert (Performance.objects.count(), Movement.objects.count(), Charge.objects.count()) == before
        else:
            assert number not in self.done
            self.done.add(number)

    @rule(number=st.integers(0, 3))
    def take_back(self, number: int) -> None:
        if number in self.done:
            reversal.reverse_item(item_id=self.items[number], reason="Ошибка", actor=dr_orlova(), at=NOON)
            self.done.remove(number)
        else:
            with pytest.raises(reversal.NotCompleted):
                reversal.reverse_item(item_id=self.items[number], reason="Ошибка", actor=dr_orlova(), at=NOON)

    @rule(quantity=st.decimals(min_value="0.001", max_value=3, places=3), lot=st.sampled_from(["L1", "L2"]))
    def receive(self, quantity: Decimal, lot: str) -> None:
        make_lot(make_material(), str(quantity), number=lot)
        self.received += quantity

    @rule(amount=st.decimals(min_value="0.01", max_value=40000, places=2))
    def pay(self, amount: Decimal) -> None:
        billing.take_payment(patient_id=self.patient.pk, amount=amount, method="cash", branch=make_branch(), actor=registrar_belova(), at=NOON)

    @precondition(lambda self: Payment.objects.exists())
    @rule(data=st.data())
    def refund(self, data: st.DataObject) -> None:
        payments = Payment.objects.filter(refunds=None).order_by("pk")
        payment = data.draw(st.sampled_from(list(payments)))
        amount = data.draw(st.decimals(min_value="0.01", max_value=payment.amount, places=2))
        try:
            with transaction.atomic():
                billing.refund(payment_id=payment.pk, amount=amount, method="cash", reason="Возврат", actor=accountant(), at=NOON)
        except billing.RefundTooLarge:
            assert Payment.objects.filter(refunds=payment).exists()

    @invariant()
    def the_stock_is_what_came_less_what_went(self) -> None:
        if hasattr(self, "items"):
            held = Lot.objects.aggregate(total=Sum("on_hand"))["total"] or ZERO
            moved = Movement.objects.aggregate(total=Sum("quantity"))["total"] or ZERO
            taken = Movement.objects.exclude(kind="receipt").aggregate(total=Sum("quantity"))["total"] or ZERO
            assert held == moved == self.received + taken
            assert not Lot.objects.filter(on_hand__lt=0).exists()

    @invariant()
    def the_balance_is_what_was_charged_less_what_was_paid(self) -> None:
        if hasattr(self, "items"):
            charged = Charge.objects.aggregate(total=Sum("amount"))["total"] or ZERO
            insured = InsurerShare.objects.aggregate(total=Sum("amount"))["total"] or ZERO
            paid = Payment.objects.aggregate(total=Sum("amount"))["total"] or ZERO
            assert balance(self.patient) == charged - insured - paid
            standing = Item.objects.filter(pk__in=self.items).exclude(performance=None).aggregate(total=Sum("total"))["total"] or ZERO
            assert charged == standing
            assert insured == (ClaimLine.objects.aggregate(total=Sum("amount"))["total"] or ZERO)

    @invariant()
    def the_chart_is_the_replay_of_its_changes(self) -> None:
        if hasattr(self, "items"):
            for procedure in Procedure.objects.all():
                last = ProcedureChange.objects.filter(procedure=procedure).order_by("created_at", "pk").last()
                is_done = procedure.performances.filter(reversed_at=None).exists()
                assert (last.state if last else "proposed") == procedure.state
                assert (procedure.state == "done") == is_done == procedure.items.exclude(performance=None).exists()
            assert {number for number, item in enumerate(self.items) if Item.objects.get(pk=item).performance_id} == self.done


@pytest.mark.django_db
def test_the_chain_adds_up_whatever_happens() -> None:
    class InTransaction(Chain):
        """Every run starts from nothing and leaves nothing."""

        def __init__(self) -> None:
            super().__init__()
            self.frame = transaction.atomic()
            self.frame.__enter__()

        def teardown(self) -> None:
            transaction.set_rollback(True)
            self.frame.__exit__(None, None, None)

    few = settings(max_examples=6, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(InTransaction, settings=few)
