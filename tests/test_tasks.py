"""The background worker runs what is due and gives nothing up."""

import asyncio
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from clinic import local_postgres, tasks


def defer_check() -> int:
    check: Any = tasks.check_ledger_partitions
    return int(check.defer(timestamp=instant(2030)))


def instant(year: int) -> int:
    return int(datetime(year, 7, 1, tzinfo=UTC).timestamp())


@pytest.mark.django_db
def test_a_year_without_a_partition_is_an_error_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    assert tasks.check_ledger_partitions(timestamp=instant(2030))
    assert not caplog.records
    assert not tasks.check_ledger_partitions(timestamp=instant(2090))
    assert "history.event_2091" in caplog.text


@pytest.mark.django_db
def test_the_worker_knows_its_housekeeping() -> None:
    known = {task.name for task in app.tasks.values()}
    assert {f"clinic.tasks.{name}" for name in ("check_ledger_partitions", "retry_stalled_jobs", "remove_old_rows", "clear_sessions")} <= known


@pytest.mark.django_db(transaction=True)
def test_a_worker_does_its_jobs_and_idles() -> None:
    job = defer_check()
    url = local_postgres.url_for("clinic_app", connection.settings_dict["NAME"])
    environment = {"PATH": "/usr/bin", "DATABASE_URL": url, "DEBUG": "true", "CLINIC_DATA": str(local_postgres.data_directory())}
    worker = subprocess.Popen([sys.executable, "manage.py", "procrastinate", "worker"], cwd=settings.BASE_DIR, env=environment)
    try:
        deadline = time.monotonic() + 60
        while ProcrastinateJob.objects.get(pk=job).status != "succeeded":
            assert time.monotonic() < deadline
            time.sleep(0.2)
        assert worker.poll() is None
    finally:
        worker.terminate()
        worker.wait(30)


@pytest.mark.django_db(transaction=True)
def test_the_job_of_a_dead_worker_goes_back_to_the_queue() -> None:
    job = defer_check()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id")
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s", [cursor.fetchone()[0], job])

    async def once() -> int:
        connector: Any = app.connector
        with app.replace_connector(connector.get_worker_connector()) as worker:
            async with worker.open_async():
                return await tasks.give_back(worker.job_manager)

    with ThreadPoolExecutor(1) as thread:  # a browser test before this one may have left a running loop in ours
        assert thread.submit(asyncio.run, once()).result() == 1
    assert ProcrastinateJob.objects.get(pk=job).status == "todo"
