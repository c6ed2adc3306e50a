"""API of the combinations: what one gesture records, and its undoing."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from charting import actions, combinations, moments
from charting.models import Combination, CombinedEntry
from charting.schemas import EnteredIn, EnteredReasonIn
from clinic.lib.cursors import CursorPages
from clinic.lib.schemas import Whole
from clinic.patients.models import Patient
from clinic.patients.queries import get_patient_for
from clinic.staff.http import Request
from clinic.staff.roles import Permission

router = Router(tags=["chart"])


class CombinationText(Schema):
    """A finding in its degree, its ICD-10 code, and the act by its effect; with `service` that one, else the first that can be placed."""

    title_ru: str = Field(min_length=1, max_length=120)
    title_fr: str = Field(min_length=1, max_length=120)
    title_en: str = Field(min_length=1, max_length=120)
    kind: str
    severity: str = ""
    diagnosis: str = Field(max_length=10)
    effect: str
    position: int = Field(0, ge=0, le=32_767)
    is_offered: bool = True


class CombinationIn(CombinationText):
    id: UUID | None = None
    service: UUID | None = None


class CombinationChange(Whole, CombinationText):
    version: int
    service: UUID | None = None


class CombinationOut(CombinationText):
    id: UUID
    version: int
    service: UUID | None = Field(None, alias="service_id")


class CombinedEntryIn(EnteredIn):
    """`id` is the finding's too. 409 `already_proposed` when the tooth is to be extracted already; `again` says that this is meant besides."""

    combination: UUID
    tooth: int
    surfaces: list[str] = Field(default_factory=list)
    roots: list[str] = Field(default_factory=list)
    note: str = ""
    again: bool = False


class CombinedEntryOut(Schema):
    id: UUID
    version: int
    combination: UUID = Field(alias="combination_id")
    finding: UUID = Field(alias="finding_id")
    diagnosis: UUID = Field(alias="diagnosis_id")
    procedure: UUID = Field(alias="procedure_id")
    made_at: datetime
    made_by: UUID = Field(alias="made_by_id")
    undone_at: datetime | None
    undo_reason: str


@router.get("/combinations", response=list[CombinationOut], operation_id="list_combinations")
@paginate(CursorPages, ordering=("position", "id"))
def list_combinations(request: Request) -> QuerySet[Combination]:
    """What one gesture can record, also what is no longer offered."""
    request.user.require(Permission.CLINICAL_VIEW)
    return Combination.objects.all()


@router.post("/combinations", response={201: CombinationOut}, operation_id="create_combination")
def create_combination(request: Request, data: CombinationIn) -> Status[Combination]:
    request.user.require(Permission.SETTINGS_WRITE)
    return Status(201, actions.save_combination(details=_details(data), actor=request.user, id=data.id))


@router.put("/combinations/{uuid:combination_id}", response=CombinationOut, operation_id="change_combination")
def change_combination(request: Request, combination_id: UUID, data: CombinationChange) -> Combination:
    """409 `stale` when somebody changed it since `version` was read."""
    request.user.require(Permission.SETTINGS_WRITE)
    return actions.save_combination(details=_details(data), actor=request.user, combination_id=combination_id, version=data.version)


def _details(data: CombinationIn | CombinationChange) -> dict[str, object]:
    return {**data.dict(exclude={"id", "version", "service"}), "service_id": data.service}


def _patient(request: Request, patient_id: UUID) -> Patient:
    return get_patient_for(request.user, patient_id, what="chart", permission=Permission.CLINICAL_VIEW)


@router.post("/patients/{uuid:patient_id}/combined-entries", response={201: CombinedEntryOut}, operation_id="enter_combination")
def enter_combination(request: Request, patient_id: UUID, data: CombinedEntryIn) -> Status[CombinedEntry]:
    """Record the finding, its diagnosis and the proposed act in one transaction: all or nothing."""
    request.user.require(Permission.CHART_WRITE)
    request.user.require(Permission.DIAGNOSE)
    patient = _patient(request, patient_id)
    combination = combinations.get_combination(data.combination)
    values, at = data.dict(exclude={"combination", "entered_at"}), moments.of_request(request, patient, data.entered_at)
    return Status(201, actions.enter_combination(patient=patient, combination=combination, actor=request.user, at=at, **values))


@router.post("/combined-entries/{uuid:entry_id}/undo", response=CombinedEntryOut, operation_id="undo_combined_entry")
def undo_combined_entry(request: Request, entry_id: UUID, data: EnteredReasonIn) -> CombinedEntry:
    """Take all three back as visible corrections."""
    request.user.require(Permission.CHART_WRITE)
    request.user.require(Permission.DIAGNOSE)
    entry = combinations.get_entry(entry_id)
    at = moments.of_request(request, _patient(request, entry.patient_id), data.entered_at)
    return actions.undo_combination(entry=entry, actor=request.user, at=at, reason=data.reason, seen_at=data.seen_at)
