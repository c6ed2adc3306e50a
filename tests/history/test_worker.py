"""A background task acts under its own name, in whatever thread it runs."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import transaction
from procrastinate import testing
from procrastinate.contrib.django import app

from clinic.history.models import Event
from clinic.history.worker import name_async_task, name_task
from clinic.staff.models import LegalEntity


@pytest.mark.django_db(transaction=True)
def test_a_task_writes_as_itself() -> None:
    @app.task(name="tests:found_a_company")
    def found_a_company() -> None:
        with transaction.atomic():
            LegalEntity.objects.create(name="Founded by night")

    def work() -> None:
        """In a thread: where a browser's loop stands in the test's own, no second one can."""
        with app.replace_connector(testing.InMemoryConnector()) as worker_app:
            found_a_company.configure().defer()
            worker_app.run_worker(wait=False, install_signal_handlers=False, listen_notify=False, task_middleware=[name_task, name_async_task])

    with ThreadPoolExecutor(1) as pool:
        pool.submit(work).result()
    assert set(Event.objects.filter(tbl="staff_legalentity").values_list("actor", flat=True)) == {"system:tests:found_a_company"}
