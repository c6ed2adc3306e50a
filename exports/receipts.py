"""Receipts of signatures for people: found through the person who asks, shown, printed."""

from dataclasses import dataclass
from uuid import UUID

import segno

from clinic.history import wording
from clinic.history.actions import record_print
from clinic.history.evidence import receipts
from clinic.history.evidence.bundle import NotSealed
from clinic.history.evidence.receipts import Receipt, Signing
from clinic.lib import pdf
from clinic.lib.errors import NotFound
from clinic.patients.models import Patient
from clinic.patients.queries import get_patient_for
from clinic.staff.models import User
from clinic.staff.roles import Permission
from exports.evidence import SealPending


@dataclass(frozen=True)
class Paper:
    """A receipt of one of the patient's signatures; `receipt` is None while its seal is to come."""

    patient: Patient
    signing: Signing
    receipt: Receipt | None

    @property
    def what(self) -> str:
        """What was signed, in words."""
        return wording.table_label(self.signing.table)


def get(*, user: User, event_id: int, seconds: float = receipts.WAIT) -> Paper:
    """The receipt of the signature with this number, waited for a moment when it is not sealed yet.

    :raises NotAllowed, NotFound: when the person may not see the patient's documents, or there is no such signature.
    """
    user.require(Permission.DOCUMENT_VIEW)
    signing = receipts.signing(event_id)
    if signing is None or signing.patient_id is None:
        raise NotFound
    patient = get_patient_for(user, signing.patient_id, what="receipt", permission=Permission.DOCUMENT_VIEW)
    try:
        return Paper(patient, signing, receipts.make(signing, seconds=seconds))
    except NotSealed:
        return Paper(patient, signing, None)


def of_patient(*, user: User, patient_id: UUID, key: UUID | None = None) -> tuple[Patient, list[Paper]]:
    """The patient's signatures, or those of one record, the newest first; without their proofs.

    :raises NotAllowed, NotFound: when the person may not see the patient's documents, or the record is not theirs or not signed.
    """
    patient = get_patient_for(user, patient_id, what="receipts", permission=Permission.DOCUMENT_VIEW)
    found = receipts.signings_of(patient_id, key=key)
    if key and not found:
        raise NotFound
    return patient, [Paper(patient, signing, None) for signing in found]


def render(paper: Paper, *, language: str) -> bytes:
    """One page to take home; that it was printed stands in the patient's history.

    :raises SealPending: while there is nothing to prove yet.
    """
    if paper.receipt is None:
        raise SealPending
    record_print(what="receipt", patient_id=paper.patient.pk, body={"event": paper.signing.id, "size": paper.receipt.checkpoint.size})
    qr = segno.make(paper.receipt.text(), error="l").svg_data_uri(scale=4, border=4)
    return pdf.render("exports/pdf/receipt.html", {"paper": paper, "qr": qr}, language=language)
