"""The tests' database: one template is migrated once, every worker runs on a clone of it as the runtime role.

Ordinary tests roll back. A test marked `transaction=True` (threads, live server) gets a fresh clone afterwards, because
history forbids the TRUNCATE that Django would use.
"""

import gc
import os
from collections.abc import Iterator
from typing import Any, cast

import pytest
from django.conf import settings
from django.db import connections
from django.test import TransactionTestCase
from filelock import FileLock
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis

from clinic import local_postgres
from clinic.history.context import Context, acting
from tests.template import admin, clone, ensure_template

settings.BREAK_GLASS = "branches"  # people of the tests open anybody's record; what the program asks of them by itself has tests of its own
settings.WHITENOISE_AUTOREFRESH = True  # else each test's client looks through all static files before its first page
settings.MEDIA_ROOT /= os.environ.get("PYTEST_XDIST_WORKER", "alone")  # what one worker's database does not name is no orphan of another's
cast(Any, settings.STORAGES)["default"]["OPTIONS"]["location"] = settings.MEDIA_ROOT
hypothesis.register_profile("clinic", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis.load_profile("clinic")  # how long an example takes on a busy machine says nothing of the rule


def pytest_collection_finish() -> None:
    """What is loaded by now stays: looking through it for garbage again and again took a tenth of the processor's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any, worker_id: str) -> Iterator[None]:
    ensure_template()
    name = f"clinic_test_{worker_id}"
    with FileLock(local_postgres.data_directory() / "test-template.lock"):
        clone(name)
    connections["default"].close()
    for settings_dict in (settings.DATABASES["default"], connections["default"].settings_dict):
        settings_dict["NAME"] = name
    yield
    with django_db_blocker.unblock():
        connections.close_all()
    with admin() as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _fresh_clone_instead_of_truncate(self: TransactionTestCase) -> None:
    connections.close_all()
    clone(settings.DATABASES["default"]["NAME"])


TransactionTestCase._fixture_teardown = _fresh_clone_instead_of_truncate  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _acting_as_the_test(request: pytest.FixtureRequest) -> Iterator[None]:
    with acting(Context(actor="system:test", actor_name="test", actor_role="system", purpose="test")):
        yield
