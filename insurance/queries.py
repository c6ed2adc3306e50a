"""Reads about cover: the terms of a patient's policies on a day, and estimates in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from django.db.models import Count, F, Model, Prefetch, Q, QuerySet, Sum
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from clinic.files.models import StoredFile
from clinic.history.actions import note
from clinic.history.models import EventKind
from clinic.lib.errors import NotFound
from clinic.lib.money import ZERO
from clinic.patients.models import Patient
from clinic.staff.models import User
from clinic.staff.roles import Permission
from insurance import rules
from insurance.models import Claim, ClaimLine, GuaranteeLetter, Insurer, Policy, Programme

EstimateLine = rules.EstimateLine


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


@dataclass(frozen=True)
class PolicyCard:
    """A policy as the patient's page shows it."""

    policy: Policy
    is_in_force: bool
    year_start: date
    used: Decimal
    letters: tuple[GuaranteeLetter, ...]

    @property
    def left(self) -> Decimal | None:
        return None if self.policy.annual_limit is None else max(self.policy.annual_limit - self.used, ZERO)

    @property
    def used_percent(self) -> int:
        """How much of the annual limit is used up, for a bar."""
        limit = self.policy.annual_limit
        return int(min(self.used * 100 / limit, Decimal(100))) if limit else 0


def policy_cards(patient: Patient, day: date) -> list[PolicyCard]:
    """All policies of the patient, those in force first, with what is used of their present year."""
    policies = Policy.objects.filter(patient=patient).select_related("programme__insurer").prefetch_related("letters", "programme__rules")
    used = ClaimLine.objects.filter(patient=patient).values("policy", "year_start").annotate(total=Sum("amount"))
    by_year = {(row["policy"], row["year_start"]): row["total"] for row in used}
    return [_card(policy, day, by_year) for policy in sorted(policies, key=lambda policy: (not policy.is_in_force(day), policy.priority, policy.pk))]


def _card(policy: Policy, day: date, used: dict[tuple[UUID, date], Decimal]) -> PolicyCard:
    year = rules.policy_year(policy.valid_from, max(day, policy.valid_from))
    letters = sorted(policy.letters.all(), key=lambda letter: (letter.letter_date, letter.pk), reverse=True)
    return PolicyCard(policy, policy.is_in_force(day), year, used.get((policy.pk, year), ZERO), tuple(letters))


def claim_lines_of(patient: Patient) -> QuerySet[ClaimLine]:
    """The patient's claimed procedures, the latest first."""
    return (
        ClaimLine.objects.filter(patient=patient)
        .select_related("policy__programme__insurer", "letter", "charge__service", "entry__claim")
        .order_by("-posted_at", "-pk")
    )


def insurers(*, text: str = "") -> QuerySet[Insurer]:
    """Insurers with their programmes, those in use first; narrowed by a part of the name, of a programme or of the contract."""
    found = Insurer.objects.all()
    if text:
        programmes = Programme.objects.filter(name__icontains=text).values("insurer")
        found = found.filter(Q(name__icontains=text) | Q(contract_number__icontains=text) | Q(pk__in=programmes))
    programmes_of = Prefetch("programmes", Programme.objects.prefetch_related("rules").order_by("name", "pk"))
    return found.prefetch_related(programmes_of).order_by("-is_active", "name", "pk")


def claims_for(user: User, permission: Permission = Permission.INSURANCE_VIEW) -> QuerySet[Claim]:
    """Registers of the companies in whose branches the person holds the right."""
    return Claim.objects.filter(legal_entity__in=[branch.legal_entity_id for branch in user.branches_where(permission)])


def latest_claims(user: User) -> QuerySet[Claim]:
    """Registers with their sums and sizes, the latest first."""
    return (
        claims_for(user)
        .select_related("insurer", "made_by")
        .annotate(total=Sum("entries__line__amount"), size=Count("entries"))
        .order_by("-created_at", "-pk")[:100]
    )


Row = TypeVar("Row", bound=Model)


def _get(rows: QuerySet[Row], key: UUID | None) -> Row:
    found = rows.filter(pk=key).first() if key else None
    if found is None:
        raise NotFound
    return found


def get_insurer(insurer_id: UUID | None) -> Insurer:
    """:raises NotFound: when there is no such insurer."""
    return _get(Insurer.objects.all(), insurer_id)


def get_programme(programme_id: UUID | None) -> Programme:
    """:raises NotFound: when there is no such programme."""
    return _get(Programme.objects.select_related("insurer").prefetch_related("rules"), programme_id)


def get_claim(user: User, claim_id: UUID) -> Claim:
    """:raises NotFound: when there is no such register of the companies whose insurance the person sees."""
    return _get(claims_for(user).select_related("insurer", "legal_entity", "file", "made_by", "sent_by", "paid_by"), claim_id)


def look_at_register(claim: Claim, lines: Sequence[ClaimLine]) -> None:
    """Write down whose procedures the current person saw in a register."""
    seen = {"claim": claim.pk, "number": claim.number, "patients": sorted({str(line.patient_id) for line in lines})}
    note(EventKind.VIEW, table="insurance_claim", key=None, patient_id=None, body=seen)


def get_policy(policy_id: UUID) -> Policy:
    """:raises NotFound: when there is no such policy."""
    return _get(Policy.objects.select_related("patient__branch", "programme__insurer"), policy_id)


def patient_of_letter(letter_id: UUID) -> UUID:
    """:raises NotFound: when there is no such letter."""
    return _get(GuaranteeLetter.objects.all(), letter_id).patient_id


def get_letter(letter_id: UUID) -> tuple[GuaranteeLetter, StoredFile]:
    """A letter with its scan.

    :raises NotFound: when there is no such letter or no scan.
    """
    letter = _get(GuaranteeLetter.objects.select_related("file"), letter_id)
    if letter.file is None:
        raise NotFound
    return letter, letter.file
