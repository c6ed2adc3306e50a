"""Whatever is completed, taken back, received, paid and refunded, in any order and at any time: the stock, the balance and the chart add up.

The clock goes on between the steps, and what the mouth looked like at each of them is remembered: at the end the chart of every past instant
must still show it, and the replayed ledger must say what the live tables say.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from charting import actions as charting
from charting.actions.said import NotOpen
from charting.models import Finding, FindingChange, Performance, Procedure, ProcedureChange
from charting.queries import chart_at
from clinic.billing import actions as billing
from clinic.billing.models import Allocation, Charge, InsurerShare, Payment
from clinic.billing.queries import balance
from clinic.history.verification.copies import disagreements, with_copies
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
TEETH = (36, 37, 46, 47)
PAUSES = st.sampled_from([0, 1, 90, 1440])
Mark = tuple[str, str, int]
RECORDS: list[Any] = [Finding, FindingChange, Procedure, ProcedureChange, Performance, Item, Movement, Lot, Charge, InsurerShare, ClaimLine, Payment]
RECORDS += [Allocation]


class Mouth:
    """What the mouth should look like, kept by hand: the findings that hold by number, and who healed the others."""

    def __init__(self) -> None:
        self.findings: dict[int, tuple[str, int, str]] = {}
        self.resolved: dict[int, str] = {}

    def open(self) -> list[int]:
        return [number for number in self.findings if number not in self.resolved]

    def heal(self, name: str) -> None:
        """A filling treats caries of its surface, a crown all caries of its tooth, an extraction everything on it."""
        for number in self.open():
            _kind, tooth, surface = self.findings[number]
            if {"filling": tooth == 36 and surface == "O", "crown": tooth == 37, "extraction": tooth == 46}.get(name):
                self.resolved[number] = name

    def unheal(self, name: str) -> None:
        self.resolved = {number: by for number, by in self.resolved.items() if by != name}

    def marks(self, done: set[int]) -> list[Mark]:
        found = [("condition", kind, tooth) for number, (kind, tooth, _) in self.findings.items() if number in self.open()]
        acts = [("done" if number in done else "planned", "none" if name == "hygiene" else name, TEETH[number]) for number, name in enumerate(NAMES)]
        return sorted(found + acts)


class Chain(RuleBasedStateMachine):
    """One patient with a signed plan of four lines, a stock that runs out, an insurer with a limit."""

    @initialize(limit=st.sampled_from(["3000.00", "50000.00"]), on_shortage=st.sampled_from(OnShortage.values))
    def plan(self, limit: str, on_shortage: str) -> None:
        alternative = agreed(*NAMES)
        self.patient = alternative.patient
        self.items = list(alternative.items.order_by("position").values_list("pk", flat=True))
        self.done: set[int] = set()
        self.now, self.mouth = NOON, Mouth()
        self.seen: dict[datetime, list[Mark]] = {}
        self.noted: list[Finding] = []
        for kind, tooth, surface in (("caries", 36, "O"), ("caries", 37, "M"), ("pulpitis", 46, "")):
            self.note(kind, tooth, surface)
        self.received = ZERO
        for name in ("filling", "extraction"):
            Norm.objects.create(service=service(name), material=make_material(), quantity=Decimal("1.5"), on_shortage=on_shortage)
        make_policy(patient=self.patient, annual_limit=limit)

    def note(self, kind: str, tooth: int, surface: str) -> None:
        self.mouth.findings[len(self.noted)] = (kind, tooth, surface)
        common: dict[str, Any] = {"patient": self.patient, "actor": dr_orlova(), "at": self.now}
        self.noted.append(charting.record_finding(kind=kind, tooth=tooth, surfaces=list(surface), again=True, **common))

    @rule(minutes=PAUSES, tooth=st.sampled_from([36, 37]), surface=st.sampled_from("MO"))
    def find(self, minutes: int, tooth: int, surface: str) -> None:
        self.now += timedelta(minutes=minutes)
        self.note("caries", tooth, surface)

    @rule(minutes=PAUSES, number=st.integers(0, 9))
    def resolve_by_hand_or_open_again(self, minutes: int, number: int) -> None:
        self.now += timedelta(minutes=minutes)
        number %= len(self.noted)
        common: dict[str, Any] = {"finding": self.noted[number], "actor": dr_orlova(), "at": self.now}
        if number not in self.mouth.resolved:
            charting.resolve_finding(**common)
            self.mouth.resolved[number] = "hand"
        elif self.mouth.resolved[number] == "hand":
            charting.reopen_finding(**common)
            del self.mouth.resolved[number]
        else:
            with pytest.raises(NotOpen):
                charting.reopen_finding(**common)

    @rule(minutes=PAUSES, number=st.integers(0, 3))
    def complete(self, minutes: int, number: int) -> None:
        self.now += timedelta(minutes=minutes)
        before = (Performance.objects.count(), Movement.objects.count(), Charge.objects.count())
        try:
            completion.complete_item(item_id=self.items[number], actor=dr_orlova(), at=self.now)
        except (completion.AlreadyCompleted, OutOfStock) as error:
            assert isinstance(error, OutOfStock) or number in self.done
            assert (Performance.objects.count(), Movement.objects.count(), Charge.objects.count()) == before
        else:
            assert number not in self.done
            self.done.add(number)
            self.mouth.heal(NAMES[number])

    @rule(minutes=PAUSES, number=st.integers(0, 3))
    def take_back(self, minutes: int, number: int) -> None:
        self.now += timedelta(minutes=minutes)
        if number in self.done:
            reversal.reverse_item(item_id=self.items[number], reason="Ошибка", actor=dr_orlova(), at=self.now)
            self.done.remove(number)
            self.mouth.unheal(NAMES[number])
        else:
            with pytest.raises(reversal.NotCompleted):
                reversal.reverse_item(item_id=self.items[number], reason="Ошибка", actor=dr_orlova(), at=self.now)

    @rule(quantity=st.decimals(min_value="0.001", max_value=3, places=3), lot=st.sampled_from(["L1", "L2"]))
    def receive(self, quantity: Decimal, lot: str) -> None:
        make_lot(make_material(), str(quantity), number=lot)
        self.received += quantity

    @rule(amount=st.decimals(min_value="0.01", max_value=40000, places=2))
    def pay(self, amount: Decimal) -> None:
        billing.take_payment(patient_id=self.patient.pk, amount=amount, method="cash", branch=make_branch(), actor=registrar_belova(), at=self.now)

    @precondition(lambda self: Payment.objects.exists())
    @rule(data=st.data())
    def refund(self, data: st.DataObject) -> None:
        payments = Payment.objects.filter(refunds=None).order_by("pk")
        payment = data.draw(st.sampled_from(list(payments)))
        amount = data.draw(st.decimals(min_value="0.01", max_value=payment.amount, places=2))
        try:
            with transaction.atomic():
                billing.refund(payment_id=payment.pk, amount=amount, method="cash", reason="Возврат", actor=accountant(), at=self.now)
        except billing.RefundTooLarge:
            assert Payment.objects.filter(refunds=payment).exists()

    @invariant()
    def the_deferred_rules_hold_and_the_mouth_is_remembered(self) -> None:
        if hasattr(self, "items"):
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            self.seen[self.now] = self.mouth.marks(self.done)

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

    def the_past_stands_and_the_ledger_says_what_is(self) -> None:
        """Asked at the end of a run."""
        if hasattr(self, "items"):
            shown = {at: chart_at(self.patient, at).mouth.marks for at in self.seen}
            assert {at: sorted((mark.layer, mark.what, mark.tooth or 0) for mark in marks) for at, marks in shown.items()} == self.seen
            assert {model.__name__: found for model in with_copies(RECORDS) if (found := disagreements(model))} == {}


@pytest.mark.django_db
def test_the_chain_adds_up_whatever_happens() -> None:
    class InTransaction(Chain):
        """Every run starts from nothing and leaves nothing."""

        def __init__(self) -> None:
            super().__init__()
            self.frame = transaction.atomic()
            self.frame.__enter__()

        def teardown(self) -> None:
            try:
                self.the_past_stands_and_the_ledger_says_what_is()
            finally:
                transaction.set_rollback(True)
                self.frame.__exit__(None, None, None)

    few = settings(max_examples=10, stateful_step_count=16, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(InTransaction, settings=few)
