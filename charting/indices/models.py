"""An index or a screening as it was scored on one day."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinic.history.models import Record
from clinic.lib.constraints import together
from clinic.patients.models import Patient
from clinic.staff.models import User


class IndexKind(models.TextChoices):
    BPE = "bpe", pgettext_lazy("index", "Periodontal screening (BPE, PSR)")
    SBPE = "sbpe", pgettext_lazy("index", "Periodontal screening, 7–17 years")
    OHIS = "ohis", pgettext_lazy("index", "Oral hygiene, simplified (OHI-S)")
    PMA = "pma", pgettext_lazy("index", "Gingivitis (PMA)")
    API = "api", pgettext_lazy("index", "Plaque between teeth (API)")


class OralIndex(Record):
    """An index scored in one go: `scores` by place (see `charting/indices/rules.py`), frozen from the first moment, at most marked as
    entered in error."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="oral_indices", verbose_name=_("patient"))
    kind = models.CharField(_("index"), max_length=6, choices=IndexKind.choices)
    scores = models.JSONField(_("scores"))
    taken_at = models.DateTimeField(pgettext_lazy("index", "scored"))
    taken_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=pgettext_lazy("index", "scored by"))
    in_error_at = models.DateTimeField(_("marked as entered in error"), null=True, blank=True)
    in_error_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("marked by"))
    error_reason = models.CharField(_("what was wrong"), max_length=300, blank=True)

    class Meta:
        app_label = "charting"
        verbose_name = _("index of the mouth")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=IndexKind.values), name="charting_index_kind_known"),
            models.CheckConstraint(
                condition=together("in_error_at", "in_error_by") & (Q(in_error_at=None) ^ ~Q(error_reason="")), name="charting_index_error_explained"
            ),
        ]
        indexes = [models.Index(fields=["patient", "-taken_at"], condition=Q(in_error_at=None), name="charting_index_patient")]
