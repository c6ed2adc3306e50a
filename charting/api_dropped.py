"""API of entries that were made at the chair, not recorded, and let go."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate
from pydantic import AwareDatetime

from charting import actions, moments
from charting.models import DroppedEntry
from clinic.lib.cursors import CursorPages
from clinic.patients.queries import get_patient_for
from clinic.staff.http import Request
from clinic.staff.roles import Permission

router = Router(tags=["chart"])


class DroppedEntryIn(Schema):
    """`what` the entry said in words, `address` and `content` of its request, `why` it was not recorded, when it was entered on the device."""

    id: UUID | None = None
    what: str
    address: str
    content: dict[str, Any] = Field(default_factory=dict)
    why: str
    entered_at: AwareDatetime | None = None


class DroppedEntryOut(DroppedEntryIn):
    id: UUID
    dropped_at: datetime
    dropped_by: UUID = Field(alias="dropped_by_id")


@router.get("/patients/{uuid:patient_id}/dropped-entries", response=list[DroppedEntryOut], operation_id="list_dropped_entries")
@paginate(CursorPages, ordering=("-dropped_at", "-id"))
def list_dropped_entries(request: Request, patient_id: UUID) -> QuerySet[DroppedEntry]:
    """What was entered about this patient, refused or disputed, and let go by its writer."""
    patient = get_patient_for(request.user, patient_id, what="chart", permission=Permission.CLINICAL_VIEW)
    return DroppedEntry.objects.filter(patient=patient)


@router.post("/patients/{uuid:patient_id}/dropped-entries", response={201: DroppedEntryOut}, operation_id="drop_entry")
def drop_entry(request: Request, patient_id: UUID, data: DroppedEntryIn) -> Status[DroppedEntry]:
    """The writer lets go of an entry: it stays out of the record, and that it was made stays in the patient's history."""
    patient = get_patient_for(request.user, patient_id, what="chart", permission=Permission.CLINICAL_VIEW)
    now = timezone.now()
    if data.entered_at:
        moments.keep_told(data.entered_at, device=moments.device_of(request), now=now)
    return Status(201, actions.drop_entry(patient=patient, actor=request.user, at=now, **data.dict()))
