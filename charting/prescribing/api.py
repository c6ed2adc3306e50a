"""API of prescriptions, referrals and usual prescriptions."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from charting.prescribing import actions, download, queries
from charting.prescribing.models import ClinicalPaper, PrescribedDrug, UsualDrug
from charting.queries import get_visit
from clinic.lib import openapi
from clinic.lib.cursors import CursorPages
from clinic.lib.errors import NotFound
from clinic.lib.schemas import ReasonIn, Whole
from clinic.patients.models import Patient
from clinic.patients.queries import get_patient_for
from clinic.staff.http import Request, branch_of
from clinic.staff.roles import Permission

router = Router(tags=["prescriptions and referrals"])
Language = Literal["ru", "fr", "en"]


class DrugText(Schema):
    """A drug: international name, form, strength, amount and how it is taken; without a `drug_class` the name tells it."""

    inn: str = Field(min_length=1, max_length=120)
    drug_class: str = ""
    form: str = Field(min_length=1, max_length=80)
    strength: str = Field("", max_length=60)
    quantity: str = Field(min_length=1, max_length=60)
    signa: str = Field(min_length=1, max_length=300)


class PaperIn(Schema):
    id: UUID | None = None
    visit: UUID | None = None
    language: Language


class PrescriptionIn(PaperIn):
    """Up to three drugs. A stop asks for `override_reason`; warnings that were read are named in `precautions`."""

    drugs: list[DrugText] = Field(min_length=1, max_length=10)
    override_reason: str = ""
    precautions: list[UUID] = Field(default_factory=list, max_length=100)


class ReferralIn(PaperIn):
    """`examination`: what is asked for; `diagnosis`: an ICD-10 code."""

    examination: str
    question: str
    urgency: str = "routine"
    addressee: str = ""
    teeth: list[int] = Field(default_factory=list, max_length=52)
    diagnosis: str = ""


class PaperOut(Schema):
    """`came_later`: issued after the note of its visit was signed or locked, so the signature does not name it."""

    id: UUID
    version: int
    patient: UUID = Field(alias="patient_id")
    visit: UUID | None = Field(None, alias="visit_id")
    kind: str
    number: str = Field(alias="full_number")
    language: str
    examination: str
    addressee: str
    urgency: str
    teeth: list[int]
    diagnosis: str
    question: str
    drugs: list[DrugText]
    issued_at: datetime
    issued_by: UUID = Field(alias="issued_by_id")
    content_hash: str
    in_error_at: datetime | None
    error_reason: str
    came_later: bool

    @staticmethod
    def resolve_came_later(paper: ClinicalPaper) -> bool:
        return queries.came_later(paper)

    @staticmethod
    def resolve_diagnosis(paper: ClinicalPaper) -> str:
        return paper.diagnosis.code if paper.diagnosis else ""

    @staticmethod
    def resolve_drugs(paper: ClinicalPaper) -> list[PrescribedDrug]:
        return sorted(paper.drugs.all(), key=lambda drug: drug.position)


class UsualText(DrugText):
    title: str = Field(min_length=1, max_length=120)
    language: Language
    position: int = Field(0, ge=0, le=32_767)
    is_active: bool = True


class UsualIn(UsualText):
    id: UUID | None = None


class UsualChange(Whole, UsualText):
    version: int


class UsualOut(UsualText):
    id: UUID
    version: int


def _setting(request: Request, patient_id: UUID, data: PaperIn, what: str) -> actions.Setting:
    patient = _patient(request, patient_id, what)
    visit = get_visit(data.visit) if data.visit else None
    if visit is not None and visit.patient_id != patient.pk:
        raise NotFound
    return actions.Setting(patient, visit.branch if visit else branch_of(request), data.language, request.user, timezone.now(), visit)


def _patient(request: Request, patient_id: UUID, what: str) -> Patient:
    return get_patient_for(request.user, patient_id, what=what, permission=Permission.CLINICAL_VIEW)


def _paper(request: Request, paper_id: UUID) -> ClinicalPaper:
    paper = queries.get_paper(paper_id)
    paper.patient = _patient(request, paper.patient_id, paper.kind)
    return paper


@router.get("/patients/{uuid:patient_id}/clinical-papers", response=list[PaperOut], operation_id="list_clinical_papers")
@paginate(CursorPages, ordering=("-issued_at", "-id"))
def list_clinical_papers(request: Request, patient_id: UUID) -> QuerySet[ClinicalPaper]:
    """Prescriptions and referrals, those entered in error too."""
    return queries.papers_of(_patient(request, patient_id, "prescriptions and referrals"))


@router.post("/patients/{uuid:patient_id}/prescriptions", response={201: PaperOut}, operation_id="prescribe")
def prescribe(request: Request, patient_id: UUID, data: PrescriptionIn) -> Status[ClinicalPaper]:
    """Issue a prescription; 409 `interaction_stop` or `precautions_unread` when a rule speaks against a drug on this patient."""
    request.user.require(Permission.PRESCRIBE)
    setting = _setting(request, patient_id, data, "prescription")
    drugs = [actions.Drug(**drug.dict()) for drug in data.drugs]
    issued = actions.prescribe(setting=setting, drugs=drugs, override_reason=data.override_reason, precautions=data.precautions, id=data.id)
    return Status(201, queries.get_paper(issued.pk))


@router.post("/patients/{uuid:patient_id}/referrals", response={201: PaperOut}, operation_id="refer")
def refer(request: Request, patient_id: UUID, data: ReferralIn) -> Status[ClinicalPaper]:
    """Issue a referral."""
    request.user.require(Permission.DIAGNOSE)
    setting = _setting(request, patient_id, data, "referral")
    asked = {name: value for name, value in data.dict().items() if name in actions.Asked.__dataclass_fields__}
    return Status(201, queries.get_paper(actions.refer(setting=setting, asked=actions.Asked(**{**asked, "teeth": tuple(data.teeth)}), id=data.id).pk))


@router.get("/clinical-papers/{uuid:paper_id}", response=PaperOut, operation_id="get_clinical_paper")
def get_clinical_paper(request: Request, paper_id: UUID) -> ClinicalPaper:
    request.user.require(Permission.CLINICAL_VIEW)
    return _paper(request, paper_id)


@router.get("/clinical-papers/{uuid:paper_id}/file", operation_id="get_clinical_paper_file", openapi_extra=openapi.file_of("application/pdf"))
def get_clinical_paper_file(request: Request, paper_id: UUID) -> HttpResponse:
    """The PDF as it was issued; taking it is an event of the record."""
    request.user.require(Permission.CLINICAL_VIEW)
    return download.response(_paper(request, paper_id))


@router.post("/clinical-papers/{uuid:paper_id}/error", response=PaperOut, operation_id="mark_clinical_paper_in_error")
def mark_clinical_paper_in_error(request: Request, paper_id: UUID, data: ReasonIn) -> ClinicalPaper:
    """It was issued in error: it stays readable, marked."""
    request.user.require(Permission.DIAGNOSE)
    actions.mark_paper_in_error(paper=_paper(request, paper_id), reason=data.reason, actor=request.user, at=timezone.now())
    return queries.get_paper(paper_id)


@router.get("/usual-prescriptions", response=list[UsualOut], operation_id="list_usual_prescriptions")
@paginate(CursorPages, ordering=("id",))
def list_usual_prescriptions(request: Request, language: Literal["", "ru", "fr", "en"] = "", q: str = "") -> QuerySet[UsualDrug]:
    """Also those no longer offered; `q` is a part of the title or the name."""
    request.user.require(Permission.PRESCRIBE)
    return queries.usual_drugs(language=language, text=q)


@router.post("/usual-prescriptions", response={201: UsualOut}, operation_id="create_usual_prescription")
def create_usual_prescription(request: Request, data: UsualIn) -> Status[UsualDrug]:
    return Status(201, actions.save_usual_drug(actor=request.user, details=data.dict(exclude={"id"}), id=data.id))


@router.put("/usual-prescriptions/{uuid:drug_id}", response=UsualOut, operation_id="change_usual_prescription")
def change_usual_prescription(request: Request, drug_id: UUID, data: UsualChange) -> UsualDrug:
    """409 `stale` when somebody changed it since `version` was read."""
    return actions.save_usual_drug(actor=request.user, details=data.dict(exclude={"version"}), drug_id=drug_id, version=data.version)
