"""What the API of plans and documents takes and gives."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from ninja import Field, Schema

from charting.schemas import EnteredIn
from clinic.history.schemas import SealedOut
from clinic.lib.schemas import Whole


class PlanIn(Schema):
    id: UUID | None = None
    patient: UUID
    title: str
    dentist: UUID | None = None


class AlternativeIn(Schema):
    id: UUID | None = None
    title: str = ""
    summary: str = ""
    copy_of: UUID | None = None


class AlternativeChange(Whole):
    version: int
    title: str
    summary: str = ""


class ToothIn(Schema):
    tooth: int
    surfaces: list[str] = []
    roots: list[str] = []
    role: str = "treated"


class ItemIn(Schema):
    """Either an existing procedure of the chart, or a service with its teeth; no quantity is one, of a service done on teeth one a tooth."""

    id: UUID | None = None
    procedure: UUID | None = None
    service: UUID | None = None
    teeth: list[ToothIn] = []
    phase: UUID | None = None
    visit_number: int = 1
    quantity: int | None = None


class ItemChange(Whole):
    version: int
    quantity: int = 1
    discount_percent: Decimal | None = None
    discount_amount: Decimal | None = None
    discount_reason: str = ""


class ItemPlace(Schema):
    phase: UUID | None = None
    visit_number: int = 1
    before: UUID | None = None
    alternative: UUID | None = None


class OptionalReasonIn(Schema):
    reason: str = ""


class ReversalIn(EnteredIn):
    """The bodies of a device's queue; the reversal is of now, whenever it was asked for."""

    reason: str = ""


class CompleteIn(EnteredIn):
    """`override_reason`: why it is done although a rule of interactions stops it (409 `interaction_stop` without).

    `precautions`: the rules that warn of it and were read before (409 `precautions_unread`, each in its own field, without).
    `id` of the performance makes the request safe to repeat; `entered_at` is when it was done at the chair.
    """

    visit: UUID | None = None
    override_reason: str = ""
    precautions: list[UUID] = Field(default_factory=list)


class ItemOut(Schema):
    id: UUID
    version: int
    alternative: UUID = Field(alias="alternative_id")
    phase: UUID | None = Field(alias="phase_id")
    procedure: UUID = Field(alias="procedure_id")
    service: UUID = Field(alias="procedure.service_id")
    visit_number: int
    position: int
    quantity: int
    unit_price: Decimal
    currency: str
    price_date: date
    discount_percent: Decimal | None
    discount_amount: Decimal | None
    discount_reason: str
    total: Decimal
    state: str
    agreed_document: UUID | None = Field(alias="agreed_document_id")
    performance: UUID | None = Field(alias="performance_id")
    cancelled_at: datetime | None


class PhaseIn(Schema):
    id: UUID | None = None
    title: str = ""


class PhaseChange(Schema):
    version: int
    title: str


class PhasePlace(Schema):
    position: int


class PhaseOut(Schema):
    """`label` is the title, or the number in the reader's language."""

    id: UUID
    version: int
    title: str
    label: str
    position: int


class AlternativeOut(Schema):
    id: UUID
    plan: UUID = Field(alias="plan_id")
    version: int
    title: str
    label: str
    summary: str
    position: int
    state: str


class AcceptedAlternativeOut(AlternativeOut, SealedOut):
    """An alternative that the patient has agreed to, with the receipt of it."""


class SumOut(Schema):
    lines: int
    gross: Decimal
    discount: Decimal
    total: Decimal


class AlternativeWhole(AlternativeOut):
    phases: list[PhaseOut]
    items: list[ItemOut]
    sum: SumOut
    insured: Decimal
    patient_pays: Decimal


class PlanOut(Schema):
    id: UUID
    version: int
    patient: UUID = Field(alias="patient_id")
    title: str
    dentist: UUID = Field(alias="dentist_id")
    currency: str
    is_emergency: bool
    created_at: datetime


class PlanWhole(PlanOut):
    alternatives: list[AlternativeWhole]


class CompletionOut(Schema):
    item: UUID
    performance: UUID
    movements: list[UUID]
    shortages: list[UUID]
    charge: UUID
    charged: Decimal
    currency: str
    claim_line: UUID | None
    unsigned_consents: list[str] = []
    work_not_back: list[UUID] = Field(default=[], description="laboratory orders that say that this work is not in the clinic")


class ReversalOut(Schema):
    item: UUID
    performance: UUID
    movements: list[UUID]
    charge: UUID
    claim_lines: list[UUID]


class UnplannedIn(Schema):
    id: UUID | None = None
    patient: UUID
    service: UUID
    teeth: list[ToothIn] = []
    language: str = ""


class DocumentIn(Schema):
    id: UUID | None = None
    patient: UUID
    kind: str
    language: str = ""
    alternative: UUID | None = None


class PapersIn(Schema):
    language: str = ""


class SignatureIn(Schema):
    id: UUID | None = None
    sha256: str
    role: str
    signer_name: str
    basis: str = ""
    strokes: str
    image: str


class SignatureOut(Schema):
    id: UUID
    role: str
    signer_name: str
    basis: str
    signed_at: datetime
    document_sha256: str
    signed_file_sha256: str = Field(alias="file.sha256")


class SealedSignatureOut(SignatureOut, SealedOut):
    """A signature under a document, with its receipt."""


class DocumentOut(Schema):
    id: UUID
    patient: UUID = Field(alias="patient_id")
    kind: str
    number: str = Field(alias="full_number")
    language: str
    alternative: UUID | None = Field(alias="alternative_id")
    contract: UUID | None = Field(alias="contract_id")
    total: Decimal
    currency: str
    issued_at: datetime
    sha256: str = Field(alias="file.sha256")
    signatures: list[SignatureOut]


class UnplannedOut(Schema):
    plan: UUID
    item: UUID
    contract: UUID
    consents: list[UUID]


class ConsentRuleIn(Schema):
    strictness: str
    version: int | None = Field(None, description="of the rule that was read; none or 0 when it was never set")


class ConsentRuleOut(Schema):
    kind: str
    version: int
    strictness: str


class DiscountLimitOut(Schema):
    role: str
    version: int
    percent: Decimal


class DiscountLimitIn(Schema):
    percent: Decimal
    version: int | None = Field(None, description="of the limit that was read; none or 0 when it was never set")


class ConsentFormIn(Schema):
    kind: str
    language: str
    body: str = Field(max_length=20_000, description="`## ` begins a heading, `- ` an item of a list")


class ConsentFormOut(Schema):
    id: UUID
    kind: str
    language: str
    edition: int
    body: str
    published_at: datetime
