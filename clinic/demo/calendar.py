"""Free hours of the demo's people, so that its story books where a careful administrator would."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from clinic.demo.people import DAYS_OFF

HOURS = range(9, 18)


class Calendar:
    """Hands out whole hours of each person's working days, from nine to six, never twice."""

    def __init__(self) -> None:
        self._taken: set[tuple[str, datetime]] = set()

    def take(self, username: str, day: date, zone: str, *, hour: int | None = None) -> datetime | None:
        """The first free hour of the day (or the one asked for), or None; nobody works on their day off."""
        if day.weekday() == DAYS_OFF[username]:
            return None
        for free in HOURS if hour is None else (hour,):
            starts_at = datetime.combine(day, time(free), ZoneInfo(zone))
            if (username, starts_at) not in self._taken:
                self._taken.add((username, starts_at))
                return starts_at
        return None

    def take_near(self, username: str, day: date, zone: str) -> datetime:
        """The first free hour on the day or after it."""
        while True:
            starts_at = self.take(username, day, zone)
            if starts_at is not None:
                return starts_at
            day += timedelta(days=1)
