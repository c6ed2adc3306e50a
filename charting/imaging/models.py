"""A picture of the mouth: its file, its preview, and what it shows."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from charting import teeth
from clinic.files.models import StoredFile
from clinic.history.models import Record
from clinic.lib.constraints import together
from clinic.patients.models import Patient
from clinic.staff.models import User


class ImageKind(models.TextChoices):
    PERIAPICAL = "periapical", _("periapical radiograph")
    BITEWING = "bitewing", _("bitewing radiograph")
    PANORAMIC = "panoramic", _("panoramic radiograph")
    CBCT = "cbct", _("slice of a CBCT")
    CEPHALOMETRIC = "cephalometric", _("cephalometric radiograph")
    PHOTO = "photo", _("photograph")
    DOCUMENT = "document", _("scanned document")


class Image(Record):
    """A picture of a patient. File and patient never change; a wrong one is marked as entered in error, not removed."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="images", verbose_name=_("patient"))
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name=_("file"))
    preview = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("preview"))
    no_preview = models.CharField(_("why there is no preview"), max_length=40, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=ImageKind.choices)
    title = models.CharField(_("title"), max_length=200, blank=True)
    taken_at = models.DateTimeField(_("taken"))
    teeth = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("teeth"), default=list, blank=True)
    visit = models.ForeignKey("charting.Visit", models.PROTECT, null=True, blank=True, related_name="images", verbose_name=_("visit"))
    attributes = models.JSONField(_("technical data"), default=dict, blank=True)
    is_confirmed = models.BooleanField(_("another name inside the file was confirmed"), default=False)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    recorded_at = models.DateTimeField(_("recorded"))
    in_error_at = models.DateTimeField(_("marked as entered in error"), null=True, blank=True)
    in_error_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("marked by"))
    error_reason = models.CharField(_("what was wrong"), max_length=300, blank=True)

    class Meta:
        app_label = "charting"
        verbose_name = _("image")
        constraints = [
            models.UniqueConstraint(fields=["patient", "file"], condition=Q(in_error_at=None), name="charting_image_once"),
            models.CheckConstraint(condition=Q(kind__in=ImageKind.values), name="charting_image_kind_known"),
            models.CheckConstraint(condition=Q(teeth__contained_by=list(teeth.ALL)), name="charting_image_teeth_exist"),
            models.CheckConstraint(condition=together("in_error_at", "in_error_by"), name="charting_image_error_by_someone"),
            models.CheckConstraint(condition=Q(in_error_at=None) | ~Q(error_reason=""), name="charting_image_error_with_reason"),
            models.CheckConstraint(condition=Q(preview__isnull=False) ^ ~Q(no_preview=""), name="charting_image_preview_or_why"),
        ]
        indexes = [models.Index(fields=["patient", "-taken_at"], name="charting_image_patient")]

    def __str__(self) -> str:
        return self.title or str(self.get_kind_display())

    @property
    def is_dicom(self) -> bool:
        return self.file.media_type == "application/dicom"
