"""What was seen in the mouth."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from charting import rules, teeth
from charting.models.finding_details import amount_fits_kind, direction_fits_kind, outcome_is_told, severity_fits_kind, since_fits, site_fits
from charting.models.places import roots_fit_tooth, surfaces_fit_tooth
from charting.models.visits import Visit
from clinic.history.models import Record
from clinic.lib.constraints import together
from clinic.patients.models import Patient
from clinic.staff.models import User


class FindingKind(models.TextChoices):
    CARIES = "caries", _("caries")
    PULPITIS = "pulpitis", _("pulpitis")
    APICAL_PERIODONTITIS = "apical_periodontitis", _("apical periodontitis")
    PERIAPICAL_LESION = "periapical_lesion", _("periapical lesion")
    FRACTURE = "fracture", _("fracture")
    MOBILITY = "mobility", _("mobility")
    WEAR = "wear", _("tooth wear")
    RECESSION = "recession", _("gum recession")
    PLAQUE = "plaque", _("plaque")
    CALCULUS = "calculus", _("calculus")
    SENSITIVITY = "sensitivity", _("sensitivity")
    DISCOLORATION = "discoloration", _("discoloration")
    FISTULA = "fistula", _("fistula")
    MISSING = "missing", _("missing tooth")
    UNERUPTED = "unerupted", _("unerupted tooth")
    ERUPTING = "erupting", _("erupting tooth")
    ERUPTED = "erupted", _("erupted tooth")
    IMPACTED = "impacted", _("impacted tooth")
    RETAINED_ROOT = "retained_root", _("retained root")
    SUPERNUMERARY = "supernumerary", _("supernumerary tooth")
    DRIFT = "drift", _("drift")
    ROTATION = "rotation", pgettext_lazy("tooth", "rotation")
    TIPPING = "tipping", _("tipping")
    EXTRUSION = "extrusion", _("extrusion")
    COLD_TEST = "cold_test", _("cold test")
    HEAT_TEST = "heat_test", _("heat test")
    ELECTRIC_TEST = "electric_test", _("electric pulp test")
    PERCUSSION = "percussion", _("percussion")
    ULCER = "ulcer", _("ulcer")
    EROSION = "erosion", _("erosion")
    LEUKOPLAKIA = "leukoplakia", _("leukoplakia")
    ERYTHROPLAKIA = "erythroplakia", _("erythroplakia")
    LICHEN = "lichen", _("lichen planus")
    CANDIDIASIS = "candidiasis", _("candidiasis")
    HERPES = "herpes", _("herpetic lesion")
    MUCOSAL_FISTULA = "mucosal_fistula", _("fistula of the mucosa")
    SWELLING = "swelling", _("swelling")
    MUCOCELE = "mucocele", _("mucocele")
    HYPERPLASIA = "hyperplasia", _("hyperplasia or fibroma")
    PIGMENTATION = "pigmentation", _("pigmentation")
    MUCOSAL_INJURY = "mucosal_injury", _("injury of the mucosa")
    JOINT_CLICK = "joint_click", _("click of the jaw joint")
    JOINT_CREPITUS = "joint_crepitus", _("crepitus of the jaw joint")
    JOINT_PAIN = "joint_pain", _("pain of the jaw joint")
    MUSCLE_PAIN = "muscle_pain", _("tender masticatory muscles")
    JAW_DEVIATION = "jaw_deviation", _("deviation of the jaw on opening")
    LIMITED_OPENING = "limited_opening", _("limited opening of the mouth")
    ANGLE_CLASS = "angle_class", _("Angle class")
    OPEN_BITE = "open_bite", _("open bite")
    CROSS_BITE = "cross_bite", _("crossbite")
    MIDLINE_SHIFT = "midline_shift", _("shift of the midline")
    OVERJET = "overjet", _("overjet")
    OVERBITE = "overbite", _("overbite")
    DEEP_BITE = "deep_bite", _("deep bite")


class Finding(Record):
    """Something seen in the mouth. It is settled later or marked as entered in error, never rewritten."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="findings", verbose_name=_("patient"))
    visit = models.ForeignKey(Visit, models.PROTECT, null=True, blank=True, related_name="findings", verbose_name=_("visit"))
    kind = models.CharField(_("finding"), max_length=24, choices=FindingKind.choices)
    severity = models.CharField(pgettext_lazy("finding", "severity"), max_length=12, blank=True)
    tooth = models.PositiveSmallIntegerField(_("tooth"), null=True, blank=True)
    surfaces = ArrayField(models.CharField(max_length=2), verbose_name=_("surfaces"), default=list, blank=True)
    roots = ArrayField(models.CharField(max_length=10), verbose_name=_("roots or canals"), default=list, blank=True)
    site = models.CharField(_("place that is no tooth"), max_length=20, blank=True)
    direction = models.CharField(_("direction"), max_length=12, blank=True)
    amount = models.SmallIntegerField(_("measured (mm, degrees or µA)"), null=True, blank=True)
    since = models.CharField(_("since (a year, a month or a day)"), max_length=10, blank=True)
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
                condition=Q(tooth__in=teeth.KNOWN) | Q(tooth=None, kind__in=rules.ON_MOUTH, surfaces=[]), name="charting_finding_tooth_exists"
            ),
            models.CheckConstraint(condition=Q(surfaces=[]) | surfaces_fit_tooth(), name="charting_finding_surfaces_fit"),
            models.CheckConstraint(condition=roots_fit_tooth(), name="charting_finding_roots_fit"),
            models.CheckConstraint(condition=severity_fits_kind(), name="charting_finding_severity_fits"),
            models.CheckConstraint(condition=direction_fits_kind(), name="charting_finding_direction_fits"),
            models.CheckConstraint(condition=amount_fits_kind(), name="charting_finding_amount_fits"),
            models.CheckConstraint(condition=outcome_is_told(), name="charting_finding_outcome_told"),
            models.CheckConstraint(condition=site_fits(), name="charting_finding_site_fits"),
            models.CheckConstraint(condition=since_fits(), name="charting_finding_since_fits"),
            models.CheckConstraint(condition=~Q(severity="shed") | Q(tooth__in=teeth.PRIMARY), name="charting_finding_only_primary_shed"),
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
