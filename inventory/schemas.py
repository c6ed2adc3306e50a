"""What the stock's API takes and gives."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from ninja import Field, Schema

from clinic.lib.schemas import Whole
from inventory.models import Movement


class MaterialIn(Schema):
    id: UUID | None = None
    name: str
    code: str
    unit: str
    reorder_at: Decimal = Decimal(0)
    anaesthetic: str = Field("", description="what it holds, as a key of `GET /anaesthetics`; empty for other materials")


class MaterialChange(Whole):
    version: int
    name: str
    code: str
    unit: str
    reorder_at: Decimal = Decimal(0)
    anaesthetic: str = Field("", description="what it holds, as a key of `GET /anaesthetics`; empty for other materials")
    is_active: bool = True


class MaterialOut(Schema):
    id: UUID
    version: int
    name: str
    code: str
    unit: str
    reorder_at: Decimal
    anaesthetic: str
    is_active: bool


class MaterialBalance(MaterialOut):
    """A material with its stock in one branch; quantities in the material's unit."""

    on_hand: Decimal
    usable: Decimal = Field(description="what of it has not expired")
    owed: Decimal
    next_expiry: date | None


class LotOut(Schema):
    id: UUID
    material: UUID = Field(alias="material_id")
    branch: UUID = Field(alias="branch_id")
    number: str
    expires_on: date | None
    barcode: str
    on_hand: Decimal
    unit_cost: Decimal | None = Field(description="none when no delivery said it; 0 when it came for nothing")


class ReceiptIn(Schema):
    id: UUID | None = None
    material: UUID
    number: str
    quantity: Decimal
    expires_on: date | None = None
    unit_cost: Decimal | None = Field(None, description="none when it is not known; 0 when it came for nothing")
    barcode: str = ""
    supplier: str = ""
    document: str = ""


class DiscardIn(Schema):
    id: UUID | None = None
    quantity: Decimal
    reason: str


class CountIn(Schema):
    id: UUID | None = None
    counted: Decimal


class MovementOut(Schema):
    id: UUID
    lot: UUID = Field(alias="lot_id")
    kind: str
    quantity: Decimal
    moved_at: datetime
    performance: UUID | None = Field(alias="performance_id")
    anaesthesia: UUID | None = Field(alias="anaesthesia_id")
    patient: UUID | None = Field(alias="patient_id")
    note: str
    document: str
    unit_cost: Decimal | None
    barcode: str
    supplier: str


class UsedOut(MovementOut):
    """A movement for a patient, with what it was, of which lot, and for which act."""

    material: UUID = Field(alias="lot.material_id")
    material_name: str = Field(alias="lot.material.name")
    unit: str = Field(alias="lot.material.unit")
    lot_number: str = Field(alias="lot.number")
    expires_on: date | None = Field(alias="lot.expires_on")
    service: UUID | None
    service_name: str
    teeth: list[int]

    @staticmethod
    def resolve_service(movement: Movement) -> UUID | None:
        return movement.performance.procedure.service_id if movement.performance else None

    @staticmethod
    def resolve_service_name(movement: Movement) -> str:
        return str(movement.performance.procedure.service) if movement.performance else ""

    @staticmethod
    def resolve_teeth(movement: Movement) -> list[int]:
        if movement.anaesthesia:
            return movement.anaesthesia.teeth
        return sorted(place.tooth for place in movement.performance.procedure.teeth.all()) if movement.performance else []


class NormIn(Schema):
    service: UUID
    material: UUID
    quantity: Decimal
    on_shortage: str = "debt"
    version: int | None = Field(None, description="of the norm that was read; none for a new one")


class NormOut(Schema):
    id: UUID
    version: int
    service: UUID = Field(alias="service_id")
    material: UUID = Field(alias="material_id")
    quantity: Decimal
    on_shortage: str
