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
    """One row of the account: what it did to the balance, and the balance after it."""

    at: datetime
    kind: str
    row: Row
    amount: Decimal
    balance: Decimal
    allocations: tuple[Allocation, ...] = ()


def statement(patient: Patient, currency: str | None = None) -> list[Entry]:
    """Every row of the account in one currency, oldest first, with the balance running along."""
    wanted = currency or patient.branch.currency
    charges = Charge.objects.filter(patient=patient, currency=wanted).select_related("service", "posted_by")
    shares = InsurerShare.objects.filter(patient=patient, charge__currency=wanted).select_related("charge", "posted_by")
    payments = Payment.objects.filter(patient=patient, currency=wanted).select_related("received_by", "payer")
    rows: list[Row] = [*charges, *shares, *payments]
    allocated = _allocations_by_payment(patient)
    entries, balance = [], ZERO
    for row in sorted(rows, key=lambda row: (_moment(row), row.pk)):
        change = row.amount if isinstance(row, Charge) else -row.amount
        balance += change
        entries.append(Entry(_moment(row), _kind(row), row, change, balance, tuple(allocated.get(row.pk, ()))))
    return entries


def _allocations_by_payment(patient: Patient) -> dict[UUID, list[Allocation]]:
    standing = Allocation.objects.filter(patient=patient, reverses=None, reversal=None).select_related("charge").order_by("allocated_at", "pk")
    found: dict[UUID, list[Allocation]] = {}
    for allocation in standing:
        found.setdefault(allocation.payment_id, []).append(allocation)
    return found


def _moment(row: Row) -> datetime:
    return row.received_at if isinstance(row, Payment) else row.posted_at


def _kind(row: Row) -> str:
    if isinstance(row, Payment):
        return "refund" if row.refunds_id else "payment"
    name = "charge" if isinstance(row, Charge) else "share"
    return f"{name}_reversal" if row.reverses_id else name
