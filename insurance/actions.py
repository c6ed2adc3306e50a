"""Writes about cover: claim lines, and the registers sent to insurers."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from charting.models import Performance
from clinic.billing import actions as billing
from clinic.billing import ledger
from clinic.billing.models import Charge
from clinic.lib.clock import branch_day
from clinic.lib.errors import NotAllowed
from clinic.staff.models import User
from clinic.staff.roles import Permission
from insurance import queries, rules
from insurance.models import ClaimLine, Policy


@transaction.atomic
def add_claim_line(*, performance: Performance, charge: Charge, actor: User, at: datetime) -> ClaimLine | None:
    """Claim a performed procedure from the patient's policies, in their order, and take what they pay off the patient's debt.

    A performance already claimed gives its first line; None when no policy pays.
    """
    if not (actor.may(Permission.PROCEDURE_COMPLETE) or actor.may(Permission.INSURANCE_WRITE)):
        raise NotAllowed
    ledger.lock_account(charge.patient_id)
    first = ClaimLine.objects.filter(performance=performance, reverses=None).order_by("posted_at", "pk").first()
    if first is not None or charge.amount == 0:
        return first
    day = branch_day(performance.performed_at, performance.branch.time_zone)
    policies = {policy.pk: policy for policy in _lock_policies(charge.patient_id, day)}
    line = rules.EstimateLine(charge.pk, charge.service.category, charge.amount, charge.currency)
    parts = rules.parts_of(line, [queries.terms_of(policy, day) for policy in policies.values()], {})
    made = [_claim(part, policies[part.terms.policy], performance, charge, day, actor=actor, at=at) for part in parts if part.amount > 0]
    return made[0] if made else None


def _lock_policies(patient_id: UUID, day: date) -> list[Policy]:
    """Hold the policies in force, so that limits are read and used by one transaction at a time."""
    return list(queries.policies_in_force(patient_id, day).select_for_update(no_key=True, of=("self",)))


def _claim(part: rules.Part, policy: Policy, performance: Performance, charge: Charge, day: date, *, actor: User, at: datetime) -> ClaimLine:
    share = billing.post_insurer_share(charge=charge, amount=part.amount, payer_name=part.terms.insurer, actor=actor, at=at)
    return ClaimLine.objects.create(
        patient_id=charge.patient_id,
        policy=policy,
        letter_id=part.terms.letter,
        performance=performance,
        charge=charge,
        share=share,
        amount=part.amount,
        explanation=queries.explain(part)[:300],
        performed_date=day,
        year_start=rules.policy_year(policy.valid_from, day),
        posted_at=at,
        posted_by=actor,
    )


@transaction.atomic
def reverse_claim_line(*, performance: Performance, actor: User, at: datetime) -> list[ClaimLine]:
    """Take the claim lines of a performance back by opposite rows; a line already sent is corrected in the next register.

    A performance without standing claim lines gives an empty list.
    """
    actor.require(Permission.PROCEDURE_REVERSE)
    ledger.lock_account(performance.patient_id)
    lines = ClaimLine.objects.filter(performance=performance, reverses=None, reversal=None).select_related("share").order_by("posted_at", "pk")
    return [_opposite(line, actor=actor, at=at) for line in lines]


def _opposite(line: ClaimLine, *, actor: User, at: datetime) -> ClaimLine:
    return ClaimLine.objects.create(
        patient_id=line.patient_id,
        policy_id=line.policy_id,
        letter_id=line.letter_id,
        performance_id=line.performance_id,
        charge_id=line.charge_id,
        share=billing.reverse_insurer_share(share=line.share, actor=actor, at=at),
        amount=-line.amount,
        explanation=line.explanation,
        performed_date=line.performed_date,
        year_start=line.year_start,
        posted_at=at,
        posted_by=actor,
        reverses=line,
    )
