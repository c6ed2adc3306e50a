"""What the diary's API takes and gives."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Field, Schema
from pydantic import AwareDatetime

from clinic.scheduling import queries
from clinic.scheduling.models import Appointment, AppointmentType
from clinic.staff.models import User


class DiaryPersonOut(Schema):
    id: UUID
    name: str

    @staticmethod
    def resolve_name(row: Any) -> str:
        return str(row.get_short_name())


class DiaryPatientOut(Schema):
    id: UUID
    name: str
    card_number: int

    @staticmethod
    def resolve_name(row: Any) -> str:
        return str(row.get_full_name())


class RoomOut(Schema):
    id: UUID
    version: int
    branch_id: UUID
    name: str
    position: int
    is_active: bool


class ChairOut(Schema):
    id: UUID
    version: int
    branch_id: UUID
    room_id: UUID
    room: str
    name: str
    position: int
    is_active: bool

    @staticmethod
    def resolve_room(row: Any) -> str:
        return str(row.room)


class DiaryChairOut(Schema):
    id: UUID
    name: str


class AppointmentTypeOut(Schema):
    id: UUID
    name: str
    minutes: int
    colour: str

    @staticmethod
    def resolve_name(row: AppointmentType) -> str:
        return str(row)


class AppointmentTypeSetUpOut(AppointmentTypeOut):
    version: int
    name_ru: str
    name_fr: str
    name_en: str
    position: int
    is_active: bool


class AppointmentOut(Schema):
    id: UUID
    version: int
    patient: DiaryPatientOut
    dentist: DiaryPersonOut
    assistant: DiaryPersonOut | None
    chair: DiaryChairOut
    branch_id: UUID
    type: AppointmentTypeOut | None
    starts_at: datetime
    ends_at: datetime
    state: str
    state_name: str
    state_at: datetime
    note: str
    cancel_reason: str
    outside_shift_reason: str
    is_first: bool
    has_alerts: bool = Field(description="The patient has medical alerts in force; what they are is on the patient's page.")

    @staticmethod
    def resolve_state_name(row: Appointment) -> str:
        return row.get_state_display()

    @staticmethod
    def resolve_has_alerts(row: Any) -> bool:
        return bool(row.has_alerts) if hasattr(row, "has_alerts") else queries.has_alerts(row)


def appointments_out(rows: Iterable[Appointment]) -> list[dict[str, Any]]:
    """The same as plain values of JSON: a day is read far more often than anything in it is written, and has dozens of rows."""
    return [
        {
            "id": str(row.pk),
            "version": row.version,
            "patient": {"id": str(row.patient_id), "name": row.patient.get_full_name(), "card_number": row.patient.card_number},
            "dentist": _person(row.dentist),
            "assistant": _person(row.assistant) if row.assistant else None,
            "chair": {"id": str(row.chair_id), "name": row.chair.name},
            "branch_id": str(row.branch_id),
            "type": {"id": str(row.type_id), "name": str(row.type), "minutes": row.type.minutes, "colour": row.type.colour} if row.type else None,
            "starts_at": _moment(row.starts_at),
            "ends_at": _moment(row.ends_at),
            "state": row.state,
            "state_name": row.get_state_display(),
            "state_at": _moment(row.state_at),
            "note": row.note,
            "cancel_reason": row.cancel_reason,
            "outside_shift_reason": row.outside_shift_reason,
            "is_first": row.is_first,
            "has_alerts": AppointmentOut.resolve_has_alerts(row),
        }
        for row in rows
    ]


def _person(user: User) -> dict[str, str]:
    return {"id": str(user.pk), "name": user.get_short_name()}


def _moment(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


class ShiftOut(Schema):
    id: UUID
    version: int
    user: DiaryPersonOut
    branch_id: UUID
    chair_id: UUID | None
    starts_at: datetime
    ends_at: datetime


class SlotOut(Schema):
    starts_at: datetime
    ends_at: datetime


class DiaryWindowIn(Schema):
    branch: UUID
    start: AwareDatetime = Field(alias="from")
    end: AwareDatetime = Field(alias="to")


class SlotSearchIn(Schema):
    dentist: UUID
    branch: UUID | None = None
    minutes: int = Field(ge=5, le=720)
    start: AwareDatetime = Field(alias="from")


class OutsideShiftIn(Schema):
    outside_shift: bool = Field(default=False, description="Said explicitly: this lies outside the dentist's working hours.")
    outside_shift_reason: str = Field("", max_length=300)


class AppointmentIn(OutsideShiftIn):
    id: UUID | None = Field(None, description="UUIDv7 made by the caller; a repeated request with it returns the first booking.")
    patient_id: UUID
    dentist_id: UUID
    chair_id: UUID
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    type_id: UUID | None = None
    assistant_id: UUID | None = None
    note: str = Field("", max_length=500)


class AppointmentMoveIn(OutsideShiftIn):
    version: int
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    chair_id: UUID | None = None
    dentist_id: UUID | None = None


class AppointmentStateIn(Schema):
    version: int
    state: Literal["booked", "confirmed", "arrived", "seated", "done", "cancelled", "no_show"]
    reason: str = Field("", max_length=300)


class AppointmentDetailsIn(Schema):
    version: int
    type_id: UUID | None = None
    assistant_id: UUID | None = None
    note: str = Field("", max_length=500)


class ShiftIn(Schema):
    id: UUID | None = None
    user_id: UUID
    branch_id: UUID
    chair_id: UUID | None = None
    starts_at: AwareDatetime
    ends_at: AwareDatetime


class ShiftChangeIn(Schema):
    version: int
    chair_id: UUID | None = None
    starts_at: AwareDatetime
    ends_at: AwareDatetime


class ShiftVersionIn(Schema):
    version: int


class ShiftsCopyIn(Schema):
    branch_id: UUID
    monday: date


class CopiedShiftsOut(Schema):
    made: list[ShiftOut]
    skipped: int


Place = Annotated[int, Field(ge=0, le=999, description="Place in the diary's order.")]
Colour = Annotated[str, Field(pattern="^#[0-9a-f]{6}$")]
Minutes = Annotated[int, Field(ge=5, le=720)]


class RoomIn(Schema):
    id: UUID | None = None
    branch_id: UUID
    name: str = Field(min_length=1, max_length=60)
    position: Place = 0


class RoomChangeIn(Schema):
    version: int
    branch_id: UUID
    name: str = Field("", min_length=1, max_length=60)
    position: Place = 0
    is_active: bool = True


class ChairIn(RoomIn):
    room_id: UUID


class ChairChangeIn(RoomChangeIn):
    room_id: UUID | None = None


class AppointmentTypeIn(Schema):
    id: UUID | None = None
    name_ru: str = Field(min_length=1, max_length=80)
    name_fr: str = Field("", max_length=80)
    name_en: str = Field("", max_length=80)
    minutes: Minutes = 30
    colour: Colour = "#5b7db1"
    position: Place = 0


class AppointmentTypeChangeIn(Schema):
    version: int
    name_ru: str = Field("", min_length=1, max_length=80)
    name_fr: str = Field("", max_length=80)
    name_en: str = Field("", max_length=80)
    minutes: Minutes = 30
    colour: Colour = "#5b7db1"
    position: Place = 0
    is_active: bool = True
