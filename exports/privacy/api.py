"""API of data subjects' requests."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from ninja import Field, Router, Schema, Status

from clinic.history.actions import record_list
from clinic.patients.access_models import Rectification
from clinic.staff.http import Request
from exports.privacy import actions, queries
from exports.privacy.models import DataRequest, Erasure

router = Router(tags=["privacy"])


class DataRequestIn(Schema):
    """What the patient asks; `id` makes a repeated request one."""

    id: UUID | None = None
    kind: Literal["access", "looks", "rectification", "restriction", "erasure"]
    text: str = Field("", max_length=5000)


class DataAnswerIn(Schema):
    """The decision with its legal ground; a granted rectification says what it is `about` and how it should read (`correction`)."""

    outcome: Literal["granted", "refused"]
    ground: str = Field(max_length=5000)
    about: str = Field("", max_length=200)
    correction: str = Field("", max_length=5000)


class EraseIn(Schema):
    """The patient's card number confirms the erasure."""

    card_number: str = Field(max_length=20)


class DataRequestOut(Schema):
    id: UUID
    patient: UUID = Field(alias="patient_id")
    kind: str
    text: str
    received_at: datetime
    due_date: date
    outcome: str
    ground: str
    answered_at: datetime | None
    evidence: UUID | None = Field(None, alias="evidence_id")
    rectification: UUID | None = Field(None, alias="rectification_id")


class RectificationOut(Schema):
    """An addendum beside the record, never in its place; `request` is the data subject's request that it answers."""

    id: UUID
    about: str
    text: str
    written_at: datetime
    written_by: UUID = Field(alias="written_by_id")
    written_by_name: str = Field(alias="written_by.get_full_name")
    request: UUID | None = Field(None, alias="request_id")


class ObstacleOut(Schema):
    """What forbids an erasure: `hold`, `medical`, `accounting` or `payer`."""

    code: str
    text: str
    until: date | None


class ErasureOut(Schema):
    """What was destroyed: rows by table, versions, events that lost their content, files."""

    id: UUID
    patient_key: UUID
    ground: str
    erased_at: datetime
    report: dict[str, Any]


@router.get("/data-requests", response=list[DataRequestOut], operation_id="list_data_requests")
def list_data_requests(request: Request) -> list[DataRequest]:
    """What waits for an answer, the most urgent first."""
    found = list(queries.open_requests(request.user))
    record_list("data requests", (row.patient_id for row in found))
    return found


@router.get("/patients/{uuid:patient_id}/data-requests", response=list[DataRequestOut], operation_id="list_patient_data_requests")
def list_patient_data_requests(request: Request, patient_id: UUID) -> QuerySet[DataRequest]:
    return DataRequest.objects.filter(patient=queries.patient_for(request.user, patient_id))


@router.post("/patients/{uuid:patient_id}/data-requests", response={201: DataRequestOut}, operation_id="receive_data_request")
def receive_data_request(request: Request, patient_id: UUID, body: DataRequestIn) -> Status[DataRequest]:
    """Write a request down; `due_date` is the last day for the answer by the law of the branch's country."""
    return Status(201, actions.receive(patient_id=patient_id, actor=request.user, at=timezone.now(), **body.dict()))


@router.post("/data-requests/{uuid:request_id}/answer", response=DataRequestOut, operation_id="answer_data_request")
def answer_data_request(request: Request, request_id: UUID, body: DataAnswerIn) -> DataRequest:
    """Answer once; a granted copy is prepared as evidence, a granted restriction begins."""
    return actions.answer(request_id=request_id, actor=request.user, at=timezone.now(), **body.dict())


@router.get("/patients/{uuid:patient_id}/rectifications", response=list[RectificationOut], operation_id="list_rectifications")
def list_rectifications(request: Request, patient_id: UUID) -> list[Rectification]:
    """What the patient had put right: it stands beside the record for everybody who reads it, the newest first."""
    return queries.rectifications(request.user, patient_id)


@router.get("/patients/{uuid:patient_id}/erasure-obstacles", response=list[ObstacleOut], operation_id="list_erasure_obstacles")
def list_erasure_obstacles(request: Request, patient_id: UUID) -> list[queries.Obstacle]:
    """What forbids to erase the record today; empty when nothing does."""
    return queries.obstacles(queries.patient_for(request.user, patient_id), timezone.now())


@router.post("/data-requests/{uuid:request_id}/erase", response=ErasureOut, operation_id="erase_patient")
def erase_patient(request: Request, request_id: UUID, body: EraseIn) -> Erasure:
    """Destroy the record; 409 `erasure_forbidden` says what forbids it, `seal_pending` that it must be sealed first."""
    return actions.erase(request_id=request_id, actor=request.user, at=timezone.now(), **body.dict())


@router.get("/erasures", response=list[ErasureOut], operation_id="list_erasures")
def list_erasures(request: Request) -> QuerySet[Erasure]:
    """What was erased, the newest first; it names nobody."""
    return queries.erasures(request.user)[:200]
