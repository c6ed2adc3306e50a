"""API of history: the events of a patient and the versions of a record."""

from datetime import datetime
from typing import Annotated, Any, cast
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status
from ninja.pagination import paginate
from pydantic import AwareDatetime

from clinic.desk import guards_actions, history_views
from clinic.history import queries as ledger
from clinic.history import wording
from clinic.history.models import EventKind
from clinic.history.verification import guards, status
from clinic.lib import openapi
from clinic.lib.schemas import OneOf
from clinic.patients import access
from clinic.patients import queries as patients
from clinic.patients.access_models import BrokenGlass
from clinic.patients.worklists import Worklist
from clinic.staff.models import User
from clinic.staff.roles import Permission
from exports.evidence_record import service_time
from exports.legal import search
from exports.legal.models import Mark

router = Router(tags=["history"])


class ChangeOut(Schema):
    name: str
    label: str
    before: str
    after: str


class EventOut(Schema):
    id: int
    at: datetime
    kind: str
    kind_label: str
    what: str
    title: str
    table: str
    key: str | None
    patient_id: UUID | None
    actor: str
    actor_name: str
    actor_role: str
    purpose: str
    changes: list[ChangeOut]


class EventsOut(Schema):
    """`next_cursor` leads to older events; null at the end."""

    events: list[EventOut]
    next_cursor: str | None


class Wanted(Schema):
    actor: str = ""
    kind: list[Annotated[str, OneOf(EventKind.values, may_be_empty=False)]] = []
    table: list[str] = []
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    text: str = ""
    views: bool = True


class VersionOut(EventOut):
    """An event with the whole record as it stood after it."""

    body: dict[str, Any]


@router.get("/patients/{uuid:patient_id}/history", response=EventsOut, operation_id="patient_history")
def patient_history(request: HttpRequest, patient_id: UUID, wanted: Query[Wanted], cursor: str | None = None) -> dict[str, Any]:
    """Who did what to this patient's record and who looked at it, the newest first."""
    patients.get_patient_for(cast(User, request.user), patient_id, what="history", permission=Permission.HISTORY_VIEW)
    found = ledger.page_of(_filter(wanted, patient_id), cursor=cursor)
    return {"events": wording.lines(found.events, found.before), "next_cursor": found.next_cursor}


def _filter(wanted: Wanted, patient_id: UUID | None) -> ledger.Filter:
    return ledger.Filter(patient_id, wanted.actor, wanted.kind, wanted.table, wanted.since, wanted.until, wanted.text, wanted.views)


class SearchedEventOut(EventOut):
    """`marks`: is_late, is_after_signing, is_outside. `served_at`: the time that the entry gives for what it is about; `at` is when it arrived."""

    marks: list[Mark]
    served_at: datetime | None


class FoundOut(Schema):
    """`known_until`: newer events are not searched yet; `is_partial`: records that ask the caller for a reason were not searched."""

    events: list[SearchedEventOut]
    next_cursor: str | None
    known_until: datetime | None
    is_partial: bool


class SearchIn(Wanted):
    """`text`: every word as the beginning of a word; `mark`: events that bear one of them."""

    patient: UUID | None = None
    mark: list[Mark] = []


@router.get("/history", response=FoundOut, operation_id="search_history")
def search_history(request: HttpRequest, wanted: Query[SearchIn], cursor: str | None = None) -> dict[str, Any]:
    """Events of the whole clinic, the newest first; 422 `too_wide` when it would take too long."""
    found = history_views.search_for(cast(User, request.user), _asked(wanted), cursor)
    lines = wording.lines(found.page.events, found.page.before)
    told = {event.id: {"marks": found.marks[event.id], "served_at": service_time(event)} for event in found.page.events}
    events = [{**EventOut.from_orm(line).dict(), **told[line.id]} for line in lines]
    return {"events": events, "next_cursor": found.page.next_cursor, "known_until": found.known_until, "is_partial": found.is_partial}


@router.get("/history/workbook", operation_id="get_history_workbook", openapi_extra=openapi.XLSX)
def get_history_workbook(request: HttpRequest, wanted: Query[SearchIn]) -> FileResponse:
    """The newest 100,000 events that match at most, as a workbook whose last row says whether that is all; 422 `too_wide` as `search_history`.

    That it was taken, and whose events are in it, stands in the ledger.
    """
    return history_views.workbook_for(cast(User, request.user), _asked(wanted))


def _asked(wanted: SearchIn) -> search.Wanted:
    return search.Wanted(**vars(_filter(wanted, wanted.patient)), marks=[mark.value for mark in wanted.mark])


class CheckOut(Schema):
    at: datetime
    is_full: bool
    is_clean: bool
    size: int
    findings: list[str]

    @staticmethod
    def resolve_findings(check: status.Check) -> list[str]:
        return [str(finding) for finding in check.findings]


class IncidentOut(Schema):
    at: datetime
    kind: str
    title: str
    detail: str
    size: int | None


class ReceiptsOut(Schema):
    name: str
    size: int | None
    kept_at: datetime | None
    failing_since: datetime | None
    error: str | None


class CheckpointOut(Schema):
    size: int
    at: datetime
    note: str


class KeyOut(Schema):
    kind: str
    vkey: str
    size: int


class LifeOut(Schema):
    number: int
    at: datetime
    size: int
    reason: str


class NotedOut(Schema):
    """Guards that a migration has put on record and nobody has looked into; `event` is what an acknowledgement names."""

    event: int
    words: str


class AcknowledgementIn(Schema):
    event: int = Field(ge=1, lt=2**63)
    reason: str = Field(max_length=2000)


class SealOut(Schema):
    """`level` is good, warning or danger; `words` say why."""

    level: str
    words: str
    checks: list[CheckOut]
    incidents: list[IncidentOut]
    witnesses: list[ReceiptsOut]
    checkpoint: CheckpointOut | None
    keys: list[KeyOut]
    lives: list[LifeOut]
    noted: list[NotedOut]


@router.get("/history/seal", response=SealOut, operation_id="history_seal")
def history_seal(request: HttpRequest) -> dict[str, Any]:
    """Whether history is whole: checks with their findings, incidents, the newest checkpoint, keys and witnesses."""
    cast(User, request.user).require(Permission.HISTORY_CHECK)
    now = status.status(timezone.now())
    connection.ensure_connection()
    noted = [{"event": finding.values["event"], "words": str(finding)} for finding in guards.unacknowledged(connection.connection)]
    return {"level": now.level, "words": str(now), "noted": noted, **vars(status.overview())}


@router.post("/history/seal/acknowledgements", response={204: None}, operation_id="acknowledge_guards", openapi_extra=openapi.MAY_MISS)
def acknowledge_guards(request: HttpRequest, body: AcknowledgementIn) -> Status[None]:
    """Say what was found out about guards that a migration put on record: the checks name them no more; the reason stands in the ledger."""
    guards_actions.acknowledge_guards(event_id=body.event, reason=body.reason, actor=cast(User, request.user))
    return Status(204, None)


@router.get("/history/{table}/{uuid:key}", response=list[VersionOut], operation_id="record_history")
def record_history(request: HttpRequest, table: str, key: UUID) -> list[dict[str, Any]]:
    """All versions of one record, the oldest first."""
    events = history_views.versions_for(cast(User, request.user), table, key)
    lines = wording.lines(events, ledger.bodies_before(events))
    return [{**EventOut.from_orm(line).dict(), "body": event.body or {}} for line, event in zip(lines, events, strict=True)]


class GlassOut(Schema):
    """Somebody opened a record outside their own work, and why."""

    id: UUID
    patient: UUID = Field(alias="patient_id")
    user: UUID = Field(alias="user_id")
    why: str
    reason: str
    opened_at: datetime
    until: datetime


@router.get("/broken-glass", response=list[GlassOut], operation_id="list_broken_glass")
@paginate(Worklist, ordering=("-opened_at", "-id"), what="broken_glass")
def list_broken_glass(request: HttpRequest) -> QuerySet[BrokenGlass]:
    """Records that were opened for a stated reason, the newest first."""
    return access.broken_glass(cast(User, request.user))
