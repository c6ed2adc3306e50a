"""The diary's API: appointments and free slots."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import JsonResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from ninja import Query, Router, Status
from ninja.pagination import paginate

from clinic.lib.cursors import CursorPages
from clinic.lib.errors import NotFound
from clinic.patients.queries import get_patient_for
from clinic.scheduling import actions, queries
from clinic.scheduling.api_setup import LONGEST_LIST, place_of
from clinic.scheduling.api_setup import router as setup_router
from clinic.scheduling.models import Appointment
from clinic.scheduling.rules import Span
from clinic.scheduling.schemas import (
    AppointmentDetailsIn,
    AppointmentIn,
    AppointmentMoveIn,
    AppointmentOut,
    AppointmentStateIn,
    DiaryWindowIn,
    SlotOut,
    SlotSearchIn,
    appointments_out,
)
from clinic.staff.http import Request
from clinic.staff.roles import Permission

router = Router(tags=["diary"])
router.add_router("", setup_router)


@router.get("/appointments", response={200: list[AppointmentOut], 304: None}, operation_id="list_appointments")
def list_appointments(request: Request, window: Query[DiaryWindowIn]) -> object:
    """Appointments of a branch that overlap the time, cancelled ones too, in order. The ETag lets screens poll cheaply."""
    place = place_of(request, window)
    is_first_look = "HTTP_IF_NONE_MATCH" not in request.META
    if not is_first_look:
        unchanged = get_conditional_response(request, etag=queries.diary_tag(request.user, place, window.start, window.end))
        if unchanged is not None:
            return unchanged
    rows = queries.look_at_diary(request.user, place, window.start, window.end, is_first_look=is_first_look)
    return JsonResponse(appointments_out(rows), safe=False, headers={"ETag": queries.diary_tag_of(rows)})


@router.post("/appointments", response={201: AppointmentOut}, operation_id="book_appointment")
def book_appointment(request: Request, body: AppointmentIn) -> Status[Appointment]:
    """Book; refused with `slot_taken` or `outside_shift` when it cannot be, with `reason_required` for a record that asks for one.

    Whoever books has a look at the patient, and may be of their treating team from then on.
    """
    get_patient_for(request.user, body.patient_id, what="appointment", permission=Permission.DIARY_WRITE, is_part=True)
    return Status(201, actions.book(actor=request.user, at=timezone.now(), **body.dict()))


@router.get("/appointments/{uuid:appointment_id}", response=AppointmentOut, operation_id="get_appointment")
def get_appointment(request: Request, appointment_id: UUID) -> Appointment:
    return queries.look_at_appointment(request.user, appointment_id)


@router.patch("/appointments/{uuid:appointment_id}", response=AppointmentOut, operation_id="move_appointment")
def move_appointment(request: Request, appointment_id: UUID, body: AppointmentMoveIn) -> Appointment:
    """Another time, chair or dentist."""
    request.user.require(Permission.DIARY_WRITE)
    queries.require_appointment(request.user, appointment_id)
    return actions.move(actor=request.user, at=timezone.now(), appointment_id=appointment_id, **body.dict())


@router.post("/appointments/{uuid:appointment_id}/state", response=AppointmentOut, operation_id="change_appointment_state")
def change_state(request: Request, appointment_id: UUID, body: AppointmentStateIn) -> Appointment:
    """The next state; one that it has already changes nothing, and whoever asks has looked at the appointment."""
    actions.require_steps(request.user)
    queries.require_appointment(request.user, appointment_id)
    return actions.change_state(actor=request.user, at=timezone.now(), appointment_id=appointment_id, **body.dict())


@router.post("/appointments/{uuid:appointment_id}/details", response=AppointmentOut, operation_id="describe_appointment")
def describe(request: Request, appointment_id: UUID, body: AppointmentDetailsIn) -> Appointment:
    """Another type, assistant or note."""
    request.user.require(Permission.DIARY_WRITE)
    queries.require_appointment(request.user, appointment_id)
    return actions.describe(actor=request.user, at=timezone.now(), appointment_id=appointment_id, **body.dict())


@router.get("/patients/{uuid:patient_id}/appointments", response=list[AppointmentOut], operation_id="list_patient_appointments")
@paginate(CursorPages, ordering=("-starts_at", "-id"))
def list_patient_appointments(request: Request, patient_id: UUID) -> QuerySet[Appointment]:
    """All appointments of a patient, cancelled ones too, the newest first."""
    request.user.require(Permission.DIARY_VIEW)
    patient = get_patient_for(request.user, patient_id, what="appointments")
    return queries.with_alerts(queries.patient_appointments(patient))


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
