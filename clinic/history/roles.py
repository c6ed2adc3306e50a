"""Database roles, extensions and guards that only a superuser may create (see docs/deploy.md)."""

import hashlib
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

SQL = Path(__file__).parent / "sql"
Connection = psycopg.Connection[Any]


def init_cluster(connection: Connection) -> None:
    """Create the roles of the clinic; harmless when they exist. `connection`: a superuser in autocommit."""
    connection.execute((SQL / "cluster.sql").read_bytes())


def init_database(connection: Connection, name: str) -> None:
    """Create the clinic's database with a Unicode-aware locale unless it exists."""
    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        return
    provider = b"LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'" if connection.info.server_version >= 170000 else b"LC_COLLATE 'C.UTF-8'"
    connection.execute(
        sql.SQL("CREATE DATABASE {} OWNER clinic_owner TEMPLATE template0 ENCODING 'UTF8' LC_CTYPE 'C.UTF-8' {}").format(
            sql.Identifier(name), sql.SQL(provider.decode())
        )
    )


def init_inside(connection: Connection) -> None:
    """Extensions, schemas, default rights and DDL guards inside the clinic's database; run again when the file has changed."""
    source = (SQL / "database.sql").read_bytes()
    digest = hashlib.sha256(source).hexdigest()
    installed = connection.execute("SELECT obj_description(oid, 'pg_event_trigger') FROM pg_event_trigger WHERE evtname = 'history_guard_drop'")
    if installed.fetchone() == (digest,):
        return
    connection.execute(source)
    connection.execute(sql.SQL("COMMENT ON EVENT TRIGGER history_guard_drop IS {}").format(digest))
