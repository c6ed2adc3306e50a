"""The clinic's rules of when to come again, and recalls: decided once, then only moved, booked or cancelled, each time with who and why."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from charting.medical.models import said_in
from charting.models.diagnoses import Diagnosis
from charting.models.procedures import Performance
from charting.models.visits import Visit
from charting.recalls import rules
from clinic.history.models import Record
from clinic.lib.constraints import together
from clinic.patients.models import Patient
from clinic.scheduling.models import Appointment, AppointmentState
from clinic.scheduling.rules import FREED
from clinic.staff.models import Branch, User

OWN = "Clinic's own default"
"""How the shipped rules say that no guideline names the interval."""
CODE = r"^[a-z][a-z0-9_]*$"
ICD10 = r"[A-Z][0-9]{2}(\.[0-9A-Z]{1,4})?"
ACT = r"(category|effect|service):[^,]+"


def _all_match(column: str, pattern: str) -> Func:
    """Whether every element of an array column has that form; an empty one has."""
    template = f"(%(expressions)s = '{{}}' OR array_to_string(%(expressions)s, ',') ~ '^{pattern}(,{pattern})*$')"
    return Func(F(column), template=template, output_field=models.BooleanField())


class RecallKind(models.TextChoices):
    """What the patient comes for; of a periodic kind there is one next visit."""

    CHECKUP = "checkup", pgettext_lazy("recall", "check-up")
    PERIODONTAL = "periodontal", pgettext_lazy("recall", "supportive periodontal care")
    RADIOGRAPH = "radiograph", pgettext_lazy("recall", "control radiograph")
    AFTERCARE = "aftercare", pgettext_lazy("recall", "check after treatment")
    MUCOSA = "mucosa", pgettext_lazy("recall", "check of the mucosa")


class RecallRule(Record):
    """After any of these diagnoses or acts the patient should come again so much later. Changed by ending it and writing its successor."""

    code = models.CharField(_("code"), max_length=40, validators=[RegexValidator(CODE)])
    kind = models.CharField(_("kind"), max_length=12, choices=RecallKind.choices)
    diagnoses = ArrayField(
        models.CharField(max_length=8, validators=[RegexValidator(f"^{ICD10}$")]), verbose_name=_("diagnoses"), default=list, blank=True
    )
    acts = ArrayField(models.CharField(max_length=60), verbose_name=_("acts"), default=list, blank=True)
    younger_than = models.PositiveSmallIntegerField(_("patients younger than, years"), null=True, blank=True)
    months = models.PositiveSmallIntegerField(_("months"), null=True, blank=True)
    days = models.PositiveSmallIntegerField(_("days"), null=True, blank=True)
    purpose_ru = models.CharField(_("purpose in Russian"), max_length=200)
    purpose_fr = models.CharField(_("purpose in French"), max_length=200)
    purpose_en = models.CharField(_("purpose in English"), max_length=200)
    source = models.CharField(pgettext_lazy("rule", "source"), max_length=300)
    in_force_from = models.DateTimeField(_("in force from"))
    in_force_to = models.DateTimeField(_("in force until"), null=True, blank=True)
    written_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("written by"))

    class Meta:
        app_label = "charting"
        verbose_name = _("rule of recalls")
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=Q(in_force_to=None), name="charting_recall_rule_code_once"),
            models.CheckConstraint(condition=Q(code__regex=CODE), name="charting_recall_rule_code_form"),
            models.CheckConstraint(condition=Q(kind__in=RecallKind.values), name="charting_recall_rule_kind_known"),
            models.CheckConstraint(condition=~Q(diagnoses=[]) | ~Q(acts=[]), name="charting_recall_rule_fits_something"),
            models.CheckConstraint(condition=_all_match("diagnoses", ICD10), name="charting_recall_rule_diagnoses_form"),
            models.CheckConstraint(condition=_all_match("acts", ACT), name="charting_recall_rule_acts_form"),
            models.CheckConstraint(
                condition=Q(months__isnull=False, months__gte=1, months__lte=rules.LONGEST_MONTHS, days=None)
                | Q(days__isnull=False, days__gte=1, days__lte=rules.LONGEST_DAYS, months=None),
                name="charting_recall_rule_one_interval",
            ),
            models.CheckConstraint(condition=Q(younger_than=None) | Q(younger_than__gte=1, younger_than__lte=120), name="charting_recall_rule_age"),
            models.CheckConstraint(
                condition=~Q(purpose_ru="") & ~Q(purpose_fr="") & ~Q(purpose_en="") & ~Q(source=""), name="charting_recall_rule_says_why"
            ),
            models.CheckConstraint(condition=Q(in_force_to=None) | Q(in_force_to__gte=F("in_force_from")), name="charting_recall_rule_ends_after"),
        ]

    def __str__(self) -> str:
        return self.purpose

    @property
    def purpose(self) -> str:
        """What the visit is for, in the reader's language."""
        return said_in(self, "purpose")

    @property
    def source_words(self) -> str:
        """Where it is from; that it is the clinic's own is said in the reader's language."""
        return self.source.replace(OWN, gettext("Clinic's own default"))

    @property
    def interval(self) -> str:
        """`3 months`, `7 days`."""
        if self.days:
            return ngettext("%(count)s day", "%(count)s days", self.days) % {"count": self.days}
        return ngettext("%(count)s month", "%(count)s months", self.months or 0) % {"count": self.months}


class RecallQuerySet(models.QuerySet["Recall"]):
    def open(self) -> "RecallQuerySet":
        """Those that somebody still has to book: not cancelled, not booked (or the appointment was cancelled or missed), of a note that holds."""
        return self.filter(cancelled_at=None, visit__in_error_at=None).filter(Q(appointment=None) | Q(appointment__state__in=FREED))


class Recall(Record):
    """A promise to come again: for what, on which day, by which rule after which visit, and who decided it.

    One that is cancelled at the instant at which it was decided is a proposal that was declined.
    """

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="recalls", verbose_name=_("patient"))
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+", verbose_name=_("branch"))
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="recalls", verbose_name=_("visit"))
    rule = models.ForeignKey(RecallRule, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("rule of recalls"))
    diagnosis = models.ForeignKey(Diagnosis, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("diagnosis"))
    performance = models.ForeignKey(Performance, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("performance"))
    kind = models.CharField(_("kind"), max_length=12, choices=RecallKind.choices)
    purpose = models.CharField(_("purpose in own words"), max_length=200, blank=True)
    proposed_on = models.DateField(_("day that the rule proposed"), null=True, blank=True)
    due_on = models.DateField(pgettext_lazy("recall", "due"))
    reason = models.CharField(_("why this day"), max_length=300, blank=True)
    set_at = models.DateTimeField(_("decided"))
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("decided by"))
    moved_at = models.DateTimeField(pgettext_lazy("recall", "moved"), null=True, blank=True)
    moved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=pgettext_lazy("recall", "moved by"))
    appointment = models.ForeignKey(Appointment, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("appointment"))
    booked_at = models.DateTimeField(pgettext_lazy("recall", "booked"), null=True, blank=True)
    booked_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("booked by"))
    cancelled_at = models.DateTimeField(pgettext_lazy("recall", "cancelled"), null=True, blank=True)
    cancelled_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("cancelled by"))
    cancel_reason = models.CharField(_("why not any more"), max_length=300, blank=True)
    replaced_by = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("replaced by"))

    objects = RecallQuerySet.as_manager()

    class Meta:
        app_label = "charting"
        verbose_name = _("recall")
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "rule"], condition=Q(rule__isnull=False, cancelled_at=None), name="charting_recall_of_rule_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=RecallKind.values), name="charting_recall_kind_known"),
            models.CheckConstraint(condition=Q(rule__isnull=False) | ~Q(purpose=""), name="charting_recall_says_what_for"),
            models.CheckConstraint(condition=together("rule", "proposed_on"), name="charting_recall_proposed_by_rule"),
            models.CheckConstraint(condition=Q(due_on__gte=rules.FIRST, due_on__lt=rules.LAST), name="charting_recall_in_this_century"),
            models.CheckConstraint(
                condition=together("moved_at", "moved_by") & (Q(moved_at=None) | ~Q(reason="")), name="charting_recall_move_explained"
            ),
            models.CheckConstraint(
                condition=together("appointment", "booked_at") & together("appointment", "booked_by"), name="charting_recall_booked_by_someone"
            ),
            models.CheckConstraint(
                condition=together("cancelled_at", "cancelled_by") & (Q(cancelled_at=None) ^ (~Q(cancel_reason="") | Q(replaced_by__isnull=False))),
                name="charting_recall_cancel_explained",
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "due_on"], name="charting_recall_of_patient"),
            models.Index(fields=["branch", "due_on"], condition=Q(cancelled_at=None), name="charting_recall_due"),
        ]

    def __str__(self) -> str:
        return self.words

    @property
    def words(self) -> str:
        """What the visit is for: own words, else the rule's, in the reader's language."""
        return self.purpose or (self.rule.purpose if self.rule else "")

    @property
    def because(self) -> str:
        """The diagnosis or the act that it goes by; nothing without a rule."""
        return self.diagnosis.code.code if self.diagnosis else str(self.performance.procedure.service) if self.performance else ""

    @property
    def has_lost_ground(self) -> bool:
        """Whether the diagnosis was withdrawn, or the act reversed, that it goes by."""
        return bool((self.diagnosis and self.diagnosis.in_error_at) or (self.performance and self.performance.reversed_at))

    @property
    def state(self) -> str:
        """`declined`, `cancelled`, `replaced`, `withdrawn` (its note was entered in error), `done`, `booked` or `due`."""
        if self.cancelled_at is not None:
            return "replaced" if self.replaced_by_id else "declined" if self.cancelled_at == self.set_at else "cancelled"
        if self.visit.in_error_at is not None:
            return "withdrawn"
        if self.appointment is None or not self.appointment.is_standing:
            return "due"
        return "done" if self.appointment.state == AppointmentState.DONE else "booked"

    @property
    def is_open(self) -> bool:
        return self.state == "due"
