"""The mirror of completion: opposite rows for every consequence, and the line is planned again."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

import charting.actions
import clinic.billing.actions
import insurance.actions
import inventory.actions
from charting.models import Performance
from clinic.billing.models import Charge
from clinic.lib.errors import Conflict, InvalidInput
from clinic.staff.models import User
from clinic.staff.roles import Permission
from insurance.models import ClaimLine
from inventory.models import Movement
from treatment_plans.actions import cancel_item
from treatment_plans.actions.common import lock_item
from treatment_plans.models import AlternativeState, Item


class NotCompleted(Conflict):
    code = "not_completed"
    default_message = _("This line is not done, or was reversed already. Nothing was changed.")


@dataclass(frozen=True)
class Reversal:
    """The opposite rows of a completion."""

    item: Item
    performance: Performance
    movements: tuple[Movement, ...]
    charge: Charge
    claim_lines: tuple[ClaimLine, ...]


@transaction.atomic
def reverse_item(*, item_id: UUID, reason: str, actor: User, at: datetime) -> Reversal:
    """Take a completed line back: claim, charge, stock and chart get opposite rows; nothing is deleted.

    The line is planned again; one of an alternative that was ended early is cancelled, as its other lines were.

    :raises NotCompleted: when it is not done.
    :raises InvalidInput: without a reason.
    """
    actor.require(Permission.PROCEDURE_REVERSE)
    if not reason.strip():
        raise InvalidInput(fields={"reason": _("Say in a few words why it is taken back.")})
    item = lock_item(item_id)
    performance = item.performance
    if performance is None:
        raise NotCompleted
    stock = inventory.actions.reverse_write_off(performance=performance, actor=actor, at=at)
    claims = insurance.actions.reverse_claim_line(performance=performance, actor=actor, at=at)
    charge = clinic.billing.actions.reverse_charge(performance=performance, actor=actor, at=at, reason=reason.strip())
    charting.actions.reverse_performance(performance=performance, actor=actor, at=at, reason=reason.strip())
    item.performance = None
    item.save(update_fields=["performance"])
    if item.alternative.state != AlternativeState.ACCEPTED:
        cancel_item(item_id=item.pk, reason=reason.strip()[:300], actor=actor, at=at)
        item.refresh_from_db(fields=["cancelled_at", "cancelled_by", "cancel_reason", "version"])
    return Reversal(item, performance, stock.movements, charge, tuple(claims))
