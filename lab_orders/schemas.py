"""What the laboratory orders' API takes and gives."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from ninja import Field, Schema

from clinic.lib.schemas import Whole


class LabIn(Whole):
    version: int | None = Field(None, description="of the laboratory that is changed; a new one has none")
    name: str
    contact: str = ""
    phone: str = ""
    email: str = ""
    usual_days: int = 7
    is_active: bool = True


class LabOut(LabIn):
    id: UUID
    version: int


class OrderIn(Schema):
    id: UUID | None = None
    procedures: list[UUID]
    lab: UUID
    due_date: date | None = Field(None, description="without it: the usual days of the laboratory from today")
    shade: str = ""
    material: str = ""
    instructions: str = ""
    stages: list[str] = []


class OrderChange(Whole):
    version: int
    lab: UUID
    due_date: date
    shade: str = ""
    material: str = ""
    instructions: str = ""


class MoveIn(Schema):
    version: int
    state: str
    reason: str = ""
    due_date: date | None = None


class TakeBackIn(Schema):
    version: int
    reason: str


class StageIn(Schema):
    """A standing stage by `id` and `version`, or a new one without; `is_removed` takes a standing one away."""

    carries: ClassVar[bool] = True

    id: UUID | None = None
    version: int | None = None
    title: str
    due_date: date
    is_removed: bool = False


class StagesIn(Schema):
    stages: list[StageIn]


class LabItemOut(Schema):
    procedure: UUID = Field(alias="procedure_id")
    teeth: list[int]


class StageOut(Schema):
    id: UUID
    version: int
    position: int
    title: str
    due_date: date
    done_at: datetime | None


class ChangeOut(Schema):
    state: str
    changed_at: datetime
    changed_by: UUID = Field(alias="changed_by_id")
    reason: str
    is_correction: bool


class OrderOut(Schema):
    id: UUID
    version: int
    number: int
    patient: UUID = Field(alias="patient_id")
    lab: UUID = Field(alias="lab_id")
    dentist: UUID = Field(alias="dentist_id")
    state: str
    shade: str
    material: str
    instructions: str
    due_date: date
    items: list[LabItemOut]


class LabFileOut(Schema):
    """A scan, photo or prescription sent with an order."""

    id: UUID
    name: str
    media_type: str = Field(alias="file.media_type")
    sha256: str = Field(alias="file.sha256")
    size: int = Field(alias="file.size")


class OrderWhole(OrderOut):
    stages: list[StageOut]
    changes: list[ChangeOut]
    files: list[LabFileOut]
