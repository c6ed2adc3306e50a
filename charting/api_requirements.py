"""API of what a note must say before it is signed: the clinic's rules, and what they ask of one visit."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from charting import actions, queries, requirements
from charting.models import NoteRequirement
from clinic.lib.cursors import CursorPages
from clinic.lib.schemas import Whole
from clinic.patients.queries import get_patient_for
from clinic.staff.http import Request
from clinic.staff.roles import Permission

router = Router(tags=["chart"])


class RequirementText(Schema):
    """After which act (`any`, `category:surgery`, `effect:filling`, `service:T01`) which parts of the note are filled before it is signed.

    Parts are the sections of the note, `diagnosis`, and `anaesthesia`: given, or noted as none.
    """

    act: str = Field(max_length=60)
    parts: list[str] = Field(min_length=1, max_length=8)
    is_active: bool = True


class RequirementIn(RequirementText):
    id: UUID | None = None


class RequirementChange(Whole, RequirementText):
    version: int


class RequirementOut(RequirementText):
    id: UUID
    version: int


class NeedOut(Schema):
    """A part that the note of the visit must have; `acts` are those for which the clinic asks for it."""

    part: str
    acts: list[str]
    is_missing: bool
    ask: str


@router.get("/visits/{uuid:visit_id}/requirements", response=list[NeedOut], operation_id="list_visit_requirements")
def list_visit_requirements(request: Request, visit_id: UUID) -> list[dict[str, Any]]:
    """What the note must say before it is signed, after what was done in the visit so far; `sign_visit` answers 422 while something is missing."""
    request.user.require(Permission.CLINICAL_VIEW)
    visit = queries.get_visit(visit_id)
    visit.patient = get_patient_for(request.user, visit.patient_id, what="visit", permission=Permission.CLINICAL_VIEW)
    return [{"part": need.part, "acts": need.acts, "is_missing": need.is_missing, "ask": need.ask} for need in requirements.needs_of(visit)]


@router.get("/note-requirements", response=list[RequirementOut], operation_id="list_note_requirements")
@paginate(CursorPages, ordering=("act", "id"))
def list_note_requirements(request: Request) -> QuerySet[NoteRequirement]:
    """Also those that are no longer asked for."""
    request.user.require(Permission.VISIT_WRITE)
    return requirements.listed()


@router.post("/note-requirements", response={201: RequirementOut}, operation_id="create_note_requirement")
def create_note_requirement(request: Request, data: RequirementIn) -> Status[NoteRequirement]:
    return Status(201, actions.save_requirement(actor=request.user, details=data.dict(exclude={"id"}), id=data.id))


@router.put("/note-requirements/{uuid:requirement_id}", response=RequirementOut, operation_id="change_note_requirement")
def change_note_requirement(request: Request, requirement_id: UUID, data: RequirementChange) -> NoteRequirement:
    """409 `stale` when somebody changed the rule since `version` was read."""
    details = data.dict(exclude={"version"})
    return actions.save_requirement(actor=request.user, details=details, requirement_id=requirement_id, version=data.version)
