"""API of what the diary stands on: rooms, chairs, appointment types, shifts."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router, Schema, Status

from clinic.lib.errors import InvalidInput
from clinic.scheduling import queries, setup_actions
from clinic.scheduling.models import AppointmentType, Chair, Room, Shift
from clinic.scheduling.schemas import (
    AppointmentTypeChangeIn,
    AppointmentTypeIn,
    AppointmentTypeSetUpOut,
    ChairChangeIn,
    ChairIn,
    ChairOut,
    CopiedShiftsOut,
    DiaryWindowIn,
    RoomChangeIn,
    RoomIn,
    RoomOut,
    ShiftChangeIn,
    ShiftIn,
    ShiftOut,
    ShiftsCopyIn,
    ShiftVersionIn,
)
from clinic.staff.http import Request
from clinic.staff.models import Branch
from clinic.staff.roles import Permission

router = Router(tags=["diary"])
LONGEST_LIST = timedelta(days=62)


def place_of(request: Request, window: DiaryWindowIn) -> Branch:
    """The branch asked for, if the person may see its diary and asks for no endless list."""
    request.user.require(Permission.DIARY_VIEW)
    if not timedelta(0) < window.end - window.start <= LONGEST_LIST:
        raise InvalidInput(fields={"to": _("The time ends after it starts, at most 62 days later.")})
    return queries.get_branch_for(request.user, window.branch)


@router.get("/rooms", response=list[RoomOut], operation_id="list_rooms")
def list_rooms(request: Request, branch: UUID, with_unused: bool = False) -> list[Room]:  # noqa: FBT001, FBT002 - a query parameter
    """The rooms in use, in the diary's order; `with_unused` adds those taken out of use."""
    request.user.require(Permission.DIARY_VIEW)
    return list(queries.rooms_of(queries.get_branch_for(request.user, branch), with_unused=with_unused))


@router.post("/rooms", response={201: RoomOut}, operation_id="add_room")
def add_room(request: Request, body: RoomIn) -> Status[Room]:
    return Status(201, setup_actions.save_room(actor=request.user, room_id=None, **_split(body)))


@router.patch("/rooms/{uuid:room_id}", response=RoomOut, operation_id="change_room")
def change_room(request: Request, room_id: UUID, body: RoomChangeIn) -> Room:
    return setup_actions.save_room(actor=request.user, room_id=room_id, **_split(body))


@router.get("/chairs", response=list[ChairOut], operation_id="list_chairs")
def list_chairs(request: Request, branch: UUID, with_unused: bool = False) -> list[Chair]:  # noqa: FBT001, FBT002 - a query parameter
    """The chairs in use, in the diary's order; `with_unused` adds those taken out of use."""
    request.user.require(Permission.DIARY_VIEW)
    return list(queries.chairs_of(queries.get_branch_for(request.user, branch), with_unused=with_unused))


@router.post("/chairs", response={201: ChairOut}, operation_id="add_chair")
def add_chair(request: Request, body: ChairIn) -> Status[Chair]:
    return Status(201, setup_actions.save_chair(actor=request.user, at=timezone.now(), chair_id=None, **_split(body)))


@router.patch("/chairs/{uuid:chair_id}", response=ChairOut, operation_id="change_chair")
def change_chair(request: Request, chair_id: UUID, body: ChairChangeIn) -> Chair:
    """Another name, room or place; `is_active: false` takes the chair out of use once nobody is booked into it."""
    return setup_actions.save_chair(actor=request.user, at=timezone.now(), chair_id=chair_id, **_split(body))


@router.get("/appointment-types", response=list[AppointmentTypeSetUpOut], operation_id="list_appointment_types")
def list_types(request: Request, with_unused: bool = False) -> list[AppointmentType]:  # noqa: FBT001, FBT002 - a query parameter
    """The types offered when booking; `with_unused` adds the others."""
    request.user.require(Permission.DIARY_VIEW)
    return list(queries.all_types() if with_unused else queries.types_offered())


@router.post("/appointment-types", response={201: AppointmentTypeSetUpOut}, operation_id="add_appointment_type")
def add_type(request: Request, body: AppointmentTypeIn) -> Status[AppointmentType]:
    return Status(201, setup_actions.save_type(actor=request.user, type_id=None, **_split(body)))


@router.patch("/appointment-types/{uuid:type_id}", response=AppointmentTypeSetUpOut, operation_id="change_appointment_type")
def change_type(request: Request, type_id: UUID, body: AppointmentTypeChangeIn) -> AppointmentType:
    return setup_actions.save_type(actor=request.user, type_id=type_id, **_split(body))


@router.get("/shifts", response=list[ShiftOut], operation_id="list_shifts")
def list_shifts(request: Request, window: Query[DiaryWindowIn]) -> list[Shift]:
    return list(queries.shifts_between(place_of(request, window), window.start, window.end))


@router.post("/shifts", response={201: ShiftOut}, operation_id="add_shift")
def add_shift(request: Request, body: ShiftIn) -> Status[Shift]:
    return Status(201, setup_actions.add_shift(actor=request.user, at=timezone.now(), **body.dict()))


@router.post("/shifts/copy", response=CopiedShiftsOut, operation_id="copy_shifts")
def copy_shifts(request: Request, body: ShiftsCopyIn) -> setup_actions.Copied:
    """Repeat the week that starts on `monday` in the next one; who works then already is left out and counted as `skipped`."""
    return setup_actions.copy_week(actor=request.user, at=timezone.now(), branch_id=body.branch_id, monday=body.monday)


@router.patch("/shifts/{uuid:shift_id}", response=ShiftOut, operation_id="change_shift")
def change_shift(request: Request, shift_id: UUID, body: ShiftChangeIn) -> Shift:
    return setup_actions.change_shift(actor=request.user, at=timezone.now(), shift_id=shift_id, **body.dict())


@router.post("/shifts/{uuid:shift_id}/cancel", response=ShiftOut, operation_id="cancel_shift")
def cancel_shift(request: Request, shift_id: UUID, body: ShiftVersionIn) -> Shift:
    return setup_actions.cancel_shift(actor=request.user, at=timezone.now(), shift_id=shift_id, version=body.version)


def _split(body: Schema) -> dict[str, Any]:
    """The body as the saving actions take it: what is not a value of the record stands apart; a change leaves alone what it does not name."""
    given = body.dict(exclude_unset="version" in type(body).model_fields)
    apart: dict[str, Any] = {name: given.pop(name) for name in ("id", "branch_id", "version") if name in given}
    return {"version": None, **apart, "values": given}
