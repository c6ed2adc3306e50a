"""Plans with their alternatives, phases and items; the documents that agree them and the signatures under those."""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Round
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from charting.models import Performance, Procedure
from clinic.files.models import StoredFile
from clinic.history.models import Record
from clinic.lib.constraints import together
from clinic.lib.money import ZERO
from clinic.patients.models import Patient
from clinic.staff.models import Branch, LegalEntity, User
from clinic.staff.roles import Role
from treatment_plans import rules


class Plan(Record):
    """What a patient is offered for one set of problems, in one or more alternatives."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="plans", verbose_name=_("patient"))
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+", verbose_name=_("branch"))
    title = models.CharField(_("title"), max_length=200)
    dentist = models.ForeignKey(User, models.PROTECT, related_name="plans", verbose_name=_("dentist"))
    currency = models.CharField(_("currency"), max_length=3)
    is_emergency = models.BooleanField(_("unplanned act"), default=False)

    class Meta:
        verbose_name = _("treatment plan")
        indexes = [models.Index(fields=["patient", "created_at"], name="treatment_plans_of_patient")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("plan", args=[self.pk])


class AlternativeState(models.TextChoices):
    DRAFT = "draft", _("draft")
    PRESENTED = "presented", _("presented")
    ACCEPTED = "accepted", _("accepted")
    REJECTED = "rejected", _("rejected")
    CANCELLED = "cancelled", _("ended early")


class Alternative(Record):
    """One way to reach the plan's goal; at most one alternative of a plan is accepted, and then it is frozen."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="alternatives", verbose_name=_("plan"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", verbose_name=_("patient"))
    title = models.CharField(_("title"), max_length=200, blank=True)
    summary = models.TextField(_("in plain words for the patient"), blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    state = models.CharField(_("state"), max_length=10, choices=AlternativeState.choices, default=AlternativeState.DRAFT)

    class Meta:
        verbose_name = _("alternative")
        constraints = [
            models.UniqueConstraint(fields=["plan"], condition=Q(state="accepted"), name="treatment_plans_one_accepted"),
            models.CheckConstraint(condition=Q(state__in=AlternativeState.values), name="treatment_plans_alternative_state_known"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The title, or the number in the reader's language."""
        return self.title or _("Alternative %(number)s") % {"number": self.position}

    @property
    def is_open(self) -> bool:
        """Whether lines and prices may still change."""
        return self.state in (AlternativeState.DRAFT, AlternativeState.PRESENTED)


class AlternativeStep(Record):
    """Who moved an alternative to a state, when and why."""

    alternative = models.ForeignKey(Alternative, models.PROTECT, related_name="steps", verbose_name=_("alternative"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", verbose_name=_("patient"))
    state = models.CharField(_("state"), max_length=10, choices=AlternativeState.choices)
    moved_at = models.DateTimeField(_("when"))
    moved_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("who"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("step of an alternative")
        constraints = [models.CheckConstraint(condition=Q(state__in=AlternativeState.values), name="treatment_plans_step_state_known")]


class Phase(Record):
    """A stage of treatment; items belong to it in order. An empty one may be taken out while the alternative is open."""

    deletable: ClassVar[bool] = True

    alternative = models.ForeignKey(Alternative, models.PROTECT, related_name="phases", verbose_name=_("alternative"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", verbose_name=_("patient"))
    title = models.CharField(_("title"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(_("position"))

    class Meta:
        verbose_name = _("phase")
        constraints = [
            models.UniqueConstraint(fields=["alternative", "position"], name="treatment_plans_phase_position", deferrable=models.Deferrable.DEFERRED)
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The title, or the number in the reader's language."""
        return self.title or _("Phase %(number)s") % {"number": self.position}


class DocumentKind(models.TextChoices):
    """The contract, what changes it, and the informed consents."""

    CONTRACT = "contract", _("Contract")
    ANNEX = "annex", _("Annex with a further plan")
    ADDENDUM = "addendum", pgettext_lazy("contract", "Addendum")
    CONSENT_GENERAL = "consent_general", _("Consent: examination and diagnostics")
    CONSENT_THERAPY = "consent_therapy", _("Consent: therapy")
    CONSENT_ENDODONTICS = "consent_endodontics", _("Consent: endodontics")
    CONSENT_SURGERY = "consent_surgery", _("Consent: surgery")
    CONSENT_IMPLANTS = "consent_implants", _("Consent: implants")
    CONSENT_PROSTHETICS = "consent_prosthetics", _("Consent: prosthetics")
    CONSENT_ORTHODONTICS = "consent_orthodontics", _("Consent: orthodontics")
    CONSENT_HYGIENE = "consent_hygiene", _("Consent: hygiene and whitening")
    CONSENT_ANAESTHESIA = "consent_anaesthesia", _("Consent: anaesthesia")
    CONSENT_CHILDREN = "consent_children", _("Consent: treatment of a child")


class DocumentSeries(Record):
    """The last number given in a series; its locked row makes numbers gapless."""

    legal_entity = models.ForeignKey(LegalEntity, models.PROTECT, related_name="+", verbose_name=_("legal entity"))
    year = models.PositiveSmallIntegerField(_("year"))
    series = models.CharField(_("series"), max_length=10, choices=rules.SERIES_CHOICES)
    last_number = models.PositiveIntegerField(_("last number"), default=0)

    class Meta:
        verbose_name = _("series of documents")
        constraints = [
            models.UniqueConstraint(fields=["legal_entity", "year", "series"], name="treatment_plans_series_once"),
            models.CheckConstraint(condition=Q(series__in=[code for code, __ in rules.SERIES_CHOICES]), name="treatment_plans_series_known"),
        ]


class Document(Record):
    """An issued contract, annex, addendum or consent: number, language, template version and the PDF itself. Append-only."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="documents", verbose_name=_("patient"))
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+", verbose_name=_("branch"))
    legal_entity = models.ForeignKey(LegalEntity, models.PROTECT, related_name="+", verbose_name=_("legal entity"))
    kind = models.CharField(_("kind"), max_length=30, choices=DocumentKind.choices)
    series = models.CharField(_("series"), max_length=10, choices=rules.SERIES_CHOICES)
    year = models.PositiveSmallIntegerField(_("year"))
    number = models.PositiveIntegerField(_("number"))
    language = models.CharField(_("language"), max_length=2, choices=[("ru", "Русский"), ("fr", "Français"), ("en", "English")])
    template_version = models.CharField(_("template version"), max_length=20)
    alternative = models.ForeignKey(Alternative, models.PROTECT, null=True, blank=True, related_name="documents", verbose_name=_("alternative"))
    contract = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="annexes", verbose_name=_("to the contract"))
    replaces = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name=_("instead of"))
    total = models.DecimalField(_("total"), max_digits=14, decimal_places=2, default=ZERO)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    issued_at = models.DateTimeField(pgettext_lazy("document", "issued"))
    issued_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=pgettext_lazy("document", "issued by"))
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name=_("PDF"))
    content_hash = models.CharField(_("hash of the content"), max_length=64)

    class Meta:
        verbose_name = _("document")
        constraints = [
            models.UniqueConstraint(fields=["legal_entity", "series", "year", "number"], name="treatment_plans_document_number"),
            models.CheckConstraint(condition=Q(kind__in=DocumentKind.values), name="treatment_plans_document_kind_known"),
            models.CheckConstraint(condition=Q(series__in=[code for code, __ in rules.SERIES_CHOICES]), name="treatment_plans_document_series_known"),
            models.CheckConstraint(condition=Q(language__in=["ru", "fr", "en"]), name="treatment_plans_document_language_known"),
            models.CheckConstraint(condition=Q(kind__startswith="consent_") | Q(alternative__isnull=False), name="treatment_plans_document_of_plan"),
            models.CheckConstraint(
                condition=~Q(kind__in=["annex", "addendum"]) | Q(contract__isnull=False), name="treatment_plans_document_contract"
            ),
        ]
        indexes = [models.Index(fields=["patient", "issued_at"], name="treatment_plans_doc_patient")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.full_number}"

    @property
    def full_number(self) -> str:
        """The number as it is printed: series, year and six digits."""
        return rules.full_number(self.series, self.year, self.number)

    @property
    def is_consent(self) -> bool:
        return self.kind.startswith("consent_")


class Item(Record):
    """A line of an alternative: one procedure at an agreed price, with its place in the order of treatment."""

    alternative = models.ForeignKey(Alternative, models.PROTECT, related_name="items", verbose_name=_("alternative"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", verbose_name=_("patient"))
    phase = models.ForeignKey(Phase, models.PROTECT, null=True, blank=True, related_name="items", verbose_name=_("phase"))
    visit_number = models.PositiveSmallIntegerField(_("visit"), default=1)
    position = models.PositiveSmallIntegerField(_("position"))
    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="items", verbose_name=_("procedure"))
    quantity = models.PositiveSmallIntegerField(_("quantity"), default=1)
    unit_price = models.DecimalField(_("price"), max_digits=12, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    price_date = models.DateField(_("price of"))
    discount_percent = models.DecimalField(_("discount, %"), max_digits=5, decimal_places=2, null=True, blank=True)
    discount_amount = models.DecimalField(_("discount, amount"), max_digits=12, decimal_places=2, null=True, blank=True)
    discount_reason = models.CharField(_("reason of the discount"), max_length=200, blank=True)
    discount_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("discount given by"))
    total = models.DecimalField(_("total"), max_digits=14, decimal_places=2)
    frozen_at = models.DateTimeField(_("price frozen"), null=True, blank=True, editable=False)
    agreed_document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("agreed in"))
    performance = models.OneToOneField(Performance, models.PROTECT, null=True, blank=True, related_name="item", verbose_name=_("performance"))
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    cancelled_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("cancelled by"))
    cancel_reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("item of a plan")
        constraints = [
            models.UniqueConstraint(fields=["alternative", "procedure"], condition=Q(cancelled_at=None), name="treatment_plans_item_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="treatment_plans_item_quantity"),
            models.CheckConstraint(condition=Q(visit_number__gte=1), name="treatment_plans_item_visit"),
            models.CheckConstraint(condition=Q(unit_price__gte=0) & Q(total__gte=0), name="treatment_plans_item_not_negative"),
            models.CheckConstraint(
                condition=Q(discount_percent=None) | (Q(discount_percent__gt=0) & Q(discount_percent__lte=100) & Q(discount_amount=None)),
                name="treatment_plans_item_percent",
            ),
            models.CheckConstraint(condition=Q(discount_amount=None) | Q(discount_amount__gt=0), name="treatment_plans_item_amount"),
            models.CheckConstraint(
                condition=(Q(discount_percent=None) & Q(discount_amount=None)) | (~Q(discount_reason="") & Q(discount_by__isnull=False)),
                name="treatment_plans_item_discount_explained",
            ),
            models.CheckConstraint(
                condition=Q(
                    total=Round(
                        F("unit_price") * F("quantity") * (Decimal(100) - Coalesce(F("discount_percent"), Decimal(0))) * Decimal("0.01"), precision=2
                    )
                    - Coalesce(F("discount_amount"), Decimal(0))
                ),
                name="treatment_plans_item_total_exact",
            ),
            models.CheckConstraint(condition=Q(performance=None) | Q(agreed_document__isnull=False), name="treatment_plans_item_agreed"),
            models.CheckConstraint(condition=Q(performance=None) | Q(cancelled_at=None), name="treatment_plans_item_done_or_cancelled"),
            models.CheckConstraint(condition=together("cancelled_at", "cancelled_by"), name="treatment_plans_item_cancelled_by_someone"),
        ]
        indexes = [models.Index(fields=["alternative", "position"], name="treatment_plans_item_order")]

    @property
    def gross(self) -> Decimal:
        return self.unit_price * self.quantity

    @property
    def discount(self) -> Decimal:
        return self.gross - self.total

    @property
    def state(self) -> str:
        """One of done, cancelled, agreed, accepted, rejected, proposed."""
        if self.performance_id:
            state = "done"
        elif self.cancelled_at:
            state = "cancelled"
        elif self.agreed_document_id:
            state = "agreed"
        else:
            state = "proposed" if self.alternative.is_open else self.alternative.state
        return state


class DocumentItem(Record):
    """A line as it stood in the document when it was issued. Append-only."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="lines", verbose_name=_("document"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", verbose_name=_("patient"))
    item = models.ForeignKey(Item, models.PROTECT, related_name="document_lines", verbose_name=_("item"))
    description = models.CharField(_("description"), max_length=500)
    quantity = models.PositiveSmallIntegerField(_("quantity"))
    unit_price = models.DecimalField(_("price"), max_digits=12, decimal_places=2)
    total = models.DecimalField(_("total"), max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = _("line of a document")
        constraints = [models.UniqueConstraint(fields=["document", "item"], name="treatment_plans_line_once")]


class SignerRole(models.TextChoices):
    PATIENT = "patient", _("patient")
    REPRESENTATIVE = "representative", _("representative")
    CLINIC = "clinic", _("clinic")


class Signature(Record):
    """One drawn signature under one document, with the hash of what was signed. Append-only."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="signatures", verbose_name=_("document"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", verbose_name=_("patient"))
    role = models.CharField(_("signs as"), max_length=20, choices=SignerRole.choices)
    signer_name = models.CharField(pgettext_lazy("person", "name"), max_length=300)
    basis = models.CharField(_("right to represent"), max_length=300, blank=True)
    strokes = models.JSONField(_("strokes"))
    image = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name=_("drawn signature"))
    signed_at = models.DateTimeField(_("signed"))
    witness = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("taken by"))
    document_sha256 = models.CharField(_("SHA-256 of the document"), max_length=64)
    address = models.GenericIPAddressField(_("address"), null=True, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name=_("signed PDF"))

    class Meta:
        verbose_name = _("signature")
        constraints = [
            models.UniqueConstraint(fields=["document", "role"], name="treatment_plans_signed_once"),
            models.CheckConstraint(condition=Q(role__in=SignerRole.values), name="treatment_plans_signer_known"),
            models.CheckConstraint(condition=~Q(role="representative") | ~Q(basis=""), name="treatment_plans_representative_basis"),
        ]


class Strictness(models.TextChoices):
    """What a missing consent means when a line is marked done."""

    BLOCK = "block", _("the act cannot be marked done")
    WARN = "warn", _("the act is marked done with a warning")


class ConsentRule(Record):
    """How the clinic treats one kind of consent that nobody has signed."""

    kind = models.CharField(_("kind"), max_length=30, choices=DocumentKind.choices, unique=True)
    strictness = models.CharField(_("without it"), max_length=5, choices=Strictness.choices)

    class Meta:
        verbose_name = _("rule of a consent")
        constraints = [
            models.CheckConstraint(condition=Q(kind__startswith="consent_", kind__in=DocumentKind.values), name="treatment_plans_rule_of_consent"),
            models.CheckConstraint(condition=Q(strictness__in=Strictness.values), name="treatment_plans_rule_strictness"),
        ]


class DiscountLimit(Record):
    """How much discount a role may give, in percent of a line."""

    role = models.CharField(_("role"), max_length=30, choices=Role.choices, unique=True)
    percent = models.DecimalField(_("up to, %"), max_digits=5, decimal_places=2)

    class Meta:
        verbose_name = _("discount limit")
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="treatment_plans_limit_role_known"),
            models.CheckConstraint(condition=Q(percent__gte=0) & Q(percent__lte=100), name="treatment_plans_limit_percent"),
        ]


CONSENTS = [(kind, label) for kind, label in DocumentKind.choices if kind.startswith("consent_")]


class ConsentEdition(Record):
    """The clinic's own words of an informed consent in one language; the newest edition is printed. Append-only."""

    kind = models.CharField(_("kind"), max_length=30, choices=CONSENTS)
    language = models.CharField(_("language"), max_length=2, choices=[("en", "English"), ("ru", "Русский"), ("fr", "Français")])
    edition = models.PositiveSmallIntegerField(_("edition"))
    body = models.TextField(_("text"))
    published_at = models.DateTimeField(_("published"))
    published_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("published by"))

    class Meta:
        verbose_name = _("edition of an informed consent")
        constraints = [
            models.UniqueConstraint(fields=["kind", "language", "edition"], name="treatment_plans_consent_edition_once"),
            models.CheckConstraint(condition=Q(kind__in=[kind for kind, _label in CONSENTS]), name="treatment_plans_consent_kind_known"),
            models.CheckConstraint(condition=Q(language__in=["en", "ru", "fr"]), name="treatment_plans_consent_language"),
        ]
