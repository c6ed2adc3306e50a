"""The page about history itself: is it whole, who watches it, and what was found."""

from django.contrib import messages
from django.db import connection
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from clinic.desk import guards_actions as actions
from clinic.history.verification import guards, status
from clinic.lib.errors import DomainError
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.roles import Permission


@page(Permission.HISTORY_CHECK)
@require_GET
def seal(request: Request) -> HttpResponse:
    """Checks with their findings, incidents, the newest checkpoint, keys and witnesses."""
    connection.ensure_connection()
    noted = guards.unacknowledged(connection.connection)
    may_acknowledge = request.user.may(Permission.HISTORY_SEARCH)
    context = {"seal": status.status(timezone.now()), "now": status.overview(), "noted": noted, "may_acknowledge": may_acknowledge}
    return render(request, "history/seal.html", context)


@page(Permission.HISTORY_SEARCH)
@require_POST
def seal_acknowledge(request: Request) -> HttpResponse:
    """Somebody has looked into guards that a migration put on record."""
    number, reason = request.POST.get("event", ""), request.POST.get("reason", "")
    try:
        actions.acknowledge_guards(event_id=int(number) if number.isdecimal() and len(number) < 19 else 0, reason=reason, actor=request.user)
        messages.success(request, _("Written down; the next check no longer names it."))
    except DomainError as error:
        messages.error(request, " ".join(map(str, error.fields.values())) or str(error.message))
    return redirect("history-seal")
