"""Writes that set cover up: insurers, programmes with their coverage, policies and guarantee letters."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from clinic.billing import ledger
from clinic.billing.models import CURRENCY_CHOICES
from clinic.billing.rules import AmountProblem, amount_problem
from clinic.files.models import StoredFile
from clinic.history.creation import find_put, find_sent
from clinic.lib.errors import Conflict, DomainError, InvalidInput, NotFound, StaleVersion, Text, check_version
from clinic.lib.ids import uuid7
from clinic.patients.models import Patient
from clinic.price_list.models import Category
from clinic.staff.models import User
from clinic.staff.reach import require_everywhere
from clinic.staff.roles import Permission
from insurance import rules
from insurance.models import ClaimLine, CoverageRule, GuaranteeLetter, Insurer, InsurerKind, Policy, Programme


class AlreadyThere(Conflict):
    code = "already_there"
    default_message = _("There is one with this name or number already. Open it instead of entering it again.")


class HasScan(Conflict):
    code = "has_scan"
    default_message = _("This letter has another scan already. Enter a new letter if the insurer sent a new one.")


class LimitTooLow(DomainError):
    code = "limit_too_low"
    default_message = _("More than this limit has been claimed already.")


class HasClaims(Conflict):
    code = "policy_has_claims"
    default_message = _("Procedures were claimed under this policy, so its programme, currency and first day stay. End it and enter a new policy.")


@dataclass(frozen=True)
class InsurerDetails:
    name: str
    kind: str
    contract_number: str = ""
    email: str = ""
    phone: str = ""
    is_active: bool = True


@dataclass(frozen=True)
class PolicyDetails:
    number: str
    valid_from: date
    currency: str
    holder: str = ""
    valid_to: date | None = None
    annual_limit: Decimal | None = None
    priority: int = 1


@dataclass(frozen=True)
class LetterDetails:
    number: str
    letter_date: date
    valid_until: date | None = None
    limit_amount: Decimal | None = None


@transaction.atomic
def save_insurer(*, id: UUID | None = None, version: int | None = None, details: InsurerDetails, actor: User) -> Insurer:
    """Enter an insurer, or change it when `version` is given.

    :raises AlreadyThere: when the name is taken.
    """
    require_everywhere(actor, Permission.INSURANCE_WRITE)
    if not details.name.strip() or details.kind not in InsurerKind.values:
        raise InvalidInput(fields={"name": _("Enter a name and choose a kind.")})
    first = find_put(Insurer, id, **vars(details)) if version is None else None
    if first is not None:
        return first
    insurer = _existing(Insurer, id, version) or Insurer(id=id or uuid7())
    if Insurer.objects.filter(name__iexact=details.name.strip()).exclude(pk=insurer.pk).exists():
        raise AlreadyThere(fields={"name": AlreadyThere.default_message})
    for name, value in vars(details).items():
        setattr(insurer, name, value)
    insurer.save()
    insurer.refresh_from_db(fields=["version"])
    return insurer


@transaction.atomic
def save_programme(
    *, id: UUID | None = None, version: int | None = None, insurer_id: UUID, name: str, needs_letter: bool, is_active: bool = True, actor: User
) -> Programme:
    """Enter a programme of an insurer, or change it when `version` is given.

    :raises AlreadyThere: when the insurer has one of this name.
    """
    require_everywhere(actor, Permission.INSURANCE_WRITE)
    if not name.strip():
        raise InvalidInput(fields={"name": _("Enter a name.")})
    sent = {"insurer_id": insurer_id, "name": name, "needs_letter": needs_letter, "is_active": is_active}
    first = find_put(Programme, id, **sent) if version is None else None
    if first is not None:
        return first
    programme = _existing(Programme, id, version) or Programme(id=id or uuid7(), insurer_id=insurer_id)
    if Programme.objects.filter(insurer=programme.insurer_id, name__iexact=name.strip()).exclude(pk=programme.pk).exists():
        raise AlreadyThere(fields={"name": AlreadyThere.default_message})
    if not Insurer.objects.filter(pk=programme.insurer_id).exists():
        raise NotFound
    programme.name, programme.needs_letter, programme.is_active = name.strip(), needs_letter, is_active
    programme.save()
    programme.refresh_from_db(fields=["version"])
    return programme


@transaction.atomic
def set_coverage(*, programme_id: UUID, covers: Mapping[str, rules.Cover], actor: User) -> list[CoverageRule]:
    """Set how much each category is covered; categories left out stay as they are. What was claimed before does not change.

    A rule that says the same already is left as it is.

    :raises InvalidInput: by category, when a percentage or limit is impossible.
    :raises StaleVersion: when a rule that would change is no longer the version that was read.
    """
    require_everywhere(actor, Permission.INSURANCE_WRITE)
    programme = Programme.objects.select_for_update(no_key=True).filter(pk=programme_id).first()
    if programme is None:
        raise NotFound
    wrong = {category: problem for category, cover in covers.items() if (problem := _cover_problem(category, cover))}
    if wrong:
        raise InvalidInput(fields=wrong)
    standing = {rule.category: rule for rule in programme.rules.all()}
    saved = []
    for category, cover in covers.items():
        rule = standing.get(category)
        if rule is None or (rule.percent, rule.limit_per_act) != (cover.percent, cover.limit_per_act):
            check_version(rule, cover.version)
            rule = rule or CoverageRule(programme=programme, category=category)
            rule.percent, rule.limit_per_act = cover.percent, cover.limit_per_act
            rule.save()
            rule.refresh_from_db(fields=["version"])
        saved.append(rule)
    return saved


def _cover_problem(category: str, cover: rules.Cover) -> Text | None:
    if category not in Category.values:
        return _("There is no such category of services.")
    if not cover.percent.is_finite() or not 0 <= cover.percent <= 100 or cover.percent != round(cover.percent, 2):
        return _("Enter a percentage from 0 to 100.")
    limit = cover.limit_per_act
    if limit is not None and (not limit.is_finite() or not 0 < limit < 10**8 or limit != round(limit, 2)):
        return _("Enter a limit above zero, or leave it empty.")
    return None


@transaction.atomic
def save_policy(
    *,
    id: UUID | None = None,
    version: int | None = None,
    patient: Patient,
    programme_id: UUID,
    details: PolicyDetails,
    actor: User,
) -> Policy:
    """Enter a patient's policy, or change it when `version` is given. A policy that has ended is changed to end, never removed.

    :raises InvalidInput: when dates or limit are impossible.
    :raises NotFound: when the policy is another patient's.
    :raises AlreadyThere: when the patient has this policy already.
    :raises LimitTooLow: when more than the new limit has been claimed.
    """
    actor.require(Permission.INSURANCE_WRITE)
    _check_policy(details)
    if not Programme.objects.filter(pk=programme_id).exists():
        raise NotFound
    first = find_put(Policy, id, patient_id=patient.pk, programme_id=programme_id, **vars(details)) if version is None else None
    if first is not None:
        return first
    ledger.lock_account(patient.pk)
    policy = _existing(Policy, id, version) or Policy(id=id or uuid7(), patient=patient)
    if policy.patient_id != patient.pk:
        raise NotFound
    policy.programme_id = programme_id
    for name, value in vars(details).items():
        setattr(policy, name, value)
    if Policy.objects.filter(patient=patient, programme=programme_id, number=details.number).exclude(pk=policy.pk).exists():
        raise AlreadyThere(fields={"number": AlreadyThere.default_message})
    _check_claims(policy)
    policy.save()
    policy.refresh_from_db(fields=["version"])
    return policy


def _check_claims(policy: Policy) -> None:
    """Claims that stand on a policy hold its programme, currency and first day, and its limit from below."""
    claimed = ClaimLine.objects.filter(policy=policy.pk).values("year_start").annotate(total=Sum("amount")).order_by("-total").first()
    if claimed is None:
        return
    before = Policy.objects.get(pk=policy.pk)
    if any(getattr(before, name) != getattr(policy, name) for name in ("programme_id", "currency", "valid_from")):
        raise HasClaims
    if policy.annual_limit is not None and claimed["total"] > policy.annual_limit:
        raise LimitTooLow(fields={"annual_limit": LimitTooLow.default_message})


def _check_policy(details: PolicyDetails) -> None:
    wrong: dict[str, Text] = {}
    if not details.number.strip():
        wrong["number"] = _("Enter the policy's number.")
    if details.valid_to and details.valid_to < details.valid_from:
        wrong["valid_to"] = _("The policy ends before it begins.")
    problem = _limit_problem(details.annual_limit, _("Enter a limit of zero or more, or leave it empty."), allow_zero=True)
    if problem:
        wrong["annual_limit"] = problem
    if details.currency not in dict(CURRENCY_CHOICES):
        wrong["currency"] = _("Choose one of the clinic's currencies.")
    if wrong:
        raise InvalidInput(fields=wrong)


@transaction.atomic
def add_letter(*, id: UUID | None = None, policy_id: UUID, details: LetterDetails, file: StoredFile | None = None, actor: User) -> GuaranteeLetter:
    """Enter a guarantee letter of a policy. A second call with the same `id` gives the first letter.

    :raises AlreadyThere: when the policy has a letter of this number.
    """
    actor.require(Permission.INSURANCE_WRITE)
    policy = Policy.objects.filter(pk=policy_id).first()
    if policy is None:
        raise NotFound
    _check_letter(details)
    first = find_sent(GuaranteeLetter, id, policy_id=policy.pk, file_id=file.pk if file else None, **vars(details))
    if first is not None:
        return first
    ledger.lock_account(policy.patient_id)
    if policy.letters.filter(number=details.number).exists():
        raise AlreadyThere(fields={"number": AlreadyThere.default_message})
    return GuaranteeLetter.objects.create(id=id or uuid7(), patient_id=policy.patient_id, policy=policy, file=file, **vars(details))


@transaction.atomic
def attach_scan(*, letter_id: UUID, file: StoredFile, actor: User) -> GuaranteeLetter:
    """Put the scan to a letter that has none; the same file again changes nothing.

    :raises NotFound: when there is no such letter. :raises HasScan: when another scan stands there.
    """
    actor.require(Permission.INSURANCE_WRITE)
    letter = GuaranteeLetter.objects.select_for_update(no_key=True).filter(pk=letter_id).first()
    if letter is None:
        raise NotFound
    if letter.file_id and letter.file_id != file.pk:
        raise HasScan
    if letter.file_id is None:
        letter.file = file
        letter.save(update_fields=["file"])
    return letter


def _check_letter(details: LetterDetails) -> None:
    wrong: dict[str, Text] = {}
    if not details.number.strip():
        wrong["number"] = _("Enter the letter's number.")
    if details.valid_until and details.valid_until < details.letter_date:
        wrong["valid_until"] = _("The letter ends before it begins.")
    problem = _limit_problem(details.limit_amount, _("Enter a limit above zero, or leave it empty."), allow_zero=False)
    if problem:
        wrong["limit_amount"] = problem
    if wrong:
        raise InvalidInput(fields=wrong)


def _limit_problem(limit: Decimal | None, too_low: Text, *, allow_zero: bool) -> Text | None:
    problem = amount_problem(limit, allow_zero=allow_zero) if limit is not None else None
    if problem is None:
        return None
    return too_low if problem == AmountProblem.NOT_POSITIVE else ledger.AMOUNT_WORDS[problem]


Row = TypeVar("Row", Insurer, Programme, Policy)


def _existing(model: type[Row], id: UUID | None, version: int | None) -> Row | None:
    """The row to change, locked; None when it is to be entered.

    :raises StaleVersion: when it changed since it was read, or stands already and no version was read.
    """
    row = model.objects.select_for_update(no_key=True).filter(pk=id).first() if id else None
    if row is None and version is not None:
        raise NotFound
    if row is not None and row.version != version:
        raise StaleVersion
    return row
