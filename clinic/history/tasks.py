"""The nightly check of history."""

from django.conf import settings
from procrastinate.contrib.django import app

from clinic.history.context import Context, acting
from clinic.history.sealing.witnesses import from_settings
from clinic.history.verification.verify import verify

CHECKER = Context(actor="system:history_verify", actor_name="system:history_verify", actor_role="system", purpose="operation")


@app.periodic(cron="20 2 * * *", periodic_id="history_verify")
@app.task(name="history_verify", queueing_lock="history_verify")
def history_verify(timestamp: int) -> bool:
    """Check all of history; the outcome is on the desks in the morning."""
    with acting(CHECKER):
        return verify(since=None, witnesses=from_settings(settings.HISTORY_WITNESSES)).is_clean
