"""The sequencer: about once a second committed ledger rows become leaves, and their new root is signed.

A tick is one transaction: whatever kills it leaves nothing half-sealed. A row that commits late has a lower id than its neighbours and is
found all the same: ids up to the low-water mark are sealed for good, above it every row without a leaf is taken. The mark rises to an id seen
at one tick only after a later snapshot knows of no transaction that was open then. (A snapshot's own xmax will not do for that: it is the
first id after the last *finished* transaction, so one that is still open may stand above it. The tick's own id stands above them all.)
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from clinic.history.sealing import closings, keys, leaves, log, merkle, notes
from clinic.history.sealing.leaves import LedgerRow
from clinic.history.sealing.tree import StoredTree, add_tiles

BATCH = 10_000
SKEW = timedelta(minutes=5)
LONG_OPEN = timedelta(minutes=5)
UNSEALED = f"""
SELECT {leaves.COLUMNS} FROM history.event e
WHERE id > %(low)s AND NOT EXISTS (SELECT FROM history.leaf l WHERE l.event_id = e.id AND l.event_id > %(low)s) ORDER BY id LIMIT %(batch)s
"""  # noqa: S608 - our own columns
ONE = f"SELECT {leaves.COLUMNS} FROM history.event WHERE id = %s"  # noqa: S608
ASKED = """
SELECT FROM history.event e JOIN history.leaf l ON l.event_id = e.id, history.sequencer s
WHERE e.tbl = 'evidence' AND e.pk IS NULL AND e.id > s.low AND e.op = 'P' AND l.pos > %s LIMIT 1
"""
COPY_LEAVES = "COPY history.leaf (pos, event_id, event_at, patient_id, pseq, head, commit, hash) FROM STDIN (FORMAT binary)"
LEAF_TYPES = ("int8", "int8", "timestamptz", "uuid", "int8", "text", "bytea", "bytea")
COUNT_ON = """
INSERT INTO history.pseq (patient_id, n) SELECT * FROM unnest(%s::uuid[], %s::bigint[])
ON CONFLICT (patient_id) DO UPDATE SET n = excluded.n
"""


class Tampered(Exception):
    """What stands in the database is not what was signed: nothing is signed any more until somebody has looked."""

    def __init__(self, kind: str, detail: str, size: int) -> None:
        super().__init__(detail)
        self.kind, self.size = kind, size


@dataclass(frozen=True)
class Mark:
    """An event's id seen at a tick, and the tick's own transaction: whoever holds an id up to it has a lower transaction id."""

    id: int
    xid: int
    seen_at: datetime


@dataclass(frozen=True)
class Sealed:
    """The outcome of a tick: the signed note and what it covers."""

    checkpoint: notes.Checkpoint
    note: str
    events: int
    warnings: tuple[tuple[str, str], ...] = ()


class Sequencer:
    """Seals over one connection of role history_seq in autocommit.

    `signer_for` gives the signer of a verifier key; `outside` gives the signed checkpoints that witnesses hold, newest of each.
    """

    def __init__(
        self,
        connection: "psycopg.Connection[Any]",
        signer_for: Callable[[str], notes.Signer],
        outside: Callable[[], Sequence[str]] = tuple,
        *,
        batch: int = BATCH,
    ) -> None:
        self._connection, self._signer_for, self._outside, self._batch = connection, signer_for, outside, batch
        self._mark: Mark | None = None
        connection.execute("SET timezone = 'UTC'")

    def drain(self) -> list[Sealed]:
        """Tick until nothing is left to seal."""
        done: list[Sealed] = []
        while sealed := self.tick():
            done.append(sealed)
            if sealed.events < self._batch:
                break
        return done

    def tick(self) -> Sealed | None:
        """Seal what has been committed; None when there was nothing.

        :raises Tampered: when a witness holds a checkpoint that this log does not continue, or a part of the log is gone.
        :raises clinic.history.sealing.keys.KeyFailure: when the key cannot be used.
        """
        with self._connection.transaction():
            log.lock(self._connection)
            seen = self._look()
            promoted = self._promoted()
            rows = self._unsealed()
            sealed = self._seal(rows) if rows or self._closing_is_due(rows) else None
            if len(rows) < self._batch:
                self._rise(promoted, seen)
            self._connection.execute("UPDATE history.sequencer SET alive_at = clock_timestamp()")
        return sealed

    def _look(self) -> Mark:
        """The newest id first, the transaction's own id second: in this order only, nobody can hold the one without being below the other."""
        last_id = self._number("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM history.event_id_seq")
        return Mark(last_id, self._number("SELECT pg_current_xact_id()::text::bigint"), datetime.now(UTC))

    def _promoted(self) -> int | None:
        """The id up to which no row can appear any more, when there is a new one."""
        if self._mark is None:
            return None
        oldest_open = self._number("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return self._mark.id if oldest_open > self._mark.xid else None

    def _rise(self, promoted: int | None, seen: Mark) -> None:
        if promoted is not None:
            self._connection.execute("UPDATE history.sequencer SET low = greatest(low, %s)", [promoted])
            self._mark = None
        self._mark = self._mark or seen

    def _unsealed(self) -> list[LedgerRow]:
        low = self._number("SELECT low FROM history.sequencer")
        with self._connection.cursor(row_factory=class_row(LedgerRow)) as cursor:
            return cursor.execute(UNSEALED, {"low": low, "batch": self._batch}).fetchall()

    def _seal(self, rows: list[LedgerRow]) -> Sealed:
        vkey = keys.current(self._connection)
        if vkey is None:
            raise keys.KeyFailure("The log has no key yet: run `manage.py history_key create`.")
        begin = log.size(self._connection)
        self._add_leaves(rows, begin)
        count = len(rows)
        if len(rows) < self._batch and self._closing_is_due(rows):
            count += self._close(begin + count)
        size = begin + count
        tree = StoredTree(self._connection, size)
        try:
            add_tiles(self._connection, begin, size)
            checkpoint = notes.Checkpoint(log.origin(self._connection), size, tree.root(), self._now())
            check_outside(self._connection, tree, checkpoint.root, self._outside())
        except LookupError as error:
            raise Tampered("damaged", str(error), begin) from error
        warnings = tuple(self._oddities(rows))
        note = notes.sign(checkpoint.text(), [self._signer_for(vkey)])
        self._connection.execute(
            "INSERT INTO history.checkpoint (size, epoch, root, note, at) VALUES (%s, %s, %s, %s, %s)",
            [size, log.epoch(self._connection), checkpoint.root, note, checkpoint.at],
        )
        self._connection.execute("SELECT pg_notify('history_sealed', %s)", [str(size)])
        return Sealed(checkpoint, note, len(rows), warnings)

    def _add_leaves(self, rows: list[LedgerRow], begin: int) -> None:
        numbers = self._patient_numbers(rows)
        with self._connection.cursor() as cursor, cursor.copy(COPY_LEAVES) as copy:
            copy.set_types(LEAF_TYPES)
            for pos, (row, pseq) in enumerate(zip(rows, numbers, strict=True), begin):
                if row.salt is None:
                    raise Tampered("erased", f"event {row.id} has lost its salt before it was sealed", begin)
                head, commit = leaves.head_of(row), leaves.commitment(row.salt, row.body)
                copy.write_row((pos, row.id, row.at, row.patient_id, pseq, head, commit, leaves.leaf_of(head, commit, pseq)))

    def _patient_numbers(self, rows: list[LedgerRow]) -> list[int | None]:
        """Each event's number among those of its patient; the counters go on in the database."""
        patients = list({row.patient_id for row in rows if row.patient_id})
        if not patients:
            return [None] * len(rows)
        found = self._connection.execute("SELECT patient_id, n FROM history.pseq WHERE patient_id = ANY(%s)", [patients]).fetchall()
        counts: Counter[UUID] = Counter(dict(found))
        numbers: list[int | None] = []
        for row in rows:
            if row.patient_id is None:
                numbers.append(None)
                continue
            counts[row.patient_id] += 1
            numbers.append(counts[row.patient_id])
        self._connection.execute(COUNT_ON, [list(counts), list(counts.values())])
        return numbers

    def _closing_is_due(self, rows: list[LedgerRow]) -> bool:
        """Once a day, and whenever evidence is being made: what a patient has until now must be countable."""
        if any(row.op == "P" and row.tbl == "evidence" for row in rows):
            return True
        last = self._connection.execute("SELECT pos, day FROM history.closing ORDER BY pos DESC LIMIT 1").fetchone()
        size = log.size(self._connection)
        if last is None:
            return bool(rows) or size > 0
        has_news = bool(rows) or size > last[0] + 1
        return has_news and (last[1] != self._today() or self._is_asked_for(last[0]))

    def _is_asked_for(self, last: int) -> bool:
        """Evidence was asked for since the last closing, in a batch that was full and could not be closed."""
        return self._connection.execute(ASKED, [last]).fetchone() is not None

    def _close(self, pos: int) -> int:
        patients, map_root = closings.root(self._connection)
        body = {"size": pos, "patients": patients, "map": map_root.hex(), "day": self._today().isoformat()}
        event_id = log.declare(self._connection, "history.closing", body)
        with self._connection.cursor(row_factory=class_row(LedgerRow)) as cursor:
            self._add_leaves(cursor.execute(ONE, [event_id]).fetchall(), pos)
        self._connection.execute(
            "INSERT INTO history.closing (pos, day, patients, map) VALUES (%s, %s, %s, %s)", [pos, self._today(), patients, map_root]
        )
        return 1

    def _oddities(self, rows: list[LedgerRow]) -> list[tuple[str, str]]:
        """A clock that jumped, a transaction that stays open: sealed all the same, and reported."""
        before = self._connection.execute("SELECT at FROM history.checkpoint ORDER BY size DESC LIMIT 1").fetchone()
        now, found = self._now(), []
        odd = [row for row in rows if row.at > now + SKEW or (before and row.at < before[0] - SKEW)]
        if odd:
            found.append(("clock", f"{len(odd)} events carry a time far from the one they were sealed at, the first is event {odd[0].id}"))
        if self._mark and datetime.now(UTC) - self._mark.seen_at > LONG_OPEN:
            found.append(("open", "a transaction has been open for more than five minutes; its events will be sealed late"))
        return found

    def _today(self) -> date:
        return self._now().date()

    def _now(self) -> datetime:
        row = self._connection.execute("SELECT clock_timestamp()").fetchone()
        assert row is not None  # noqa: S101 - one row
        now: datetime = row[0]
        return now.astimezone(UTC)

    def _number(self, statement: str) -> int:
        row = self._connection.execute(statement).fetchone()
        assert row is not None  # noqa: S101 - one row
        return int(row[0])


def check_outside(connection: "psycopg.Connection[Any]", tree: StoredTree, root: bytes, outside: Sequence[str]) -> None:
    """Does this tree continue every checkpoint that a witness holds?

    :raises Tampered: ROLLBACK when a witness has seen more than there is, FORK when it has seen something else, FOREIGN when it watches another log.
    """
    entries, mine, epoch = keys.history(connection), log.name(connection), log.epoch(connection)
    for note in outside:
        name, number = _named(note)
        if name == mine and number < epoch:
            continue
        seen = keys.opened(entries, note)
        if seen is None and _is_by_revoked_key(entries, note):
            continue
        if seen is None or name != mine:
            raise Tampered("foreign", f"a witness holds a checkpoint that none of this log's keys has signed ({name})", tree.size)
        if seen.size > tree.size:
            raise Tampered("rollback", f"a witness has seen {seen.size} events, the log has only {tree.size}", tree.size)
        proof = merkle.consistency_proof(seen.size, tree.size, tree.node)
        if not merkle.is_consistent(seen.size, tree.size, seen.root, root, proof):
            raise Tampered("fork", f"the first {seen.size} events are not those that a witness has seen", tree.size)


def _named(note: str) -> tuple[str, int]:
    """Log and life that a note says it is of: earlier lives do not bind (`epochs`), and their keys may be lost with them."""
    name, _, number = note.partition("\n")[0].rpartition("/")
    return name, int(number) if number.isdecimal() else 0


def _is_by_revoked_key(entries: "list[keys.KeyEntry]", note: str) -> bool:
    """Whoever stole a key may have planted a note; the clinic has said that it is not ours."""
    return keys.opened([entry for entry in entries if entry.kind != "revoke"], note) is not None
