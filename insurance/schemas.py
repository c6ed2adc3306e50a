"""What the insurance API takes and gives."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from ninja import Field, Schema

from clinic.lib.schemas import Whole
from insurance.models import GuaranteeLetter


class CoverIn(Schema):
    percent: Decimal
    limit_per_act: Decimal | None = None
    version: int | None = Field(None, description="of the rule that was read; none for a new one")


class CoverageIn(Schema):
    covers: dict[str, CoverIn]


class CoverOut(Schema):
    category: str
    version: int
    percent: Decimal
    limit_per_act: Decimal | None


class ProgrammeIn(Whole):
    id: UUID | None = None
    version: int | None = None
    insurer: UUID
    name: str
    needs_letter: bool = False
    is_active: bool = True


class ProgrammeOut(Schema):
    id: UUID
    version: int
    name: str
    needs_letter: bool
    is_active: bool
    rules: list[CoverOut]


class InsurerIn(Whole):
    id: UUID | None = None
    version: int | None = None
    name: str
    kind: str
    contract_number: str = ""
    email: str = ""
    phone: str = ""
    is_active: bool = True


class InsurerOut(Schema):
    id: UUID
    version: int
    name: str
    kind: str
    contract_number: str
    email: str
    phone: str
    is_active: bool
    programmes: list[ProgrammeOut]


class PolicyIn(Whole):
    id: UUID | None = None
    version: int | None = None
    patient: UUID
    programme: UUID
    number: str
    holder: str = ""
    valid_from: date
    valid_to: date | None = None
    annual_limit: Decimal | None = None
    currency: str
    priority: int = 1


class PolicyOut(Schema):
    id: UUID
    version: int
    patient: UUID = Field(alias="patient_id")
    programme: UUID = Field(alias="programme_id")
    number: str
    holder: str
    valid_from: date
    valid_to: date | None
    annual_limit: Decimal | None
    currency: str
    priority: int


class LetterIn(Schema):
    id: UUID | None = None
    number: str
    letter_date: date
    valid_until: date | None = None
    limit_amount: Decimal | None = None


class LetterOut(LetterIn):
    id: UUID
    policy: UUID = Field(alias="policy_id")


class LetterWhole(LetterOut):
    has_file: bool = Field(description="whether its scan is there")

    @staticmethod
    def resolve_has_file(letter: GuaranteeLetter) -> bool:
        return letter.file_id is not None


class ClaimLineOut(Schema):
    id: UUID
    patient: UUID = Field(alias="patient_id")
    policy: UUID = Field(alias="policy_id")
    performance: UUID = Field(alias="performance_id")
    charge: UUID = Field(alias="charge_id")
    letter: UUID | None = Field(alias="letter_id")
    amount: Decimal
    explanation: str
    performed_date: date
    reverses: UUID | None = Field(alias="reverses_id")


class ClaimIn(Schema):
    id: UUID | None = None
    insurer: UUID
    period_from: date
    period_to: date


class ClaimVersion(Schema):
    version: int


class ClaimOut(Schema):
    id: UUID
    version: int
    insurer: UUID = Field(alias="insurer_id")
    number: int
    currency: str
    period_from: date
    period_to: date
    state: str
    sent_at: datetime | None
    paid_at: datetime | None


class EstimateLineIn(Schema):
    key: str
    category: str
    amount: Decimal
    currency: str


class EstimateIn(Schema):
    lines: list[EstimateLineIn]
    day: date | None = None


class EstimatePartOut(Schema):
    policy: UUID = Field(alias="policy_id")
    insurer: str
    amount: Decimal
    explanation: str


class EstimateRowOut(Schema):
    key: str = Field(alias="line.key")
    insured: Decimal
    patient: Decimal
    parts: list[EstimatePartOut]


class EstimateOut(Schema):
    total: Decimal
    insured: Decimal
    patient: Decimal
    rows: list[EstimateRowOut]
