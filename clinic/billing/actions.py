"""Writes to a patient's account. Each takes the account's lock first; lock order: item, lots, patient account, policy, invoice series."""

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from charting.models import Performance
from clinic.billing import ledger, payers, queries, rules
from clinic.billing.models import Allocation, Charge, InsurerShare, Method, Payment
from clinic.history.creation import find_sent
from clinic.lib.errors import Conflict, DomainError, InvalidInput, KeyTaken, NotFound, Text
from clinic.lib.ids import uuid7
from clinic.lib.money import ZERO
from clinic.patients.models import Patient
from clinic.staff import reach
from clinic.staff.models import Branch, User
from clinic.staff.roles import Permission

Split = Mapping[UUID, Decimal] | Collection[UUID] | Literal["oldest", "none"]


class AlreadyCharged(Conflict):
    code = "already_charged"
    default_message = _("This procedure has been charged already. Nothing was charged again.")


class NothingToReverse(Conflict):
    code = "nothing_to_reverse"
    default_message = _("There is no charge that could be reversed: it was never posted or has been reversed already.")


class RefundTooLarge(DomainError):
    code = "refund_too_large"
    default_message = _("A refund cannot exceed what is left of the payment. Nothing was refunded.")


class RefundElsewhere(Conflict):
    """The till of this branch is of another company or currency than the payment."""

    code = "refund_elsewhere"


@transaction.atomic
def post_charge(*, performance: Performance, amount: Decimal, currency: str, description: str, actor: User, at: datetime) -> Charge:
    """Charge the patient for a performed procedure; an amount of zero documents that it was free.

    :raises AlreadyCharged: when the performance has a charge, reversed or not.
    """
    actor.require(Permission.PROCEDURE_COMPLETE)
    ledger.require_amount(amount, allow_zero=True)
    ledger.lock_account(performance.patient_id)
    if Charge.objects.filter(performance=performance).exists():
        raise AlreadyCharged
    return Charge.objects.create(
        patient_id=performance.patient_id,
        performance=performance,
        service=performance.procedure.service,
        branch=performance.branch,
        legal_entity=performance.branch.legal_entity,
        amount=amount,
        currency=currency,
        description=description[:500],
        posted_at=at,
        posted_by=actor,
    )


@transaction.atomic
def reverse_charge(*, performance: Performance, actor: User, at: datetime, reason: str) -> Charge:
    """Take the charge of a performance back by an opposite row; money allocated to it becomes the patient's advance.

    :raises NothingToReverse: when the performance has no standing charge.
    """
    actor.require(Permission.PROCEDURE_REVERSE)
    ledger.lock_account(performance.patient_id)
    charge = Charge.objects.filter(performance=performance, reverses=None, reversal=None).first()
    if charge is None:
        raise NothingToReverse
    ledger.free_charge(charge, down_to=ZERO, actor=actor, at=at)
    for share in InsurerShare.objects.filter(charge=charge, reverses=None, reversal=None).order_by("posted_at", "pk"):
        _opposite_share(share, actor=actor, at=at)
    return Charge.objects.create(
        patient_id=charge.patient_id,
        performance=performance,
        service_id=charge.service_id,
        branch_id=charge.branch_id,
        legal_entity_id=charge.legal_entity_id,
        amount=-charge.amount,
        currency=charge.currency,
        description=charge.description,
        reason=reason[:300],
        posted_at=at,
        posted_by=actor,
        reverses=charge,
    )


@transaction.atomic
def post_insurer_share(*, charge: Charge, amount: Decimal, payer_name: str, actor: User, at: datetime) -> InsurerShare:
    """Let an insurer take over a part of a charge; what the patient had paid of that part becomes their advance.

    Insurance alone calls this, and has asked for the right.

    :raises ledger.TooMuch: when insurers would take more than the charge.
    """
    ledger.require_amount(amount)
    ledger.lock_account(charge.patient_id)
    current = queries.get_charge(charge.pk)
    if amount > current.share:
        raise ledger.TooMuch
    ledger.free_charge(charge, down_to=current.share - amount, actor=actor, at=at)
    return InsurerShare.objects.create(
        patient_id=charge.patient_id, charge=charge, payer_name=payer_name[:200], amount=amount, posted_at=at, posted_by=actor
    )


@transaction.atomic
def reverse_insurer_share(*, share: InsurerShare, actor: User, at: datetime) -> InsurerShare:
    """Take an insurer's share back by an opposite row; a share already taken back gives its first opposite row."""
    ledger.lock_account(share.patient_id)
    return InsurerShare.objects.filter(reverses=share).first() or _opposite_share(share, actor=actor, at=at)


def _opposite_share(share: InsurerShare, *, actor: User, at: datetime) -> InsurerShare:
    return InsurerShare.objects.create(
        patient_id=share.patient_id,
        charge_id=share.charge_id,
        payer_name=share.payer_name,
        amount=-share.amount,
        posted_at=at,
        posted_by=actor,
        reverses=share,
    )


@transaction.atomic
def take_payment(
    *,
    id: UUID | None = None,
    patient_id: UUID,
    amount: Decimal,
    method: str,
    branch: Branch,
    actor: User,
    at: datetime,
    payer: payers.Wanted = payers.USUAL,
    reference: str = "",
    allocate_to: Split = "oldest",
) -> Payment:
    """Receive money on a patient's account and settle charges with it; what is left over is an advance.

    `allocate_to` is "oldest" (open charges of the same legal entity and currency), some of these charges, "none", or amounts by charge.
    Without a named `payer` it is who usually pays for the patient. A second call with the same `id` gives the first payment.

    :raises InvalidInput: when amount, method, reference or payer is not acceptable.
    :raises KeyTaken: when `id` names a different payment.
    :raises ledger.TooMuch: when `allocate_to` exceeds the payment or what is due on a charge.
    """
    actor.require(Permission.PAYMENT_POST)
    _check_payment(amount, method, reference)
    sent: dict[str, Any] = {"patient_id": patient_id, "amount": amount, "method": method, "reference": reference.strip(), "branch_id": branch.pk}
    first = find_sent(Payment, id, refunds_id=None, **sent)
    if first is not None:
        return _same_payment(first, payer, allocate_to)
    ledger.lock_account(patient_id)
    found = payers.resolve(_patient(patient_id), payer)
    payment = Payment.objects.create(
        id=id or uuid7(),
        payer=found.patient,
        payer_name=found.name,
        payer_tax_id=found.tax_id,
        legal_entity_id=branch.legal_entity_id,
        currency=branch.currency,
        received_at=at,
        received_by=actor,
        **sent,
    )
    ledger.settle(queries.get_payment(payment.pk), _split(payment, amount, allocate_to), actor=actor, at=at)
    return payment


def _patient(patient_id: UUID) -> Patient:
    patient = Patient.objects.filter(pk=patient_id).first()
    if patient is None:
        raise NotFound
    return patient


def _check_payment(amount: Decimal, method: str, reference: str) -> None:
    problem = rules.amount_problem(amount)
    wrong: dict[str, Text] = {"amount": ledger.AMOUNT_WORDS[problem]} if problem else {}
    if method not in Method.values:
        wrong["method"] = _("Choose cash, card or bank transfer.")
    if len(reference) > 100:
        wrong["reference"] = _("Use at most 100 characters.")
    if wrong:
        raise InvalidInput(fields=wrong)


def _same_payment(first: Payment, payer: payers.Wanted, allocate_to: Split) -> Payment:
    """:raises KeyTaken: when it was of another payer or for other charges; whom and what was left to the clinic then is not compared."""
    payers.check_same_payer(first, payer)
    if allocate_to == "oldest":
        return first
    settled = Allocation.objects.filter(payment=first, reverses=None, allocated_at=first.received_at)
    parts = {row.charge_id: row.amount for row in settled}
    wanted = {} if allocate_to == "none" else allocate_to
    if parts != wanted if isinstance(wanted, Mapping) else not parts.keys() <= set(wanted):
        raise KeyTaken
    return first


def _split(payment: Payment, amount: Decimal, allocate_to: Split) -> Mapping[UUID, Decimal]:
    if isinstance(allocate_to, Mapping):
        return allocate_to
    if allocate_to == "none":
        return {}
    due = queries.open_charges(patient_id=payment.patient_id, currency=payment.currency, legal_entity_id=payment.legal_entity_id)
    items = [rules.OpenItem(item.charge.pk, item.due) for item in due]
    if allocate_to != "oldest":
        items = [item for item in items if item.id in allocate_to]
    return rules.settle_in_order(amount, items)


@transaction.atomic
def allocate(*, payment_id: UUID, charges: Split, actor: User, at: datetime) -> list[Allocation]:
    """Settle charges with what is free of a payment.

    :raises ledger.TooMuch: when more is asked than the payment has free or a charge has due.
    :raises ledger.DoesNotFit: when a charge is of another account, currency or legal entity.
    """
    actor.require(Permission.PAYMENT_POST)
    payment = queries.get_payment(payment_id).payment
    reach.require_company(actor, Permission.PAYMENT_POST, payment.legal_entity_id)
    ledger.lock_account(payment.patient_id)
    item = queries.get_payment(payment_id)
    return ledger.settle(item, _split(item.payment, item.free, charges), actor=actor, at=at)


@transaction.atomic
def use_advance(*, patient_id: UUID, charges: Mapping[UUID, Decimal], actor: User, at: datetime) -> list[Allocation]:
    """Settle charges from the advances of the account, oldest advance first. No money moves, so no payment is made.

    :raises ledger.TooMuch: when the advances do not cover what is asked.
    """
    actor.require(Permission.PAYMENT_POST)
    ledger.lock_account(patient_id)
    made: list[Allocation] = []
    for charge_id, wanted in charges.items():
        charge = queries.get_charge(charge_id).charge
        reach.require_company(actor, Permission.PAYMENT_POST, charge.legal_entity_id)
        free = queries.advances(patient_id=patient_id, currency=charge.currency, legal_entity_id=charge.legal_entity_id)
        parts = rules.settle_in_order(wanted, [rules.OpenItem(item.payment.pk, item.free) for item in free])
        if sum(parts.values(), ZERO) != wanted:
            raise ledger.TooMuch(_("The advance does not cover this amount. Nothing was settled; take a payment for the rest."))
        for item in free:
            if item.payment.pk in parts:
                made += ledger.settle(item, {charge_id: parts[item.payment.pk]}, actor=actor, at=at)
    return made


@transaction.atomic
def free_allocation(*, allocation_id: UUID, actor: User, at: datetime) -> Allocation:
    """Take an allocation back by an opposite row; the money is the patient's advance again. Twice gives the first opposite row.

    :raises NotFound: when there is no such allocation.
    """
    actor.require(Permission.PAYMENT_POST)
    allocation = Allocation.objects.select_related("payment").filter(pk=allocation_id, reverses=None).first()
    if allocation is None:
        raise NotFound
    reach.require_company(actor, Permission.PAYMENT_POST, allocation.payment.legal_entity_id)
    ledger.lock_account(allocation.patient_id)
    return Allocation.objects.filter(reverses=allocation).first() or ledger.opposites([allocation], actor=actor, at=at)[0]


@transaction.atomic
def refund(
    *,
    id: UUID | None = None,
    payment_id: UUID,
    amount: Decimal,
    reason: str,
    actor: User,
    at: datetime,
    method: str | None = None,
    branch: Branch | None = None,
) -> Payment:
    """Give money of a payment back; what is not free is first taken off the charges it settled, newest first.

    It leaves the till of `branch`, or of the branch that took the payment when none is said.

    :raises InvalidInput: when the amount is no money or the reason is missing.
    :raises KeyTaken: when `id` names another payment or refund.
    :raises RefundTooLarge: when more is asked than is left of the payment.
    :raises RefundElsewhere: when `branch` is of another legal entity or currency.
    """
    actor.require(Permission.REFUND_POST)
    original = queries.get_payment(payment_id).payment
    reach.require_company(actor, Permission.REFUND_POST, original.legal_entity_id)
    _check_refund(amount, reason, method or original.method)
    till = _till(original, branch)
    sent: dict[str, Any] = {"amount": -amount, "method": method or original.method, "reason": reason.strip()[:300]}
    first = find_sent(Payment, id, refunds_id=original.pk, **sent)
    if first is not None:
        return first
    ledger.lock_account(original.patient_id)
    item = queries.get_payment(payment_id)
    if amount > item.kept:
        raise RefundTooLarge(fields={"amount": RefundTooLarge.default_message})
    held = Allocation.objects.filter(payment=original, reverses=None, reversal=None).order_by("-allocated_at", "-pk")
    ledger.release(held, max(amount - item.free, ZERO), actor=actor, at=at)
    return Payment.objects.create(
        id=id or uuid7(),
        patient_id=original.patient_id,
        payer_id=original.payer_key,
        payer_name=original.payer_name,
        payer_tax_id=original.payer_tax_id,
        branch=till,
        legal_entity_id=original.legal_entity_id,
        currency=original.currency,
        received_at=at,
        received_by=actor,
        refunds=original,
        **sent,
    )


def _till(payment: Payment, branch: Branch | None) -> Branch:
    """:raises RefundElsewhere: when the branch cannot give this money back."""
    till = branch or payment.branch
    if (till.legal_entity_id, till.currency) != (payment.legal_entity_id, payment.currency):
        names = {"company": payment.legal_entity.name, "currency": payment.currency}
        text = _(
            "This money was received by %(company)s in %(currency)s. Choose a branch of that company and currency at the top, then refund it there."
        )
        raise RefundElsewhere(text % names)
    return till


def _check_refund(amount: Decimal, reason: str, method: str) -> None:
    problem = rules.amount_problem(amount)
    wrong: dict[str, Text] = {"amount": ledger.AMOUNT_WORDS[problem]} if problem else {}
    if not reason.strip():
        wrong["reason"] = _("Say why the money is given back.")
    if method not in Method.values:
        wrong["method"] = _("Choose cash, card or bank transfer.")
    if wrong:
        raise InvalidInput(fields=wrong)
