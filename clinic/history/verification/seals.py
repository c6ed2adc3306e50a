"""Whether the log is what was signed: every leaf against its ledger row, every root against its checkpoint and its witnesses."""

import json
from bisect import insort
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import class_row, dict_row

from clinic.history.sealing import keys, leaves, log, merkle, notes
from clinic.history.sealing.leaves import LedgerRow
from clinic.history.sealing.tree import WIDTH, StoredTree
from clinic.history.verification.findings import Finding

CHUNK = 20_000
CLOSING = "history.closing"
MOST_OF_A_KIND = 100
LEAVES = "SELECT pos, event_id, event_at, patient_id, pseq, head, commit, hash FROM history.leaf WHERE pos >= %s AND pos < %s ORDER BY pos"
EVENTS = f"SELECT {leaves.COLUMNS} FROM history.event WHERE id = ANY(%s)"  # noqa: S608 - our own columns
CHECKPOINTS = "SELECT size, epoch, root, note, at FROM history.checkpoint WHERE size > %s ORDER BY size"
TILES = "SELECT idx, data, root FROM history.tile WHERE level = 0 AND idx >= %s AND idx < %s"
UPPER_TILES = """
SELECT t.level, t.idx FROM history.tile t WHERE t.level > 0 AND t.data IS DISTINCT FROM (
  SELECT string_agg(below.root, '' ORDER BY below.idx) FROM history.tile below WHERE below.level = t.level - 1 AND below.idx / 256 = t.idx)
"""
CLOSINGS = "SELECT pos, patients, map, day FROM history.closing WHERE pos >= %s"
ERASED = "SELECT patient_id, max(id) FROM history.event WHERE op = 'E' GROUP BY patient_id"
ERASED_EARLIER = """
SELECT e.id, named.id::bigint FROM history.event e CROSS JOIN LATERAL jsonb_array_elements_text(e.body -> 'earlier') named(id)
WHERE e.op = 'E' AND jsonb_typeof(e.body -> 'earlier') = 'array'
"""
"""Events of nobody that an erasure emptied, for their records were the patient's at their end; each after the erasure that names it."""


class Census:
    """How many events each patient has had so far, and the map of it that a closing signs."""

    def __init__(self, numbers: dict[UUID, int]) -> None:
        self.numbers = numbers
        self._order = sorted(numbers)
        self._hashes: dict[UUID, bytes] = {}

    def count(self, patient: UUID, number: int) -> None:
        if patient not in self.numbers:
            insort(self._order, patient)
        self.numbers[patient] = number
        self._hashes.pop(patient, None)

    def root(self) -> bytes:
        for patient in self.numbers.keys() - self._hashes.keys():
            self._hashes[patient] = leaves.map_leaf(patient, self.numbers[patient])
        return merkle.root_of([self._hashes[patient] for patient in self._order])


@dataclass
class Expected:
    """Roots that were signed, by size: when, and where they were found (our own table, or a witness)."""

    roots: dict[int, list[tuple[bytes, datetime, str]]] = field(default_factory=dict)

    def add(self, size: int, root: bytes, at: datetime, source: str = "") -> None:
        self.roots.setdefault(size, []).append((root, at, source))

    def sealed_at(self, sizes: Sequence[int], pos: int) -> str:
        """When the leaf came under a signature."""
        for size in sizes:
            if size > pos:
                return self.roots[size][0][1].isoformat(timespec="seconds")
        return "-"


def check_seals(connection: "psycopg.Connection[Any]", *, begin: int, expected: Expected, progress: Callable[[int], None]) -> Iterator[Finding]:
    """Every leaf from `begin` (a multiple of 256) on; `progress` hears how many were read."""
    end = log.size(connection)
    sizes = sorted(expected.roots)
    frontier = merkle.Frontier.at(begin, StoredTree(connection, begin).node)
    erased: dict[UUID | None, int] = dict(connection.execute(ERASED).fetchall())
    earlier = {event for erasure, event in connection.execute(ERASED_EARLIER).fetchall() if event < erasure}
    census = Census(_numbers_before(connection, begin))
    closings = {pos: (patients, bytes(root), day) for pos, patients, root, day in connection.execute(CLOSINGS, [begin]).fetchall()}
    for start in range(begin, end, CHUNK):
        stop = min(start + CHUNK, end)
        chunk = _Chunk(connection, start, stop, erased, earlier)
        sealed = lambda pos: expected.sealed_at(sizes, pos)  # noqa: E731
        yield from chunk.check(sealed, census, closings)
        yield from chunk.check_tiles()
        for row in chunk.rows:
            frontier.add(bytes(row["hash"]))
            for root, at, source in expected.roots.get(frontier.size, ()):
                if root != frontier.root():
                    yield _root_finding(frontier.size, at, source)
        progress(stop - start)
    yield from (Finding("tile_wrong", {"tile": f"{level}/{idx}"}) for level, idx in connection.execute(UPPER_TILES).fetchall())
    yield from _check_counters(connection, census.numbers)
    yield from (Finding("closing_wrong", {"day": day.isoformat()}) for _, _, day in closings.values())


def _root_finding(size: int, at: datetime, source: str) -> Finding:
    if source:
        return Finding("fork", {"witness": source, "seen": size})
    return Finding("root_wrong", {"size": size, "sealed": at.isoformat(timespec="seconds")})


def _numbers_before(connection: "psycopg.Connection[Any]", begin: int) -> dict[UUID, int]:
    if not begin:
        return {}
    rows = connection.execute("SELECT patient_id, max(pseq) FROM history.leaf WHERE pos < %s AND patient_id IS NOT NULL GROUP BY 1", [begin])
    return dict(rows.fetchall())


def _check_counters(connection: "psycopg.Connection[Any]", numbers: dict[UUID, int]) -> Iterator[Finding]:
    counted = dict(connection.execute("SELECT patient_id, n FROM history.pseq").fetchall())
    for patient in counted.keys() | numbers.keys():
        if counted.get(patient, 0) != numbers.get(patient, 0):
            yield Finding("counter_wrong", {"patient": str(patient), "found": counted.get(patient, 0), "expected": numbers.get(patient, 0)})


class _Chunk:
    """Some thousand leaves with their ledger rows."""

    def __init__(self, connection: "psycopg.Connection[Any]", start: int, stop: int, erased: dict[UUID | None, int], earlier: set[int]) -> None:
        self.start, self.stop, self._erased, self._earlier, self._connection = start, stop, erased, earlier, connection
        with connection.cursor(row_factory=dict_row) as cursor:
            self.rows = cursor.execute(LEAVES, [start, stop]).fetchall()
        with connection.cursor(row_factory=class_row(LedgerRow)) as cursor:
            found = cursor.execute(EVENTS, [[row["event_id"] for row in self.rows]]).fetchall()
        self._events = {event.id: event for event in found}

    def check(self, sealed: Callable[[int], str], census: Census, closings: dict[int, tuple[int, bytes, date]]) -> Iterator[Finding]:
        """`closings` are those that the log says it has; each that is found here is taken out of them."""
        present = {row["pos"] for row in self.rows}
        yield from (Finding("leaf_missing", {"pos": pos}) for pos in range(self.start, self.stop) if pos not in present)
        for row in self.rows:
            head = _head_of(row)
            columns = (str(row["patient_id"]), row["event_id"], row["event_at"].astimezone(UTC).isoformat(timespec="microseconds"))
            is_whole = leaves.leaf_of(row["head"], bytes(row["commit"]), row["pseq"]) == bytes(row["hash"])
            if not is_whole or columns != (str(head.get("patient")), head.get("id"), head.get("at")):
                yield Finding("leaf_altered", {"pos": row["pos"], "sealed": sealed(row["pos"])})
            if head.get("op") == "C" and head.get("table") == CLOSING:
                yield from self._check_closing(row, census, closings.pop(row["pos"], None))
            yield from self._check_number(row, census)
            yield from self._check_event(row, head, sealed(row["pos"]))

    def _check_number(self, row: dict[str, Any], census: Census) -> Iterator[Finding]:
        patient = row["patient_id"]
        if patient is None:
            return
        expected = census.numbers.get(patient, 0) + 1
        if row["pseq"] != expected:
            yield Finding("patient_gap", {"patient": str(patient), "found": row["pseq"], "expected": expected})
        census.count(patient, row["pseq"])

    def _check_closing(self, row: dict[str, Any], census: Census, entered: tuple[int, bytes, date] | None) -> Iterator[Finding]:
        """What a closing signs is what was there, by the event and by its row; whoever has the key could sign something else."""
        event = self._events.get(row["event_id"])
        said = json.loads(event.body) if event and event.body else {}
        true = {"size": row["pos"], "patients": len(census.numbers), "map": census.root().hex()}
        is_true = isinstance(said, dict) and true.items() <= said.items()
        if (
            not is_true
            or entered is None
            or (entered[0], entered[1].hex(), entered[2].isoformat()) != (true["patients"], true["map"], said.get("day"))
        ):
            yield Finding("closing_wrong", {"day": row["event_at"].date().isoformat()})

    def _check_event(self, row: dict[str, Any], head: dict[str, Any], sealed: str) -> Iterator[Finding]:
        about = {"event": row["event_id"], "what": f"{head.get('op')} {head.get('table')} {head.get('key') or ''}".strip(), "sealed": sealed}
        event = self._events.get(row["event_id"])
        if event is None:
            yield Finding("event_missing", about)
            return
        now = leaves.head_of(event)
        if now != row["head"]:
            other = json.loads(now)
            fields = ", ".join(f"{name} {head.get(name)!r} → {value!r}" for name, value in other.items() if head.get(name) != value)
            yield Finding("event_altered", {**about, "fields": fields})
        if event.salt is None:
            if self._erased.get(event.patient_id, 0) < event.id and not (event.patient_id is None and event.id in self._earlier):
                yield Finding("body_destroyed", about)
        elif leaves.commitment(event.salt, event.body) != bytes(row["commit"]):
            yield Finding("body_altered", about)

    def check_tiles(self) -> Iterator[Finding]:
        hashes = {row["pos"]: bytes(row["hash"]) for row in self.rows}
        first, last = -(-self.start // WIDTH), self.stop // WIDTH
        tiles = {idx: (bytes(data), bytes(root)) for idx, data, root in self._connection.execute(TILES, [first, last]).fetchall()}
        for idx in range(first, last):
            entries = [hashes.get(pos, b"") for pos in range(idx * WIDTH, (idx + 1) * WIDTH)]
            if len(entries) == WIDTH and tiles.get(idx) != (b"".join(entries), merkle.root_of(entries)):
                yield Finding("tile_wrong", {"tile": f"0/{idx}"})


def _head_of(row: dict[str, Any]) -> dict[str, Any]:
    """The head as it stands; empty when it was altered so much that it is none any more."""
    try:
        head = json.loads(row["head"])
    except ValueError:
        head = None
    return head if isinstance(head, dict) else {}


def check_checkpoints(connection: "psycopg.Connection[Any]", *, begin: int) -> tuple[Expected, list[Finding]]:
    """The signed roots above `begin`, and what is wrong with their signatures."""
    expected, found = Expected(), []
    entries, name = keys.history(connection), log.name(connection)
    for size, epoch, root, note, at in connection.execute(CHECKPOINTS, [begin]).fetchall():
        expected.add(size, bytes(root), at)
        try:
            signed = notes.open_checkpoint(note, keys.at_size(entries, size))
        except notes.BadNote:
            found.append(Finding("signature_wrong", {"size": size}))
            continue
        if signed.origin != f"{name}/{epoch}":
            found.append(Finding("checkpoint_foreign", {"size": size}))
        if (signed.size, signed.root) != (size, bytes(root)):
            found.append(Finding("signature_wrong", {"size": size}))
    unsigned = log.size(connection) - max(expected.roots, default=begin)
    if unsigned > 0:
        found.append(Finding("tail_unsigned", {"count": unsigned}))
    return expected, found


def check_unsealed(connection: "psycopg.Connection[Any]") -> Iterator[Finding]:
    """Ledger rows without a leaf: forged ones below the mark of the sequencer, waiting ones above."""
    statement = """
    SELECT e.id, e.op, e.tbl, e.pk FROM history.event e, history.sequencer s
    WHERE e.id <= s.low AND NOT EXISTS (SELECT FROM history.leaf l WHERE l.event_id = e.id) ORDER BY e.id LIMIT %s"""
    for event_id, op, table, key in connection.execute(statement, [MOST_OF_A_KIND]).fetchall():
        yield Finding("forged", {"event": event_id, "what": f"{op} {table} {key or ''}".strip()})
    statement = """
    SELECT count(*), min(e.at) FROM history.event e, history.sequencer s
    WHERE e.id > s.low AND e.at < clock_timestamp() - interval '1 minute' AND NOT EXISTS (SELECT FROM history.leaf l WHERE l.event_id = e.id)"""
    row = connection.execute(statement).fetchone()
    if row and row[0]:
        yield Finding("waiting", {"count": row[0], "since": row[1].isoformat(timespec="seconds")})


def shorten(findings: Sequence[Finding]) -> list[Finding]:
    """At most a hundred of each kind: a log that was replaced would fill the page."""
    seen: dict[str, int] = {}
    kept = []
    for finding in findings:
        seen[finding.code] = seen.get(finding.code, 0) + 1
        if seen[finding.code] <= MOST_OF_A_KIND:
            kept.append(replace(finding))
    return kept
