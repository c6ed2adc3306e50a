"""API of what leaves the house."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status
from pydantic import AwareDatetime

from charting.api_papers import PaperOut
from charting.models import IssuedPaper
from clinic.lib import archives, openapi, pdf
from clinic.lib.schemas import Language
from clinic.patients.queries import get_patient_for
from clinic.staff.models import User
from clinic.staff.roles import Permission
from exports import actions, evidence, receipts
from exports.api_lists import router as lists_router
from exports.card import language_of
from exports.models import Evidence
from exports.queries import Period

MOST_SIGNINGS = 200
EventNumber = Annotated[int, Field(ge=1, lt=2**63)]
router = Router(tags=["exports"])
router.add_router("", lists_router)


class Request(HttpRequest):
    """A request of a known person."""

    user: User


class CardQuery(Schema):
    """`language` is `ru`, `fr` or `en`, else the patient's own; visits from `first` to `last`, both included."""

    language: Language = ""
    first: date | None = None
    last: date | None = None


@router.get("/patients/{uuid:patient_id}/card", operation_id="get_patient_card", openapi_extra=openapi.PDF)
def get_patient_card(request: Request, patient_id: UUID, query: Query[CardQuery]) -> HttpResponse:
    """The patient's card after form 043/у as PDF; that it was taken stands in the patient's history."""
    period = Period(query.first, query.last)
    card, content = actions.print_card(user=request.user, patient_id=patient_id, language=query.language, period=period, at=timezone.now())
    return pdf.response(content, name=f"card-{card.number}")


class VisitCardIn(Schema):
    """`language` is `ru`, `fr` or `en`, else the patient's own; `id` makes a repeated request one paper."""

    id: UUID | None = None
    language: Language = ""


@router.post("/visits/{uuid:visit_id}/card", response={201: PaperOut}, operation_id="issue_visit_card")
def issue_visit_card(request: Request, visit_id: UUID, data: VisitCardIn) -> Status[IssuedPaper]:
    """The card of one signed visit after form 043/у, with the dental formula as the visit left it; kept as `get_paper_file` gives it.

    422 `note_open` while the visit's note may still change.
    """
    return Status(201, actions.issue_visit_card(user=request.user, visit_id=visit_id, at=timezone.now(), **data.dict()))


class EvidenceIn(Schema):
    """`reason` is what the evidence is for; a period is made of instants, empty for everything; `id` makes a repeated request one."""

    id: UUID | None = None
    reason: str
    language: Language = ""
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class EvidenceOut(Schema):
    """Evidence that was asked for; `is_sealed` says whether its archive can be taken."""

    id: UUID
    reason: str
    language: str
    since: datetime | None
    until: datetime | None
    asked_by: UUID
    asked_at: datetime
    is_sealed: bool


@router.get("/patients/{uuid:patient_id}/evidence", response=list[EvidenceOut], operation_id="list_evidence")
def list_evidence(request: Request, patient_id: UUID) -> list[EvidenceOut]:
    """What was taken for courts from this patient's record."""
    patient = get_patient_for(request.user, patient_id, what="evidence", permission=Permission.EVIDENCE_TAKE)
    return [_told(row) for row in Evidence.objects.filter(patient=patient)]


@router.post("/patients/{uuid:patient_id}/evidence", response={201: EvidenceOut}, operation_id="ask_for_evidence")
def ask_for_evidence(request: Request, patient_id: UUID, body: EvidenceIn) -> Status[EvidenceOut]:
    """Ask for evidence: the request is written into the history, its archive can be taken when it is sealed, a second later."""
    return Status(201, _told(evidence.ask(user=request.user, patient_id=patient_id, at=timezone.now(), **body.model_dump())))


@router.get(
    "/patients/{uuid:patient_id}/evidence/{uuid:evidence_id}/archive",
    operation_id="take_evidence",
    openapi_extra={**openapi.ZIP, **openapi.MAY_CONFLICT},
)
def take_evidence(request: Request, patient_id: UUID, evidence_id: UUID) -> FileResponse:
    """The archive that proves itself (`README.txt` inside says how); 409 `seal_pending` while it cannot yet."""
    archive = evidence.take(evidence.get(user=request.user, patient_id=patient_id, evidence_id=evidence_id), wait=5)
    return archives.response(archive.file, name=archive.name, sha256=archive.sha256)


class SigningOut(Schema):
    """A signature or addendum in the sealed history; `position` is None while its seal is to come."""

    id: int
    at: datetime
    table: str
    key: str | None
    title: str
    signed_by: str
    sha256: str
    position: int | None

    @classmethod
    def of(cls, paper: receipts.Paper) -> "SigningOut":
        row = paper.signing
        position = paper.receipt.entry["pos"] if paper.receipt else row.pos
        what = {"key": row.key, "title": paper.title}
        return cls.model_validate({**vars(row), **what, "signed_by": row.actor_name, "position": position})


class SealReceiptOut(SigningOut):
    """With its proof: `text` is what the QR code holds and `verify.py --receipt` checks; `root` and `checkpoint` are what was signed."""

    state: Literal["sealed", "sealing_pending"]
    size: int | None
    root: str
    proof: list[str]
    checkpoint: str
    text: str


@router.get("/patients/{uuid:patient_id}/signatures", response=list[SigningOut], operation_id="list_signatures")
def list_signatures(request: Request, patient_id: UUID, before: EventNumber | None = None) -> list[SigningOut]:
    """Signatures and addenda of the patient's record, the newest first, 200 at most; `before` is the `id` of the last one that was read."""
    found = receipts.of_patient(user=request.user, patient_id=patient_id, before=before)
    return [SigningOut.of(paper) for paper in found[:MOST_SIGNINGS]]


@router.get("/signatures/{int:event_id}/receipt", response=SealReceiptOut, operation_id="get_receipt")
def get_receipt(request: Request, event_id: int) -> SealReceiptOut:
    """The receipt of a signature; waits up to 1.5 s for its seal and says `sealing_pending` when that was not enough."""
    paper = receipts.get(user=request.user, event_id=event_id)
    told, receipt = SigningOut.of(paper).dict(), paper.receipt
    if receipt is None:
        return SealReceiptOut(**told, state="sealing_pending", size=None, root="", proof=[], checkpoint="", text="")
    proof = {"size": receipt.checkpoint.size, "root": receipt.root, "proof": receipt.entry["proof"], "checkpoint": receipt.note}
    return SealReceiptOut(**told, state="sealed", **proof, text=receipt.text())


@router.get("/signatures/{int:event_id}/receipt.pdf", operation_id="print_receipt", openapi_extra={**openapi.PDF, **openapi.MAY_CONFLICT})
def print_receipt(request: Request, event_id: int, language: Language = "") -> HttpResponse:
    """The receipt on paper; 409 `seal_pending` while there is nothing to prove yet."""
    paper = receipts.get(user=request.user, event_id=event_id)
    return pdf.response(receipts.render(paper, language=language_of(language, paper.patient.language)), name=f"receipt-{event_id}")


def _told(row: Evidence) -> EvidenceOut:
    return EvidenceOut.model_validate({**row.__dict__, "asked_by": row.asked_by_id, "is_sealed": evidence.is_sealed(row)})
