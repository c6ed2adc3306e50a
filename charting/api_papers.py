"""API of issued papers."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from ninja import Router, Schema, Status
from ninja.pagination import paginate
from pydantic import AwareDatetime

from charting import actions, papers
from charting.models import IssuedPaper
from clinic.lib import openapi, pdf
from clinic.lib.cursors import CursorPages
from clinic.patients.queries import get_patient_for
from clinic.staff.http import Request
from clinic.staff.roles import Permission

router = Router(tags=["chart"])


class PaperIn(Schema):
    """`kind` is `handout` (what was found, in plain words) or `chart`; `language` is `ru`, `fr` or `en`, else the patient's own.

    `dentition` is `permanent`, `mixed` or `primary`, else by age (blank); `mouth_at` an instant up to now; `id` makes a repeated request one paper.
    """

    id: UUID | None = None
    kind: str
    language: str = ""
    dentition: str = ""
    mouth_at: AwareDatetime | None = None
    own_words: str = ""


class PaperOut(Schema):
    """A paper as it was issued; `sha256` is that of its PDF, `content_hash`, printed on it, of what it says."""

    id: UUID
    kind: str
    visit_id: UUID | None
    exam_id: UUID | None
    language: str
    mouth_at: datetime
    dentition: str
    own_words: str
    issued_at: datetime
    issued_by_id: UUID
    content_hash: str
    sha256: str

    @staticmethod
    def resolve_sha256(paper: IssuedPaper) -> str:
        return paper.file.sha256


@router.get("/patients/{uuid:patient_id}/papers", response=list[PaperOut], operation_id="list_papers")
@paginate(CursorPages, ordering=("-issued_at", "-id"))
def list_papers(request: Request, patient_id: UUID) -> QuerySet[IssuedPaper]:
    """Papers of the mouth that were issued to the patient, newest first."""
    return papers.papers_of(get_patient_for(request.user, patient_id, what="documents", permission=Permission.CLINICAL_VIEW))


@router.post("/patients/{uuid:patient_id}/papers", response={201: PaperOut}, operation_id="issue_paper")
def issue_paper(request: Request, patient_id: UUID, data: PaperIn) -> Status[IssuedPaper]:
    """Issue what was found, or the chart, with the drawing of the mouth; kept as the file that `get_paper_file` gives."""
    patient = get_patient_for(request.user, patient_id, what="chart", permission=Permission.CLINICAL_VIEW)
    values = data.dict() | {"language": data.language or patient.language}
    return Status(201, actions.issue_paper(patient=patient, actor=request.user, at=timezone.now(), **values))


@router.get("/papers/{uuid:paper_id}/file", operation_id="get_paper_file", openapi_extra=openapi.PDF)
def get_paper_file(request: Request, paper_id: UUID) -> HttpResponse:
    """The PDF as it was issued; that it was printed again stands in the patient's history."""
    paper, content = actions.print_paper(paper_id=paper_id, actor=request.user)
    return pdf.response(content, name=f"{paper.kind}-{paper.issued_at:%Y%m%d}-{paper.content_hash[:8]}")
