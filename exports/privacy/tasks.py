"""Background work of requests of data subjects."""

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from exports.privacy import actions


@app.periodic(cron="30 3 * * *", periodic_id="empty_kept_imports")
@app.task(name="empty_kept_imports", queueing_lock="empty_kept_imports")
def empty_kept_imports(timestamp: int) -> int:
    """Destroy files of imports that erasures left because of a hold which stands no more; returns how many."""
    return actions.empty_kept_imports(datetime.fromtimestamp(timestamp, UTC))
