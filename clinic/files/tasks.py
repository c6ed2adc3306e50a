"""Background work of files."""

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from clinic.files import actions


@app.periodic(cron="20 3 * * *", periodic_id="sweep_files")
@app.task(name="sweep_files", queueing_lock="sweep_files")
def sweep_files(timestamp: int) -> int:
    """Remove what a kill left in the folder of files; returns how many."""
    return actions.sweep(at=datetime.fromtimestamp(timestamp, UTC))
