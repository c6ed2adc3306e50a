"""`manage.py init_database` makes a database that migrates and serves, on any PostgreSQL."""

import os
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest
from django.conf import settings
from psycopg import sql

from clinic import local_postgres

NAME = f"clinic_init_{os.getpid()}"


def manage(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "CLINIC_DATA": str(local_postgres.data_directory()), **variables}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def admin() -> Iterator[psycopg.Connection[object]]:
    local_postgres.ensure_running()
    with psycopg.connect(local_postgres.saved_admin_url(), autocommit=True) as connection:
        yield connection
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(NAME)))
        connection.execute("ALTER ROLE clinic_app PASSWORD NULL")


def test_it_prepares_a_database_twice_without_harm(admin: psycopg.Connection[object]) -> None:
    for _ in range(2):
        done = manage("init_database", "--admin-url", local_postgres.saved_admin_url(), "--name", NAME, CLINIC_APP_PASSWORD="a-long-password")
        assert done.returncode == 0, done.stderr
        assert "a-long-password" not in done.stdout
    with psycopg.connect(local_postgres.url_for("clinic_app", NAME)) as inside:
        extensions = {name for (name,) in inside.execute("SELECT extname FROM pg_extension").fetchall()}
        owner = inside.execute("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s", [NAME]).fetchone()
    assert {"btree_gist", "pg_trgm", "unaccent"} <= extensions
    assert owner == ("clinic_owner",)
    secret = admin.execute("SELECT rolpassword LIKE 'SCRAM-SHA-256$%' FROM pg_authid WHERE rolname = 'clinic_app'").fetchone()
    assert secret == (True,)


def test_it_refuses_an_administrator_who_is_none(admin: psycopg.Connection[object]) -> None:
    done = manage("init_database", "--admin-url", local_postgres.url_for("clinic_owner", "postgres"), "--name", NAME)
    assert done.returncode != 0
    assert "must name a superuser" in done.stderr


def test_it_says_when_the_server_is_away() -> None:
    done = manage("init_database", "--admin-url", "postgresql://postgres@/postgres?host=/nonexistent")
    assert done.returncode != 0
    assert "PostgreSQL refused" in done.stderr
