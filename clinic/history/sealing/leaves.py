"""What a ledger row becomes in the log: its head as bytes, its commitment to salt and body, its leaf hash."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from clinic.history.sealing import merkle

COLUMNS = (
    "id, at, xid::text AS xid, op, tbl, pk, patient_id, actor, actor_name, actor_role, on_behalf_of, purpose, request, db_user,"
    " host(addr) AS addr, app_version, changed, salt, body::text AS body"
)


@dataclass(frozen=True)
class LedgerRow:
    """One row of `history.event`, the body as PostgreSQL writes it out under time zone UTC."""

    id: int
    at: datetime
    xid: str
    op: str
    tbl: str
    pk: str | None
    patient_id: UUID | None
    actor: str
    actor_name: str
    actor_role: str
    on_behalf_of: str | None
    purpose: str
    request: UUID | None
    db_user: str
    addr: str | None
    app_version: str | None
    changed: list[str] | None
    salt: UUID | None
    body: str | None


def head_of(row: LedgerRow) -> str:
    """Everything about the event but its content, as canonical JSON (keys sorted, no spaces, UTF-8)."""
    fields = {
        "id": row.id,
        "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "xid": row.xid,
        "op": row.op,
        "table": row.tbl,
        "key": row.pk,
        "patient": str(row.patient_id) if row.patient_id else None,
        "actor": row.actor,
        "actor_name": row.actor_name,
        "actor_role": row.actor_role,
        "on_behalf_of": row.on_behalf_of,
        "purpose": row.purpose,
        "request": str(row.request) if row.request else None,
        "db_user": row.db_user,
        "address": row.addr,
        "version": row.app_version,
        "changed": row.changed,
    }
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def commitment(salt: UUID, body: str | None) -> bytes:
    """SHA-256 over salt and body: it tells nothing of the body, and the body can be destroyed under it."""
    return hashlib.sha256(salt.bytes + (body or "").encode()).digest()


def leaf_of(head: str, commit: bytes, pseq: int | None) -> bytes:
    """The leaf's hash; `pseq` is the event's number among those of its patient."""
    return merkle.leaf_hash(f"{head}\n{commit.hex()}\n{pseq or 0}".encode())


def map_leaf(patient_id: UUID, count: int) -> bytes:
    """The leaf of a closing's map: how many events the patient has."""
    return merkle.leaf_hash(f"{patient_id} {count}".encode())
