"""The page about history itself: is it whole, who watches it, and what was found."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic.history.verification import status
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.roles import Permission


@page(Permission.HISTORY_CHECK)
@require_GET
def seal(request: Request) -> HttpResponse:
    """Checks with their findings, incidents, the newest checkpoint, keys and witnesses."""
    return render(request, "history/seal.html", {"seal": status.status(timezone.now()), "now": status.overview()})
