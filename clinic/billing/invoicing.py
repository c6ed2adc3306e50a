"""Invoices and credit notes: numbered without a gap, frozen when issued, printed in the payer's language."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clinic.billing import ledger, payers, queries
from clinic.billing.models import Charge, Invoice, InvoiceLine, InvoiceSeries
from clinic.files import actions as files
from clinic.files.models import StoredFile
from clinic.history.creation import find_sent
from clinic.lib import pdf
from clinic.lib.clock import branch_day
from clinic.lib.errors import Conflict, DomainError, InvalidInput, KeyTaken, NotFound
from clinic.lib.ids import uuid7
from clinic.lib.money import ZERO
from clinic.patients.models import Patient
from clinic.staff import reach
from clinic.staff.models import LegalEntity, User
from clinic.staff.roles import Permission

LANGUAGES = ("ru", "fr", "en")


class AlreadyInvoiced(Conflict):
    code = "already_invoiced"
    default_message = _("One of these charges stands on an invoice already. Cancel that invoice first, or leave the charge out.")


class NotInvoiceable(DomainError):
    code = "not_invoiceable"
    default_message = _("Choose charges of one patient, one legal entity and one currency that have not been reversed.")


class NotCancellable(Conflict):
    code = "not_cancellable"
    default_message = _("A credit note cannot be cancelled. Issue a new invoice instead.")


@transaction.atomic
def issue_invoice(
    *,
    id: UUID | None = None,
    patient_id: UUID,
    charge_ids: Sequence[UUID],
    language: str,
    actor: User,
    at: datetime,
    payer: payers.Wanted = payers.USUAL,
) -> Invoice:
    """Put charges on a numbered invoice, with seller, payer and insurers' parts as they are now.

    Without a named `payer` it is who usually pays for the patient. A second call with the same `id` gives the first invoice.

    :raises KeyTaken: when `id` names a different invoice.
    :raises InvalidInput: when language or payer is not acceptable.
    :raises NotInvoiceable: when charges differ in account, legal entity or currency, or do not stand.
    :raises AlreadyInvoiced: when a charge stands on another invoice.
    """
    actor.require(Permission.INVOICE_ISSUE)
    if language not in LANGUAGES:
        raise InvalidInput(fields={"language": _("Choose Russian, French or English.")})
    first = find_sent(Invoice, id, patient_id=patient_id, language=language, cancels_id=None)
    if first is not None:
        return _same_invoice(first, charge_ids, payer)
    ledger.lock_account(patient_id)
    charges = _invoiceable(patient_id, charge_ids)
    reach.require_company(actor, Permission.INVOICE_ISSUE, charges[0].charge.legal_entity_id)
    found = payers.resolve(Patient.objects.get(pk=patient_id), payer)
    invoice = _number(_draft(id, charges, found, language, actor=actor, at=at))
    invoice.save(force_insert=True)
    InvoiceLine.objects.bulk_create(_line(invoice, position, item) for position, item in enumerate(charges, start=1))
    return invoice


def _same_invoice(first: Invoice, charge_ids: Sequence[UUID], payer: payers.Wanted) -> Invoice:
    payers.check_same_payer(first, payer)
    if set(first.lines.values_list("charge_id", flat=True)) != set(charge_ids):
        raise KeyTaken
    return first


def _invoiceable(patient_id: UUID, charge_ids: Sequence[UUID]) -> list[queries.OpenCharge]:
    charges = queries.standing_charges(Charge.objects.filter(pk__in=charge_ids, patient=patient_id))
    if not charges or len(charges) != len(set(charge_ids)):
        raise NotInvoiceable
    if len({(item.charge.legal_entity_id, item.charge.currency) for item in charges}) > 1:
        raise NotInvoiceable
    if InvoiceLine.objects.filter(charge__in=charge_ids, reverses=None, reversal=None).exists():
        raise AlreadyInvoiced
    return charges


def _draft(id: UUID | None, charges: Sequence[queries.OpenCharge], payer: payers.Payer, language: str, *, actor: User, at: datetime) -> Invoice:
    charge = charges[0].charge
    return Invoice(
        id=id or uuid7(),
        patient_id=charge.patient_id,
        payer=payer.patient,
        payer_name=payer.full_name,
        payer_tax_id=payer.tax_id,
        branch=charge.branch,
        legal_entity=charge.legal_entity,
        seller=_seller(charge.legal_entity),
        total=sum((item.charge.amount for item in charges), ZERO),
        insurer_total=sum((item.insured for item in charges), ZERO),
        line_count=len(charges),
        currency=charge.currency,
        language=language,
        issue_date=branch_day(at, charge.branch.time_zone),
        issued_at=at,
        issued_by=actor,
    )


def _seller(entity: LegalEntity) -> dict[str, str]:
    names = ("name", "country", "tax_number", "registration_number", "licence", "address", "phone", "director", "bank_details")
    return {name: getattr(entity, name) for name in names}


def _number(invoice: Invoice) -> Invoice:
    """Give the next number of the legal entity's year; the series' row stays locked until the end of the transaction."""
    invoice.year = invoice.issue_date.year
    InvoiceSeries.objects.bulk_create([InvoiceSeries(legal_entity_id=invoice.legal_entity_id, year=invoice.year)], ignore_conflicts=True)
    series = InvoiceSeries.objects.select_for_update(no_key=True).get(legal_entity=invoice.legal_entity_id, year=invoice.year)
    series.last += 1
    series.save(update_fields=["last"])
    invoice.number = series.last
    return invoice


def _line(invoice: Invoice, position: int, item: queries.OpenCharge) -> InvoiceLine:
    charge = item.charge
    return InvoiceLine(
        patient_id=invoice.patient_id,
        invoice=invoice,
        charge=charge,
        position=position,
        performed_date=branch_day(charge.performance.performed_at, charge.branch.time_zone),
        code=charge.service.code,
        description=charge.description or charge.service.title_in(invoice.language),
        performer=charge.performance.performer.get_full_name(),
        amount=charge.amount,
        insurer_amount=item.insured,
    )


@transaction.atomic
def cancel_invoice(*, invoice_id: UUID, reason: str, actor: User, at: datetime) -> Invoice:
    """Cancel an invoice by a credit note of opposite lines; the charges may then be invoiced anew. Twice gives the first credit note.

    :raises NotFound: when there is no such invoice.
    :raises NotCancellable: when it is a credit note itself.
    """
    actor.require(Permission.INVOICE_ISSUE)
    if not reason.strip():
        raise InvalidInput(fields={"reason": _("Say why the invoice is cancelled.")})
    invoice = Invoice.objects.select_related("branch", "legal_entity").filter(pk=invoice_id).first()
    if invoice is None:
        raise NotFound
    reach.require_company(actor, Permission.INVOICE_ISSUE, invoice.legal_entity_id)
    if invoice.cancels_id:
        raise NotCancellable
    ledger.lock_account(invoice.patient_id)
    return Invoice.objects.filter(cancels=invoice).first() or _credit_note(invoice, reason.strip()[:300], actor=actor, at=at)


def _credit_note(invoice: Invoice, reason: str, *, actor: User, at: datetime) -> Invoice:
    note = Invoice(
        patient_id=invoice.patient_id,
        payer_id=invoice.payer_id,
        payer_name=invoice.payer_name,
        payer_tax_id=invoice.payer_tax_id,
        branch=invoice.branch,
        legal_entity=invoice.legal_entity,
        seller=_seller(invoice.legal_entity),
        total=-invoice.total,
        insurer_total=-invoice.insurer_total,
        line_count=invoice.line_count,
        currency=invoice.currency,
        language=invoice.language,
        issue_date=branch_day(at, invoice.branch.time_zone),
        issued_at=at,
        issued_by=actor,
        cancels=invoice,
        reason=reason,
    )
    _number(note).save(force_insert=True)
    InvoiceLine.objects.bulk_create(_opposite(note, line) for line in invoice.lines.order_by("position"))
    return note


def _opposite(note: Invoice, line: InvoiceLine) -> InvoiceLine:
    copied = ("position", "performed_date", "code", "description", "performer", "patient_id", "charge_id")
    values = {name: getattr(line, name) for name in copied}
    return InvoiceLine(invoice=note, amount=-line.amount, insurer_amount=-line.insurer_amount, reverses=line, **values)


@transaction.atomic
def file_of(invoice: Invoice) -> StoredFile:
    """The invoice's PDF, made from its frozen rows once and kept ever after.

    Apart from the issue, so that nobody waits for a number while another's pages are set.
    """
    row = Invoice.objects.select_for_update(no_key=True, of=("self",)).select_related("branch", "patient", "cancels", "file").get(pk=invoice.pk)
    if row.file is None:
        context = {"invoice": row, "lines": row.lines.order_by("position"), "is_french": row.seller.get("country") == "FR"}
        content = pdf.render("billing/invoice.html", context, language=row.language)
        row.file = files.store(content=content, media_type="application/pdf")
        row.save(update_fields=["file"])
    return row.file
