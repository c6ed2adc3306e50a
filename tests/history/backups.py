"""Backups of the worker's database, and databases made from them on the same server."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connections

from clinic import local_postgres
from clinic.history import roles


def dump(file: Path) -> Path:
    """What `docs/deploy.md` tells to do each night."""
    _run("pg_dump", "--format=custom", f"--file={file}", local_postgres.url_for("postgres", _name()))
    return file


@contextmanager
def restored(file: Path) -> Iterator[str]:
    """Everybody comes into a database of another name that was made from the dump; afterwards into the old one again."""
    name, old = f"{_name()}_restored", _name()
    with psycopg.connect(local_postgres.url_for("postgres", "postgres"), autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        roles.init_database(server, name)
        _run("pg_restore", "--exit-on-error", f"--dbname={local_postgres.url_for('postgres', name)}", str(file))
        _come_into(name)
        try:
            yield name
        finally:
            _come_into(old)
            server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _name() -> str:
    return str(connections["default"].settings_dict["NAME"])


def _come_into(name: str) -> None:
    connections["default"].close()
    for settings_dict in (settings.DATABASES["default"], connections["default"].settings_dict):
        settings_dict["NAME"] = name


def _run(program: str, *arguments: str) -> None:
    subprocess.run([local_postgres._binaries() / program, *arguments], check=True, capture_output=True)
