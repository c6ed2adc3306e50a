"""API of the root canals."""

from uuid import UUID

from ninja import Router, Status

from charting import actions, canals, moments, queries, schemas
from charting.canal_schemas import CanalOut, CanalText
from charting.models import CanalRecord
from clinic.patients.models import Patient
from clinic.patients.queries import get_patient_for
from clinic.staff.http import Request
from clinic.staff.roles import Permission

router = Router(tags=["chart"])


class CanalIn(schemas.EnteredIn, CanalText):
    """It belongs to the root canal treatment `procedure`, else to the caller's open visit; `replaces` is the record that it corrects."""

    procedure: UUID | None = None
    replaces: UUID | None = None


def _patient(request: Request, patient_id: UUID) -> Patient:
    return get_patient_for(request.user, patient_id, what="chart", permission=Permission.CLINICAL_VIEW)


@router.get("/patients/{uuid:patient_id}/canals", response=list[CanalOut], operation_id="list_canals")
def list_canals(request: Request, patient_id: UUID, tooth: int | None = None) -> list[CanalRecord]:
    """The root canals as they stand, of the patient or of one tooth; what was corrected is in the history of each."""
    return canals.of_patient(_patient(request, patient_id), tooth)


@router.post("/patients/{uuid:patient_id}/canals", response={201: CanalOut}, operation_id="record_canal")
def record_canal(request: Request, patient_id: UUID, data: CanalIn) -> Status[CanalRecord]:
    """Measure or fill a canal; with `replaces` correct what was entered. 409 `canal_corrected_meanwhile` when it stands otherwise by now."""
    request.user.require(Permission.CHART_WRITE)
    patient = _patient(request, patient_id)
    procedure = queries.get_procedure(data.procedure) if data.procedure else None
    replaces = canals.get_canal(data.replaces) if data.replaces else None
    values = data.dict(exclude={"procedure", "replaces", "entered_at"})
    at = moments.of_request(request, patient, data.entered_at)
    return Status(201, actions.record_canal(patient=patient, procedure=procedure, replaces=replaces, actor=request.user, at=at, **values))


@router.post("/canals/{uuid:canal_id}/error", response=CanalOut, operation_id="mark_canal_in_error")
def mark_canal_in_error(request: Request, canal_id: UUID, data: schemas.EnteredReasonIn) -> CanalRecord:
    request.user.require(Permission.CHART_WRITE)
    record = canals.get_canal(canal_id)
    at = moments.of_request(request, _patient(request, record.patient_id), data.entered_at)
    return actions.mark_canal_in_error(record=record, actor=request.user, at=at, reason=data.reason, seen_at=data.seen_at)
