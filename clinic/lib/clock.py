"""Instants, branch days and their zones."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def is_skipped(day: date, wall_clock: time, zone: str) -> bool:
    """Whether the clocks of the zone jump over that time on that day (the night in which summer time begins)."""
    local = datetime.combine(day, wall_clock, ZoneInfo(zone))
    return local.astimezone(UTC).astimezone(ZoneInfo(zone)).time() != wall_clock


def is_repeated(day: date, wall_clock: time, zone: str) -> bool:
    """Whether the clocks of the zone show that time twice on that day (the night in which summer time ends)."""
    offsets = [datetime.combine(day, wall_clock.replace(fold=fold), ZoneInfo(zone)).utcoffset() or timedelta() for fold in (0, 1)]
    return offsets[0] > offsets[1]


def wall_clock(instant: datetime, zone: str) -> datetime:
    """What the zone's wall clock shows, without a zone of its own: for cells of a workbook."""
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def clock_words(instant: datetime, zone: str) -> str:
    """What the zone's wall clock shows; a time that comes twice that night is told apart by its distance from Greenwich: `02:30 +1`."""
    local = instant.astimezone(ZoneInfo(zone))
    shown = f"{local:%H:%M}"
    if not is_repeated(local.date(), local.time().replace(fold=0), zone):
        return shown
    return f"{shown} {(local.utcoffset() or timedelta()) / timedelta(hours=1):+g}"


def branch_day(instant: datetime, zone: str) -> date:
    """The calendar day of an instant as the branch's wall clock shows it."""
    return instant.astimezone(ZoneInfo(zone)).date()


def day_bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    """First instant of the branch day and of the next one (23, 24 or 25 hours apart); nothing follows the last day of the calendar."""
    info = ZoneInfo(zone)
    following = day + timedelta(days=1) if day < date.max else day
    return datetime.combine(day, time.min, info), datetime.combine(following, time.min, info)
