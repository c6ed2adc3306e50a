"""What the API says of a signature: where it stands in the sealed history."""

from typing import Any, Literal, TypeVar
from uuid import UUID

from django.db import models
from ninja import Schema

from clinic.history.evidence import receipts
from clinic.history.evidence.bundle import NotSealed

Signed = TypeVar("Signed", bound=models.Model)


class SealOut(Schema):
    """The signature's receipt: its place in the sealed history, the signed checkpoint over it, the hash of what was signed.

    An answer waits up to 1.5 s for it. `sealing_pending` means that the signature is saved and its seal is to come, as it always is beside an
    `Idempotency-Key`, whose answer is saved together with the signature: `receipt` is the address that gives it as soon as it stands.
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
    if signing is None:
        return None
    told: dict[str, Any] = {"signature": signing.id, "sha256": signing.sha256, "receipt": f"/api/v1/signatures/{signing.id}/receipt"}
    try:
        receipt = receipts.make(signing, seconds=0)
    except NotSealed:
        return SealOut(state="sealing_pending", **told)
    proof = {"position": receipt.entry["pos"], "size": receipt.checkpoint.size, "root": receipt.root, "checkpoint": receipt.note}
    return SealOut(state="sealed", text=receipt.text(), **proof, **told)
