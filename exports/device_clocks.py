"""What the clock of a device said of an entry before the clinic put it right, in words: a court sees both."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _

AGREES = timedelta(seconds=5)


def in_words(told: Mapping[str, Any]) -> str:
    """The time of the entry as the device gave it, and how its clock stood beside the clinic's."""
    entered, clock, arrived = (_instant(told.get(name)) for name in ("told", "clock", "arrived"))
    if entered is None:
        return ""
    said = {"at": _exactly(entered), "off": _span(abs(clock - arrived)) if clock and arrived else ""}
    if clock is None or arrived is None:
        return _("the device gave %(at)s and did not say how its clock stood") % said
    if abs(clock - arrived) <= AGREES:
        return _("the device gave %(at)s, its clock agreed with the clinic's") % said
    if clock > arrived:
        return _("the device gave %(at)s, its clock was %(off)s ahead of the clinic's") % said
    return _("the device gave %(at)s, its clock was %(off)s behind the clinic's") % said


def _instant(text: object) -> datetime | None:
    try:
        return parse_datetime(str(text)) if text else None
    except ValueError:
        return None


def _exactly(at: datetime) -> str:
    here = timezone.localtime(at)
    return f"{date_format(here, 'SHORT_DATE_FORMAT')} {here:%H:%M:%S}"


def _span(off: timedelta) -> str:
    """Days, hours, minutes and seconds, as a clock writes them."""
    seconds = round(off.total_seconds())
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}"
