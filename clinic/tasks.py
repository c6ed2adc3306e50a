"""Housekeeping of the background worker. An app's own tasks stand in its `tasks.py`, found by themselves."""

import logging
from datetime import UTC, datetime

from django.core.management import call_command
from django.db import connection
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.manager import JobManager

logger = logging.getLogger(__name__)
KEEP_DONE_JOBS_HOURS = 24 * 30


@app.periodic(cron="10 3 * * *", periodic_id="check_ledger_partitions")
@app.task(queueing_lock="check_ledger_partitions")
def check_ledger_partitions(timestamp: int) -> bool:
    """Report, as an error in the log, that the ledger has no partition of its own for next year."""
    partition = f"history.event_{datetime.fromtimestamp(timestamp, UTC).year + 1}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [partition])
        exists = bool(cursor.fetchone()[0])
    if not exists:
        logger.error("the ledger has no partition %s: rows of next year would fall into history.event_other", partition)
    return exists


@app.periodic(cron="*/5 * * * *", periodic_id="retry_stalled_jobs")
@app.task(queueing_lock="retry_stalled_jobs", pass_context=True)
async def retry_stalled_jobs(context: JobContext, timestamp: int) -> int:
    """Give the jobs of a worker that died back to the queue; returns how many."""
    return await give_back(context.app.job_manager)


async def give_back(jobs: JobManager) -> int:
    stalled = list(await jobs.get_stalled_jobs())
    for job in stalled:
        await jobs.retry_job(job)
    return len(stalled)


@app.periodic(cron="40 3 * * *", periodic_id="remove_old_rows")
@app.task(queueing_lock="remove_old_rows", pass_context=True)
async def remove_old_rows(context: JobContext, timestamp: int) -> None:
    """Forget jobs that were done a month ago."""
    await context.app.job_manager.delete_old_jobs(nb_hours=KEEP_DONE_JOBS_HOURS)


@app.periodic(cron="50 3 * * *", periodic_id="clear_sessions")
@app.task(queueing_lock="clear_sessions")
def clear_sessions(timestamp: int) -> None:
    """Forget login sessions that have expired."""
    call_command("clearsessions")
