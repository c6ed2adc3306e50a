"""Looking into guards of history that a migration has put on record."""

from django.db import connection, transaction
from django.utils.translation import gettext as _

from clinic.history.verification import guards
from clinic.lib.errors import InvalidInput, NotFound
from clinic.staff.models import User
from clinic.staff.roles import Permission

ACKNOWLEDGE = "SELECT history.acknowledge_guards(%s, %s)"
LONGEST = 2000


@transaction.atomic
def acknowledge_guards(*, event_id: int, reason: str, actor: User) -> None:
    """Say why the guards changed: from then on the checks name the change no more; what was said stands in the ledger.

    :raises NotFound: when there is no such record of guards, or somebody has looked into it already.
    :raises InvalidInput: without a reason.
    """
    actor.require(Permission.HISTORY_SEARCH)
    if not reason.strip() or len(reason) > LONGEST:
        raise InvalidInput(fields={"reason": _("Say what you have found out, in at most 2000 characters.")})
    connection.ensure_connection()
    if event_id not in [finding.values["event"] for finding in guards.unacknowledged(connection.connection)]:
        raise NotFound
    with connection.cursor() as cursor:
        cursor.execute(ACKNOWLEDGE, [event_id, reason.strip()])
