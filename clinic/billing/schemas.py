"""What the money API takes and gives."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from ninja import Field, Schema


class ChargeOut(Schema):
    id: UUID
    patient: UUID = Field(alias="patient_id")
    performance: UUID = Field(alias="performance_id")
    service: UUID = Field(alias="service_id")
    branch: UUID = Field(alias="branch_id")
    amount: Decimal
    currency: str
    description: str
    reason: str
    posted_at: datetime
    reverses: UUID | None = Field(alias="reverses_id")


class OpenChargeOut(Schema):
    charge: ChargeOut
    insured: Decimal
    settled: Decimal
    due: Decimal


class PaymentIn(Schema):
    id: UUID | None = None
    patient: UUID
    amount: Decimal
    method: str
    reference: str = ""
    payer: UUID | None = Field(None, description="The patient, or a relative who is a patient; without it and without a name, who usually pays.")
    payer_name: str = Field("", description="Somebody who is no patient, instead of `payer`.")
    payer_tax_id: str = ""
    allocate_to: Literal["oldest", "none"] | dict[UUID, Decimal] = "oldest"


class PaymentOut(Schema):
    id: UUID
    patient: UUID = Field(alias="patient_id")
    payer: UUID | None = Field(alias="payer_key")
    payer_name: str = Field(alias="paid_by")
    payer_tax_id: str
    branch: UUID = Field(alias="branch_id")
    amount: Decimal
    currency: str
    method: str
    reference: str
    received_at: datetime
    refunds: UUID | None = Field(alias="refunds_id")
    reason: str


class RefundIn(Schema):
    id: UUID | None = None
    amount: Decimal
    reason: str
    method: str | None = None


class AllocationIn(Schema):
    """Settle charges from one payment, or from the patient's advances when no payment is named."""

    patient: UUID
    payment: UUID | None = None
    charges: dict[UUID, Decimal]


class AllocationOut(Schema):
    id: UUID
    payment: UUID = Field(alias="payment_id")
    charge: UUID = Field(alias="charge_id")
    amount: Decimal
    allocated_at: datetime
    reverses: UUID | None = Field(alias="reverses_id")


class InvoiceIn(Schema):
    id: UUID | None = None
    patient: UUID
    charges: list[UUID]
    language: str
    payer: UUID | None = Field(None, description="The patient, or a relative who is a patient; without it and without a name, who usually pays.")
    payer_name: str = Field("", description="Somebody who is no patient, instead of `payer`.")
    payer_tax_id: str = ""


class PayerOut(Schema):
    """Somebody who may be named as the payer of a patient: a patient by `patient`, anybody else by `name`."""

    patient: UUID | None = Field(alias="payer.patient_id")
    name: str = Field(alias="payer.full_name")
    kind: str
    is_default: bool


class CancelIn(Schema):
    reason: str


class InvoiceLineOut(Schema):
    charge: UUID = Field(alias="charge_id")
    position: int
    performed_date: date
    code: str
    description: str
    amount: Decimal
    insurer_amount: Decimal


class InvoiceOut(Schema):
    id: UUID
    label: str
    patient: UUID = Field(alias="patient_id")
    payer: UUID | None = Field(alias="payer_id")
    payer_name: str
    payer_tax_id: str
    total: Decimal
    insurer_total: Decimal
    due: Decimal
    currency: str
    language: str
    issue_date: date
    cancels: UUID | None = Field(alias="cancels_id")
    reason: str


class InvoiceWhole(InvoiceOut):
    lines: list[InvoiceLineOut]


class StatementEntryOut(Schema):
    at: datetime
    kind: str
    row: UUID = Field(alias="row.id")
    amount: Decimal
    balance: Decimal


class BalanceOut(Schema):
    """What the patient owes in one currency (negative: the clinic owes), and the account's rows."""

    currency: str
    balance: Decimal
    open_charges: list[OpenChargeOut]
    advance: Decimal
    entries: list[StatementEntryOut]


class DebtOut(Schema):
    patient: UUID = Field(alias="patient_id")
    name: str
    card_number: int
    payer: str
    currency: str
    owed: Decimal
    by_age: list[Decimal]
    oldest_date: date
    advance: Decimal
