"""The benchmark's own local database: migrated, with a small demo clinic as its ground."""

import os
import subprocess
import sys

import psycopg

from clinic import local_postgres


def prepare() -> None:
    """Start the server of `CLINIC_DATA`; migrate it; found the clinic when nobody works there yet."""
    local_postgres.ensure_running()
    _manage("migrate", "--verbosity", "0")
    with psycopg.connect(local_postgres.url_for("clinic_app")) as connection:
        row = connection.execute("SELECT EXISTS (SELECT FROM staff_user)").fetchone()
    if row and not row[0]:
        print("founding the clinic", flush=True)
        _manage("demo", "--seed", "1", "--patients", "4", "--months", "1", "--json")


def _manage(*arguments: str) -> None:
    subprocess.run([sys.executable, "manage.py", *arguments], check=True, cwd=local_postgres.ROOT, env=os.environ)
