"""API of accounts: charges, payments, allocations, invoices, balances."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from ninja import Router, Status
from ninja.pagination import paginate

from clinic.billing import actions, day_report, debts, invoicing, queries
from clinic.billing.debt_pages import DebtPages
from clinic.billing.models import Allocation, Charge, Invoice, Payment
from clinic.billing.payers import Choice, Wanted, choices
from clinic.billing.schemas import (
    AllocationIn,
    AllocationOut,
    BalanceOut,
    CancelIn,
    ChargeOut,
    DebtOut,
    InvoiceIn,
    InvoiceOut,
    InvoiceWhole,
    PayerOut,
    PaymentIn,
    PaymentOut,
    RefundIn,
)
from clinic.billing.statement import statement
from clinic.files import actions as files
from clinic.history.actions import record_print
from clinic.lib import openapi, pdf, sheets
from clinic.lib.clock import branch_day
from clinic.lib.cursors import CursorPages
from clinic.lib.errors import InvalidInput, NotFound
from clinic.lib.money import CURRENCIES, ZERO
from clinic.lib.schemas import OneOf
from clinic.patients.messages import CUT
from clinic.patients.models import Patient
from clinic.patients.queries import get_patient_for
from clinic.patients.search import matching_ids
from clinic.staff.http import Request, branch_of
from clinic.staff.roles import Permission

router = Router(tags=["money"])
NO_SUCH_DAY = _("There is no report of this day yet.")


def _patient(request: Request, patient_id: UUID) -> Patient:
    return get_patient_for(request.user, patient_id, what="money", permission=Permission.MONEY_VIEW)


@router.get("/charges", response=list[ChargeOut], operation_id="list_charges")
@paginate(CursorPages, ordering=("-posted_at", "-id"))
def list_charges(request: Request, patient: UUID) -> QuerySet[Charge]:
    """A patient's charges and their reversals, the latest first."""
    return Charge.objects.filter(patient=_patient(request, patient))


@router.get("/payments", response=list[PaymentOut], operation_id="list_payments")
@paginate(CursorPages, ordering=("-received_at", "-id"))
def list_payments(request: Request, patient: UUID) -> QuerySet[Payment]:
    """A patient's payments and refunds, the latest first."""
    return Payment.objects.filter(patient=_patient(request, patient)).select_related("patient", "payer")


@router.post("/payments", response={201: PaymentOut}, operation_id="take_payment")
def take_payment(request: Request, data: PaymentIn) -> Status[Payment]:
    """Receive money in the branch one works in; the same `id` again gives the first payment."""
    request.user.require(Permission.PAYMENT_POST)
    _patient(request, data.patient)
    payment = actions.take_payment(
        id=data.id,
        patient_id=data.patient,
        amount=data.amount,
        method=data.method,
        branch=branch_of(request),
        actor=request.user,
        at=timezone.now(),
        payer=Wanted(data.payer, data.payer_name, data.payer_tax_id),
        reference=data.reference,
        allocate_to=data.allocate_to,
    )
    return Status(201, payment)


@router.post("/payments/{uuid:payment_id}/refund", response={201: PaymentOut}, operation_id="refund_payment")
def refund_payment(request: Request, payment_id: UUID, data: RefundIn) -> Status[Payment]:
    """Give money back from the till of the branch one works in."""
    request.user.require(Permission.REFUND_POST)
    _patient(request, queries.get_payment(payment_id).payment.patient_id)
    return Status(201, actions.refund(payment_id=payment_id, branch=branch_of(request), actor=request.user, at=timezone.now(), **data.dict()))


@router.get("/allocations", response=list[AllocationOut], operation_id="list_allocations")
@paginate(CursorPages, ordering=("-allocated_at", "-id"))
def list_allocations(request: Request, patient: UUID) -> QuerySet[Allocation]:
    return Allocation.objects.filter(patient=_patient(request, patient))


@router.post("/allocations", response={201: list[AllocationOut]}, operation_id="allocate")
def allocate(request: Request, data: AllocationIn) -> Status[list[Allocation]]:
    """Settle charges with what is free of a payment, or with the patient's advances; 404 when the payment is another patient's."""
    request.user.require(Permission.PAYMENT_POST)
    patient = _patient(request, data.patient)
    if data.payment:
        if queries.get_payment(data.payment).payment.patient_id != patient.pk:
            raise NotFound
        return Status(201, actions.allocate(payment_id=data.payment, charges=data.charges, actor=request.user, at=timezone.now()))
    return Status(201, actions.use_advance(patient_id=data.patient, charges=data.charges, actor=request.user, at=timezone.now()))


@router.post("/allocations/{uuid:allocation_id}/reverse", response={201: AllocationOut}, operation_id="free_allocation")
def free_allocation(request: Request, allocation_id: UUID) -> Status[Allocation]:
    request.user.require(Permission.PAYMENT_POST)
    allocation = Allocation.objects.filter(pk=allocation_id).first()
    if allocation is None:
        raise NotFound
    _patient(request, allocation.patient_id)
    return Status(201, actions.free_allocation(allocation_id=allocation_id, actor=request.user, at=timezone.now()))


@router.get("/invoices", response=list[InvoiceOut], operation_id="list_invoices")
@paginate(CursorPages, ordering=("-issued_at", "-id"))
def list_invoices(request: Request, patient: UUID) -> QuerySet[Invoice]:
    return Invoice.objects.filter(patient=_patient(request, patient))


@router.post("/invoices", response={201: InvoiceWhole}, operation_id="issue_invoice")
def issue_invoice(request: Request, data: InvoiceIn) -> Status[Invoice]:
    request.user.require(Permission.INVOICE_ISSUE)
    _patient(request, data.patient)
    invoice = invoicing.issue_invoice(
        id=data.id,
        patient_id=data.patient,
        charge_ids=data.charges,
        language=data.language,
        payer=Wanted(data.payer, data.payer_name, data.payer_tax_id),
        actor=request.user,
        at=timezone.now(),
    )
    return Status(201, invoice)


@router.get("/invoices/{uuid:invoice_id}", response=InvoiceWhole, operation_id="get_invoice")
def get_invoice(request: Request, invoice_id: UUID) -> Invoice:
    return queries.get_invoice_for(request.user, invoice_id)


@router.post("/invoices/{uuid:invoice_id}/cancel", response={201: InvoiceWhole}, operation_id="cancel_invoice")
def cancel_invoice(request: Request, invoice_id: UUID, data: CancelIn) -> Status[Invoice]:
    """Cancel an invoice by a credit note, which is the answer."""
    request.user.require(Permission.INVOICE_ISSUE)
    queries.get_invoice_for(request.user, invoice_id)
    return Status(201, invoicing.cancel_invoice(invoice_id=invoice_id, reason=data.reason, actor=request.user, at=timezone.now()))


@router.get("/invoices/{uuid:invoice_id}/file", operation_id="get_invoice_file", openapi_extra=openapi.PDF)
def get_invoice_file(request: Request, invoice_id: UUID) -> HttpResponse:
    """The invoice as PDF."""
    invoice = queries.get_invoice_for(request.user, invoice_id)
    record_print(what="billing_invoice", patient_id=invoice.patient_id, body={"invoice": invoice.label})
    return pdf.response(files.read(invoicing.file_of(invoice)), name=f"invoice-{invoice.label}")


@router.get("/patients/{uuid:patient_id}/payers", response=list[PayerOut], operation_id="list_payers")
def list_payers(request: Request, patient_id: UUID) -> list[Choice]:
    """Who may pay for the patient: themselves and the relatives on the card; the default is used when no payer is named."""
    return choices(_patient(request, patient_id))


@router.get("/patients/{uuid:patient_id}/balance", response=BalanceOut, operation_id="get_balance")
def get_balance(request: Request, patient_id: UUID, currency: Annotated[str, OneOf(CURRENCIES)] = "") -> dict[str, Any]:
    """What the patient owes, what is open, and every row of the account with the running balance."""
    patient = _patient(request, patient_id)
    wanted = currency or patient.branch.currency
    free: Decimal = sum((item.free for item in queries.advances(patient_id=patient.pk, currency=wanted)), ZERO)
    return {
        "currency": wanted,
        "balance": queries.balance(patient, wanted),
        "open_charges": queries.open_charges(patient_id=patient.pk, currency=wanted),
        "advance": free,
        "entries": statement(patient, wanted),
    }


@router.get("/debts/workbook", operation_id="get_debts_workbook", openapi_extra=openapi.XLSX)
def get_debts_workbook(request: Request, everywhere: bool = False) -> HttpResponse:  # noqa: FBT001, FBT002 - a query parameter
    """Everybody who owes, as XLSX; `everywhere` is in every branch where one may take lists of debts."""
    request.user.require(Permission.MONEY_VIEW)
    request.user.require(Permission.LIST_EXPORT)
    return sheets.response(debts.take_debts(_debts_seen(request, Permission.LIST_EXPORT, everywhere=everywhere)), name="unpaid")


def _debts_seen(request: Request, *more: Permission, everywhere: bool) -> debts.Scope:
    """The debts of the branch one works in, or of every branch where one may see money (and has the other rights)."""
    branch = branch_of(request)
    branches = request.user.branches_where(Permission.MONEY_VIEW, *more) if everywhere else [branch]
    return debts.Scope(branch_day(timezone.now(), branch.time_zone), branches)


@router.get("/day-report", operation_id="get_day_report", openapi_extra=openapi.PDF)
def get_day_report(request: Request, day: date | None = None) -> HttpResponse:
    """The cash report of a branch day as PDF, with the signed state of history; today's without `day`."""
    request.user.require(Permission.MONEY_VIEW)
    branch = branch_of(request)
    today = branch_day(timezone.now(), branch.time_zone)
    if day and not day_report.FIRST_DAY <= day <= today:
        raise InvalidInput(fields={"day": NO_SUCH_DAY})
    return pdf.response(day_report.take(branch, day or today), name=f"cash-{(day or today).isoformat()}")


@router.get("/debts", response=list[DebtOut], operation_id="list_debts")
@paginate(DebtPages)
def list_debts(request: Request, everywhere: bool = False, q: str = "") -> debts.Scope:  # noqa: FBT001, FBT002 - a query parameter
    """Who owes, the largest debt first; of the branch one works in, or `everywhere` one may see money; `q` is a name, card number or phone.

    422 when more than 10,000 patients match `q`: the list would not be whole.
    """
    request.user.require(Permission.MONEY_VIEW)
    scope = _debts_seen(request, everywhere=everywhere)
    narrowed = replace(scope, patients=matching_ids(q, scope.today) if q.strip() else None)
    if narrowed.is_cut:
        raise InvalidInput(fields={"q": CUT})
    return narrowed
