"""The rows of an account as they are written: the lock, allocations and their opposite rows."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from clinic.billing import queries, rules
from clinic.billing.models import Allocation, Charge, Payment
from clinic.lib.errors import DomainError, InvalidInput, Text
from clinic.lib.money import ZERO
from clinic.staff.models import User

AMOUNT_WORDS: dict[rules.AmountProblem, Text] = {
    rules.AmountProblem.NOT_A_NUMBER: _("Enter an amount in figures."),
    rules.AmountProblem.NOT_POSITIVE: _("The amount must be more than zero."),
    rules.AmountProblem.TOO_PRECISE: _("Money has two digits after the point; write 10.50, not 10.505."),
    rules.AmountProblem.TOO_LARGE: _("The amount is too large. Check the number of zeros."),
}


class TooMuch(DomainError):
    code = "over_allocated"
    default_message = _("More was to be allocated than is open. Nothing was allocated; look at the open amounts and try again.")


class DoesNotFit(DomainError):
    code = "does_not_fit"
    default_message = _("Payment and charge belong to different accounts, currencies or legal entities. Nothing was allocated.")


def lock_account(patient_id: UUID) -> None:
    """Hold the patient's account until the end of the transaction; the database's own sum checks take the same lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT billing_lock_account(%s)", [patient_id])


def require_amount(amount: Decimal, *, field: str = "amount", allow_zero: bool = False) -> None:
    """:raises InvalidInput: with the field's name when the amount is no money."""
    problem = rules.amount_problem(amount, allow_zero=allow_zero)
    if problem:
        raise InvalidInput(fields={field: AMOUNT_WORDS[problem]})


def settle(item: queries.OpenPayment, parts: Mapping[UUID, Decimal], *, actor: User, at: datetime) -> list[Allocation]:
    """Write allocations; the account is locked. The caller's wishes are checked against what is free and due."""
    for part in parts.values():
        require_amount(part)
    if sum(parts.values(), ZERO) > item.free:
        raise TooMuch
    payment = item.payment
    standing = {found.charge.pk: found for found in queries.standing_charges(Charge.objects.filter(pk__in=list(parts)))}
    for charge_id, part in parts.items():
        found = standing.get(charge_id)
        if found is None or _account(found.charge) != _account(payment):
            raise DoesNotFit
        if part > found.due:
            raise TooMuch
    rows = [
        Allocation(patient_id=payment.patient_id, payment=payment, charge_id=charge_id, amount=part, allocated_at=at, allocated_by=actor)
        for charge_id, part in parts.items()
    ]
    return Allocation.objects.bulk_create(rows)


def _account(row: Charge | Payment) -> tuple[UUID, str, UUID]:
    return row.patient_id, row.currency, row.legal_entity_id


def free_charge(charge: Charge, *, down_to: Decimal, actor: User, at: datetime) -> None:
    """Take allocations off a charge, newest first, until no more than `down_to` is settled."""
    held = Allocation.objects.filter(charge=charge, reverses=None, reversal=None).order_by("-allocated_at", "-pk")
    settled = sum((row.amount for row in held), ZERO)
    release(held, max(settled - down_to, ZERO), actor=actor, at=at)


def release(held: Iterable[Allocation], amount: Decimal, *, actor: User, at: datetime) -> None:
    rows = {row.pk: row for row in held}
    plan = rules.release(amount, [rules.OpenItem(row.pk, row.amount) for row in rows.values()])
    opposites([rows[key] for key in plan.reverse], actor=actor, at=at)
    if plan.put_back:
        last = rows[plan.reverse[-1]]
        Allocation.objects.create(
            patient_id=last.patient_id,
            payment_id=last.payment_id,
            charge_id=last.charge_id,
            amount=plan.put_back,
            allocated_at=at,
            allocated_by=actor,
        )


def opposites(rows: Iterable[Allocation], *, actor: User, at: datetime) -> list[Allocation]:
    return Allocation.objects.bulk_create(
        Allocation(
            patient_id=row.patient_id,
            payment_id=row.payment_id,
            charge_id=row.charge_id,
            amount=-row.amount,
            allocated_at=at,
            allocated_by=actor,
            reverses=row,
        )
        for row in rows
    )
