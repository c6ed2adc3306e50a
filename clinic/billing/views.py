"""Pages of money: the till, what is unpaid, and a patient's account."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import number_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from clinic.billing import actions, day_report, debts, invoicing, payers, queries, rules
from clinic.billing.forms import ADVANCE, CancelForm, InvoiceForm, PaymentForm, RefundForm
from clinic.billing.models import Charge, InvoiceLine
from clinic.billing.statement import Account, statement
from clinic.files import actions as files
from clinic.history.actions import record_list, record_print
from clinic.lib import panels, pdf, searches, sheets
from clinic.lib.clock import branch_day
from clinic.lib.money import CURRENCIES, ZERO
from clinic.lib.pages import page_of
from clinic.lib.templatetags.house import money
from clinic.lib.toasts import tell
from clinic.patients import queries as patients
from clinic.patients.models import Patient
from clinic.patients.search import matching_ids, search_patients
from clinic.staff.guards import page
from clinic.staff.http import Request, branch_of
from clinic.staff.roles import Permission

RECENT = timedelta(days=30)
PAGE_SIZE = 50


@page(Permission.MONEY_VIEW)
def till(request: Request) -> HttpResponse:
    """The branch's receipts of a day by method, and who was treated lately and has not paid."""
    branch, now = branch_of(request), timezone.now()
    today = branch_day(now, branch.time_zone)
    day = _day(request, today)
    receipts = debts.receipts_by_method(branch, day)
    payments = page_of(request, debts.payments_of_day(branch, day), PAGE_SIZE)
    owed = debts.debts(debts.Scope(today, [branch], now - RECENT), limit=12)
    record_list("till", [*(payment.patient_id for payment in payments), *(debt.patient_id for debt in owed)])
    context = {
        "branch": branch,
        "day": day,
        "is_today": day == today,
        "previous": day - timedelta(days=1),
        "next": day + timedelta(days=1) if day < today else None,
        "receipts": receipts,
        "net": sum((line.net for line in receipts), ZERO),
        "payments": payments,
        "debts": owed,
    }
    return render(request, "billing/till.html", {**context, **_rights(request)})


@page(Permission.MONEY_VIEW)
def till_report(request: Request) -> HttpResponse:
    """The day as PDF, with the signed state of history."""
    branch = branch_of(request)
    day = _day(request, branch_day(timezone.now(), branch.time_zone))
    return pdf.response(day_report.take(branch, day), name=f"cash-{day.isoformat()}")


@page(Permission.MONEY_VIEW, Permission.PAYMENT_POST)
def till_find(request: Request) -> HttpResponse:
    """Patients to take a payment from, as rows that open the payment beside the till."""
    text = (request.POST.get("q") or request.GET.get("q", "")).strip()[:100]
    today = branch_day(timezone.now(), branch_of(request).time_zone)
    found = search_patients(user=request.user, text=text, today=today, limit=6) if text else []
    return render(request, "billing/_found.html", {"patients": found, "q": text})


def _day(request: Request, today: date) -> date:
    try:
        day = parse_date(request.GET.get("day", "")) or today
    except ValueError:
        day = today
    return min(max(day, day_report.FIRST_DAY), today)


@page(Permission.MONEY_VIEW)
def unpaid(request: Request) -> HttpResponse:
    """Everybody who owes, by the age of the debt; narrowed by name, card number or phone."""
    if request.method == "POST":
        narrowed = searches.keep(request) | ({"branch": "here"} if _is_here(request) else {})
        return redirect(f"{reverse('unpaid')}?{urlencode(narrowed)}")
    scope = _scope(request)
    sums = debts.totals(scope)
    shown = page_of(request, debts.DebtList(scope, sums), PAGE_SIZE)
    record_list("billing_unpaid", (row.patient_id for row in shown.object_list))
    context = {"page": shown, "totals": sums, "count": shown.paginator.count, "here": _is_here(request), "q": searches.typed(request)}
    context |= {"query": request.GET.urlencode(), "is_cut": scope.is_cut, "may_take": request.user.may(Permission.LIST_EXPORT)}
    return render(request, "billing/unpaid.html", {**context, **_rights(request)})


@page(Permission.MONEY_VIEW, Permission.LIST_EXPORT)
def unpaid_xlsx(request: Request) -> HttpResponse:
    """The same list as a workbook."""
    return sheets.response(debts.take_debts(_scope(request, Permission.LIST_EXPORT)), name="unpaid")


def _is_here(request: Request) -> bool:
    return request.GET.get("branch") == "here"


def _scope(request: Request, *more: Permission) -> debts.Scope:
    """The debts of the branch one works in, or of every branch where one may see money (and has the other rights)."""
    branch, text = branch_of(request), searches.typed(request)
    today = branch_day(timezone.now(), branch.time_zone)
    branches = [branch] if _is_here(request) else request.user.branches_where(Permission.MONEY_VIEW, *more)
    return debts.Scope(today, branches, patients=matching_ids(text, today) if text else None)


def _patient(request: Request, patient_id: UUID) -> Patient:
    return patients.get_patient_for(request.user, patient_id, what="money", permission=Permission.MONEY_VIEW)


@page(Permission.MONEY_VIEW)
def patient_money(request: Request, patient_id: UUID) -> HttpResponse:
    """The patient's account: what is owed, every row in order, invoices."""
    patient = _patient(request, patient_id)
    currencies = sorted({patient.branch.currency, *queries.accounts_on_page(patient)})
    currency = request.GET.get("currency", "")
    currency = currency if currency in currencies else patient.branch.currency
    account = Account(statement(patient, currency))
    payer = next(choice for choice in payers.choices(patient) if choice.is_default)
    shown = page_of(request, account.latest_first, PAGE_SIZE)
    context = {"currency": currency, "currencies": currencies, "account": account, "page": shown, "payer": payer}
    context["invoices"] = queries.invoices_of(patient)
    return render(request, "billing/patient_money.html", {"patient": patient, "tab": "patient-money", **context, **_rights(request)})


def _rights(request: Request) -> dict[str, bool]:
    may = request.user.may
    return {"may_pay": may(Permission.PAYMENT_POST), "may_refund": may(Permission.REFUND_POST), "may_invoice": may(Permission.INVOICE_ISSUE)}


@page(Permission.MONEY_VIEW, Permission.PAYMENT_POST)
def pay(request: Request, patient_id: UUID) -> HttpResponse:
    """Take a payment: the patient's open charges are ticked and summed up already."""
    patient, branch = _patient(request, patient_id), branch_of(request)
    due = queries.open_charges(patient_id=patient.pk, currency=branch.currency, legal_entity_id=branch.legal_entity_id)
    advances = queries.advances(patient_id=patient.pk, currency=branch.currency, legal_entity_id=branch.legal_entity_id)
    free = sum((item.free for item in advances), ZERO)
    total = sum((item.due for item in due), ZERO)
    initial = {"amount": number_format(total, decimal_pos=2) if total else ""}
    form = PaymentForm(request.POST or None, patient=patient, due=due, has_advance=bool(free), initial=initial)

    def save(values: dict[str, Any]) -> None:
        if values["method"] == ADVANCE:
            items = [rules.OpenItem(item.charge.pk, item.due) for item in form.chosen]
            parts = rules.settle_in_order(values["amount"], items)
            actions.use_advance(patient_id=patient.pk, charges=parts, actor=request.user, at=timezone.now())
        else:
            chosen = [item.charge.pk for item in form.chosen]
            actions.take_payment(patient_id=patient.pk, branch=branch, actor=request.user, at=timezone.now(), allocate_to=chosen, **_paid(values))
        tell(request, _("%(amount)s posted for %(patient)s.") % {"amount": money(values["amount"], branch.currency), "patient": patient})

    context = {"title": _("Payment of %(patient)s") % {"patient": patient}, "verb": _("Post payment"), "free": free, "total": total}
    context |= {"currency": branch.currency, "sign": CURRENCIES.get(branch.currency, branch.currency), "patient": patient}
    return panels.submit(request, form, save, template="billing/pay.html", context=context)


def _paid(values: dict[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in ("id", "amount", "method", "reference", "payer")}


@page(Permission.REFUND_POST)
def refund(request: Request, payment_id: UUID) -> HttpResponse:
    """Give money of a payment back, with the reason."""
    item = queries.get_payment(payment_id)
    patient = _patient(request, item.payment.patient_id)
    initial = {"amount": number_format(item.free or item.kept, decimal_pos=2), "method": item.payment.method}

    def save(values: dict[str, Any]) -> None:
        actions.refund(payment_id=payment_id, branch=branch_of(request), actor=request.user, at=timezone.now(), **values)
        tell(request, _("%(amount)s refunded to %(patient)s.") % {"amount": money(values["amount"], item.payment.currency), "patient": patient})

    form = RefundForm(request.POST or None, initial=initial)
    lead = _("Left of this payment: %(kept)s; of it not used for charges: %(free)s.") % {
        "kept": money(item.kept, item.payment.currency),
        "free": money(item.free, item.payment.currency),
    }
    context = {"patient": patient, "title": _("Refund"), "verb": _("Post refund"), "verb_class": "btn-danger", "lead": lead}
    return panels.submit(request, form, save, context=context)


@page(Permission.INVOICE_ISSUE)
def invoice_new(request: Request, patient_id: UUID) -> HttpResponse:
    """Issue an invoice for charges that stand on none."""
    patient = _patient(request, patient_id)
    invoiced = InvoiceLine.objects.filter(patient=patient, reverses=None, reversal=None).values("charge")
    charges = queries.standing_charges(Charge.objects.filter(patient=patient).exclude(pk__in=invoiced))

    def save(values: dict[str, Any]) -> None:
        invoice = invoicing.issue_invoice(
            id=values["id"],
            patient_id=patient.pk,
            charge_ids=[UUID(key) for key in values["charges"]],
            language=values["language"],
            payer=values["payer"],
            actor=request.user,
            at=timezone.now(),
        )
        tell(request, _("Invoice %(label)s is issued.") % {"label": invoice.label}, open_url=f"/invoices/{invoice.pk}/file/")

    form = InvoiceForm(request.POST or None, patient=patient, charges=charges, initial={"language": patient.language})
    context = {"patient": patient, "title": _("New invoice"), "verb": _("Issue invoice"), "has_charges": bool(charges)}
    return panels.submit(request, form, save, template="billing/invoice_new.html", context=context)


@page(Permission.MONEY_VIEW)
def invoice_file(request: Request, invoice_id: UUID) -> HttpResponse:
    """The invoice as PDF."""
    invoice = queries.get_invoice_for(request.user, invoice_id)
    record_print(what="billing_invoice", patient_id=invoice.patient_id, body={"invoice": invoice.label})
    return pdf.response(files.read(invoicing.file_of(invoice)), name=f"invoice-{invoice.label}")


@page(Permission.INVOICE_ISSUE)
def invoice_cancel(request: Request, invoice_id: UUID) -> HttpResponse:
    """Cancel an invoice by a credit note."""
    invoice = queries.get_invoice_for(request.user, invoice_id)

    def save(values: dict[str, Any]) -> None:
        note = invoicing.cancel_invoice(invoice_id=invoice_id, reason=values["reason"], actor=request.user, at=timezone.now())
        tell(request, _("Credit note %(label)s is issued.") % {"label": note.label}, open_url=f"/invoices/{note.pk}/file/")

    lead = _("The invoice stays as it is; a credit note of the opposite sum cancels it, and its charges may be invoiced anew.")
    context = {"title": _("Cancel invoice %(label)s") % {"label": invoice.label}, "verb": _("Issue credit note"), "verb_class": "btn-danger"}
    return panels.submit(request, CancelForm(request.POST or None), save, context={**context, "lead": lead})
