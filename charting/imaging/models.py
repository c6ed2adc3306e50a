"""A picture of the mouth: its file, its preview, what it shows, the lines drawn on it and how it is looked at."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
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
            models.CheckConstraint(condition=Q(teeth__contained_by=list(teeth.KNOWN)), name="charting_image_teeth_exist"),
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


LARGEST_PLACE = 65535


class LineBasis(models.TextChoices):
    """Where the millimetres of a line hold."""

    PATIENT = "patient", _("in the patient")
    DETECTOR = "detector", _("at the detector")


class ImageLine(Record):
    """A line that somebody drew on a picture to measure or to point out: it never changes, at most it is taken back.

    The ends are columns and rows of the picture's own points; the file itself is never touched.
    """

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", verbose_name=_("patient"))
    image = models.ForeignKey(Image, models.PROTECT, related_name="lines", verbose_name=_("image"))
    frame = models.PositiveIntegerField(_("frame"), default=0)
    start_column = models.FloatField(_("column of the start"))
    start_row = models.FloatField(_("row of the start"))
    end_column = models.FloatField(_("column of the end"))
    end_row = models.FloatField(_("row of the end"))
    label = models.CharField(_("what the line shows"), max_length=120, blank=True)
    length_mm = models.DecimalField(_("length, mm"), max_digits=8, decimal_places=1, null=True, blank=True)
    basis = models.CharField(_("where millimetres hold"), max_length=10, choices=LineBasis.choices, blank=True)
    drawn_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("drawn by"))
    drawn_at = models.DateTimeField(_("drawn"))
    withdrawn_at = models.DateTimeField(_("line taken back"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("line taken back by"))

    class Meta:
        app_label = "charting"
        verbose_name = _("line on an image")
        constraints = [
            models.CheckConstraint(
                condition=Q(**{f"{name}__gte": 0 for name in ("start_column", "start_row", "end_column", "end_row")})
                & Q(**{f"{name}__lte": LARGEST_PLACE for name in ("start_column", "start_row", "end_column", "end_row")}),
                name="charting_line_on_picture",
            ),
            models.CheckConstraint(condition=~Q(start_column=F("end_column")) | ~Q(start_row=F("end_row")), name="charting_line_has_two_ends"),
            models.CheckConstraint(condition=Q(basis__in=["", *LineBasis.values]), name="charting_line_basis_known"),
            models.CheckConstraint(
                condition=Q(length_mm=None, basis="") | (Q(length_mm__gte=0) & ~Q(basis="")), name="charting_line_length_with_basis"
            ),
            models.CheckConstraint(condition=together("withdrawn_at", "withdrawn_by"), name="charting_line_withdrawn_by_someone"),
        ]
        indexes = [models.Index(fields=["image", "drawn_at"], name="charting_line_image")]


class ImageDisplay(Record):
    """How a picture is shown to everybody when it is opened: turned, mirrored, its window. The file stays as it came in."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", verbose_name=_("patient"))
    image = models.OneToOneField(Image, models.PROTECT, related_name="display", verbose_name=_("image"))
    low = models.FloatField(_("darkest value"), null=True, blank=True)
    high = models.FloatField(_("lightest value"), null=True, blank=True)
    is_negative = models.BooleanField(_("negative"), default=False)
    quarter_turns = models.PositiveSmallIntegerField(_("quarter turns clockwise"), default=0)
    is_mirrored = models.BooleanField(_("mirrored"), default=False)
    saved_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("saved by"))
    saved_at = models.DateTimeField(_("saved"))

    class Meta:
        app_label = "charting"
        verbose_name = _("display of an image")
        constraints = [
            models.CheckConstraint(condition=Q(low=None, high=None) | Q(high__gt=F("low")), name="charting_display_window_or_none"),
            models.CheckConstraint(condition=Q(quarter_turns__lte=3), name="charting_display_quarter_turns"),
        ]
