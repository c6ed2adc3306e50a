"""The tests' database: one template is migrated once, every worker runs on a clone of it as the runtime role.

Ordinary tests roll back. A test marked `transaction=True` (threads, live server) gets a fresh clone afterwards, because
history forbids the TRUNCATE that Django would use.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any, cast

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from django.test import TransactionTestCase
from filelock import FileLock
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis

from clinic import local_postgres
from clinic.history import roles
from clinic.history.context import Context, acting

settings.BREAK_GLASS = "branches"  # people of the tests open anybody's record; what the program asks of them by itself has tests of its own
settings.WHITENOISE_AUTOREFRESH = True  # else each test's client looks through all static files before its first page
settings.MEDIA_ROOT /= os.environ.get("PYTEST_XDIST_WORKER", "alone")  # what one worker's database does not name is no orphan of another's
cast(Any, settings.STORAGES)["default"]["OPTIONS"]["location"] = settings.MEDIA_ROOT
hypothesis.register_profile("clinic", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis.load_profile("clinic")  # how long an example takes on a busy machine says nothing of the rule


def admin(database: str = "postgres") -> psycopg.Connection[Any]:
    """A superuser's connection to the tests' server."""
    return psycopg.connect(local_postgres.url_for("postgres", database), autocommit=True)


@cache
def template_name() -> str:
    """The template's name carries a hash of all migrations, so it is rebuilt only when one of them changes."""
    digest = hashlib.sha256()
    for file in sorted(settings.BASE_DIR.glob("**/migrations/*.py")) + sorted((settings.BASE_DIR / "clinic/history").glob("**/*.*")):
        if ".venv" not in file.parts and file.suffix in (".py", ".sql"):
            digest.update(file.read_bytes())
    return f"clinic_template_{digest.hexdigest()[:12]}"


def build_template(name: str) -> None:
    """Make the template database and migrate it as the owner, in a process of its own; older templates go."""
    with admin() as connection:
        for (old,) in connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'clinic\\_template\\_%'").fetchall():
            connection.execute(f"DROP DATABASE IF EXISTS {old} WITH (FORCE)")
        roles.init_database(connection, "clinic_building")
    with admin("clinic_building") as connection:
        roles.init_inside(connection)
    environment = {**os.environ, "DATABASE_URL": local_postgres.url_for("clinic_owner", "clinic_building"), "DEBUG": "true"}
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], check=True, env=environment, cwd=settings.BASE_DIR)
    with admin() as connection:
        connection.execute(f"ALTER DATABASE clinic_building RENAME TO {name}")


def clone(name: str) -> None:
    """Give the worker a fresh copy of the template."""
    with admin() as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template_name()} OWNER clinic_owner STRATEGY FILE_COPY")


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any, worker_id: str) -> Iterator[None]:
    local_postgres.ensure_running()
    name = f"clinic_test_{worker_id}"
    with FileLock(local_postgres.data_directory() / "test-template.lock"):
        with admin() as connection:
            connection.execute("DROP DATABASE IF EXISTS clinic_building WITH (FORCE)")
            is_built = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template_name()]).fetchone()
        if not is_built:
            build_template(template_name())
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
