"""What the catalogue's API takes and gives."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from ninja import Field, Schema

from clinic.lib.schemas import Whole


class CodeOut(Schema):
    id: UUID
    kind: str
    code: str
    title: str
    parent_code: str
    tariff: Decimal | None
    valid_from: date
    valid_to: date | None


class ServiceIn(Schema):
    code: str
    title_ru: str
    category: str
    title_fr: str = ""
    title_en: str = ""
    scope: str = "mouth"
    dentition: str = "any"
    chart_effect: str = "none"
    nomenclature_code: UUID | None = None
    ccam_code: UUID | None = None
    minutes: int = 30
    needs_lab: bool = False
    is_expensive_treatment: bool = False
    is_active: bool = True


class NewService(ServiceIn):
    id: UUID | None = None


class ServiceChange(Whole, ServiceIn):
    version: int


class ServiceOut(Schema):
    id: UUID
    version: int
    code: str
    title_ru: str
    title_fr: str
    title_en: str
    category: str
    scope: str
    dentition: str
    chart_effect: str
    nomenclature_code: UUID | None = Field(alias="nomenclature_code_id")
    ccam_code: UUID | None = Field(alias="ccam_code_id")
    minutes: int
    needs_lab: bool
    is_expensive_treatment: bool
    is_active: bool
    amount: Decimal | None = None


class PriceIn(Schema):
    service: UUID
    amount: Decimal
    valid_from: date
    version: int | None = Field(default=None, description="Of the price that begins on that very day, when there is one: what was read.")


class PriceOut(Schema):
    id: UUID
    version: int
    service: UUID = Field(alias="service_id")
    amount: Decimal
    currency: str = Field(alias="price_list.currency")
    valid_from: date
    valid_to: date | None


class ImportIn(Schema):
    kind: str
    version: str
    valid_from: date
    is_whole: bool = True


class ImportOut(Schema):
    id: UUID
    kind: str
    version: str = Field(alias="dictionary_version")
    valid_from: date
    added: int
    changed: int
    closed: int
    report: dict[str, list[str]]
