"""What must be told to people at once, and whether it was told already."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from clinic.history.verification.incidents import TITLES
from clinic.history.verification.status import INCIDENTS, Incident, Status, status, witnesses

PATIENCE = timedelta(hours=1)
REPORT = "SELECT history.report_alarm(%s, %s)"
TOLD = "told: "
TO_TELL = ("rollback", "fork", "foreign", "erased", "key", "epoch", "damaged", "stopped")


@dataclass(frozen=True)
class Alarm:
    """`kind` of `TITLES`; `about` tells two alarms of a kind apart; `detail` is for people."""

    kind: str
    about: str
    detail: Status | str

    def __str__(self) -> str:
        return f"{TITLES[self.kind]}: {self.detail}"


def standing(at: datetime) -> list[Alarm]:
    """What is wrong now."""
    found = [
        Alarm("witness_down", witness.name, f"{witness.name}: {witness.error}")
        for witness in witnesses()
        if witness.error and witness.failing_since and witness.failing_since < at - PATIENCE
    ]
    now = status(at)
    if now.check and not now.check.is_clean:
        found.append(Alarm("altered", f"check of {now.check.at.isoformat()}", now))
    elif now.is_stale:
        found.append(Alarm("check_stale", "the nightly check", now))
    if now.asleep_since:
        found.append(Alarm("sequencer_down", "the sequencer", now))
    return found + _reported(at)


def is_news(alarm: Alarm) -> bool:
    """Not told within a day; from now on it is."""
    with connection.cursor() as cursor:
        cursor.execute(REPORT, [alarm.kind, alarm.about])
        return bool(cursor.fetchone()[0])


def _reported(at: datetime) -> list[Alarm]:
    """What the sequencer has written down itself within the hour."""
    with connection.cursor() as cursor:
        cursor.execute(INCIDENTS)
        incidents = [Incident(*row) for row in cursor.fetchall()]
    return [
        Alarm(one.kind, one.detail, one.detail)
        for one in incidents
        if one.kind in TO_TELL and one.at > at - PATIENCE and not one.detail.startswith(TOLD)
    ]
