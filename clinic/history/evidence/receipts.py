"""Receipts: what a signer takes home, a paper that proves by itself that the signature stands in the log."""

import base64
import hashlib
import json
import time
import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection as django_connection
from django.utils.translation import gettext as _

from clinic.history.evidence.bundle import EVENTS, NotSealed, proven
from clinic.history.sealing import notes
from clinic.history.sealing.tree import StoredTree

WAIT = 1.5
POLL = 0.05
SIGNED = ("S", "A")
MARK = "DCR1."
COLUMNS = "e.id, e.at, e.op, e.tbl, e.pk, e.patient_id, e.actor_name, coalesce(e.body ->> 'sha256', e.body ->> 'hash', ''), l.pos"
SIGNINGS = f"SELECT {COLUMNS} FROM history.event e LEFT JOIN history.leaf l ON l.event_id = e.id WHERE e.op IN ('S', 'A')"  # noqa: S608
OF_PATIENT = f"""{SIGNINGS} AND e.patient_id = %s AND (%s = '' OR e.tbl = %s) AND (%s::text IS NULL OR e.pk = %s)
AND (%s::bigint IS NULL OR e.id < %s)"""
COUNTED = f"SELECT count(*) FROM ({OF_PATIENT}) found"  # noqa: S608
NEWEST = "SELECT id FROM history.event WHERE tbl = %s AND pk = %s AND op IN ('S', 'A') ORDER BY id DESC LIMIT 1"
POSITION = """
SELECT l.pos, coalesce(s.alive_at > clock_timestamp() - interval '5 seconds', false)
FROM history.sequencer s LEFT JOIN history.leaf l ON l.event_id = %s
"""
CHECKPOINT = "SELECT size, note FROM history.checkpoint WHERE size > %s ORDER BY size LIMIT 1"


@dataclass(frozen=True)
class Signing:
    """A signature or an addendum in the ledger; `pos` is its place in the sealed log, None while the seal is to come."""

    id: int
    at: datetime
    kind: str
    table: str
    key: str | None
    patient_id: UUID | None
    actor_name: str
    sha256: str
    pos: int | None


@dataclass(frozen=True)
class Seal:
    """What became of a signature within the time that a signer waits."""

    event_id: int
    pos: int | None

    def __str__(self) -> str:
        if self.pos is None:
            return _("Sealing pending: the signature is saved, its receipt can be printed in a moment.")
        return _("Sealed at position %(position)s of the history.") % {"position": self.pos}


@dataclass(frozen=True)
class Receipt:
    """The signature's leaf, its way to the root, and the signed checkpoint over it."""

    signing: Signing
    entry: dict[str, Any]
    checkpoint: notes.Checkpoint
    note: str

    @property
    def root(self) -> str:
        return base64.b64encode(self.checkpoint.root).decode()

    @property
    def proof_digest(self) -> str:
        """The inclusion proof in short: how many hashes, and the first signs of the hash over them all."""
        digest = hashlib.sha256("".join(self.entry["proof"]).encode()).hexdigest()[:16]
        return f"{len(self.entry['proof'])} · {digest}"

    @property
    def key_digest(self) -> str:
        """Which key has signed, as it is printed in the middle of the key on paper."""
        return base64.b64decode(self.note.rstrip("\n").rpartition(" ")[2])[:4].hex()

    def text(self) -> str:
        """Everything on one line, in signs that a QR code holds densely; `verify.py --receipt` reads it."""
        packed = zlib.compress(json.dumps({"event": self.entry, "note": self.note}, ensure_ascii=False, separators=(",", ":")).encode(), 9)
        return MARK + base64.b32encode(packed).decode().rstrip("=")


def await_seal(table: str, key: UUID, *, seconds: float = WAIT) -> Seal | None:
    """Wait, outside of any transaction, until the newest signature of a record is sealed; never longer than `seconds`.

    Nobody waits for a sequencer that does not run. None when the record has no signature.
    """
    with django_connection.cursor() as cursor:
        cursor.execute(NEWEST, [table, str(key)])
        newest = cursor.fetchone()
    return Seal(newest[0], _position(newest[0], seconds)) if newest else None


def _position(event_id: int, seconds: float) -> int | None:
    deadline = time.monotonic() + seconds
    while True:
        with django_connection.cursor() as cursor:
            cursor.execute(POSITION, [event_id])
            pos, is_awake = cursor.fetchone()
        if pos is not None or not is_awake or time.monotonic() > deadline or django_connection.in_atomic_block:
            return None if pos is None else int(pos)
        time.sleep(POLL)


class Signings:
    """Signatures and addenda of a patient, or of one record, the newest first; read a slice at a time."""

    def __init__(self, patient_id: UUID, *, table: str = "", key: UUID | None = None, before: int | None = None) -> None:
        """`before` leaves out the event of this number and all later ones."""
        self._condition = (
            "AND e.patient_id = %s AND (%s = '' OR e.tbl = %s) AND (%s::text IS NULL OR e.pk = %s) AND (%s::bigint IS NULL OR e.id < %s)"
        )
        self._values: list[UUID | str | int | None] = [patient_id, table, table, key and str(key), key and str(key), before, before]

    def count(self) -> int:
        with django_connection.cursor() as cursor:
            cursor.execute(COUNTED, self._values)
            return int(cursor.fetchone()[0])

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, wanted: slice) -> list[Signing]:
        first, most = wanted.start or 0, None if wanted.stop is None else wanted.stop - (wanted.start or 0)
        with django_connection.cursor() as cursor:
            cursor.execute(f"{OF_PATIENT} ORDER BY e.id DESC LIMIT %s OFFSET %s", [*self._values, most, first])
            return [Signing(*row) for row in cursor.fetchall()]


def signings_of(patient_id: UUID, *, table: str = "", key: UUID | None = None) -> list[Signing]:
    """All signatures and addenda of a patient, or of one record, the newest first."""
    return Signings(patient_id, table=table, key=key)[:]


def signing(event_id: int) -> Signing | None:
    """The signature with this number in the ledger."""
    with django_connection.cursor() as cursor:
        cursor.execute(f"{SIGNINGS} AND e.id = %s", [event_id])
        row = cursor.fetchone()
    return Signing(*row) if row else None


def make(found: Signing, *, seconds: float = WAIT) -> Receipt:
    """The receipt of a signature, under the first checkpoint that covers it: made twice it is the same.

    :raises NotSealed: when the log does not cover it after `seconds`.
    """
    if found.pos is None and _position(found.id, seconds) is None:
        raise NotSealed
    django_connection.ensure_connection()
    connection: psycopg.Connection[Any] = django_connection.connection
    row = connection.execute(f"{EVENTS} WHERE l.event_id = %s", [found.id]).fetchone()
    checkpoint = connection.execute(CHECKPOINT, [row[0]]).fetchone() if row else None
    if row is None or checkpoint is None:
        raise NotSealed
    size, note = checkpoint
    return Receipt(found, proven(StoredTree(connection, size), row), notes.parse_checkpoint(note.rpartition("\n\n")[0] + "\n"), note)
