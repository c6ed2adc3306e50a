"""Pages of the record as of any moment."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from charting.models import Visit
from clinic.lib.errors import DomainError
from clinic.patients.queries import get_patient_for
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.roles import Permission
from exports.legal import asof, words
from exports.legal.asof import Moment

VISITS = 12
SECONDS = "%Y-%m-%dT%H:%M:%S"


@page(Permission.HISTORY_VIEW)
@require_GET
def as_of(request: Request, patient_id: UUID) -> HttpResponse:
    """The whole record as of a moment; with a second moment, both side by side."""
    is_proven = request.GET.get("reading") == "proven"
    asked = [_instant(request.GET.get(name)) for name in ("at", "then")]
    patient = get_patient_for(request.user, patient_id, what="as of", permission=Permission.HISTORY_VIEW)
    context: dict[str, Any] = {
        "patient": patient,
        "tab": "patient-history",
        "reading": "proven" if is_proven else "recorded",
        "at": timezone.localtime(asked[0]).strftime(SECONDS) if asked[0] else _typed(timezone.now()),
        "then": timezone.localtime(asked[1]).strftime(SECONDS) if asked[1] else "",
        "shows_all": request.GET.get("all") == "1",
        "visits": [(visit, _typed(visit.closed_at or visit.opened_at)) for visit in _visits(patient_id)],
    }
    try:
        context |= _read(patient_id, asked[0] or timezone.now(), asked[1], is_proven=is_proven, only_differences=not context["shows_all"])
    except DomainError as error:
        return render(request, "legal/as_of.html", {**context, "error": error.message}, status=error.status)
    return render(request, "legal/as_of.html", context)


def _read(patient_id: UUID, at: datetime, then: datetime | None, *, is_proven: bool, only_differences: bool) -> dict[str, Any]:
    first, second = sorted((at, then)) if then else (at, None)
    left = asof.moment_of(at=first, is_proven=is_proven)
    right = asof.moment_of(at=second, is_proven=is_proven) if second else None
    shots = [asof.with_prices(asof.snapshot(patient_id, moment)) for moment in (left, right) if moment]
    found = words.sections(*shots, only_differences=bool(right) and only_differences)
    heads = [_head(moment) for moment in (left, right) if moment]
    return {"left": left, "right": right, "sections": found, "count": words.differences(found), "heads": heads}


def _head(moment: Moment) -> str:
    said = date_format(timezone.localtime(moment.at), "SHORT_DATETIME_FORMAT")
    return _("checkpoint %(size)s, signed %(at)s") % {"size": moment.size, "at": said} if moment.size is not None else said


def _visits(patient_id: UUID) -> list[Visit]:
    return list(Visit.objects.filter(patient_id=patient_id).select_related("dentist").order_by("-opened_at", "pk")[:VISITS])


def _typed(instant: datetime) -> str:
    """As the browser's field wants it, never before the instant itself."""
    return timezone.localtime(instant + timedelta(seconds=1)).strftime(SECONDS)


def _instant(text: str | None) -> datetime | None:
    """The moment that was typed; without seconds, the end of that minute."""
    try:
        found = parse_datetime(text or "")
    except ValueError:
        return None
    if found is None:
        return None
    aware = found if timezone.is_aware(found) else timezone.make_aware(found)
    return aware.replace(second=59, microsecond=999999) if len(text or "") <= len("2026-01-01T10:00") else aware
