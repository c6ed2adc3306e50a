"""What the day view draws: columns, working hours, cards and words, as one JSON value."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from clinic.lib.clock import day_bounds
from clinic.scheduling import queries
from clinic.scheduling.models import Appointment, Shift
from clinic.scheduling.schemas import appointments_out
from clinic.staff.models import Branch, User
from clinic.staff.roles import Permission

OPENS, CLOSES = 8, 20


def day_data(user: User, branch: Branch, day: date, *, view: str) -> dict[str, Any]:
    """Everything the script needs to draw the day; the look is recorded."""
    start, end = day_bounds(day, branch.time_zone)
    rows = queries.look_at_diary(user, branch, start, end)
    shifts, chairs = queries.frame_of_day(branch, start, end)
    columns = queries.dentist_columns(branch, shifts, rows) if view == "dentists" else queries.chair_columns(chairs, shifts, rows)
    first, last = _shown_hours(rows, shifts, day, branch.time_zone)
    return {
        "view": view,
        "zone": branch.time_zone,
        "language": get_language(),
        "first": first.isoformat(),
        "last": last.isoformat(),
        "columns": [vars(column) for column in columns],
        "shifts": [_shift(shift) for shift in shifts],
        "appointments": appointments_out(rows),
        "mayWrite": user.may(Permission.DIARY_WRITE),
        "urls": _urls(branch, day, start, end),
        "words": _words(get_language()),
    }


def _shown_hours(rows: list[Appointment], shifts: list[Shift], day: date, zone: str) -> tuple[datetime, datetime]:
    """Whole hours around everything that happens on the day, at least one hour of margin inside it."""
    info = ZoneInfo(zone)
    start, end = (instant.astimezone(UTC) for instant in day_bounds(day, zone))
    spans = [shift.span for shift in shifts] + [row.span for row in rows if row.is_standing]
    first = min((span.start for span in spans), default=datetime(day.year, day.month, day.day, OPENS, tzinfo=info))
    last = max((span.end for span in spans), default=datetime(day.year, day.month, day.day, CLOSES, tzinfo=info))
    first, last = first.astimezone(UTC), last.astimezone(UTC)
    floor = first - timedelta(minutes=first.astimezone(info).minute % 60)
    ceiling = last + timedelta(minutes=-last.astimezone(info).minute % 60)
    return max(start, floor), min(end, ceiling)


def _shift(shift: Shift) -> dict[str, Any]:
    chair = str(shift.chair_id) if shift.chair_id else None
    return {
        "user": str(shift.user_id),
        "name": str(shift.user),
        "chair": chair,
        "start": shift.starts_at.isoformat(),
        "end": shift.ends_at.isoformat(),
    }


def _urls(branch: Branch, day: date, start: datetime, end: datetime) -> dict[str, str]:
    window = urlencode({"branch": str(branch.pk), "from": start.isoformat(), "to": end.isoformat()})
    place = urlencode({"branch": str(branch.pk), "day": day.isoformat()})
    appointments = reverse("api:list_appointments")
    return {
        "poll": f"{appointments}?{window}",
        "api": f"{appointments}/",
        "open": reverse("diary") + "appointments/",
        "book": f"{reverse('appointment-new')}?{place}",
        "marks": _marks_url(place),
    }


def _marks_url(place: str) -> str:
    try:
        return f"{reverse('diary-marks')}?{place}"
    except NoReverseMatch:
        return ""


@lru_cache(maxsize=8)
def _words(_language: str | None) -> dict[str, str]:
    return {
        "free": pgettext("diary", "free"),
        "taken": _("taken: {who}"),
        "outside": _("outside working hours"),
        "minutes": _("{count} min"),
        "first": pgettext("patient", "new"),
        "alert": _("alert"),
        "moved": _("Moved to {time}."),
        "back": _("The appointment is back where it was."),
        "lost": _("The clinic did not answer. The appointment is back where it was; try again."),
        "stale": _("Somebody else has just changed this appointment. The diary now shows how it stands; move it again if you still need to."),
        "unsynced": _("The diary is not up to date: no connection. Trying again."),
    }
