"""A patient's account as one timeline."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from clinic.billing.models import Allocation, Charge, InsurerShare, Payment
from clinic.lib.money import ZERO
from clinic.patients.models import Patient

Row = Charge | InsurerShare | Payment


@dataclass(frozen=True)
class Entry:
    """One row of the account: what it did to the balance, the balance after it, and what of a charge is still open."""

    at: datetime
    kind: str
    row: Row
    amount: Decimal
    balance: Decimal
    due: Decimal = ZERO
    allocations: tuple[Allocation, ...] = ()

    @property
    def is_debit(self) -> bool:
        """Whether the row belongs to the column of what was charged."""
        return isinstance(self.row, Charge)

    @property
    def paid(self) -> Decimal:
        """The row as it stands in the column of what was paid or covered."""
        return -self.amount


@dataclass(frozen=True)
class Account:
    """A statement with its sums."""

    entries: list[Entry]

    @property
    def latest_first(self) -> list[Entry]:
        return self.entries[::-1]

    @property
    def balance(self) -> Decimal:
        """What the patient owes; negative when the clinic owes."""
        return self.entries[-1].balance if self.entries else ZERO

    @property
    def credit(self) -> Decimal:
        return -self.balance

    @property
    def due(self) -> Decimal:
        """What is open on charges."""
        return sum((entry.due for entry in self.entries), ZERO)

    @property
    def advance(self) -> Decimal:
        """What was paid and settles nothing yet."""
        return self.due - self.balance

    @property
    def charged(self) -> Decimal:
        return sum((entry.amount for entry in self.entries if isinstance(entry.row, Charge)), ZERO)

    @property
    def insured(self) -> Decimal:
        return sum((entry.paid for entry in self.entries if isinstance(entry.row, InsurerShare)), ZERO)


def statement(patient: Patient, currency: str | None = None) -> list[Entry]:
    """Every row of the account in one currency, oldest first, with the balance running along."""
    wanted = currency or patient.branch.currency
    charges = list(Charge.objects.filter(patient=patient, currency=wanted).select_related("service", "posted_by"))
    shares = list(InsurerShare.objects.filter(patient=patient, charge__currency=wanted).select_related("charge", "posted_by"))
    payments = Payment.objects.filter(patient=patient, currency=wanted).select_related("received_by", "patient", "payer")
    allocations = list(
        Allocation.objects.filter(patient=patient, reverses=None, reversal=None).select_related("charge").order_by("allocated_at", "pk")
    )
    due = _dues(charges, shares, allocations)
    entries, balance = [], ZERO
    rows: list[Row] = [*charges, *shares, *payments]
    for row in sorted(rows, key=lambda row: (_moment(row), row.pk)):
        change = row.amount if isinstance(row, Charge) else -row.amount
        balance += change
        parts = tuple(part for part in allocations if part.payment_id == row.pk)
        entries.append(Entry(_moment(row), _kind(row), row, change, balance, due.get(row.pk, ZERO), parts))
    return entries


def _dues(charges: list[Charge], shares: list[InsurerShare], allocations: list[Allocation]) -> dict[UUID, Decimal]:
    due: dict[UUID, Decimal] = {}
    for charge in charges:
        key = charge.reverses_id or charge.pk
        due[key] = due.get(key, ZERO) + charge.amount
    settled: list[InsurerShare | Allocation] = [*shares, *allocations]
    for part in settled:
        if part.charge_id in due:
            due[part.charge_id] -= part.amount
    return due


def _moment(row: Row) -> datetime:
    return row.received_at if isinstance(row, Payment) else row.posted_at


def _kind(row: Row) -> str:
    if isinstance(row, Payment):
        return "refund" if row.refunds_id else "payment"
    name = "charge" if isinstance(row, Charge) else "share"
    return f"{name}_reversal" if row.reverses_id else name
