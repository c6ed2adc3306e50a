"""API of recalls: proposed after a visit, decided, and worked through by the desk."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status
from ninja.pagination import paginate

from charting.models import Visit
from charting.queries import get_visit
from charting.recalls import actions, queries, sheet
from charting.recalls.models import Recall
from charting.recalls.queries import Proposal
from charting.recalls.rules import FIRST, LAST
from clinic.lib import openapi, sheets
from clinic.lib.clock import branch_day
from clinic.lib.cursors import CursorPages
from clinic.lib.errors import InvalidInput, NotFound
from clinic.patients.queries import get_patient_for
from clinic.patients.search import matching_ids
from clinic.patients.worklists import Worklist
from clinic.scheduling.schemas import AppointmentIn
from clinic.staff.http import Request, branch_of
from clinic.staff.roles import Permission

router = Router(tags=["recalls"])


class ProposalOut(Schema):
    """What a rule proposes after the visit; `because` are the codes and acts that it fits, `recall` what was decided about it."""

    rule: UUID
    kind: str
    because: str
    interval: str
    purpose: str
    due_on: date
    source: str
    recall: UUID | None

    @staticmethod
    def of(proposal: Proposal) -> dict[str, Any]:
        rule = proposal.rule
        return {
            "rule": rule.pk,
            "kind": rule.kind,
            "because": proposal.because,
            "interval": rule.interval,
            "purpose": rule.purpose,
            "due_on": proposal.due_on,
            "source": rule.source,
            "recall": proposal.decided.pk if proposal.decided else None,
        }


class RecallIn(Schema):
    """By a `rule` of the proposals, as it stands or with another day or own words; without a rule `kind`, `purpose` and `due_on` are said."""

    id: UUID | None = None
    rule: UUID | None = None
    due_on: date | None = None
    kind: str = ""
    purpose: str = Field("", max_length=200)
    reason: str = Field("", max_length=300)


class DeclineIn(Schema):
    id: UUID | None = None
    rule: UUID
    reason: str = Field(max_length=300)


class RecallMoveIn(Schema):
    version: int
    due_on: date
    reason: str = Field(max_length=300)


class RecallCancelIn(Schema):
    version: int
    reason: str = Field(max_length=300)


class RecallLinkIn(Schema):
    version: int
    appointment: UUID


class RecallBookIn(AppointmentIn):
    """An appointment as `book_appointment` takes it, for the patient of the recall as it was read at `version`."""

    version: int


class RecallOut(Schema):
    """`state` is due, booked, done, declined, cancelled, replaced or withdrawn (its note was entered in error)."""

    id: UUID
    version: int
    patient: UUID = Field(alias="patient_id")
    branch: UUID = Field(alias="branch_id")
    visit: UUID = Field(alias="visit_id")
    dentist: UUID = Field(alias="visit.dentist_id")
    rule: UUID | None = Field(None, alias="rule_id")
    kind: str
    purpose: str = Field(alias="words")
    proposed_on: date | None
    due_on: date
    reason: str
    state: str
    set_at: datetime
    set_by: UUID = Field(alias="set_by_id")
    appointment: UUID | None = Field(None, alias="appointment_id")
    cancelled_at: datetime | None
    cancel_reason: str
    replaced_by: UUID | None = Field(None, alias="replaced_by_id")


class RecallsQuery(Schema):
    """`state`: now (due by the end of this month), overdue, due (all to book), booked, done, gone; `month` is any day of the month of the due day."""

    state: Literal["now", "overdue", "due", "booked", "done", "gone"] = "now"
    month: date | None = Field(None, ge=FIRST, lt=LAST)
    dentist: UUID | None = None
    branch: UUID | None = None
    q: str = Field("", max_length=200)


def _visit(request: Request, visit_id: UUID) -> Visit:
    visit = get_visit(visit_id)
    visit.patient = get_patient_for(request.user, visit.patient_id, what="visit", permission=Permission.CLINICAL_VIEW)
    return visit


def _read(recall: Recall) -> Recall:
    return queries.recalls_of(recall.patient).get(pk=recall.pk)


@router.get("/visits/{uuid:visit_id}/recall-proposals", response=list[ProposalOut], operation_id="list_recall_proposals")
def list_recall_proposals(request: Request, visit_id: UUID) -> list[dict[str, Any]]:
    """What the clinic's rules propose after the diagnoses and acts of the visit; nothing of it holds up the signature."""
    request.user.require(Permission.CLINICAL_VIEW)
    return [ProposalOut.of(proposal) for proposal in queries.proposals_for(_visit(request, visit_id), timezone.now())]


@router.post("/visits/{uuid:visit_id}/recalls", response={201: RecallOut}, operation_id="set_recall")
def set_recall(request: Request, visit_id: UUID, data: RecallIn) -> Status[Recall]:
    """Accept a proposal, or set a recall of one's own; 409 `already_decided` when somebody accepted it, `not_proposed` when nothing led to it."""
    request.user.require(Permission.DIAGNOSE)
    wish = actions.Wish(**data.dict(exclude={"id"}))
    made = actions.set_recall(visit=_visit(request, visit_id), wish=wish, actor=request.user, at=timezone.now(), id=data.id)
    return Status(201, _read(made))


@router.post("/visits/{uuid:visit_id}/recall-refusals", response={201: RecallOut}, operation_id="decline_recall")
def decline_recall(request: Request, visit_id: UUID, data: DeclineIn) -> Status[Recall]:
    """What the rule proposes is not needed, and why."""
    request.user.require(Permission.DIAGNOSE)
    visit, at = _visit(request, visit_id), timezone.now()
    made = actions.decline_recall(visit=visit, rule_id=data.rule, reason=data.reason, actor=request.user, at=at, id=data.id)
    return Status(201, _read(made))


@router.get("/patients/{uuid:patient_id}/recalls", response=list[RecallOut], operation_id="list_patient_recalls")
@paginate(CursorPages, ordering=("-due_on", "-id"))
def list_patient_recalls(request: Request, patient_id: UUID) -> QuerySet[Recall]:
    """Those that do not hold any more too."""
    request.user.require(Permission.DIARY_VIEW)
    return queries.recalls_of(get_patient_for(request.user, patient_id, what="recalls"))


@router.get("/recalls", response=list[RecallOut], operation_id="list_recalls")
@paginate(Worklist, ordering=("due_on", "id"), what="recalls")
def list_recalls(request: Request, asked: Query[RecallsQuery]) -> QuerySet[Recall]:
    """Whom the desk calls, the longest due first, in every branch whose diary one sees."""
    request.user.require(Permission.DIARY_VIEW)
    request.user.require(Permission.PATIENT_VIEW)
    return queries.listed(_filters(request, asked))


@router.get("/recalls/workbook", operation_id="get_recalls_workbook", openapi_extra=openapi.XLSX)
def get_recalls_workbook(request: Request, asked: Query[RecallsQuery]) -> HttpResponse:
    """The same list as XLSX."""
    for permission in (Permission.DIARY_VIEW, Permission.PATIENT_VIEW, Permission.LIST_EXPORT):
        request.user.require(permission)
    return sheets.response(sheet.take(queries.listed(_filters(request, asked, Permission.LIST_EXPORT))), name="recalls")


def _filters(request: Request, asked: RecallsQuery, *more: Permission) -> queries.Filters:
    seen = request.user.branches_where(Permission.DIARY_VIEW, *more)
    branches = [branch for branch in seen if asked.branch in (None, branch.pk)]
    if asked.branch and not branches:
        raise InvalidInput(fields={"branch": NotFound.default_message})
    today = branch_day(timezone.now(), branch_of(request).time_zone)
    month = asked.month.replace(day=1) if asked.month else None
    patients = matching_ids(asked.q.strip(), today) if asked.q.strip() else None
    return queries.Filters(branches, today, asked.state, month, asked.dentist, patients)


@router.get("/recalls/{uuid:recall_id}", response=RecallOut, operation_id="get_recall")
def get_recall(request: Request, recall_id: UUID) -> Recall:
    return queries.get_recall_for(request.user, recall_id)


@router.post("/recalls/{uuid:recall_id}/move", response=RecallOut, operation_id="move_recall")
def move_recall(request: Request, recall_id: UUID, data: RecallMoveIn) -> Recall:
    """Another day, and why; 409 `stale` or `recall_closed`."""
    queries.get_recall_for(request.user, recall_id, permission=Permission.DIARY_WRITE)
    return actions.move_recall(recall_id=recall_id, actor=request.user, at=timezone.now(), **data.dict())


@router.post("/recalls/{uuid:recall_id}/cancel", response=RecallOut, operation_id="cancel_recall")
def cancel_recall(request: Request, recall_id: UUID, data: RecallCancelIn) -> Recall:
    """The patient is not called any more, and why; 409 `stale` or `recall_closed`."""
    queries.get_recall_for(request.user, recall_id, permission=Permission.DIARY_WRITE)
    return actions.cancel_recall(recall_id=recall_id, actor=request.user, at=timezone.now(), **data.dict())


@router.post("/recalls/{uuid:recall_id}/appointment", response=RecallOut, operation_id="book_recall")
def book_recall(request: Request, recall_id: UUID, data: RecallBookIn) -> Recall:
    """Book an appointment and tie the recall to it, both or neither; refused as any booking is, or with 409 `recall_closed`."""
    queries.get_recall_for(request.user, recall_id, permission=Permission.DIARY_WRITE)
    booking = data.dict(exclude={"version"})
    return actions.book_recall(recall_id=recall_id, version=data.version, booking=booking, actor=request.user, at=timezone.now())


@router.post("/recalls/{uuid:recall_id}/link", response=RecallOut, operation_id="link_recall")
def link_recall(request: Request, recall_id: UUID, data: RecallLinkIn) -> Recall:
    """Tie the recall to an appointment that the patient has already."""
    queries.get_recall_for(request.user, recall_id, permission=Permission.DIARY_WRITE)
    key, at = data.appointment, timezone.now()
    return actions.link_recall(recall_id=recall_id, version=data.version, appointment_id=key, actor=request.user, at=at)
