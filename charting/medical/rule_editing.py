"""The clinic's own rules of interactions: written, succeeded, ended; what was in force on a day stays readable."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from charting.medical import queries
from charting.medical.interaction_models import InteractionRule
from charting.medical.vocabulary import ACTS, ALERTS
from clinic.lib.errors import Conflict, InvalidInput
from clinic.lib.ids import uuid7
from clinic.staff.models import User
from clinic.staff.roles import Permission

FIELDS = ("code", "level", "risks", "words", "younger_than", "acts", "text_ru", "text_fr", "text_en", "source")


class RuleEnded(Conflict):
    """A rule that is no longer in force stays as it was."""

    code = "rule_ended"
    default_message = _("This rule is no longer in force: it was ended or changed by somebody. Open the list and start from the rule in force.")


@transaction.atomic
def write_rule(*, details: Mapping[str, Any], actor: User, at: datetime, instead_of: InteractionRule | None = None) -> InteractionRule:
    """A new rule, or the successor of one, which ends at the same instant.

    :raises RuleEnded: when the rule to be changed is not in force any more.
    :raises InvalidInput: when a field cannot be, or a rule of this code is in force.
    """
    actor.require(Permission.SETTINGS_WRITE)
    rule = InteractionRule(id=uuid7(), in_force_from=at, written_by=actor, **{name: details[name] for name in FIELDS if name in details})
    if instead_of is not None:
        end_rule(rule=instead_of, actor=actor, at=at)
        rule.code = instead_of.code
    _check(rule)
    try:
        with transaction.atomic():
            rule.save(force_insert=True)
    except IntegrityError as error:
        if "charting_interaction_code_once" not in str(error):
            raise
        raise InvalidInput(fields={"code": _("A rule with this code is in force. Change that one, or choose another code.")}) from error
    return rule


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


@transaction.atomic
def end_rule(*, rule: InteractionRule, actor: User, at: datetime) -> InteractionRule:
    """From now on the rule does not fire.

    :raises RuleEnded: when it ended before.
    """
    actor.require(Permission.SETTINGS_WRITE)
    locked = InteractionRule.objects.select_for_update().get(pk=rule.pk)
    if locked.in_force_to is not None:
        raise RuleEnded
    locked.in_force_to = max(at, locked.in_force_from)
    locked.save(update_fields=["in_force_to"])
    locked.refresh_from_db(fields=["version"])
    return locked
