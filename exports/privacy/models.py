"""What people ask about their data, what was answered, and what was erased."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinic.files.models import StoredFile
from clinic.history.models import Record
from clinic.lib.constraints import together
from clinic.patients.access_models import Rectification
from clinic.patients.models import Patient
from clinic.staff.models import User
from exports.models import Evidence


class Kind(models.TextChoices):
    ACCESS = "access", _("a copy of everything")
    LOOKS = "looks", _("who looked and why")
    RECTIFICATION = "rectification", _("rectification")
    RESTRICTION = "restriction", _("restriction")
    ERASURE = "erasure", _("erasure")


class Outcome(models.TextChoices):
    GRANTED = "granted", pgettext_lazy("request", "granted")
    REFUSED = "refused", pgettext_lazy("request", "refused")


class DataRequest(Record):
    """A patient's request about their own data, with its deadline; answered once, then frozen."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="data_requests", verbose_name=_("patient"))
    kind = models.CharField(_("what is asked"), max_length=20, choices=Kind.choices)
    text = models.TextField(_("in the patient's words"), max_length=5000, blank=True)
    received_at = models.DateTimeField(pgettext_lazy("request", "received"))
    received_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=pgettext_lazy("request", "received by"))
    due_date = models.DateField(_("to be answered by"))
    outcome = models.CharField(_("answer"), max_length=10, choices=Outcome.choices, blank=True)
    ground = models.TextField(_("legal ground"), max_length=5000, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("answered by"))
    evidence = models.ForeignKey(Evidence, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("evidence"))
    rectification = models.OneToOneField(
        Rectification, models.PROTECT, null=True, blank=True, related_name="request", verbose_name=_("rectification that answers it")
    )
    pdf = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("PDF"))

    class Meta:
        verbose_name = _("request of a data subject")
        verbose_name_plural = _("requests of data subjects")
        ordering = ("-received_at",)
        indexes = [models.Index("due_date", condition=Q(answered_at=None), name="privacy_open_requests")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="privacy_request_kind_known"),
            models.CheckConstraint(condition=Q(outcome__in=["", *Outcome.values]), name="privacy_request_outcome_known"),
            models.CheckConstraint(
                condition=together("answered_at", "answered_by")
                & together("answered_at", "pdf")
                & (Q(answered_at=None) ^ (~Q(outcome="") & ~Q(ground=""))),
                name="privacy_request_answered_with_ground",
            ),
            models.CheckConstraint(
                condition=Q(rectification=None) | Q(kind=Kind.RECTIFICATION, outcome=Outcome.GRANTED), name="privacy_request_rectified_when_granted"
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.answered_at is None


class Erasure(Record):
    """A record that was erased: who did it, on what ground, what was destroyed and what remains. It names nobody."""

    patient_key = models.UUIDField(_("key of the erased patient"), unique=True)
    ground = models.TextField(_("legal ground"))
    erased_at = models.DateTimeField(pgettext_lazy("record", "erased"))
    erased_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("erased by"))
    report = models.JSONField(_("what was destroyed and what remains"))

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        ordering = ("-erased_at",)
