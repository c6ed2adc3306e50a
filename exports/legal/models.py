"""Cases: whose record a dispute is about, what may not be destroyed meanwhile, what was handed to whom."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinic.history.models import Record
from clinic.patients.models import Patient
from clinic.staff.models import User
from exports.models import Evidence


class Way(models.TextChoices):
    """How evidence was handed over."""

    IN_PERSON = "in_person", _("in person, against a signature")
    POST = "post", _("by registered post")
    COURIER = "courier", _("by courier")
    EMAIL = "email", _("by e-mail")
    PORTAL = "portal", _("through the court's electronic service")


class Case(Record):
    """A claim, complaint or inquiry, from the day it arrives to its outcome."""

    number = models.PositiveIntegerField(_("number"), unique=True)
    title = models.CharField(_("what it is about"), max_length=300)
    claimant = models.CharField(_("claimant"), max_length=300, blank=True)
    opened_at = models.DateTimeField(_("opened"))
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("opened by"))
    deadline_date = models.DateField(_("deadline"), null=True, blank=True)
    deadline_for = models.CharField(_("what is due"), max_length=300, blank=True)
    closed_at = models.DateTimeField(pgettext_lazy("case", "closed"), null=True, blank=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("closed by"))
    outcome = models.TextField(_("outcome"), max_length=5000, blank=True)

    class Meta:
        verbose_name = _("legal case")
        verbose_name_plural = _("legal cases")
        indexes = [models.Index("deadline_date", condition=models.Q(closed_at=None), name="legal_case_open_deadlines")]
        constraints = [
            models.CheckConstraint(condition=~models.Q(title=""), name="legal_case_has_a_title"),
            models.CheckConstraint(
                condition=models.Q(closed_at=None, closed_by=None, outcome="")
                | (models.Q(closed_at__isnull=False, closed_by__isnull=False) & ~models.Q(outcome="")),
                name="legal_case_closes_with_an_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} · {self.title}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class CasePatient(Record):
    """Whose record the case is about; taken off again only while nothing hangs on it."""

    deletable = True

    case = models.ForeignKey(Case, models.PROTECT, related_name="people", verbose_name=_("legal case"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", verbose_name=_("patient"))
    added_at = models.DateTimeField(_("added"))
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("added by"))

    class Meta:
        verbose_name = _("patient of a case")
        verbose_name_plural = _("patients of cases")
        constraints = [models.UniqueConstraint(fields=["case", "patient"], name="legal_case_patient_once")]


class Hold(Record):
    """Nothing of the patient may be destroyed from then until then; never changed, only lifted."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="holds", verbose_name=_("legal case"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", verbose_name=_("patient"))
    reason = models.TextField(_("reason"), max_length=2000)
    since = models.DateTimeField(pgettext_lazy("time", "from"))
    until = models.DateTimeField(_("until"), null=True, blank=True)
    placed_at = models.DateTimeField(_("placed"))
    placed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("placed by"))

    class Meta:
        verbose_name = _("legal hold")
        verbose_name_plural = _("legal holds")
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="legal_hold_has_a_reason"),
            models.CheckConstraint(condition=models.Q(until=None) | models.Q(since__lt=models.F("until")), name="legal_hold_period_in_order"),
        ]

    def __str__(self) -> str:
        return self.reason


class HoldLift(Record):
    """Why a hold stands no longer."""

    hold = models.OneToOneField(Hold, models.PROTECT, related_name="lift", verbose_name=_("legal hold"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", verbose_name=_("patient"))
    reason = models.TextField(_("reason"), max_length=2000)
    lifted_at = models.DateTimeField(_("lifted"))
    lifted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("lifted by"))

    class Meta:
        verbose_name = _("lifting of a hold")
        verbose_name_plural = _("liftings of holds")
        constraints = [models.CheckConstraint(condition=~models.Q(reason=""), name="legal_lift_has_a_reason")]


class CaseNote(Record):
    """What the lawyer notes; never changed. It belongs to the case, so that no archive of a patient holds it."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="notes", verbose_name=_("legal case"))
    text = models.TextField(_("note"), max_length=10000)
    written_at = models.DateTimeField(_("written"))
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("written by"))

    class Meta:
        verbose_name = _("note of a case")
        verbose_name_plural = _("notes of cases")
        constraints = [models.CheckConstraint(condition=~models.Q(text=""), name="legal_note_says_something")]


class CaseEvidence(Record):
    """An archive that was made for the case."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="archives", verbose_name=_("legal case"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", verbose_name=_("patient"))
    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="+", verbose_name=_("evidence"))
    added_at = models.DateTimeField(_("added"))
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("added by"))

    class Meta:
        verbose_name = _("evidence of a case")
        verbose_name_plural = _("evidence of cases")
        constraints = [models.UniqueConstraint(fields=["case", "evidence"], name="legal_case_evidence_once")]


class Delivery(Record):
    """Who received an archive, when and how."""

    archive = models.ForeignKey(CaseEvidence, models.PROTECT, related_name="deliveries", verbose_name=_("evidence of a case"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", verbose_name=_("patient"))
    recipient = models.CharField(_("received by"), max_length=300)
    way = models.CharField(_("how"), max_length=20, choices=Way.choices)
    handed_at = models.DateTimeField(_("handed over"))
    handed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("handed over by"))
    remark = models.CharField(_("remark"), max_length=500, blank=True)
    sha256 = models.CharField(_("SHA-256 of the archive"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("handing over of evidence")
        verbose_name_plural = _("handings over of evidence")
        constraints = [
            models.CheckConstraint(condition=~models.Q(recipient=""), name="legal_delivery_has_a_recipient"),
            models.CheckConstraint(condition=models.Q(way__in=Way.values), name="legal_delivery_way"),
        ]


class Mark(models.TextChoices):
    """What a lawyer looks for in events; the flags of `Entry`."""

    LATE = "is_late", _("entered late")
    AFTER_SIGNING = "is_after_signing", _("changed after signing")
    OUTSIDE = "is_outside", _("looked at from outside the treating team")


class Entry(models.Model):
    """One event of the ledger as the search finds it: derived, beside the write path, and made anew from the ledger at any time."""

    event_id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    op = models.CharField(max_length=1)
    tbl = models.TextField()
    actor = models.TextField()
    patient_id = models.UUIDField(null=True)
    is_late = models.BooleanField(default=False)
    is_after_signing = models.BooleanField(default=False)
    is_outside = models.BooleanField(default=False)
    words = SearchVectorField(null=True)

    class Meta:
        indexes = [
            models.Index("at", name="legal_entry_at"),
            models.Index("actor", "at", name="legal_entry_actor"),
            models.Index("patient_id", "at", name="legal_entry_patient", condition=models.Q(patient_id__isnull=False)),
            models.Index("tbl", "at", name="legal_entry_table"),
            models.Index("op", "at", name="legal_entry_kind", condition=~models.Q(op__in=["I", "U", "V"])),
            models.Index("at", name="legal_entry_late", condition=models.Q(is_late=True)),
            models.Index("at", name="legal_entry_after_signing", condition=models.Q(is_after_signing=True)),
            models.Index("at", name="legal_entry_outside", condition=models.Q(is_outside=True)),
            GinIndex("words", name="legal_entry_words"),
        ]


class Hand(models.Model):
    """Who belongs to a patient's treating team since when: booked with the patient, responsible, or wrote in the record. Derived."""

    patient_id = models.UUIDField()
    actor = models.TextField()
    first_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["patient_id", "actor"], name="legal_hand_once")]


class Progress(models.Model):
    """How far the ledger was read: below `low` everything; up to `seen` everything that was committed then.

    `rules` are those by which marks are set; up to `marked` they were set anew since these rules changed, all of them when it is empty.
    """

    low = models.BigIntegerField()
    seen = models.BigIntegerField()
    seen_xid = models.BigIntegerField()
    until_at = models.DateTimeField(null=True)
    rules = models.CharField(max_length=64, default="")
    marked = models.BigIntegerField(null=True)
