"""Reads about cover: the terms of a patient's policies on a day, and estimates in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import F, Q, QuerySet, Sum
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from clinic.lib.money import ZERO
from clinic.patients.models import Patient
from insurance import rules
from insurance.models import ClaimLine, GuaranteeLetter, Policy
from insurance.rules import EstimateLine


@dataclass(frozen=True)
class EstimatePart:
    """What one policy would pay for a line, with the reason in words."""

    policy_id: UUID
    insurer: str
    amount: Decimal
    explanation: str


@dataclass(frozen=True)
class EstimateRow:
    line: EstimateLine
    parts: tuple[EstimatePart, ...]

    @property
    def insured(self) -> Decimal:
        return sum((part.amount for part in self.parts), ZERO)

    @property
    def patient(self) -> Decimal:
        """What is left for the patient to pay."""
        return self.line.amount - self.insured

    @property
    def explanation(self) -> str:
        return "; ".join(part.explanation for part in self.parts)


@dataclass(frozen=True)
class Estimate:
    """What insurers would pay of some lines, line by line in the order given."""

    rows: tuple[EstimateRow, ...]

    @property
    def total(self) -> Decimal:
        return sum((row.line.amount for row in self.rows), ZERO)

    @property
    def insured(self) -> Decimal:
        return sum((row.insured for row in self.rows), ZERO)

    @property
    def patient(self) -> Decimal:
        return self.total - self.insured


def estimate(*, patient: Patient, lines: Sequence[EstimateLine], day: date) -> Estimate:
    """What the policies in force on `day` would pay for the lines, done one after the other."""
    policies = [terms_of(policy, day) for policy in policies_in_force(patient.pk, day)]
    used: dict[UUID, Decimal] = {}
    rows = []
    for line in lines:
        parts = rules.parts_of(line, policies, used)
        rows.append(EstimateRow(line, tuple(EstimatePart(part.terms.policy, part.terms.insurer, part.amount, explain(part)) for part in parts)))
    return Estimate(tuple(rows))


def policies_in_force(patient_id: UUID, day: date) -> QuerySet[Policy]:
    """The patient's policies that pay for acts of the day, in the order in which they pay."""
    return (
        Policy.objects.filter(Q(valid_to=None) | Q(valid_to__gte=day), patient_id=patient_id, valid_from__lte=day)
        .filter(programme__is_active=True, programme__insurer__is_active=True)
        .select_related("programme__insurer")
        .prefetch_related("programme__rules")
        .order_by("priority", "pk")
    )


def terms_of(policy: Policy, day: date) -> rules.Terms:
    """The policy as it stands on a day, with what is left of its limits."""
    letter, letter_left = _letter_of(policy, day)
    return rules.Terms(
        policy=policy.pk,
        insurer=policy.programme.insurer.name,
        currency=policy.currency,
        covers={rule.category: rules.Cover(rule.percent, rule.limit_per_act) for rule in policy.programme.rules.all()},
        annual_left=annual_left(policy, day),
        needs_letter=policy.programme.needs_letter,
        letter=letter.pk if letter else None,
        letter_left=letter_left,
    )


def annual_used(policy: Policy, day: date) -> Decimal:
    """What has been claimed in the policy's year that holds the day."""
    year = rules.policy_year(policy.valid_from, day)
    return ClaimLine.objects.filter(policy=policy, year_start=year).aggregate(total=Sum("amount"))["total"] or ZERO


def annual_left(policy: Policy, day: date) -> Decimal | None:
    """What is left of the annual limit; None without a limit."""
    return None if policy.annual_limit is None else max(policy.annual_limit - annual_used(policy, day), ZERO)


def _letter_of(policy: Policy, day: date) -> tuple[GuaranteeLetter | None, Decimal | None]:
    """The valid letter that ends first and is not used up, with what is left of it."""
    letters = (
        GuaranteeLetter.objects.filter(Q(valid_until=None) | Q(valid_until__gte=day), policy=policy, letter_date__lte=day)
        .annotate(used=Sum("claim_lines__amount"))
        .order_by(F("valid_until").asc(nulls_last=True), "pk")
    )
    for letter in letters:
        left = None if letter.limit_amount is None else letter.limit_amount - (letter.used or ZERO)
        if left is None or left > 0:
            return letter, left
    return None, None


def explain(part: rules.Part) -> str:
    """The part in words: "80 % of 4 500.00, limit left 1 200.00"."""
    refusals = {
        rules.Reason.NOT_COVERED: _("not covered by the programme"),
        rules.Reason.OTHER_CURRENCY: _("the policy is in another currency"),
        rules.Reason.NO_LETTER: _("a guarantee letter is needed first"),
    }
    if part.reason in refusals or part.cover is None:
        return f"{part.terms.insurer}: {refusals.get(part.reason, '')}"
    text = _("%(percent)s %% of %(amount)s") % {"percent": _percent(part.cover.percent), "amount": _money(part.line.amount)}
    return f"{part.terms.insurer}: {', '.join([text, *_limits(part)])}"


def _limits(part: rules.Part) -> list[str]:
    words = []
    if part.cover and part.reason == rules.Reason.PER_ACT:
        words.append(_("at most %(amount)s per act") % {"amount": _money(part.cover.limit_per_act or ZERO)})
    if part.annual_left is not None:
        words.append(_("limit left %(amount)s") % {"amount": _money(part.annual_left)})
    if part.reason == rules.Reason.LETTER:
        words.append(_("guarantee letter left %(amount)s") % {"amount": _money(part.amount)})
    if part.reason == rules.Reason.REST:
        words.append(_("the rest after the other insurer"))
    return words


def _money(amount: Decimal) -> str:
    return number_format(amount, decimal_pos=2, use_l10n=True, force_grouping=True)


def _percent(percent: Decimal) -> str:
    return number_format(percent.normalize() if percent != percent.to_integral() else percent.to_integral(), use_l10n=True)
