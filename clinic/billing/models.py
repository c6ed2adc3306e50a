"""The patient's account: charges, insurers' shares, payments, allocations and invoices. Every money row is append-only."""

from decimal import Decimal
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from charting.models import Performance
from clinic.files.models import StoredFile
from clinic.history.models import Record
from clinic.lib.money import CURRENCIES
from clinic.patients.models import Patient
from clinic.price_list.models import Service
from clinic.staff.models import Branch, LegalEntity, User

CURRENCY_CHOICES = [(code, code) for code in CURRENCIES]
FORWARD = Q(reverses=None)


class Charge(Record):
    """What a performed procedure costs, before any insurer's share; a reversal is an opposite row."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="charges", verbose_name=_("patient"))
    performance = models.ForeignKey(Performance, models.PROTECT, related_name="charges", verbose_name=_("performance"))
    service = models.ForeignKey(Service, models.PROTECT, related_name="+", verbose_name=_("service"))
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+", verbose_name=_("branch"))
    legal_entity = models.ForeignKey(LegalEntity, models.PROTECT, related_name="+", verbose_name=_("legal entity"))
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3, choices=CURRENCY_CHOICES)
    description = models.CharField(_("description"), max_length=500)
    reason = models.CharField(_("reason of reversal"), max_length=300, blank=True)
    posted_at = models.DateTimeField(_("posted"))
    posted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("posted by"))
    reverses = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="reversal", verbose_name=_("reverses"))

    class Meta:
        verbose_name = _("charge")
        constraints = [
            models.UniqueConstraint(fields=["performance"], condition=FORWARD, name="billing_charged_once"),
            models.CheckConstraint(condition=Q(reverses=None, amount__gte=0) | Q(reverses__isnull=False, amount__lte=0), name="billing_charge_sign"),
        ]
        indexes = [
            models.Index(fields=["patient", "posted_at"], name="billing_charge_account"),
            models.Index(fields=["branch", "posted_at"], name="billing_charge_day"),
        ]

    def __str__(self) -> str:
        return self.description


class InsurerShare(Record):
    """The part of a charge that an insurer takes over; it lessens what the patient owes."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", verbose_name=_("patient"))
    charge = models.ForeignKey(Charge, models.PROTECT, related_name="insurer_shares", verbose_name=_("charge"))
    payer_name = models.CharField(_("insurer"), max_length=200)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    posted_at = models.DateTimeField(_("posted"))
    posted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("posted by"))
    reverses = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="reversal", verbose_name=_("reverses"))

    class Meta:
        verbose_name = _("insurer's share")
        constraints = [
            models.CheckConstraint(condition=Q(reverses=None, amount__gt=0) | Q(reverses__isnull=False, amount__lt=0), name="billing_share_sign")
        ]


class Method(models.TextChoices):
    CASH = "cash", _("cash")
    CARD = "card", _("card")
    TRANSFER = "transfer", _("bank transfer")


class Payment(Record):
    """Money received, or given back by an opposite row that names the payment it refunds. What is not allocated is an advance."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="payments", verbose_name=_("patient"))
    payer = models.ForeignKey(Patient, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("payer"))
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+", verbose_name=_("branch"))
    legal_entity = models.ForeignKey(LegalEntity, models.PROTECT, related_name="+", verbose_name=_("legal entity"))
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3, choices=CURRENCY_CHOICES)
    method = models.CharField(_("method"), max_length=10, choices=Method.choices)
    reference = models.CharField(_("reference"), max_length=100, blank=True)
    received_at = models.DateTimeField(_("received"))
    received_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("received by"))
    refunds = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="refund_rows", verbose_name=_("refunds"))
    reason = models.CharField(_("reason of the refund"), max_length=300, blank=True)
    payer_name = models.CharField(_("payer's name"), max_length=300, blank=True)
    payer_tax_id = models.CharField(_("payer's tax number"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("payment")
        constraints = [
            models.CheckConstraint(condition=Q(payer__isnull=False) ^ ~Q(payer_name=""), name="billing_payment_has_one_payer"),
            models.CheckConstraint(condition=Q(method__in=Method.values), name="billing_payment_method_known"),
            models.CheckConstraint(
                condition=Q(refunds=None, amount__gt=0) | (Q(refunds__isnull=False, amount__lt=0) & ~Q(reason="")), name="billing_payment_sign"
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "received_at"], name="billing_payment_account"),
            models.Index(fields=["branch", "received_at"], name="billing_payment_day"),
        ]

    @property
    def is_refund(self) -> bool:
        return self.refunds_id is not None

    @property
    def paid_by(self) -> str:
        """Who paid, or got the money back; payments older than the payer's field were the patient's."""
        return self.payer_name or (self.payer or self.patient).get_full_name()

    @property
    def payer_key(self) -> UUID | None:
        """The patient who paid; none when it was somebody known by name only."""
        return None if self.payer_name else self.payer_id or self.patient_id

    @property
    def is_paid_by_another(self) -> bool:
        """Whether somebody else than the patient paid."""
        return bool(self.payer_name) or self.payer_id not in (None, self.patient_id)


class Allocation(Record):
    """The part of a payment that settles a charge; freed by an opposite row."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", verbose_name=_("patient"))
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="allocations", verbose_name=_("payment"))
    charge = models.ForeignKey(Charge, models.PROTECT, related_name="allocations", verbose_name=_("charge"))
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    allocated_at = models.DateTimeField(_("allocated"))
    allocated_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("allocated by"))
    reverses = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="reversal", verbose_name=_("reverses"))

    class Meta:
        verbose_name = _("allocation")
        constraints = [
            models.CheckConstraint(condition=Q(reverses=None, amount__gt=0) | Q(reverses__isnull=False, amount__lt=0), name="billing_allocation_sign")
        ]


class OpenAmount(models.Model):
    """What of a charge the patient still owes; no row when nothing is. Kept by trigger from charges, insurers' shares and allocations.

    Derived rows, no record: history has what they are derived from, and the application may only read them. At the end of each transaction
    the database compares them with the sums. Lists of debts read these rows, so they cost by what is open and not by what was ever charged.
    """

    charge = models.OneToOneField(Charge, models.PROTECT, primary_key=True, related_name="open_amount")
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", db_constraint=False)
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    currency = models.CharField(max_length=3)
    posted_at = models.DateTimeField()
    amount = models.DecimalField(max_digits=12, decimal_places=2)

    class Meta:
        indexes = [models.Index(fields=["branch", "posted_at"], include=["patient", "currency", "amount"], name="billing_open_of_branch")]


class InvoiceSeries(Record):
    """The last number given in a legal entity's year; its row is locked while a number is given."""

    legal_entity = models.ForeignKey(LegalEntity, models.PROTECT, related_name="+", verbose_name=_("legal entity"))
    year = models.PositiveSmallIntegerField(_("year"))
    last = models.PositiveIntegerField(_("last number"), default=0)

    class Meta:
        verbose_name = _("invoice series")
        constraints = [models.UniqueConstraint(fields=["legal_entity", "year"], name="billing_series_once")]


class Invoice(Record):
    """A numbered bill for charges, with seller and payer as they were; a credit note is the opposite invoice."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="invoices", verbose_name=_("patient"))
    payer = models.ForeignKey(Patient, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("payer"))
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+", verbose_name=_("branch"))
    legal_entity = models.ForeignKey(LegalEntity, models.PROTECT, related_name="+", verbose_name=_("legal entity"))
    year = models.PositiveSmallIntegerField(_("year"))
    number = models.PositiveIntegerField(_("number"))
    seller = models.JSONField(_("seller"), default=dict)
    payer_name = models.CharField(_("payer's name"), max_length=500)
    total = models.DecimalField(_("total"), max_digits=12, decimal_places=2)
    insurer_total = models.DecimalField(_("insurer's part"), max_digits=12, decimal_places=2)
    line_count = models.PositiveSmallIntegerField(_("lines"))
    currency = models.CharField(_("currency"), max_length=3, choices=CURRENCY_CHOICES)
    language = models.CharField(_("language"), max_length=2)
    issue_date = models.DateField(_("date"))
    issued_at = models.DateTimeField(pgettext_lazy("invoice", "issued"))
    issued_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=pgettext_lazy("invoice", "issued by"))
    cancels = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="credit_note", verbose_name=_("cancels"))
    reason = models.CharField(_("reason of cancellation"), max_length=300, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("file"))
    payer_tax_id = models.CharField(_("payer's tax number"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("invoice")
        constraints = [
            models.CheckConstraint(condition=~Q(payer_name=""), name="billing_invoice_names_its_payer"),
            models.UniqueConstraint(fields=["legal_entity", "year", "number"], name="billing_invoice_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="billing_invoice_number_positive"),
            models.CheckConstraint(
                condition=Q(cancels=None, total__gte=0, insurer_total__gte=0, insurer_total__lte=F("total"))
                | (Q(cancels__isnull=False, total__lte=0, insurer_total__lte=0, insurer_total__gte=F("total")) & ~Q(reason="")),
                name="billing_invoice_sign",
            ),
        ]
        indexes = [models.Index(fields=["patient", "issued_at"], name="billing_invoice_account")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The number as people write it: 2026-000017."""
        return f"{self.year}-{self.number:06d}"

    @property
    def due(self) -> Decimal:
        """What the payer owes of the invoice when the insurer has taken its part."""
        return self.total - self.insurer_total


class InvoiceLine(Record):
    """A charge as it stands on an invoice; on a credit note the opposite of the cancelled line."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", verbose_name=_("patient"))
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="lines", verbose_name=_("invoice"))
    charge = models.ForeignKey(Charge, models.PROTECT, related_name="invoice_lines", verbose_name=_("charge"))
    position = models.PositiveSmallIntegerField(_("position"))
    performed_date = models.DateField(_("date"))
    code = models.CharField(_("code"), max_length=30)
    description = models.CharField(_("description"), max_length=500)
    performer = models.CharField(_("performed by"), max_length=300)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    insurer_amount = models.DecimalField(_("insurer's part"), max_digits=12, decimal_places=2)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="reversal", verbose_name=_("reverses"))

    class Meta:
        verbose_name = _("invoice line")
        constraints = [
            models.UniqueConstraint(fields=["invoice", "position"], name="billing_invoice_line_position"),
            models.CheckConstraint(
                condition=Q(reverses=None, amount__gte=0, insurer_amount__gte=0) | Q(reverses__isnull=False, amount__lte=0, insurer_amount__lte=0),
                name="billing_invoice_line_sign",
            ),
        ]
