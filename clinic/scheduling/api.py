"""The diary's API: appointments, chairs, shifts, types, free slots."""

from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router, Status

from clinic.lib.errors import InvalidInput, NotFound
from clinic.scheduling import actions, queries, setup_actions
from clinic.scheduling.models import Appointment, AppointmentType, Chair, Shift
from clinic.scheduling.rules import Span
from clinic.scheduling.schemas import (
    AppointmentDetailsIn,
    AppointmentIn,
    AppointmentMoveIn,
    AppointmentOut,
    AppointmentStateIn,
    AppointmentTypeOut,
    ChairOut,
    DiaryWindowIn,
    ShiftChangeIn,
    ShiftIn,
    ShiftOut,
    ShiftVersionIn,
    SlotOut,
    SlotSearchIn,
)
from clinic.staff.http import Request
from clinic.staff.models import Branch
from clinic.staff.roles import Permission

router = Router(tags=["diary"])
LONGEST_LIST = timedelta(days=62)


def _place(request: Request, window: DiaryWindowIn) -> Branch:
    """The branch asked for, if the person may see its diary and asks for no endless list."""
    request.user.require(Permission.DIARY_VIEW)
    if not timedelta(0) < window.end - window.start <= LONGEST_LIST:
        raise InvalidInput(fields={"to": _("The time ends after it starts, at most 62 days later.")})
    return queries.get_branch_for(request.user, window.branch)


@router.get("/appointments", response={200: list[AppointmentOut], 304: None}, operation_id="list_appointments")
def list_appointments(request: Request, response: HttpResponse, window: Query[DiaryWindowIn]) -> object:
    """Appointments of a branch that overlap the time, cancelled ones too, in order. The ETag lets screens poll cheaply."""
    place = _place(request, window)
    etag = queries.diary_tag(request.user, place, window.start, window.end)
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None:
        return unchanged
    rows = queries.look_at_diary(request.user, place, window.start, window.end, is_first_look="HTTP_IF_NONE_MATCH" not in request.META)
    response["ETag"] = etag
    return Status(200, rows)


@router.post("/appointments", response={201: AppointmentOut}, operation_id="book_appointment")
def book_appointment(request: Request, body: AppointmentIn) -> Status[Appointment]:
    """Book; refused with `slot_taken` or `outside_shift` when it cannot be."""
    return Status(201, actions.book(actor=request.user, at=timezone.now(), **body.dict()))


@router.get("/appointments/{uuid:appointment_id}", response=AppointmentOut, operation_id="get_appointment")
def get_appointment(request: Request, appointment_id: UUID) -> Appointment:
    return queries.look_at_appointment(request.user, appointment_id)


@router.patch("/appointments/{uuid:appointment_id}", response=AppointmentOut, operation_id="move_appointment")
def move_appointment(request: Request, appointment_id: UUID, body: AppointmentMoveIn) -> Appointment:
    """Another time, chair or dentist."""
    return actions.move(actor=request.user, at=timezone.now(), appointment_id=appointment_id, **body.dict())


@router.post("/appointments/{uuid:appointment_id}/state", response=AppointmentOut, operation_id="change_appointment_state")
def change_state(request: Request, appointment_id: UUID, body: AppointmentStateIn) -> Appointment:
    return actions.change_state(actor=request.user, at=timezone.now(), appointment_id=appointment_id, **body.dict())


@router.post("/appointments/{uuid:appointment_id}/details", response=AppointmentOut, operation_id="describe_appointment")
def describe(request: Request, appointment_id: UUID, body: AppointmentDetailsIn) -> Appointment:
    """Another type, assistant or note."""
    return actions.describe(actor=request.user, at=timezone.now(), appointment_id=appointment_id, **body.dict())


@router.get("/chairs", response=list[ChairOut], operation_id="list_chairs")
def list_chairs(request: Request, branch: UUID) -> list[Chair]:
    """The chairs in use, in the diary's order."""
    request.user.require(Permission.DIARY_VIEW)
    return list(queries.chairs_of(queries.get_branch_for(request.user, branch)))


@router.get("/appointment-types", response=list[AppointmentTypeOut], operation_id="list_appointment_types")
def list_types(request: HttpRequest) -> list[AppointmentType]:
    request.user.require(Permission.DIARY_VIEW)  # type: ignore[union-attr]
    return list(queries.types_offered())


@router.get("/shifts", response=list[ShiftOut], operation_id="list_shifts")
def list_shifts(request: Request, window: Query[DiaryWindowIn]) -> list[Shift]:
    return list(queries.shifts_between(_place(request, window), window.start, window.end))


@router.post("/shifts", response={201: ShiftOut}, operation_id="add_shift")
def add_shift(request: Request, body: ShiftIn) -> Status[Shift]:
    return Status(201, setup_actions.add_shift(actor=request.user, at=timezone.now(), **body.dict()))


@router.patch("/shifts/{uuid:shift_id}", response=ShiftOut, operation_id="change_shift")
def change_shift(request: Request, shift_id: UUID, body: ShiftChangeIn) -> Shift:
    return setup_actions.change_shift(actor=request.user, at=timezone.now(), shift_id=shift_id, **body.dict())


@router.post("/shifts/{uuid:shift_id}/cancel", response=ShiftOut, operation_id="cancel_shift")
def cancel_shift(request: Request, shift_id: UUID, body: ShiftVersionIn) -> Shift:
    return setup_actions.cancel_shift(actor=request.user, at=timezone.now(), shift_id=shift_id, version=body.version)


@router.get("/slots", response=list[SlotOut], operation_id="find_slots")
def find_slots(request: Request, search: Query[SlotSearchIn]) -> list[SlotOut]:
    """The dentist's first free stretches of that length from then on, within 62 days, in which some chair of the branch is free."""
    request.user.require(Permission.DIARY_VIEW)
    place = queries.get_branch_for(request.user, search.branch) if search.branch else request.branch
    if place is None:
        raise NotFound
    found = queries.free_slots(dentist_id=search.dentist, branch=place, minutes=search.minutes, start=search.start, end=search.start + LONGEST_LIST)
    return [_slot(span) for span in found]


def _slot(span: Span) -> SlotOut:
    return SlotOut(starts_at=span.start, ends_at=span.end)
