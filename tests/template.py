"""The tests' template database, migrated once as the owner; `python -m tests.template` builds it ahead of the tests."""

import hashlib
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from filelock import FileLock

from clinic import local_postgres
from clinic.history import roles

ROOT = Path(__file__).parent.parent


def admin(database: str = "postgres") -> psycopg.Connection[Any]:
    """A superuser's connection to the tests' server."""
    return psycopg.connect(local_postgres.url_for("postgres", database), autocommit=True)


@cache
def template_name() -> str:
    """The template's name carries a hash of all migrations, so it is rebuilt only when one of them changes."""
    digest = hashlib.sha256()
    migrations = [file for depth in ("*", "*/*") for file in ROOT.glob(f"{depth}/migrations/*.py")]
    for file in sorted(migrations) + sorted((ROOT / "clinic/history").glob("**/*.*")):
        if file.suffix in (".py", ".sql"):
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
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], check=True, env=environment, cwd=ROOT)
    with admin() as connection:
        connection.execute(f"ALTER DATABASE clinic_building RENAME TO {name}")


def ensure_template() -> None:
    """Build the template unless it stands; whoever comes second waits."""
    local_postgres.ensure_running()
    with FileLock(local_postgres.data_directory() / "test-template.lock"):
        with admin() as connection:
            connection.execute("DROP DATABASE IF EXISTS clinic_building WITH (FORCE)")
            is_built = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template_name()]).fetchone()
        if not is_built:
            build_template(template_name())


def clone(name: str) -> None:
    """Give the worker a fresh copy of the template."""
    with admin() as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template_name()} OWNER clinic_owner STRATEGY FILE_COPY")


if __name__ == "__main__":
    ensure_template()
