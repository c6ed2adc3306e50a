"""Housekeeping of notes."""

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from charting import actions


@app.periodic(cron="*/10 * * * *", periodic_id="lock_unsigned_visits")
@app.task(queueing_lock="lock_unsigned_visits")
def lock_unsigned_visits(timestamp: int) -> int:
    """Lock the notes that nobody signed in time; returns how many."""
    return actions.lock_unsigned_visits(at=datetime.fromtimestamp(timestamp, UTC))
