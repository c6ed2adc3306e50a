"""API of what leaves the house."""

from datetime import date, datetime
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import AwareDatetime

from clinic.lib import archives, openapi, pdf
from clinic.patients.queries import get_patient_for
from clinic.staff.models import User
from clinic.staff.roles import Permission
from exports import actions, evidence
from exports.api_lists import router as lists_router
from exports.models import Evidence
from exports.queries import Period

router = Router(tags=["exports"])
router.add_router("", lists_router)


class Request(HttpRequest):
    """A request of a known person."""

    user: User


class CardQuery(Schema):
    """`language` is `ru`, `fr` or `en`, else the patient's own; visits from `first` to `last`, both included."""

    language: str = ""
    first: date | None = None
    last: date | None = None


@router.get("/patients/{uuid:patient_id}/card", operation_id="get_patient_card", openapi_extra=openapi.PDF)
def get_patient_card(request: Request, patient_id: UUID, query: Query[CardQuery]) -> HttpResponse:
    """The patient's card after form 043/у as PDF; that it was taken stands in the patient's history."""
    period = Period(query.first, query.last)
    card, content = actions.print_card(user=request.user, patient_id=patient_id, language=query.language, period=period, at=timezone.now())
    return pdf.response(content, name=f"card-{card.number}")


class EvidenceIn(Schema):
    """`reason` is what the evidence is for; a period is made of instants, empty for everything; `id` makes a repeated request one."""

    id: UUID | None = None
    reason: str
    language: str = ""
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
def ask_for_evidence(request: Request, patient_id: UUID, body: EvidenceIn) -> tuple[int, EvidenceOut]:
    """Ask for evidence: the request is written into the history, its archive can be taken when it is sealed, a second later."""
    return 201, _told(evidence.ask(user=request.user, patient_id=patient_id, at=timezone.now(), **body.model_dump()))


@router.get(
    "/patients/{uuid:patient_id}/evidence/{uuid:evidence_id}/archive",
    operation_id="take_evidence",
    openapi_extra={**openapi.ZIP, **openapi.MAY_CONFLICT},
)
def take_evidence(request: Request, patient_id: UUID, evidence_id: UUID) -> FileResponse:
    """The archive that proves itself (`README.txt` inside says how); 409 `seal_pending` while it cannot yet."""
    archive = evidence.take(evidence.get(user=request.user, patient_id=patient_id, evidence_id=evidence_id), wait=5)
    return archives.response(archive.file, name=archive.name, sha256=archive.sha256)


def _told(row: Evidence) -> EvidenceOut:
    return EvidenceOut.model_validate({**row.__dict__, "asked_by": row.asked_by_id, "is_sealed": evidence.is_sealed(row)})
