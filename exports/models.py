"""What left the house and must be remembered as a record of its own."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinic.files.models import StoredFile
from clinic.history.models import Record
from clinic.patients.models import Patient
from clinic.staff.models import User


class Evidence(Record):
    """Evidence that was asked for: the same archive can be taken again, byte by byte the same events, for as long as the log stands."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="evidence", verbose_name=_("patient"))
    reason = models.TextField(_("reason"), max_length=2000)
    since = models.DateTimeField(pgettext_lazy("time", "from"), null=True, blank=True)
    until = models.DateTimeField(_("until"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=2)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    asked_at = models.DateTimeField(_("asked"))
    pdf = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name=_("PDF"))
    request_event = models.BigIntegerField(_("event of the request"), unique=True)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ("-asked_at",)
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="exports_evidence_has_a_reason"),
            models.CheckConstraint(
                condition=models.Q(since=None) | models.Q(until=None) | models.Q(since__lt=models.F("until")), name="exports_evidence_period_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.patient} · {self.asked_at:%Y-%m-%d}"
