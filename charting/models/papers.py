"""Papers of the mouth that were issued: what the patient took home, the printed chart, the card of one visit, a periodontal exam."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from charting.models.visits import Visit
from clinic.files.models import StoredFile
from clinic.history.models import Record
from clinic.patients.models import Patient
from clinic.staff.models import User


class PaperKind(models.TextChoices):
    HANDOUT = "handout", pgettext_lazy("paper", "What we found")
    CHART = "chart", pgettext_lazy("paper", "Dental chart")
    VISIT = "visit", pgettext_lazy("paper", "Card of a visit (form 043/у)")
    PERIO = "perio", pgettext_lazy("paper", "Periodontal exam")


class TeethShown(models.TextChoices):
    """The rows of teeth on a chart."""

    PERMANENT = "permanent", _("Permanent")
    MIXED = "mixed", _("Mixed")
    PRIMARY = "primary", _("Primary")


class IssuedPaper(Record):
    """A paper with the mouth as it was at an instant; printed again it is the same file. Never changed."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="papers", verbose_name=_("patient"))
    kind = models.CharField(_("kind"), max_length=10, choices=PaperKind.choices)
    visit = models.ForeignKey(Visit, models.PROTECT, null=True, blank=True, related_name="papers", verbose_name=_("visit"))
    exam = models.ForeignKey("charting.PerioExam", models.PROTECT, null=True, blank=True, related_name="papers", verbose_name=_("periodontal exam"))
    language = models.CharField(_("language"), max_length=2, choices=[("en", "English"), ("ru", "Русский"), ("fr", "Français")])
    mouth_at = models.DateTimeField(_("the mouth as it was on"))
    dentition = models.CharField(_("Teeth shown"), max_length=10, choices=TeethShown.choices, blank=True)
    """As it was asked for; blank by the patient's age, and on papers without the mouth."""
    own_words = models.TextField(_("in the dentist's own words"), blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name=_("PDF"))
    content_hash = models.CharField(_("hash of the content"), max_length=64)
    issued_at = models.DateTimeField(pgettext_lazy("document", "issued"))
    issued_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=pgettext_lazy("document", "issued by"))

    class Meta:
        verbose_name = _("paper for the patient")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=PaperKind.values), name="charting_paper_kind_known"),
            models.CheckConstraint(condition=Q(language__in=["en", "ru", "fr"]), name="charting_paper_language_known"),
            models.CheckConstraint(condition=Q(mouth_at__lte=models.F("issued_at")), name="charting_paper_of_the_past"),
            models.CheckConstraint(
                condition=Q(dentition="") | Q(dentition__in=TeethShown.values, kind__in=[PaperKind.HANDOUT, PaperKind.CHART]),
                name="charting_paper_dentition_known",
            ),
            models.CheckConstraint(condition=Q(kind=PaperKind.VISIT) ^ Q(visit=None), name="charting_paper_of_a_visit"),
            models.CheckConstraint(condition=Q(kind=PaperKind.PERIO) ^ Q(exam=None), name="charting_paper_of_an_exam"),
        ]
        indexes = [models.Index(fields=["patient", "-issued_at"], name="charting_paper_patient")]
