"""Reads of accounts: balances, open charges, free advances."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, DecimalField, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from clinic.billing.models import Allocation, Charge, InsurerShare, Invoice, Payment
from clinic.lib.errors import NotFound
from clinic.lib.money import ZERO
from clinic.patients.models import Patient
from clinic.patients.queries import get_patient_for
from clinic.staff.models import User
from clinic.staff.roles import Permission

MONEY: "DecimalField[Decimal, Decimal]" = DecimalField(max_digits=14, decimal_places=2)

BALANCES = """
SELECT patient_id, currency, sum(amount) FROM (
  SELECT patient_id, currency, amount FROM billing_charge WHERE patient_id = ANY(%(patients)s)
  UNION ALL SELECT i.patient_id, c.currency, -i.amount FROM billing_insurershare i JOIN billing_charge c ON c.id = i.charge_id
  WHERE i.patient_id = ANY(%(patients)s)
  UNION ALL SELECT patient_id, currency, -amount FROM billing_payment WHERE patient_id = ANY(%(patients)s)) account
GROUP BY patient_id, currency
"""


@dataclass(frozen=True)
class OpenCharge:
    """A charge that stands, with what insurers took, what is settled and what the patient still owes of it."""

    charge: Charge
    insured: Decimal
    settled: Decimal

    @property
    def share(self) -> Decimal:
        """The patient's share of the charge."""
        return self.charge.amount - self.insured

    @property
    def due(self) -> Decimal:
        return self.share - self.settled


@dataclass(frozen=True)
class OpenPayment:
    """A payment with what is refunded, what is allocated and what is still free (an advance)."""

    payment: Payment
    refunded: Decimal
    allocated: Decimal

    @property
    def kept(self) -> Decimal:
        """What of the payment has not been refunded."""
        return self.payment.amount - self.refunded

    @property
    def free(self) -> Decimal:
        return self.kept - self.allocated


def _total(queryset: "QuerySet[InsurerShare] | QuerySet[Allocation] | QuerySet[Payment]", link: str) -> Coalesce:
    rows = queryset.filter(**{link: OuterRef("pk")}).order_by().values(link).annotate(total=Sum("amount")).values("total")
    return Coalesce(Subquery(rows, output_field=MONEY), Value(ZERO), output_field=MONEY)


def standing_charges(charges: QuerySet[Charge]) -> list[OpenCharge]:
    """The forward, unreversed rows among `charges` with their sums, oldest first."""
    rows = (
        charges.filter(reverses=None, reversal=None)
        .annotate(insured=_total(InsurerShare.objects.all(), "charge"), settled=_total(Allocation.objects.all(), "charge"))
        .select_related("service", "performance__performer", "branch")
        .order_by("posted_at", "pk")
    )
    return [OpenCharge(charge=row, insured=row.insured, settled=row.settled) for row in rows]


def open_charges(*, patient_id: UUID, currency: str | None = None, legal_entity_id: UUID | None = None) -> list[OpenCharge]:
    """Charges of the account of which the patient still owes something, oldest first."""
    charges = Charge.objects.filter(patient_id=patient_id, open_amount__amount__gt=0)
    if currency:
        charges = charges.filter(currency=currency)
    if legal_entity_id:
        charges = charges.filter(legal_entity_id=legal_entity_id)
    return [item for item in standing_charges(charges) if item.due > 0]


def received_payments(payments: QuerySet[Payment]) -> list[OpenPayment]:
    """The receipts among `payments` with their sums, oldest first."""
    rows = _with_sums(payments).select_related("branch", "received_by", "payer").order_by("received_at", "pk")
    return [OpenPayment(payment=row, refunded=row.refunded, allocated=row.allocated) for row in rows]


def newest_advances(payments: QuerySet[Payment], *, limit: int) -> list[OpenPayment]:
    """The receipts among `payments` that settle less than they brought, the latest `limit` of them, oldest first."""
    free = _with_sums(payments).filter(amount__gt=F("refunded") + F("allocated")).order_by("-received_at", "-pk")
    return received_payments(Payment.objects.filter(pk__in=list(free.values_list("pk", flat=True)[:limit])).select_related("patient"))


def _with_sums(payments: QuerySet[Payment]) -> "QuerySet[Any]":
    sums = {"refunded": -_total(Payment.objects.all(), "refunds"), "allocated": _total(Allocation.objects.all(), "payment")}
    return payments.filter(refunds=None).annotate(**sums)


def advances(*, patient_id: UUID, currency: str | None = None, legal_entity_id: UUID | None = None) -> list[OpenPayment]:
    """Payments of the account that are not wholly allocated or refunded, oldest first."""
    payments = Payment.objects.filter(patient_id=patient_id)
    if currency:
        payments = payments.filter(currency=currency)
    if legal_entity_id:
        payments = payments.filter(legal_entity_id=legal_entity_id)
    return [item for item in received_payments(payments) if item.free > 0]


def get_charge(charge_id: UUID) -> OpenCharge:
    """:raises NotFound: when there is no such charge that stands."""
    found = standing_charges(Charge.objects.filter(pk=charge_id))
    if not found:
        raise NotFound
    return found[0]


def get_payment(payment_id: UUID) -> OpenPayment:
    """:raises NotFound: when there is no such receipt."""
    found = received_payments(Payment.objects.filter(pk=payment_id))
    if not found:
        raise NotFound
    return found[0]


def balances(patient_ids: Sequence[UUID]) -> dict[UUID, dict[str, Decimal]]:
    """What each patient owes by currency (negative: the clinic owes): charges less insurers' shares less payments."""
    found: dict[UUID, dict[str, Decimal]] = {}
    with connection.cursor() as cursor:
        cursor.execute(BALANCES, {"patients": list(patient_ids)})
        for patient, currency, owed in cursor.fetchall():
            found.setdefault(patient, {})[currency] = owed
    return found


def accounts_on_page(patient: Patient) -> dict[str, Decimal]:
    """The patient's balances by currency, read once for all parts of the page that hold this patient."""
    kept: dict[str, Decimal] | None = vars(patient).get("_accounts")
    if kept is None:
        kept = vars(patient)["_accounts"] = balances([patient.pk]).get(patient.pk, {})
    return kept


def balance(patient: Patient, currency: str | None = None) -> Decimal:
    """What the patient owes in the currency of their branch, or in `currency`; negative when the clinic owes."""
    return balances([patient.pk]).get(patient.pk, {}).get(currency or patient.branch.currency, ZERO)


def invoices_of(patient: Patient) -> QuerySet[Invoice]:
    """The patient's invoices, the latest first; `reversed_lines` counts lines whose charge was reversed afterwards."""
    return (
        Invoice.objects.filter(patient=patient)
        .select_related("credit_note", "cancels")
        .annotate(reversed_lines=Count("lines", filter=Q(lines__charge__reversal__isnull=False)))
        .order_by("-issued_at", "-pk")
    )


def get_invoice_for(user: User, invoice_id: UUID) -> Invoice:
    """An invoice of a patient whose money the person may see; the look is recorded.

    :raises NotFound: when there is no such invoice.
    """
    user.require(Permission.MONEY_VIEW)
    invoice = Invoice.objects.filter(pk=invoice_id).first()
    if invoice is None:
        raise NotFound
    get_patient_for(user, invoice.patient_id, what="money", permission=Permission.MONEY_VIEW)
    return invoice
