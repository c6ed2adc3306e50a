"""Insurers and what they cover, the patients' policies, and the append-only claim lines."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from charting.models import Performance
from clinic.billing.models import CURRENCY_CHOICES, FORWARD, Charge, InsurerShare
from clinic.files.models import StoredFile
from clinic.history.models import Record
from clinic.lib.constraints import together
from clinic.patients.models import Patient
from clinic.price_list.models import Category
from clinic.staff.models import LegalEntity, User


class InsurerKind(models.TextChoices):
    RU_VMI = "ru_vmi", _("voluntary medical insurance (Russia)")
    RU_OMS = "ru_oms", _("compulsory medical insurance (Russia)")
    FR_AMO = "fr_amo", _("compulsory health insurance (France)")
    FR_AMC = "fr_amc", _("complementary health insurance (France)")
    PRIVATE = "private", _("private insurer")


class Insurer(Record):
    """An organization that pays for a part of the treatment."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=InsurerKind.choices)
    contract_number = models.CharField(_("contract number"), max_length=60, blank=True)
    email = models.EmailField(_("e-mail for registers"), blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    is_active = models.BooleanField(_("works with us"), default=True)

    class Meta:
        verbose_name = _("insurer")
        constraints = [models.CheckConstraint(condition=Q(kind__in=InsurerKind.values), name="insurance_insurer_kind_known")]

    def __str__(self) -> str:
        return self.name


class Programme(Record):
    """A set of coverage rules of one insurer."""

    insurer = models.ForeignKey(Insurer, models.PROTECT, related_name="programmes", verbose_name=_("insurer"))
    name = models.CharField(_("name"), max_length=200)
    needs_letter = models.BooleanField(_("only with a guarantee letter"), default=False)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("programme")
        constraints = [models.UniqueConstraint(fields=["insurer", "name"], name="insurance_programme_once")]

    def __str__(self) -> str:
        return f"{self.insurer.name}, {self.name}"


class CoverageRule(Record):
    """How much of a service of one category the programme covers."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="rules", verbose_name=_("programme"))
    category = models.CharField(_("category"), max_length=20, choices=Category.choices)
    percent = models.DecimalField(_("covered, %"), max_digits=5, decimal_places=2)
    limit_per_act = models.DecimalField(_("at most per act"), max_digits=12, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = _("coverage rule")
        constraints = [
            models.UniqueConstraint(fields=["programme", "category"], name="insurance_coverage_once"),
            models.CheckConstraint(condition=Q(category__in=Category.values), name="insurance_coverage_category_known"),
            models.CheckConstraint(condition=Q(percent__gte=0, percent__lte=100), name="insurance_coverage_percent"),
            models.CheckConstraint(condition=Q(limit_per_act=None) | Q(limit_per_act__gt=0), name="insurance_coverage_limit_positive"),
        ]


class Policy(Record):
    """A patient's insurance under a programme; several policies pay in the order of `priority`."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="policies", verbose_name=_("patient"))
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="policies", verbose_name=_("programme"))
    number = models.CharField(_("policy number"), max_length=60)
    holder = models.CharField(_("policy holder"), max_length=200, blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid until, inclusive"), null=True, blank=True)
    annual_limit = models.DecimalField(_("annual limit"), max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, choices=CURRENCY_CHOICES)
    priority = models.PositiveSmallIntegerField(_("pays in turn"), default=1)

    class Meta:
        verbose_name = _("insurance policy")
        verbose_name_plural = _("insurance policies")
        constraints = [
            models.UniqueConstraint(fields=["patient", "programme", "number"], name="insurance_policy_once"),
            models.CheckConstraint(condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="insurance_policy_period"),
            models.CheckConstraint(condition=Q(annual_limit=None) | Q(annual_limit__gte=0), name="insurance_policy_limit_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.programme} № {self.number}"

    def is_in_force(self, day: date) -> bool:
        """Whether the policy pays for acts of the day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class GuaranteeLetter(Record):
    """An insurer's promise to pay under a policy, up to an amount and a day."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", verbose_name=_("patient"))
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="letters", verbose_name=_("policy"))
    number = models.CharField(_("letter number"), max_length=60)
    letter_date = models.DateField(_("date"))
    valid_until = models.DateField(_("valid until, inclusive"), null=True, blank=True)
    limit_amount = models.DecimalField(_("up to"), max_digits=12, decimal_places=2, null=True, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("file"))

    class Meta:
        verbose_name = _("guarantee letter")
        constraints = [
            models.UniqueConstraint(fields=["policy", "number"], name="insurance_letter_once"),
            models.CheckConstraint(condition=Q(valid_until=None) | Q(valid_until__gte=F("letter_date")), name="insurance_letter_period"),
            models.CheckConstraint(condition=Q(limit_amount=None) | Q(limit_amount__gt=0), name="insurance_letter_limit_positive"),
        ]


class ClaimLine(Record):
    """What an insurer owes for one performed procedure under one policy; a reversal is an opposite row."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="claim_lines", verbose_name=_("patient"))
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="claim_lines", verbose_name=_("policy"))
    letter = models.ForeignKey(GuaranteeLetter, models.PROTECT, null=True, blank=True, related_name="claim_lines", verbose_name=_("guarantee letter"))
    performance = models.ForeignKey(Performance, models.PROTECT, related_name="claim_lines", verbose_name=_("performance"))
    charge = models.ForeignKey(Charge, models.PROTECT, related_name="claim_lines", verbose_name=_("charge"))
    share = models.OneToOneField(InsurerShare, models.PROTECT, related_name="claim_line", verbose_name=_("insurer's share"))
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    explanation = models.CharField(_("explanation"), max_length=300)
    performed_date = models.DateField(_("date"))
    year_start = models.DateField(_("start of the policy year"))
    posted_at = models.DateTimeField(_("posted"))
    posted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("posted by"))
    reverses = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="reversal", verbose_name=_("reverses"))

    class Meta:
        verbose_name = _("claim line")
        constraints = [
            models.UniqueConstraint(fields=["performance", "policy"], condition=FORWARD, name="insurance_claimed_once"),
            models.CheckConstraint(
                condition=Q(reverses=None, amount__gt=0) | Q(reverses__isnull=False, amount__lt=0), name="insurance_claim_line_sign"
            ),
            models.CheckConstraint(condition=Q(year_start__lte=F("performed_date")), name="insurance_claim_line_in_year"),
        ]
        indexes = [models.Index(fields=["policy", "year_start"], name="insurance_claim_line_year")]


class ClaimState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("claim", "draft")
    SENT = "sent", pgettext_lazy("claim", "sent")
    PAID = "paid", pgettext_lazy("claim", "paid")


class Claim(Record):
    """A register of claim lines for one insurer and period."""

    insurer = models.ForeignKey(Insurer, models.PROTECT, related_name="claims", verbose_name=_("insurer"))
    legal_entity = models.ForeignKey(LegalEntity, models.PROTECT, related_name="+", verbose_name=_("legal entity"))
    number = models.PositiveIntegerField(_("number"))
    currency = models.CharField(_("currency"), max_length=3, choices=CURRENCY_CHOICES)
    period_from = models.DateField(_("from"))
    period_to = models.DateField(_("until, inclusive"))
    state = models.CharField(_("state"), max_length=10, choices=ClaimState.choices, default=ClaimState.DRAFT)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("made by"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    sent_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("sent by"))
    paid_at = models.DateTimeField(_("paid"), null=True, blank=True)
    paid_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("marked paid by"))
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("file as sent"))

    class Meta:
        verbose_name = _("claim register")
        constraints = [
            models.UniqueConstraint(fields=["insurer", "number"], name="insurance_claim_number_once"),
            models.CheckConstraint(condition=Q(state__in=ClaimState.values), name="insurance_claim_state_known"),
            models.CheckConstraint(condition=Q(period_to__gte=F("period_from")), name="insurance_claim_period"),
            models.CheckConstraint(condition=together("sent_at", "sent_by"), name="insurance_claim_sent_by_someone"),
            models.CheckConstraint(condition=together("paid_at", "paid_by"), name="insurance_claim_paid_by_someone"),
            models.CheckConstraint(
                condition=Q(state=ClaimState.DRAFT, sent_at=None, paid_at=None)
                | Q(state=ClaimState.SENT, sent_at__isnull=False, paid_at=None)
                | Q(state=ClaimState.PAID, sent_at__isnull=False, paid_at__isnull=False),
                name="insurance_claim_state_dated",
            ),
        ]


class ClaimEntry(Record):
    """A claim line's place in a register; a line stands in one register only."""

    deletable = True

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="entries", verbose_name=_("claim register"))
    line = models.OneToOneField(ClaimLine, models.PROTECT, related_name="entry", verbose_name=_("claim line"))

    class Meta:
        verbose_name = _("line of a claim register")
