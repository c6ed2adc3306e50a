"""The clinic's own rules of recalls: written and succeeded; what was in force on a day stays readable."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from charting.dated_rules import begin_rule, end_rule
from charting.medical.vocabulary import ACTS
from charting.recalls import rules
from charting.recalls.models import RecallRule
from clinic.history.creation import find_sent
from clinic.lib.errors import InvalidInput, Text
from clinic.lib.ids import uuid7
from clinic.price_list.models import Service
from clinic.staff.models import User
from clinic.staff.reach import require_everywhere
from clinic.staff.roles import Permission

FIELDS = ("code", "kind", "diagnoses", "acts", "younger_than", "months", "days", "purpose_ru", "purpose_fr", "purpose_en", "source")
LIMITS = {"months": rules.LONGEST_MONTHS, "days": rules.LONGEST_DAYS, "younger_than": 120}


@transaction.atomic
def write_rule(*, details: Mapping[str, Any], actor: User, at: datetime, instead_of: RecallRule | None = None, id: UUID | None = None) -> RecallRule:
    """A new rule, or the successor of one, which ends at the same instant; the same `id` returns the first one.

    :raises RuleEnded: when the rule to be changed is not in force any more.
    :raises InvalidInput: when a field cannot be, or a rule of this code is in force.
    """
    require_everywhere(actor, Permission.SETTINGS_WRITE)
    said = {name: details[name] for name in FIELDS if name in details}
    said["diagnoses"] = list(dict.fromkeys(code.strip().upper() for code in said.get("diagnoses") or []))
    said |= {"code": instead_of.code} if instead_of else {}
    sent = find_sent(RecallRule, id, **said)
    if sent is not None:
        return sent
    rule = RecallRule(id=id or uuid7(), in_force_from=at, written_by=actor, **said)
    if instead_of is not None:
        end_rule(rule=instead_of, actor=actor, at=at)
    _check(rule)
    return begin_rule(rule)


def _check(rule: RecallRule) -> None:
    errors: dict[str, Text] = {}
    try:
        rule.clean_fields()
    except ValidationError as error:
        errors = {name: " ".join(texts) for name, texts in error.message_dict.items()}
    if not rule.diagnoses and not rule.acts:
        errors["diagnoses"] = _("Say after what: beginnings of ICD-10 codes, or acts.")
    if _strangers(rule.acts):
        errors["acts"] = _("Choose acts from the list.")
    if (rule.months is None) == (rule.days is None):
        errors["months"] = _("Say after how long: either months or days.")
    for name, limit in LIMITS.items():
        value = getattr(rule, name)
        if value is not None and not 1 <= value <= limit:
            errors.setdefault(name, _("From 1 to %(limit)s.") % {"limit": limit})
    if errors:
        raise InvalidInput(fields=errors)


def _strangers(acts: list[str]) -> list[str]:
    """Tags that are neither a kind of act nor a service of the clinic."""
    codes = [tag.removeprefix("service:") for tag in acts if tag.startswith("service:")]
    known = {f"service:{code}" for code in Service.objects.filter(code__in=codes).values_list("code", flat=True)} if codes else set()
    return [tag for tag in acts if tag not in known and (tag not in ACTS or tag.startswith("drug:"))]
