"""Who opened records outside their own work, and why: for the lawyer."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from clinic.history.actions import record_list
from clinic.lib.pages import page_of
from clinic.patients import access
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.roles import Permission


@page(Permission.HISTORY_SEARCH)
@require_GET
def broken_glass(request: Request) -> HttpResponse:
    """Every reason that was given, the newest first."""
    rows = page_of(request, access.broken_glass(request.user))
    record_list("broken_glass", (row.patient_id for row in rows.object_list))
    return render(request, "history/glass.html", {"page": rows})
