"""Rules of the clinic that hold from one instant to another: one of a code is in force, a successor begins where it ends, none is rewritten."""

from datetime import datetime
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from charting.medical.interaction_models import InteractionRule
from charting.recalls.models import RecallRule
from clinic.lib.errors import Conflict, InvalidInput
from clinic.staff.models import User
from clinic.staff.reach import require_everywhere
from clinic.staff.roles import Permission

RuleT = TypeVar("RuleT", InteractionRule, RecallRule)
CODE_ONCE = ("charting_interaction_code_once", "charting_recall_rule_code_once")


class RuleEnded(Conflict):
    """A rule that is no longer in force stays as it was."""

    code = "rule_ended"
    default_message = _("This rule is no longer in force: it was ended or changed by somebody. Open the list and start from the rule in force.")


def begin_rule(rule: RuleT) -> RuleT:
    """Save a new rule.

    :raises InvalidInput: when a rule of this code is in force.
    """
    try:
        with transaction.atomic():
            rule.save(force_insert=True)
    except IntegrityError as error:
        if not any(name in str(error) for name in CODE_ONCE):
            raise
        raise InvalidInput(fields={"code": _("A rule with this code is in force. Change that one, or choose another code.")}) from error
    return rule


@transaction.atomic
def end_rule(*, rule: RuleT, actor: User, at: datetime) -> RuleT:
    """From now on the rule does nothing; what it led to stays.

    :raises RuleEnded: when it ended before.
    """
    require_everywhere(actor, Permission.SETTINGS_WRITE)
    locked = type(rule)._default_manager.select_for_update(of=("self",)).get(pk=rule.pk)
    if locked.in_force_to is not None:
        raise RuleEnded
    locked.in_force_to = max(at, locked.in_force_from)
    locked.save(update_fields=["in_force_to"])
    locked.refresh_from_db(fields=["version"])
    return locked
