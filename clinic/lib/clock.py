"""Instants, branch days and their zones."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def branch_day(instant: datetime, zone: str) -> date:
    """The calendar day of an instant as the branch's wall clock shows it."""
    return instant.astimezone(ZoneInfo(zone)).date()


def day_bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    """First instant of the branch day and of the next one (23, 24 or 25 hours apart)."""
    info = ZoneInfo(zone)
    return datetime.combine(day, time.min, info), datetime.combine(day + timedelta(days=1), time.min, info)
