"""Housekeeping of the entrance."""

from datetime import UTC, datetime, timedelta

from procrastinate.contrib.django import app

from clinic.staff.models import IdempotentAnswer

KEEP_ANSWERS = timedelta(days=1)


@app.periodic(cron="45 3 * * *", periodic_id="forget_idempotent_answers")
@app.task(queueing_lock="forget_idempotent_answers")
def forget_idempotent_answers(timestamp: int) -> int:
    """Forget answers kept for repeated requests after a day; returns how many."""
    until = datetime.fromtimestamp(timestamp, UTC) - KEEP_ANSWERS
    return IdempotentAnswer.objects.filter(created_at__lt=until).delete()[0]
