"""Medical alerts: what whoever treats the patient must see first."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from clinic.history.models import Record
from clinic.lib.constraints import together
from clinic.staff.models import User


class AlertKind(models.TextChoices):
    ALLERGY = "allergy", _("allergy")
    ANTICOAGULANT = "anticoagulant", _("anticoagulant")
    PREGNANCY = "pregnancy", _("pregnancy")
    PACEMAKER = "pacemaker", _("pacemaker")
    INFECTION = "infection", _("infection")
    DIABETES = "diabetes", _("diabetes")
    BISPHOSPHONATES = "bisphosphonates", _("bisphosphonates")
    ENDOCARDITIS = "endocarditis", _("risk of endocarditis")
    ANAESTHESIA = "anaesthesia", _("reaction to anaesthesia")
    OTHER = "other", _("other")


class AlertSeverity(models.TextChoices):
    INFO = "info", _("for information")
    WARNING = "warning", _("warning")
    CRITICAL = "critical", _("critical")


class Alert(Record):
    """A medical fact that whoever treats the patient must see first; ended by a person with a reason, then frozen."""

    patient = models.ForeignKey("patients.Patient", models.PROTECT, related_name="alerts", verbose_name=_("patient"))
    kind = models.CharField(_("kind"), max_length=20, choices=AlertKind.choices)
    severity = models.CharField(_("severity"), max_length=10, choices=AlertSeverity.choices, default=AlertSeverity.WARNING)
    text = models.CharField(_("details"), max_length=300, blank=True)
    label_ru = models.CharField(_("what it is, in Russian"), max_length=90, blank=True)
    label_fr = models.CharField(_("what it is, in French"), max_length=90, blank=True)
    label_en = models.CharField(_("what it is, in English"), max_length=90, blank=True)
    recorded_at = models.DateTimeField(_("recorded"))
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ended by"))
    end_reason = models.CharField(_("reason of the end"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("medical alert")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=AlertKind.values), name="patients_alert_kind_known"),
            models.CheckConstraint(condition=Q(severity__in=AlertSeverity.values), name="patients_alert_severity_known"),
            models.CheckConstraint(condition=together("ended_at", "ended_by"), name="patients_alert_ended_by_someone"),
            models.CheckConstraint(condition=Q(ended_at=None) | ~Q(end_reason=""), name="patients_alert_ended_with_reason"),
            models.CheckConstraint(condition=~Q(kind="other") | ~Q(text="") | ~Q(label_en=""), name="patients_alert_other_has_text"),
        ]

    @property
    def label(self) -> str:
        """What it is, in the reader's language: as the questionnaire that raised it calls it, else its kind; of another kind the details say it."""
        own = str(getattr(self, f"label_{(get_language() or 'en')[:2]}", "") or self.label_en)
        return own or ("" if self.kind == AlertKind.OTHER else capfirst(str(self.get_kind_display())))

    @property
    def words(self) -> str:
        """`Allergy: lidocaine`; details that begin with the label say it once."""
        label, text = self.label, self.text
        if not (label and text) or text.casefold().startswith(label.casefold()):
            return text or label
        return gettext("%(kind)s: %(text)s") % {"kind": label, "text": text}

    def gravity(self) -> tuple[int, datetime]:
        """What alerts are sorted by: the gravest first, then the oldest."""
        return -AlertSeverity.values.index(self.severity), self.recorded_at
