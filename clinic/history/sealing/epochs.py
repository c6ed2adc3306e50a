"""New lives of the log: when a lost past cannot be restored, the log goes on under a new name that says so, signed."""

import base64
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from clinic.history.sealing import keys, log, notes
from clinic.history.sealing.tree import StoredTree

HISTORY = "SELECT epoch, size, statement, at FROM history.epoch ORDER BY epoch"
INSERT = "INSERT INTO history.epoch (epoch, size, statement) VALUES (%s, %s, %s)"
INCIDENT = "INSERT INTO history.incident (kind, detail, size) VALUES ('epoch', %s, %s)"


@dataclass(frozen=True)
class Epoch:
    """A life of the log after the first: up to `size` events what witnesses saw of earlier lives still holds."""

    number: int
    size: int
    statement: str
    at: datetime

    def line(self, name: str) -> str:
        """What stands after `name` in the statement."""
        return next((line.removeprefix(f"{name} ") for line in self.statement.splitlines() if line.startswith(f"{name} ")), "")


def history(connection: "psycopg.Connection[Any]") -> list[Epoch]:
    """All lives after the first, oldest first."""
    return [Epoch(*row) for row in connection.execute(HISTORY).fetchall()]


def number_of(origin: str) -> int:
    """The life that a checkpoint's origin names; 0 when it names none."""
    number = origin.rpartition("/")[2]
    return int(number) if number.isdecimal() else 0


def bound(lives: Sequence[Epoch], number: int) -> int | None:
    """Up to which size checkpoints of life `number` still hold; None for the life of now."""
    return min((life.size for life in lives if life.number > number), default=None)


def open_new(connection: "psycopg.Connection[Any]", path: Path, *, outside: Iterable[str], reason: str) -> Epoch:
    """Begin a new life of the log; `outside` are the notes that witnesses hold.

    :raises clinic.history.sealing.keys.KeyFailure: when the current key cannot be used.
    """
    with connection.transaction():
        log.lock(connection)
        vkey = keys.current(connection)
        if vkey is None:
            raise keys.KeyFailure("The log has no key yet: `history_key create` makes the first one.")
        signer = keys.load(path, vkey)
        seen = _seen(connection, outside)
        number, size = log.epoch(connection) + 1, log.size(connection)
        common = _common(connection, [one for one in seen if one.size <= size], size)
        statement = notes.sign(_statement(connection, number, common, seen[-1] if seen else None, reason), [signer])
        connection.execute(INSERT, [number, common, statement])
        log.declare(connection, "history.epoch", {"epoch": number, "statement": statement})
        connection.execute(INCIDENT, [f"a new life of the log: {' '.join(reason.split())}", size])
    return history(connection)[-1]


def _seen(connection: "psycopg.Connection[Any]", outside: Iterable[str]) -> list[notes.Checkpoint]:
    """The checkpoints of this log's present life among the notes, by size."""
    entries, origin = keys.history(connection), log.origin(connection)
    opened = (keys.opened(entries, note) for note in outside)
    return sorted((one for one in opened if one and one.origin == origin), key=lambda one: one.size)


def _common(connection: "psycopg.Connection[Any]", seen: Sequence[notes.Checkpoint], size: int) -> int:
    """How many first events are those that witnesses saw: a tree that continues a checkpoint continues all smaller ones."""
    wrong = bisect_left(seen, 1, key=lambda one: int(not _holds(connection, one)))
    if wrong == len(seen):
        return size
    return seen[wrong - 1].size if wrong else 0


def _holds(connection: "psycopg.Connection[Any]", seen: notes.Checkpoint) -> bool:
    try:
        return StoredTree(connection, seen.size).root() == seen.root
    except LookupError:
        return False


def _statement(connection: "psycopg.Connection[Any]", number: int, common: int, last: notes.Checkpoint | None, reason: str) -> str:
    outside = f"{last.origin} {last.size} {base64.b64encode(last.root).decode()} {last.at.isoformat(timespec='milliseconds')}" if last else "none"
    time = datetime.now(UTC).isoformat(timespec="seconds")
    return (
        f"{log.name(connection)} epoch\n{number}\nholds {common}\nsize {log.size(connection)}\noutside {outside}\n"
        f"reason {' '.join(reason.split())}\ntime {time}\n"
    )
