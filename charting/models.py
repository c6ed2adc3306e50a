"""Visits, findings, diagnoses and procedures: what was seen and done in the mouth."""

from datetime import datetime
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from charting import rules, teeth
from charting.imaging.models import Image, ImageDisplay, ImageLine  # noqa: F401 - Django finds an app's models here
from charting.medical.interaction_models import InteractionOverride, InteractionRule  # noqa: F401
from charting.medical.models import AlertDoubt, MedicalHistory, Question, Questionnaire, RaisedAlert  # noqa: F401
from charting.perio.models import PerioExam, PerioTooth  # noqa: F401
from clinic.history.models import Record
from clinic.lib.constraints import together
from clinic.patients.models import Patient
from clinic.price_list.models import DictionaryCode, Service
from clinic.scheduling.models import Appointment
from clinic.staff.models import Branch, User


def surfaces_fit_tooth() -> Q:
    """Only surfaces that the tooth has: an occlusal face behind, an incisal edge in front."""
    return (
        Q(surfaces__contained_by=list(teeth.SURFACES))
        & (~Q(surfaces__contains=["O"]) | Q(tooth__in=teeth.POSTERIOR))
        & (~Q(surfaces__contains=["I"]) | Q(tooth__in=teeth.ANTERIOR))
    )


def roots_fit_tooth() -> Q:
    """Only roots and canals that the tooth has."""
    fits = Q(roots=[])
    for parts, numbers in teeth.TEETH_BY_PARTS.items():
        fits |= Q(tooth__in=list(numbers), roots__contained_by=list(parts))
    return fits


def severity_fits_kind() -> Q:
    """No degree, or one of the finding's own."""
    fits = Q(severity="")
    for kind, degrees in rules.SEVERITIES.items():
        fits |= Q(kind=kind, severity__in=list(degrees))
    return fits


class NoteSection(models.TextChoices):
    """Sections of a visit's note, named as the visit's columns."""

    COMPLAINT = "complaint", _("complaint")
    ANAMNESIS = "anamnesis", _("anamnesis")
    OBJECTIVE = "objective", _("findings")
    TREATMENT = "treatment", _("treatment")
    RECOMMENDATIONS = "recommendations", _("recommendations")


class VisitQuerySet(models.QuerySet["Visit"]):
    def standing(self) -> "VisitQuerySet":
        """Those that took place or still do: a seating that was taken back left an empty visit, which is none."""
        return self.filter(cancelled_at=None)


class Visit(Record):
    """A patient's stay in the chair and its note; frozen once signed, corrected by addenda."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="visits", verbose_name=_("patient"))
    branch = models.ForeignKey(Branch, models.PROTECT, verbose_name=_("branch"))
    dentist = models.ForeignKey(User, models.PROTECT, related_name="visits", verbose_name=_("dentist"))
    appointment = models.OneToOneField(Appointment, models.PROTECT, null=True, blank=True, related_name="visit", verbose_name=_("appointment"))
    opened_at = models.DateTimeField(_("opened"))
    closed_at = models.DateTimeField(pgettext_lazy("visit", "closed"), null=True, blank=True)
    complaint = models.TextField(_("complaint"), blank=True)
    anamnesis = models.TextField(_("anamnesis"), blank=True)
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

    @property
    def ended_at(self) -> datetime:
        """When the patient left, as far as it was noted."""
        return self.closed_at or self.opened_at


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


class FindingKind(models.TextChoices):
    CARIES = "caries", _("caries")
    PULPITIS = "pulpitis", _("pulpitis")
    APICAL_PERIODONTITIS = "apical_periodontitis", _("apical periodontitis")
    FRACTURE = "fracture", _("fracture")
    MOBILITY = "mobility", _("mobility")
    WEAR = "wear", _("tooth wear")
    RECESSION = "recession", _("gum recession")
    PLAQUE = "plaque", _("plaque")
    CALCULUS = "calculus", _("calculus")
    MISSING = "missing", _("missing tooth")
    UNERUPTED = "unerupted", _("unerupted tooth")
    IMPACTED = "impacted", _("impacted tooth")
    RETAINED_ROOT = "retained_root", _("retained root")
    SENSITIVITY = "sensitivity", _("sensitivity")
    DISCOLORATION = "discoloration", _("discoloration")
    FISTULA = "fistula", _("fistula")


class Finding(Record):
    """Something seen in the mouth. It is settled later or marked as entered in error, never rewritten."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="findings", verbose_name=_("patient"))
    visit = models.ForeignKey(Visit, models.PROTECT, null=True, blank=True, related_name="findings", verbose_name=_("visit"))
    kind = models.CharField(_("finding"), max_length=24, choices=FindingKind.choices)
    severity = models.CharField(pgettext_lazy("finding", "severity"), max_length=12, blank=True)
    tooth = models.PositiveSmallIntegerField(_("tooth"), null=True, blank=True)
    surfaces = ArrayField(models.CharField(max_length=2), verbose_name=_("surfaces"), default=list, blank=True)
    roots = ArrayField(models.CharField(max_length=10), verbose_name=_("roots or canals"), default=list, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    noted_at = models.DateTimeField(_("noted"))
    noted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("noted by"))
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    resolved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("resolved by"))
    resolved_through = models.ForeignKey(
        "Performance", models.PROTECT, null=True, blank=True, related_name="settled_findings", verbose_name=_("resolved by the procedure")
    )
    in_error_at = models.DateTimeField(_("marked as entered in error"), null=True, blank=True)
    in_error_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("marked by"))
    error_reason = models.CharField(_("what was wrong"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("finding")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=FindingKind.values), name="charting_finding_kind_known"),
            models.CheckConstraint(
                condition=Q(tooth__in=teeth.ALL) | Q(tooth=None, kind__in=rules.ON_MOUTH, surfaces=[]), name="charting_finding_tooth_exists"
            ),
            models.CheckConstraint(condition=Q(surfaces=[]) | surfaces_fit_tooth(), name="charting_finding_surfaces_fit"),
            models.CheckConstraint(condition=roots_fit_tooth(), name="charting_finding_roots_fit"),
            models.CheckConstraint(condition=severity_fits_kind(), name="charting_finding_severity_fits"),
            models.CheckConstraint(condition=together("resolved_at", "resolved_by"), name="charting_finding_resolved_by_someone"),
            models.CheckConstraint(condition=together("in_error_at", "in_error_by"), name="charting_finding_error_by_someone"),
            models.CheckConstraint(condition=Q(resolved_at=None) | Q(resolved_at__gte=models.F("noted_at")), name="charting_finding_resolved_after"),
        ]
        indexes = [models.Index(fields=["patient"], condition=Q(in_error_at=None), name="charting_finding_patient")]

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None and self.in_error_at is None


class FindingState(models.TextChoices):
    OPEN = "open", pgettext_lazy("finding", "open")
    RESOLVED = "resolved", _("resolved")


class FindingChange(Record):
    """A finding was resolved, or opened again: who and when. The chart of a past day is replayed from these."""

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="changes", verbose_name=_("finding"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", verbose_name=_("patient"))
    state = models.CharField(_("state"), max_length=10, choices=FindingState.choices)
    changed_at = models.DateTimeField(_("changed"))
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("changed by"))

    class Meta:
        verbose_name = _("change of a finding")
        constraints = [models.CheckConstraint(condition=Q(state__in=FindingState.values), name="charting_finding_change_state_known")]
        indexes = [models.Index(fields=["patient"], name="charting_found_change_patient")]


class Diagnosis(Record):
    """An ICD-10 code given to a finding, a tooth or the mouth."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="diagnoses", verbose_name=_("patient"))
    visit = models.ForeignKey(Visit, models.PROTECT, null=True, blank=True, related_name="diagnoses", verbose_name=_("visit"))
    finding = models.ForeignKey(Finding, models.PROTECT, null=True, blank=True, related_name="diagnoses", verbose_name=_("finding"))
    tooth = models.PositiveSmallIntegerField(_("tooth"), null=True, blank=True)
    code = models.ForeignKey(DictionaryCode, models.PROTECT, related_name="+", verbose_name=_("ICD-10 code"))
    note = models.CharField(_("note"), max_length=500, blank=True)
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=pgettext_lazy("diagnosis", "made by"))
    in_error_at = models.DateTimeField(_("marked as entered in error"), null=True, blank=True)
    in_error_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("marked by"))
    error_reason = models.CharField(_("what was wrong"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("diagnosis")
        constraints = [
            models.CheckConstraint(condition=Q(tooth__in=teeth.ALL) | Q(tooth=None), name="charting_diagnosis_tooth_exists"),
            models.CheckConstraint(condition=together("in_error_at", "in_error_by"), name="charting_diagnosis_error_by_someone"),
        ]
        indexes = [models.Index(fields=["patient"], condition=Q(in_error_at=None), name="charting_diagnosis_patient")]


class ProcedureState(models.TextChoices):
    PROPOSED = "proposed", _("proposed")
    PLANNED = "planned", _("planned")
    IN_PROGRESS = "in_progress", _("in progress")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("cancelled")
    REFERRED = "referred", _("referred")
    EXISTING_HERE = "existing_here", _("existing, made here")
    EXISTING_ELSEWHERE = "existing_elsewhere", _("existing, made elsewhere")


class Procedure(Record):
    """An act on the mouth; it exists once, and plan, charge, lab order and claim point at it."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="procedures", verbose_name=_("patient"))
    service = models.ForeignKey(Service, models.PROTECT, related_name="+", verbose_name=_("service"))
    state = models.CharField(_("state"), max_length=20, choices=ProcedureState.choices, default=ProcedureState.PROPOSED)
    recorded_at = models.DateTimeField(_("recorded"))
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("procedure")
        constraints = [models.CheckConstraint(condition=Q(state__in=ProcedureState.values), name="charting_procedure_state_known")]
        indexes = [models.Index(fields=["patient", "state"], name="charting_procedure_patient")]

    @property
    def is_performable(self) -> bool:
        return self.state in rules.PERFORMABLE


class ProcedureChange(Record):
    """One change of a procedure's state: who and when. The chart of a past day is replayed from these."""

    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="changes", verbose_name=_("procedure"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", verbose_name=_("patient"))
    state = models.CharField(_("state"), max_length=20, choices=ProcedureState.choices)
    changed_at = models.DateTimeField(_("changed"))
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("changed by"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("change of a procedure")
        constraints = [models.CheckConstraint(condition=Q(state__in=ProcedureState.values), name="charting_change_state_known")]
        indexes = [models.Index(fields=["patient"], name="charting_change_patient")]


class ToothRole(models.TextChoices):
    TREATED = "treated", _("treated")
    ABUTMENT = "abutment", _("abutment")
    PONTIC = "pontic", _("pontic")


class ProcedureTooth(Record):
    """A tooth (FDI number, ISO 3950) that a procedure is done on, with surfaces, roots and its role; it is never changed."""

    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="teeth", verbose_name=_("procedure"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", verbose_name=_("patient"))
    tooth = models.PositiveSmallIntegerField(_("tooth"))
    surfaces = ArrayField(models.CharField(max_length=2), verbose_name=_("surfaces"), default=list, blank=True)
    roots = ArrayField(models.CharField(max_length=10), verbose_name=_("roots or canals"), default=list, blank=True)
    role = models.CharField(_("role"), max_length=10, choices=ToothRole.choices, default=ToothRole.TREATED)

    class Meta:
        verbose_name = _("tooth of a procedure")
        indexes = [models.Index(fields=["patient"], name="charting_tooth_patient")]
        constraints = [
            models.UniqueConstraint(fields=["procedure", "tooth"], name="charting_procedure_tooth_once"),
            models.CheckConstraint(condition=Q(role__in=ToothRole.values), name="charting_tooth_role_known"),
            models.CheckConstraint(condition=Q(tooth__in=teeth.ALL), name="charting_procedure_tooth_exists"),
            models.CheckConstraint(condition=Q(surfaces=[]) | surfaces_fit_tooth(), name="charting_procedure_surfaces_fit"),
            models.CheckConstraint(condition=roots_fit_tooth(), name="charting_procedure_roots_fit"),
        ]


class Performance(Record):
    """One carrying-out of a procedure; a procedure has at most one that is not reversed."""

    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="performances", verbose_name=_("procedure"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", verbose_name=_("patient"))
    performer = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("performed by"))
    visit = models.ForeignKey(Visit, models.PROTECT, null=True, blank=True, related_name="performances", verbose_name=_("visit"))
    branch = models.ForeignKey(Branch, models.PROTECT, verbose_name=_("branch"))
    performed_at = models.DateTimeField(_("performed"))
    state_before = models.CharField(max_length=20, choices=ProcedureState.choices, default=ProcedureState.PLANNED, editable=False)
    reversed_at = models.DateTimeField(_("reversed"), null=True, blank=True)
    reversed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reversed by"))
    reversal_reason = models.CharField(_("reason of reversal"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("performance")
        constraints = [
            models.UniqueConstraint(fields=["procedure"], condition=Q(reversed_at=None), name="charting_performed_once"),
            models.CheckConstraint(condition=together("reversed_at", "reversed_by"), name="charting_reversed_by_someone"),
        ]

    @property
    def is_reversed(self) -> bool:
        return self.reversed_at is not None


class PaletteFavourite(Record):
    """What the clinic keeps under a number key of the chart's palette."""

    deletable: ClassVar[bool] = True

    slot = models.PositiveSmallIntegerField(_("key"), unique=True)
    entry = models.CharField(_("entry of the palette"), max_length=80)

    class Meta:
        verbose_name = _("favourite of the palette")
        constraints = [models.CheckConstraint(condition=Q(slot__gte=1, slot__lte=9), name="charting_favourite_under_a_digit")]
