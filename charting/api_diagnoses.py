"""API of diagnoses and of the codes they are made of."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from ninja import Router, Status
from ninja.pagination import paginate

from charting import actions, moments, note_schemas, queries, schemas
from charting.models import Diagnosis
from clinic.lib.cursors import CursorPages
from clinic.patients import queries as patients
from clinic.patients.models import Patient
from clinic.price_list.models import DictionaryCode
from clinic.staff.http import Request
from clinic.staff.roles import Permission

router = Router(tags=["chart"])


def _patient(request: Request, patient_id: UUID) -> Patient:
    return patients.get_patient_for(request.user, patient_id, what="chart", permission=Permission.CLINICAL_VIEW)


def _diagnosis(request: Request, diagnosis_id: UUID) -> Diagnosis:
    diagnosis = queries.get_diagnosis(diagnosis_id)
    diagnosis.patient = _patient(request, diagnosis.patient_id)
    return diagnosis


@router.get("/patients/{uuid:patient_id}/diagnoses", response=list[note_schemas.DiagnosisOut], operation_id="list_diagnoses")
@paginate(CursorPages, ordering=("-made_at", "-id"))
def list_diagnoses(request: Request, patient_id: UUID) -> QuerySet[Diagnosis]:
    return Diagnosis.objects.filter(patient=_patient(request, patient_id)).select_related("code")


@router.post("/diagnoses", response={201: note_schemas.DiagnosisOut}, operation_id="record_diagnosis")
def record_diagnosis(request: Request, data: note_schemas.DiagnosisIn) -> Status[Diagnosis]:
    request.user.require(Permission.DIAGNOSE)
    patient = _patient(request, data.patient)
    finding = queries.get_finding(data.finding) if data.finding else None
    values = data.dict(exclude={"patient", "finding", "rank", "entered_at"})
    at = moments.of_request(request, patient, data.entered_at)
    return Status(201, actions.record_diagnosis(patient=patient, finding=finding, rank=data.rank or "", actor=request.user, at=at, **values))


@router.post("/diagnoses/{uuid:diagnosis_id}/error", response=note_schemas.DiagnosisOut, operation_id="mark_diagnosis_in_error")
def mark_diagnosis_in_error(request: Request, diagnosis_id: UUID, data: schemas.EnteredReasonIn) -> Diagnosis:
    request.user.require(Permission.DIAGNOSE)
    diagnosis = _diagnosis(request, diagnosis_id)
    at = moments.of_request(request, diagnosis.patient, data.entered_at)
    return actions.withdraw_diagnosis(diagnosis=diagnosis, actor=request.user, at=at, reason=data.reason)


@router.get("/diagnosis-codes", response=list[note_schemas.DiagnosisCodeOut], operation_id="find_diagnosis_codes")
def find_diagnosis_codes(request: Request, q: str = "") -> list[DictionaryCode]:
    """ICD-10 codes in force today by code or words of the title; those of the mouth first."""
    request.user.require(Permission.CLINICAL_VIEW)
    return queries.search_codes(q, timezone.localdate())


@router.get("/diagnosis-codes/oral", response=list[note_schemas.DiagnosisCodeOut], operation_id="list_oral_diagnosis_codes")
def list_oral_diagnosis_codes(request: Request) -> list[DictionaryCode]:
    """All codes of the mouth in force today, for a device to keep while the clinic cannot be reached."""
    request.user.require(Permission.CLINICAL_VIEW)
    return queries.oral_codes(timezone.localdate())


@router.get("/diagnoses/{uuid:diagnosis_id}", response=note_schemas.DiagnosisDetail, operation_id="get_diagnosis")
def get_diagnosis(request: Request, diagnosis_id: UUID) -> Diagnosis:
    """A diagnosis with every rank that it was given."""
    request.user.require(Permission.CLINICAL_VIEW)
    return _diagnosis(request, diagnosis_id)


@router.put("/diagnoses/{uuid:diagnosis_id}/rank", response=note_schemas.DiagnosisDetail, operation_id="rank_diagnosis")
def rank_diagnosis(request: Request, diagnosis_id: UUID, data: note_schemas.RankChange) -> Diagnosis:
    """What the diagnosis is to its visit; a new main one makes the one before secondary. 409 `visit_signed` when the note is signed."""
    request.user.require(Permission.DIAGNOSE)
    return actions.rank_diagnosis(diagnosis=_diagnosis(request, diagnosis_id), rank=data.rank, actor=request.user, at=timezone.now())
