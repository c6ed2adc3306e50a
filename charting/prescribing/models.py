"""Prescriptions, referrals and the clinic's usual prescriptions."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from charting import teeth
from charting.medical.vocabulary import DRUG_CLASSES
from charting.models.outlines import LANGUAGES
from charting.models.visits import Visit
from charting.prescribing import rules
from clinic.files.models import StoredFile
from clinic.history.models import Record
from clinic.lib.constraints import together
from clinic.patients.models import Patient
from clinic.price_list.models import DictionaryCode
from clinic.staff.models import Branch, LegalEntity, User

PRESCRIBED_CLASSES = [(name, label) for name, label in DRUG_CLASSES.items() if name not in ("local_anaesthetic", "adrenaline")]
_CLASS_KNOWN = Q(drug_class__in=["", *(name for name, _label in PRESCRIBED_CLASSES)])


class ClinicalKind(models.TextChoices):
    PRESCRIPTION = "prescription", _("Prescription")
    REFERRAL = "referral", _("Referral")


class Examination(models.TextChoices):
    """What a referral asks for."""

    CONSULTATION = "consultation", _("consultation")
    TREATMENT = "treatment", pgettext_lazy("referral", "treatment")
    INTRAORAL = "intraoral", _("intraoral X-ray")
    PANORAMIC = "panoramic", _("panoramic X-ray")
    CBCT = "cbct", _("cone beam CT")
    CEPHALOMETRIC = "cephalometric", _("cephalometric X-ray")
    LABORATORY = "laboratory", _("laboratory test")
    OTHER = "other", pgettext_lazy("referral", "other")


class Urgency(models.TextChoices):
    ROUTINE = "routine", pgettext_lazy("urgency", "planned")
    SOON = "soon", pgettext_lazy("urgency", "soon")
    URGENT = "urgent", pgettext_lazy("urgency", "urgent")


class ClinicalSeries(Record):
    """The last number given to a kind of paper in a year; its locked row makes numbers gapless."""

    legal_entity = models.ForeignKey(LegalEntity, models.PROTECT, related_name="+", verbose_name=_("legal entity"))
    kind = models.CharField(_("kind"), max_length=12, choices=ClinicalKind.choices)
    year = models.PositiveSmallIntegerField(_("year"))
    last_number = models.PositiveIntegerField(_("last number"), default=0)

    class Meta:
        app_label = "charting"
        verbose_name = _("series of prescriptions or referrals")
        constraints = [
            models.UniqueConstraint(fields=["legal_entity", "kind", "year"], name="charting_series_once"),
            models.CheckConstraint(condition=Q(kind__in=ClinicalKind.values), name="charting_series_kind_known"),
        ]


class ClinicalPaper(Record):
    """A prescription or a referral with its PDF. Issued once, never changed; what was wrong is marked as entered in error."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="clinical_papers", verbose_name=_("patient"))
    visit = models.ForeignKey(Visit, models.PROTECT, null=True, blank=True, related_name="clinical_papers", verbose_name=_("visit"))
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+", verbose_name=_("branch"))
    legal_entity = models.ForeignKey(LegalEntity, models.PROTECT, related_name="+", verbose_name=_("legal entity"))
    kind = models.CharField(_("kind"), max_length=12, choices=ClinicalKind.choices)
    year = models.PositiveSmallIntegerField(_("year"))
    number = models.PositiveIntegerField(_("number"))
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES)
    examination = models.CharField(_("what is asked for"), max_length=20, choices=Examination.choices, blank=True)
    addressee = models.CharField(_("to whom"), max_length=200, blank=True)
    teeth = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("teeth"), default=list, blank=True)
    diagnosis = models.ForeignKey(DictionaryCode, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("diagnosis"))
    question = models.TextField(_("question"), blank=True)
    urgency = models.CharField(_("urgency"), max_length=10, choices=Urgency.choices, blank=True)
    issued_at = models.DateTimeField(pgettext_lazy("document", "issued"))
    issued_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=pgettext_lazy("document", "issued by"))
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name=_("PDF"))
    content_hash = models.CharField(_("hash of the content"), max_length=64)
    in_error_at = models.DateTimeField(_("marked as entered in error"), null=True, blank=True)
    in_error_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("marked by"))
    error_reason = models.CharField(_("what was wrong"), max_length=300, blank=True)

    class Meta:
        app_label = "charting"
        verbose_name = _("prescription or referral")
        constraints = [
            models.UniqueConstraint(fields=["legal_entity", "kind", "year", "number"], name="charting_clinical_paper_number"),
            models.CheckConstraint(condition=Q(kind__in=ClinicalKind.values), name="charting_clinical_paper_kind_known"),
            models.CheckConstraint(condition=Q(language__in=[code for code, _name in LANGUAGES]), name="charting_clinical_paper_language"),
            models.CheckConstraint(
                condition=Q(kind="prescription", examination="", addressee="", urgency="", question="", diagnosis=None, teeth=[])
                | Q(kind="referral", examination__in=Examination.values, urgency__in=Urgency.values) & ~Q(question=""),
                name="charting_clinical_paper_says_what",
            ),
            models.CheckConstraint(condition=Q(teeth__contained_by=sorted(teeth.KNOWN)), name="charting_clinical_paper_teeth_exist"),
            models.CheckConstraint(
                condition=together("in_error_at", "in_error_by") & (Q(in_error_at=None) ^ ~Q(error_reason="")),
                name="charting_clinical_paper_error_explained",
            ),
        ]
        indexes = [models.Index(fields=["patient", "-issued_at"], name="charting_clinical_of_patient")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.full_number}"

    @property
    def full_number(self) -> str:
        """The number as it is printed."""
        return rules.full_number(self.kind, self.year, self.number)


class DrugText(models.Model):
    """A drug as it is prescribed: its international name, form, strength, amount and how it is taken."""

    inn = models.CharField(_("international name (INN)"), max_length=120)
    drug_class = models.CharField(_("class of the drug"), max_length=20, choices=PRESCRIBED_CLASSES, blank=True)
    form = models.CharField(_("form of the drug"), max_length=80)
    strength = models.CharField(_("strength"), max_length=60, blank=True)
    quantity = models.CharField(pgettext_lazy("drug", "amount"), max_length=60)
    signa = models.CharField(_("how to take it"), max_length=300)

    class Meta:
        abstract = True


class PrescribedDrug(DrugText, Record):
    """A drug of a prescription, as it was printed. Append-only."""

    paper = models.ForeignKey(ClinicalPaper, models.PROTECT, related_name="drugs", verbose_name=_("prescription or referral"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", verbose_name=_("patient"))
    position = models.PositiveSmallIntegerField(_("place in the list"))

    class Meta:
        app_label = "charting"
        verbose_name = _("prescribed drug")
        constraints = [
            models.UniqueConstraint(fields=["paper", "position"], name="charting_drug_place_once"),
            models.CheckConstraint(condition=Q(position__gte=1, position__lte=rules.MOST_DRUGS), name="charting_drug_place_on_paper"),
            models.CheckConstraint(condition=_CLASS_KNOWN, name="charting_drug_class_known"),
            models.CheckConstraint(condition=~Q(inn="") & ~Q(form="") & ~Q(quantity="") & ~Q(signa=""), name="charting_drug_says_all"),
        ]
        indexes = [models.Index(fields=["patient"], name="charting_drug_patient")]


class UsualDrug(DrugText, Record):
    """A drug that the clinic often prescribes, in one language: one click fills it in."""

    title = models.CharField(_("title"), max_length=120)
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES)
    position = models.PositiveSmallIntegerField(_("place in the list"), default=0)
    is_active = models.BooleanField(_("offered"), default=True)

    class Meta:
        app_label = "charting"
        verbose_name = _("usual prescription")
        constraints = [
            models.UniqueConstraint(fields=["language", "title"], name="charting_usual_drug_once"),
            models.CheckConstraint(condition=Q(language__in=[code for code, _name in LANGUAGES]), name="charting_usual_drug_language"),
            models.CheckConstraint(condition=_CLASS_KNOWN, name="charting_usual_drug_class_known"),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(inn="") & ~Q(form="") & ~Q(quantity="") & ~Q(signa=""), name="charting_usual_drug_says_all"
            ),
        ]

    def __str__(self) -> str:
        return self.title
