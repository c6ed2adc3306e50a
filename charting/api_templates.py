"""API of the ready texts for the note."""

from typing import Annotated
from uuid import UUID

from django.db.models import QuerySet
from ninja import Router, Status
from ninja.pagination import paginate

from charting import actions, note_schemas, queries
from charting.models import NoteSection, NoteTemplate
from clinic.lib.cursors import CursorPages
from clinic.lib.schemas import Language, OneOf
from clinic.staff.http import Request
from clinic.staff.roles import Permission

Section = Annotated[str, OneOf(NoteSection.values)]
router = Router(tags=["chart"])


@router.get("/note-templates", response=list[note_schemas.NoteTemplateOut], operation_id="list_note_templates")
@paginate(CursorPages, ordering=("id",))
def list_note_templates(request: Request, language: Language = "", section: Section = "", q: str = "") -> QuerySet[NoteTemplate]:
    """The ready texts of the clinic by section, also those that are no longer offered; `q` is a part of the title or the text."""
    request.user.require(Permission.VISIT_WRITE)
    return queries.note_templates(language=language, section=section, text=q)


@router.post("/note-templates", response={201: note_schemas.NoteTemplateOut}, operation_id="create_note_template")
def create_note_template(request: Request, data: note_schemas.NoteTemplateIn) -> Status[NoteTemplate]:
    return Status(201, actions.save_template(actor=request.user, details=data.dict(exclude={"id"}), id=data.id))


@router.put("/note-templates/{uuid:template_id}", response=note_schemas.NoteTemplateOut, operation_id="change_note_template")
def change_note_template(request: Request, template_id: UUID, data: note_schemas.NoteTemplateChange) -> NoteTemplate:
    """409 `stale` when somebody changed the template since `version` was read."""
    return actions.save_template(actor=request.user, details=data.dict(exclude={"version"}), template_id=template_id, version=data.version)
