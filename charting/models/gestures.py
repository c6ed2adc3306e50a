"""One gesture at the chair: a finding, its diagnosis and a proposed act, recorded and taken back together."""

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from charting.models.diagnoses import Diagnosis
from charting.models.findings import Finding
from charting.models.procedures import Procedure
from clinic.history.models import Record
from clinic.lib.constraints import together
from clinic.patients.models import Patient
from clinic.price_list.models import Service
from clinic.staff.models import User


class Combination(Record):
    """What one gesture records: a finding in its degree, an ICD-10 code, and an act: one service, or the first one with the effect."""

    title_ru = models.CharField(_("title in Russian"), max_length=120)
    title_fr = models.CharField(_("title in French"), max_length=120)
    title_en = models.CharField(_("title in English"), max_length=120)
    kind = models.CharField(_("finding"), max_length=24)
    severity = models.CharField(pgettext_lazy("finding", "severity"), max_length=12, blank=True)
    diagnosis = models.CharField(_("ICD-10 code"), max_length=10)
    effect = models.CharField(_("proposed act"), max_length=20)
    service = models.ForeignKey(Service, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("service"))
    position = models.PositiveSmallIntegerField(_("place in the list"), default=0)
    is_offered = models.BooleanField(_("offered"), default=True)

    class Meta:
        verbose_name = _("combination of the chart")
        constraints = [
            models.CheckConstraint(condition=Q(kind__regex=r"^[a-z_]+$"), name="charting_combination_kind_form"),
            models.CheckConstraint(condition=Q(effect__regex=r"^[a-z_]+$") & ~Q(effect="none"), name="charting_combination_effect_form"),
            models.CheckConstraint(
                condition=~Q(diagnosis="") & ~Q(title_ru="") & ~Q(title_fr="") & ~Q(title_en=""), name="charting_combination_says_all"
            ),
        ]

    def __str__(self) -> str:
        return {"ru": self.title_ru, "fr": self.title_fr}.get((get_language() or "en")[:2], self.title_en)


class CombinedEntry(Record):
    """What one gesture recorded; its id is the finding's. Each part has a history of its own; all are taken back together, once."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", verbose_name=_("patient"))
    combination = models.ForeignKey(Combination, models.PROTECT, related_name="+", verbose_name=_("combination of the chart"))
    finding = models.OneToOneField(Finding, models.PROTECT, related_name="gesture", verbose_name=_("finding"))
    diagnosis = models.OneToOneField(Diagnosis, models.PROTECT, related_name="gesture", verbose_name=_("diagnosis"))
    procedure = models.OneToOneField(Procedure, models.PROTECT, related_name="gesture", verbose_name=_("procedure"))
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=pgettext_lazy("gesture", "made by"))
    undone_at = models.DateTimeField(pgettext_lazy("gesture", "taken back"), null=True, blank=True)
    undone_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("taken back by"))
    undo_reason = models.CharField(_("why it was taken back"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("entry by one gesture")
        constraints = [
            models.CheckConstraint(condition=Q(finding=models.F("id")), name="charting_gesture_id_of_finding"),
            models.CheckConstraint(
                condition=together("undone_at", "undone_by") & (Q(undone_at=None) ^ ~Q(undo_reason="")), name="charting_gesture_undone_with_reason"
            ),
        ]
        indexes = [models.Index(fields=["patient"], name="charting_gesture_patient")]
