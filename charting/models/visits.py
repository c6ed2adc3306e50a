"""Visits, their notes and the texts offered for them."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import models
from django.db.models import ExpressionWrapper, F, Max, Q, Value
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinic.history.models import Record
from clinic.lib.constraints import together
from clinic.patients.models import Patient
from clinic.scheduling.models import Appointment
from clinic.staff.models import Branch, User

LONGEST_STAY = timedelta(hours=12)


class NoteSection(models.TextChoices):
    """Sections of a visit's note, named as the visit's columns."""

    COMPLAINT = "complaint", _("complaint")
    ANAMNESIS = "anamnesis", _("history of the complaint")
    ANAMNESIS_VITAE = "anamnesis_vitae", _("past history")
    OBJECTIVE = "objective", _("findings")
    TREATMENT = "treatment", _("treatment")
    RECOMMENDATIONS = "recommendations", _("recommendations")


class VisitQuerySet(models.QuerySet["Visit"]):
    def standing(self) -> "VisitQuerySet":
        """Those that took place or still do: a seating that was taken back left an empty visit, which is none."""
        return self.filter(cancelled_at=None)

    def ended_before(self, instant: datetime) -> "VisitQuerySet":
        return self.annotate(ended=_end()).filter(ended__lt=instant)

    def end_of(self, visit_id: UUID) -> datetime:
        """When the patient left, as far as it can be known: from then on a note becomes late."""
        ended: datetime = self.annotate(ended=_end()).values_list("ended", flat=True).get(pk=visit_id)
        return ended


def _end() -> Least:
    """The end of the appointment or the last act, whichever is later, and at most when the visit was closed.

    Closing late moves nothing, and no stay is longer than `LONGEST_STAY`: a note is late by the same clock whatever is done to its visit.
    """
    stayed = ExpressionWrapper(F("opened_at") + Value(LONGEST_STAY), models.DateTimeField())
    acts = Max("performances__performed_at", filter=Q(performances__reversed_at=None)), Max("anaesthesia__given_at")
    return Least("closed_at", stayed, Greatest("opened_at", "appointment__ends_at", *acts))


class Visit(Record):
    """A patient's stay in the chair and its note; frozen once signed, corrected by addenda."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="visits", verbose_name=_("patient"))
    branch = models.ForeignKey(Branch, models.PROTECT, verbose_name=_("branch"))
    dentist = models.ForeignKey(User, models.PROTECT, related_name="visits", verbose_name=_("dentist"))
    appointment = models.OneToOneField(Appointment, models.PROTECT, null=True, blank=True, related_name="visit", verbose_name=_("appointment"))
    opened_at = models.DateTimeField(_("opened"))
    closed_at = models.DateTimeField(pgettext_lazy("visit", "closed"), null=True, blank=True)
    complaint = models.TextField(_("complaint"), blank=True)
    anamnesis = models.TextField(_("history of the complaint"), blank=True)
    anamnesis_vitae = models.TextField(_("past history"), blank=True)
    objective = models.TextField(_("findings"), blank=True)
    treatment = models.TextField(_("treatment"), blank=True)
    recommendations = models.TextField(_("recommendations"), blank=True)
    signed_at = models.DateTimeField(pgettext_lazy("visit", "signed"), null=True, blank=True)
    signed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("signed by"))
    signed_content = models.JSONField(_("signed content"), null=True, blank=True, editable=False)
    content_hash = models.CharField(_("hash of the signed content"), max_length=64, blank=True)
    cancelled_at = models.DateTimeField(pgettext_lazy("visit", "cancelled"), null=True, blank=True)
    cancelled_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("cancelled by"))
    locked_at = models.DateTimeField(pgettext_lazy("visit", "locked unsigned"), null=True, blank=True)
    is_late = models.BooleanField(_("late entry"), default=False)
    in_error_at = models.DateTimeField(_("marked as entered in error"), null=True, blank=True)
    in_error_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("marked by"))
    error_reason = models.CharField(_("what was wrong"), max_length=300, blank=True)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("visit")
        constraints = [
            models.CheckConstraint(
                condition=together("in_error_at", "in_error_by") & (Q(in_error_at=None) ^ ~Q(error_reason="")), name="charting_visit_error_explained"
            ),
            models.CheckConstraint(
                condition=Q(in_error_at=None) | Q(signed_at__isnull=False) | Q(locked_at__isnull=False), name="charting_visit_error_when_fixed"
            ),
            models.CheckConstraint(condition=together("signed_at", "signed_by"), name="charting_visit_signed_by_someone"),
            models.CheckConstraint(condition=Q(signed_at=None) | ~Q(content_hash=""), name="charting_visit_signed_with_hash"),
            models.CheckConstraint(condition=Q(closed_at=None) | Q(closed_at__gte=models.F("opened_at")), name="charting_visit_closed_after_opened"),
            models.CheckConstraint(condition=together("cancelled_at", "cancelled_by"), name="charting_visit_cancelled_by_someone"),
            models.CheckConstraint(
                condition=Q(cancelled_at=None) | Q(signed_at=None, **dict.fromkeys(NoteSection.values, "")), name="charting_visit_cancelled_empty"
            ),
        ]
        indexes = [models.Index(fields=["patient", "-opened_at"], name="charting_visit_patient")]

    @property
    def is_signed(self) -> bool:
        return self.signed_at is not None

    @property
    def is_fixed(self) -> bool:
        """Whether the text no longer changes: signed, or locked by time."""
        return self.is_signed or self.locked_at is not None


class VisitAddendum(Record):
    """What was added to a signed or locked note: never changed, never removed, at most marked as entered in error."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="addenda", verbose_name=_("visit"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", verbose_name=_("patient"))
    text = models.TextField(_("text"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("written by"))
    written_at = models.DateTimeField(_("written"))
    content_hash = models.CharField(_("hash of the content"), max_length=64)
    is_late = models.BooleanField(_("late entry"), default=False)
    in_error_at = models.DateTimeField(_("marked as entered in error"), null=True, blank=True)
    in_error_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("marked by"))
    error_reason = models.CharField(_("what was wrong"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("addendum")
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="charting_addendum_says_something"),
            models.CheckConstraint(
                condition=together("in_error_at", "in_error_by") & (Q(in_error_at=None) ^ ~Q(error_reason="")),
                name="charting_addendum_error_explained",
            ),
        ]


class NoteTemplate(Record):
    """A ready text for one section of the note, in one language."""

    section = models.CharField(_("section"), max_length=20, choices=NoteSection.choices)
    language = models.CharField(_("language"), max_length=2, choices=[("en", "English"), ("ru", "Русский"), ("fr", "Français")])
    title = models.CharField(_("title"), max_length=100)
    body = models.TextField(_("text"))
    position = models.PositiveSmallIntegerField(_("place in the list"), default=0)
    is_active = models.BooleanField(_("offered"), default=True)

    class Meta:
        verbose_name = _("note template")
        constraints = [
            models.UniqueConstraint(fields=["section", "language", "title"], name="charting_template_title_once"),
            models.CheckConstraint(condition=Q(section__in=NoteSection.values), name="charting_template_section_known"),
            models.CheckConstraint(condition=~Q(body=""), name="charting_template_says_something"),
        ]

    def __str__(self) -> str:
        return self.title
