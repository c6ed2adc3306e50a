"""Builds the provable part of an evidence file: `bundle.json`, `checkpoint.txt`, `files/`, `tsa/`, `verify.py`.

Reads one patient's leaves as a stream.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from uuid import UUID
from zipfile import ZipFile

import psycopg

from clinic.history.sealing import closings, keys, log, merkle
from clinic.history.sealing.tree import StoredTree

VERIFIER = Path(__file__).parent / "verify.py"
CHUNK = 200
COPY_BYTES = 2**20
EVENTS = """
SELECT l.pos, l.head, l.commit, coalesce(l.pseq, 0), e.salt, e.body::text
FROM history.leaf l LEFT JOIN history.event e ON e.id = l.event_id AND e.at = l.event_at
"""
OF_PATIENT = EVENTS + " WHERE l.patient_id = %s AND l.pseq > %s AND l.pseq <= %s ORDER BY l.pseq LIMIT %s"
CLOSING = "SELECT pos FROM history.closing WHERE pos > %s ORDER BY pos LIMIT 1"
CHECKPOINT = "SELECT size, note FROM history.checkpoint WHERE size > %s ORDER BY size LIMIT 1"
WITNESSED = """
SELECT DISTINCT ON (r.witness) r.witness, c.size, c.note, r.receipt FROM history.receipt r JOIN history.checkpoint c USING (size)
WHERE r.error IS NULL AND c.size <= %s ORDER BY r.witness, c.size DESC
"""
FILE_ROW = """
SELECT id FROM history.event WHERE tbl = 'files_storedfile' AND pk = %s AND op = 'I' ORDER BY id LIMIT 1
"""


class NotSealed(Exception):
    """What the evidence is asked for is not sealed yet."""


@dataclass(frozen=True)
class Frame:
    """Where a patient's evidence stands in the log: the closing that counts the events and the checkpoint above it."""

    patient_id: UUID
    request: int
    closing_pos: int
    size: int
    note: str
    count: int
    map_index: int
    map_proof: list[bytes]


@dataclass(frozen=True)
class Attachment:
    """A stored file that events of the patient name: its row's id, a name for people, its bytes as a stream."""

    file_id: UUID
    name: str
    stream: IO[bytes]


def frame(connection: "psycopg.Connection[Any]", patient_id: UUID, *, request: int) -> Frame:
    """The first closing after the event that asked for the evidence, with the signed count of the patient's events.

    :raises NotSealed: when the event, its closing or the checkpoint above is still to come.
    """
    sealed = connection.execute("SELECT pos FROM history.leaf WHERE event_id = %s", [request]).fetchone()
    closing = connection.execute(CLOSING, [sealed[0]]).fetchone() if sealed else None
    checkpoint = connection.execute(CHECKPOINT, [closing[0]]).fetchone() if closing else None
    if closing is None or checkpoint is None:
        raise NotSealed
    size, note = checkpoint
    count, index, way = closings.proof(connection, closing[0], patient_id)
    return Frame(patient_id, request, closing[0], size, note, count, index, way)


def is_framed(connection: "psycopg.Connection[Any]", request: int) -> bool:
    """Whether `frame` would be found; three look-ups instead of the whole map."""
    sealed = connection.execute("SELECT pos FROM history.leaf WHERE event_id = %s", [request]).fetchone()
    closing = connection.execute(CLOSING, [sealed[0]]).fetchone() if sealed else None
    return closing is not None and connection.execute(CHECKPOINT, [closing[0]]).fetchone() is not None


def numbers_between(connection: "psycopg.Connection[Any]", found: Frame, since: datetime | None, until: datetime | None) -> tuple[int, int]:
    """First and last number of the patient's events in a period; without gaps, so that the extract is provable too."""
    statement = """
    SELECT coalesce(min(pseq) FILTER (WHERE is_inside), earlier + 1), coalesce(max(pseq) FILTER (WHERE is_inside), earlier) FROM (
      SELECT pseq,
        (%(since)s::timestamptz IS NULL OR event_at >= %(since)s) AND (%(until)s::timestamptz IS NULL OR event_at < %(until)s) AS is_inside,
        count(*) FILTER (WHERE event_at < %(since)s) OVER () AS earlier
      FROM history.leaf WHERE patient_id = %(patient)s AND pseq <= %(count)s) own GROUP BY earlier"""
    row = connection.execute(statement, {"patient": found.patient_id, "count": found.count, "since": since, "until": until}).fetchone()
    return (int(row[0]), int(row[1])) if row else (1, 0)


def write(
    connection: "psycopg.Connection[Any]",
    archive: ZipFile,
    found: Frame,
    attachments: Iterable[Attachment],
    *,
    first: int = 1,
    last: int | None = None,
    is_bounded: bool = False,
) -> int:
    """Write the provable part into the archive; returns how many events it holds.

    `is_bounded` adds the heads of the events next to an extract, which prove by their times that the period has no more.
    """
    tree, end = StoredTree(connection, found.size), found.count if last is None else last
    is_whole = first == 1 and end == found.count
    files = [_attach(connection, archive, tree, attachment) for attachment in attachments]
    witnesses = list(_witnesses(connection, archive, tree))
    with archive.open("bundle.json", "w", force_zip64=True) as target:
        head = {
            "format": "dental-clinic-evidence/1",
            "patient": str(found.patient_id),
            "first": first,
            "is_whole": is_whole,
            "count": found.count,
            "map_index": found.map_index,
            "map_proof": _hex(found.map_proof),
            "request": _entry(connection, tree, "l.event_id = %s", found.request),
            "closing": _entry(connection, tree, "l.pos = %s", found.closing_pos),
            "keys": [entry.statement for entry in keys.history(connection)],
            "witnesses": witnesses,
            "files": files,
        }
        if is_bounded:
            head |= {"before": _beside(connection, tree, found, first - 1), "after": _beside(connection, tree, found, end + 1)}
        target.write(json.dumps(head, ensure_ascii=False, indent=1)[:-2].encode() + b',\n "events": [\n')
        written = 0
        for entry in _events(connection, tree, found.patient_id, first, end):
            target.write((b",\n" if written else b"") + json.dumps(entry, ensure_ascii=False).encode())
            written += 1
        target.write(b"\n ]\n}\n")
    archive.writestr("checkpoint.txt", found.note)
    archive.writestr("verify.py", VERIFIER.read_bytes())
    return written


def _events(connection: "psycopg.Connection[Any]", tree: StoredTree, patient_id: UUID, first: int, last: int) -> Iterator[dict[str, Any]]:
    after = first - 1
    while rows := connection.execute(OF_PATIENT, [patient_id, after, last, CHUNK]).fetchall():
        yield from (proven(tree, row) for row in rows)
        after = rows[-1][3]


def _beside(connection: "psycopg.Connection[Any]", tree: StoredTree, found: Frame, number: int) -> dict[str, Any] | None:
    """An event without its content."""
    if not 0 < number <= found.count:
        return None
    (row,) = connection.execute(OF_PATIENT, [found.patient_id, number - 1, number, 1]).fetchall()
    return {**proven(tree, row), "salt": None, "body": None}


def _entry(connection: "psycopg.Connection[Any]", tree: StoredTree, condition: str, value: object) -> dict[str, Any]:
    row = connection.execute(f"{EVENTS} WHERE {condition}", [value]).fetchone()
    if row is None:
        raise NotSealed
    return proven(tree, row)


def proven(tree: StoredTree, row: Sequence[Any]) -> dict[str, Any]:
    """One leaf with its content and its way to the root of the tree."""
    pos, head, commit, pseq, salt, body = row
    return {
        "pos": pos,
        "pseq": pseq,
        "head": head,
        "commit": bytes(commit).hex(),
        "salt": salt.hex if salt else None,
        "body": body,
        "proof": _hex(merkle.inclusion_proof(pos, tree.size, tree.node)),
    }


def _attach(connection: "psycopg.Connection[Any]", archive: ZipFile, tree: StoredTree, attachment: Attachment) -> dict[str, Any]:
    """The bytes go in as they are stored; the row that holds their hash goes along with its own proof."""
    path = f"files/{attachment.name}"
    with archive.open(path, "w", force_zip64=True) as target:
        while chunk := attachment.stream.read(COPY_BYTES):
            target.write(chunk)
    event = connection.execute(FILE_ROW, [str(attachment.file_id)]).fetchone()
    if event is None:
        raise NotSealed
    return {"path": path, "id": str(attachment.file_id), "event": _entry(connection, tree, "l.event_id = %s", event[0])}


def _witnesses(connection: "psycopg.Connection[Any]", archive: ZipFile, tree: StoredTree) -> Iterator[dict[str, Any]]:
    """What each witness keeps, with its receipt; the token of a time-stamp authority is a file of its own, as its programs want it."""
    origin = log.origin(connection)
    for number, (name, size, note, receipt) in enumerate(connection.execute(WITNESSED, [tree.size]).fetchall(), 1):
        if not note.startswith(f"{origin}\n"):
            continue
        kept = {"witness": name, "note": note, "proof": _hex(merkle.consistency_proof(size, tree.size, tree.node))}
        if name.startswith("tsa+"):
            kept["stamp"] = f"tsa/{number:02}-{size}.tsr"
            archive.writestr(kept["stamp"], bytes(receipt))
        else:
            kept["receipt"] = bytes(receipt).decode(errors="replace")
        yield kept


def _hex(hashes: Sequence[bytes]) -> list[str]:
    return [digest.hex() for digest in hashes]
