"""API of the templates of whole notes and of short words."""

from typing import Any, Literal
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import get_language
from ninja import Router, Status
from ninja.pagination import paginate

from charting import actions, filling, note_schemas, queries
from charting.models import NoteOutline, TextMacro
from clinic.lib.cursors import CursorPages
from clinic.patients.queries import get_patient_for
from clinic.staff.http import Request
from clinic.staff.roles import Permission

router = Router(tags=["chart"])


@router.get("/visits/{uuid:visit_id}/outlines", response=list[note_schemas.OfferOut], operation_id="list_visit_outlines")
def list_visit_outlines(request: Request, visit_id: UUID, language: Literal["", "en", "ru", "fr"] = "") -> list[dict[str, Any]]:
    """The clinic's templates filled with what was charted in the visit, the best fitting first; in the caller's language unless another is named."""
    request.user.require(Permission.VISIT_WRITE)
    visit = queries.get_visit(visit_id)
    visit.patient = get_patient_for(request.user, visit.patient_id, what="visit", permission=Permission.CLINICAL_VIEW)
    found = filling.offers(visit, language or get_language() or "en")
    return [{"id": row.outline.pk, "title": row.outline.title, "score": row.score, "sections": row.sections} for row in found]


@router.get("/note-outlines", response=list[note_schemas.OutlineOut], operation_id="list_note_outlines")
@paginate(CursorPages, ordering=("id",))
def list_note_outlines(request: Request, language: Literal["", "en", "ru", "fr"] = "", q: str = "") -> QuerySet[NoteOutline]:
    """Also those that are no longer offered; `q` is a part of the title or of the treatment."""
    request.user.require(Permission.VISIT_WRITE)
    return queries.note_outlines(language=language, text=q)


@router.post("/note-outlines", response={201: note_schemas.OutlineOut}, operation_id="create_note_outline")
def create_note_outline(request: Request, data: note_schemas.OutlineIn) -> Status[NoteOutline]:
    """422 with the section in `fields` when a placeholder is not known."""
    return Status(201, actions.save_outline(actor=request.user, details=data.dict(exclude={"id"}), id=data.id))


@router.put("/note-outlines/{uuid:outline_id}", response=note_schemas.OutlineOut, operation_id="change_note_outline")
def change_note_outline(request: Request, outline_id: UUID, data: note_schemas.OutlineChange) -> NoteOutline:
    """409 `stale` when somebody changed the template since `version` was read."""
    return actions.save_outline(actor=request.user, details=data.dict(exclude={"version"}), outline_id=outline_id, version=data.version)


@router.get("/text-macros", response=list[note_schemas.MacroOut], operation_id="list_text_macros")
@paginate(CursorPages, ordering=("id",))
def list_text_macros(request: Request, q: str = "") -> QuerySet[TextMacro]:
    """The caller's own short words and those of the clinic."""
    request.user.require(Permission.VISIT_WRITE)
    return queries.macros_for(request.user, text=q)


@router.post("/text-macros", response={201: note_schemas.MacroOut}, operation_id="create_text_macro")
def create_text_macro(request: Request, data: note_schemas.MacroIn) -> Status[TextMacro]:
    return Status(201, actions.save_macro(actor=request.user, **data.dict()))


@router.put("/text-macros/{uuid:macro_id}", response=note_schemas.MacroOut, operation_id="change_text_macro")
def change_text_macro(request: Request, macro_id: UUID, data: note_schemas.MacroChange) -> TextMacro:
    """409 `stale` when somebody changed the word since `version` was read."""
    return actions.save_macro(actor=request.user, macro_id=macro_id, **data.dict())


@router.delete("/text-macros/{uuid:macro_id}", response={204: None}, operation_id="remove_text_macro")
def remove_text_macro(request: Request, macro_id: UUID, version: int) -> Status[None]:
    actions.remove_macro(actor=request.user, macro_id=macro_id, version=version)
    return Status(204, None)
