"""The log itself: its name, its size, its lock, and what its keeper declares in it."""

import json
from typing import Any

import psycopg

LOCK = 0x6869_7374_6F72_79
SIZE = "SELECT coalesce(max(pos) + 1, 0) FROM history.leaf"
EPOCH = "SELECT coalesce(max(epoch), 1) FROM history.epoch"


def lock(connection: "psycopg.Connection[Any]") -> None:
    """Until the transaction ends nobody else seals, rotates a key or opens an epoch."""
    connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def name(connection: "psycopg.Connection[Any]") -> str:
    """The log's name, made with the database: keys are bound to it."""
    log_id = _value(connection, "SELECT id FROM history.log")
    return f"clinic-history/{log_id}"


def epoch(connection: "psycopg.Connection[Any]") -> int:
    """The number of the log's life: a new one begins when a lost past cannot be restored."""
    return int(_value(connection, EPOCH))


def origin(connection: "psycopg.Connection[Any]") -> str:
    """First line of every checkpoint: trees of one origin only ever grow."""
    return f"{name(connection)}/{epoch(connection)}"


def size(connection: "psycopg.Connection[Any]") -> int:
    """How many leaves stand in the log."""
    return int(_value(connection, SIZE))


def declare(connection: "psycopg.Connection[Any]", what: str, body: dict[str, Any]) -> int:
    """Write a C event of the log's keeper into the ledger; returns its id."""
    return int(_value(connection, "SELECT history.declare(%s, %s)", [what, json.dumps(body)]))


def _value(connection: "psycopg.Connection[Any]", statement: str, parameters: list[Any] | None = None) -> Any:
    row = connection.execute(statement, parameters).fetchone()
    assert row is not None  # noqa: S101 - these statements answer with one row
    return row[0]
