"""The clinic's own rules of interactions: written and succeeded; what was in force on a day stays readable."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from charting.dated_rules import begin_rule, end_rule
from charting.medical import queries
from charting.medical.interaction_models import InteractionRule
from charting.medical.vocabulary import ACTS, ALERTS
from clinic.lib.errors import InvalidInput
from clinic.lib.ids import uuid7
from clinic.staff.models import User
from clinic.staff.reach import require_everywhere
from clinic.staff.roles import Permission

FIELDS = ("code", "level", "risks", "words", "younger_than", "acts", "text_ru", "text_fr", "text_en", "source")


@transaction.atomic
def write_rule(*, details: Mapping[str, Any], actor: User, at: datetime, instead_of: InteractionRule | None = None) -> InteractionRule:
    """A new rule, or the successor of one, which ends at the same instant.

    :raises RuleEnded: when the rule to be changed is not in force any more.
    :raises InvalidInput: when a field cannot be, or a rule of this code is in force.
    """
    require_everywhere(actor, Permission.SETTINGS_WRITE)
    rule = InteractionRule(id=uuid7(), in_force_from=at, written_by=actor, **{name: details[name] for name in FIELDS if name in details})
    if instead_of is not None:
        end_rule(rule=instead_of, actor=actor, at=at)
        rule.code = instead_of.code
    _check(rule)
    return begin_rule(rule)


def _check(rule: InteractionRule) -> None:
    errors: dict[str, Any] = {}
    try:
        rule.clean_fields()
    except ValidationError as error:
        errors = {name: " ".join(texts) for name, texts in error.message_dict.items()}
    known = {f"answer:{row.code}" for row in queries.questions_of(queries.current_questionnaire())} | set(ALERTS)
    if not (rule.risks or rule.words or rule.younger_than):
        errors["risks"] = _("Say for whom the act is dangerous: a risk, words of an alert, or an age.")
    elif set(rule.risks) - known:
        errors["risks"] = _("The questionnaire in force has no such question, or there is no such alert.")
    if not rule.acts or set(rule.acts) - set(ACTS):
        errors["acts"] = _("Choose at least one act from the list.")
    if errors:
        raise InvalidInput(fields=errors)
