"""What the API tells of a root canal."""

from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from ninja import Field, Schema

from charting import canals
from charting.models import CanalRecord


class CanalText(Schema):
    """How a canal was measured, prepared and filled: `file_size` by ISO, `taper` in per cent."""

    tooth: int
    canal: str
    length_mm: Decimal
    reference: str = ""
    file_size: int | None = None
    taper: int | None = None
    method: Literal["", "lateral", "vertical", "single_cone", "carrier", "injection", "paste", "plug"] = ""
    material: str = ""
    quality: Literal["", "adequate", "short", "over", "void"] = ""
    note: str = ""


class CanalOut(CanalText):
    """`told` is the record in words."""

    id: UUID
    version: int
    procedure: UUID | None = Field(None, alias="procedure_id")
    visit: UUID | None = Field(None, alias="visit_id")
    replaces: UUID | None = Field(None, alias="replaces_id")
    recorded_at: datetime
    recorded_by: UUID = Field(alias="recorded_by_id")
    in_error_at: datetime | None
    error_reason: str
    told: str

    @staticmethod
    def resolve_told(record: CanalRecord) -> str:
        return canals.told(record)
