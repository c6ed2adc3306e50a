"""What the API says of a signature: where it stands in the sealed history."""

import json
from typing import Any, Literal, TypeVar
from uuid import UUID

from django.db import models
from ninja import Schema

from clinic.history.evidence import receipts
from clinic.history.evidence.bundle import NotSealed

Signed = TypeVar("Signed", bound=models.Model)
PENDING = b"sealing_pending"


class SealOut(Schema):
    """The signature's receipt: its place in the sealed history, the signed checkpoint over it, the hash of what was signed.

    An answer waits up to 1.5 s for it, beside an `Idempotency-Key` too. `sealing_pending` means that the signature is saved and its seal is to
    come: `receipt` is the address that gives it as soon as it stands, and so does the same request with the same key.
    `text` is what the QR code holds and `verify.py --receipt` checks.
    """

    signature: int
    state: Literal["sealed", "sealing_pending"]
    position: int | None = None
    size: int | None = None
    sha256: str
    root: str = ""
    checkpoint: str = ""
    text: str = ""
    receipt: str


class SealedOut(Schema):
    """What a signing operation adds to the record that it answers with."""

    seal: SealOut | None


def sealed(record: Signed, *, table: str = "", key: UUID | None = None) -> Signed:
    """The record with the `seal` of its newest signature, waited for; of another record's when an addendum stands under that one."""
    record.seal = _seal_of(table or record._meta.db_table, key or record.pk)  # type: ignore[attr-defined]
    return record


def _seal_of(table: str, key: UUID) -> SealOut | None:
    waited = receipts.await_seal(table, key)
    signing = receipts.signing(waited.event_id) if waited else None
    return _told(signing, seconds=0) if signing else None


def completed(answer: bytes) -> bytes | None:
    """An answer that was written before its transaction ended, with the seal waited for now; None when there is nothing to add."""
    if PENDING not in answer:
        return None
    told = json.loads(answer)
    pending = told.get("seal") if isinstance(told, dict) else None
    if not isinstance(pending, dict) or pending.get("state") != "sealing_pending":
        return None
    signing = receipts.signing(pending["signature"])
    seal = _told(signing, seconds=receipts.WAIT) if signing else None
    return json.dumps({**told, "seal": seal.dict()}, ensure_ascii=False).encode() if seal and seal.state == "sealed" else None


def _told(signing: receipts.Signing, *, seconds: float) -> SealOut:
    told: dict[str, Any] = {"signature": signing.id, "sha256": signing.sha256, "receipt": f"/api/v1/signatures/{signing.id}/receipt"}
    try:
        receipt = receipts.make(signing, seconds=seconds)
    except NotSealed:
        return SealOut(state="sealing_pending", **told)
    proof = {"position": receipt.entry["pos"], "size": receipt.checkpoint.size, "root": receipt.root, "checkpoint": receipt.note}
    return SealOut(state="sealed", text=receipt.text(), **proof, **told)
