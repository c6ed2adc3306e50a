"""Diagnoses: ICD-10 codes, and what each is to its visit."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from charting import teeth
from charting.models.findings import Finding
from charting.models.visits import Visit
from clinic.history.models import Record
from clinic.lib.constraints import together
from clinic.patients.models import Patient
from clinic.price_list.models import DictionaryCode
from clinic.staff.models import User


class DiagnosisRank(models.TextChoices):
    """What a diagnosis is to the visit; the order in which a note tells them."""

    MAIN = "main", pgettext_lazy("diagnosis", "main")
    COMPLICATION = "complication", pgettext_lazy("diagnosis", "complication")
    SECONDARY = "secondary", pgettext_lazy("diagnosis", "secondary")


class Diagnosis(Record):
    """An ICD-10 code given to a finding, a tooth or the mouth; one of a visit has its rank there, at most one of them is the main one."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="diagnoses", verbose_name=_("patient"))
    visit = models.ForeignKey(Visit, models.PROTECT, null=True, blank=True, related_name="diagnoses", verbose_name=_("visit"))
    finding = models.ForeignKey(Finding, models.PROTECT, null=True, blank=True, related_name="diagnoses", verbose_name=_("finding"))
    tooth = models.PositiveSmallIntegerField(_("tooth"), null=True, blank=True)
    code = models.ForeignKey(DictionaryCode, models.PROTECT, related_name="+", verbose_name=_("ICD-10 code"))
    rank = models.CharField(_("rank"), max_length=12, choices=DiagnosisRank.choices, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=pgettext_lazy("diagnosis", "made by"))
    in_error_at = models.DateTimeField(_("marked as entered in error"), null=True, blank=True)
    in_error_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("marked by"))
    error_reason = models.CharField(_("what was wrong"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("diagnosis")
        constraints = [
            models.CheckConstraint(condition=Q(tooth__in=teeth.KNOWN) | Q(tooth=None), name="charting_diagnosis_tooth_exists"),
            models.CheckConstraint(condition=together("in_error_at", "in_error_by"), name="charting_diagnosis_error_by_someone"),
            models.CheckConstraint(condition=Q(rank__in=["", *DiagnosisRank.values]), name="charting_diagnosis_rank_known"),
            models.CheckConstraint(condition=Q(rank="") | Q(visit__isnull=False), name="charting_diagnosis_rank_in_visit"),
            models.UniqueConstraint(fields=["visit"], condition=Q(rank="main", in_error_at=None), name="charting_diagnosis_one_main"),
        ]
        indexes = [models.Index(fields=["patient"], condition=Q(in_error_at=None), name="charting_diagnosis_patient")]


class DiagnosisRanking(Record):
    """A diagnosis was given a rank, or another one: who and when. Never changed; the last one holds."""

    diagnosis = models.ForeignKey(Diagnosis, models.PROTECT, related_name="rankings", verbose_name=_("diagnosis"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", verbose_name=_("patient"))
    rank = models.CharField(_("rank"), max_length=12, choices=DiagnosisRank.choices)
    ranked_at = models.DateTimeField(_("ranked"))
    ranked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("ranked by"))

    class Meta:
        verbose_name = _("rank of a diagnosis")
        constraints = [models.CheckConstraint(condition=Q(rank__in=DiagnosisRank.values), name="charting_ranking_rank_known")]
        indexes = [models.Index(fields=["patient"], name="charting_ranking_patient")]
