"""What the stock's API takes and gives."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from ninja import Field, Schema


class MaterialIn(Schema):
    id: UUID | None = None
    name: str
    code: str
    unit: str
    reorder_at: Decimal = Decimal(0)


class MaterialChange(Schema):
    version: int
    name: str
    code: str
    unit: str
    reorder_at: Decimal = Decimal(0)
    is_active: bool = True


class MaterialOut(Schema):
    id: UUID
    version: int
    name: str
    code: str
    unit: str
    reorder_at: Decimal
    is_active: bool


class MaterialBalance(MaterialOut):
    """A material with its stock in one branch; quantities in the material's unit."""

    on_hand: Decimal
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
    unit_cost: Decimal


class ReceiptIn(Schema):
    id: UUID | None = None
    material: UUID
    number: str
    quantity: Decimal
    expires_on: date | None = None
    unit_cost: Decimal = Decimal(0)
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
    patient: UUID | None = Field(alias="patient_id")
    note: str
    document: str
    unit_cost: Decimal | None
    barcode: str
    supplier: str


class NormIn(Schema):
    service: UUID
    material: UUID
    quantity: Decimal
    on_shortage: str = "debt"


class NormOut(Schema):
    id: UUID
    service: UUID = Field(alias="service_id")
    material: UUID = Field(alias="material_id")
    quantity: Decimal
    on_shortage: str
