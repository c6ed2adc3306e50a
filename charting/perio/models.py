"""A periodontal exam and what was measured around each tooth."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import BooleanField, F, Func, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from charting import teeth
from charting.perio import paths, rules
from clinic.history.models import Record
from clinic.lib.constraints import together
from clinic.patients.models import Patient
from clinic.staff.models import User


def all_between(name: str, least: int, most: int) -> Func:
    """Every number of the array that is there lies within the bounds; an empty place passes."""
    return Func(F(name), template=f"({least} <= ALL(%(expressions)s) AND {most} >= ALL(%(expressions)s))", output_field=BooleanField())


def grades(name: str, fits: Q | None = None) -> Q:
    """Nothing, or 0 to 3, on the teeth that fit."""
    graded = Q(**{f"{name}__lte": 3})
    return Q(**{f"{name}__isnull": True}) | (graded & fits if fits is not None else graded)


class Stage(models.TextChoices):
    """Stage of periodontitis (2018 classification of periodontal diseases, Papapanou et al.)."""

    HEALTH = "health", pgettext_lazy("periodontium", "no periodontitis")
    GINGIVITIS = "gingivitis", _("gingivitis")
    I = "I", _("stage I")  # noqa: E741 - the classification's own numeral
    II = "II", _("stage II")
    III = "III", _("stage III")
    IV = "IV", _("stage IV")


class Grade(models.TextChoices):
    """Grade of periodontitis (2018 classification, Tonetti et al.)."""

    A = "A", _("grade A")
    B = "B", _("grade B")
    C = "C", _("grade C")


class Extent(models.TextChoices):
    LOCALISED = "localised", _("localised")
    GENERALISED = "generalised", _("generalised")
    MOLAR_INCISOR = "molar_incisor", _("molar–incisor pattern")


class Prognosis(models.TextChoices):
    GOOD = "good", pgettext_lazy("prognosis", "good")
    FAIR = "fair", pgettext_lazy("prognosis", "fair")
    POOR = "poor", pgettext_lazy("prognosis", "poor")
    QUESTIONABLE = "questionable", pgettext_lazy("prognosis", "questionable")
    HOPELESS = "hopeless", pgettext_lazy("prognosis", "hopeless")


class PerioExam(Record):
    """One periodontal exam: a draft while it is measured, immutable once closed, at most marked as entered in error."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="perio_exams", verbose_name=_("patient"))
    visit = models.ForeignKey("charting.Visit", models.PROTECT, null=True, blank=True, related_name="perio_exams", verbose_name=_("visit"))
    examined_at = models.DateTimeField(_("examined"))
    examined_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("examined by"))
    absent = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("absent teeth"), default=list, blank=True)
    implants = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("implants"), default=list, blank=True)
    primary_teeth = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("primary teeth"), null=True, blank=True)
    bone_loss_percent = models.PositiveSmallIntegerField(_("bone loss in per cent of the root"), null=True, blank=True)
    teeth_lost = models.PositiveSmallIntegerField(_("teeth lost to periodontitis"), null=True, blank=True)
    cigarettes_a_day = models.PositiveSmallIntegerField(_("cigarettes a day"), null=True, blank=True)
    hba1c = models.DecimalField(_("HbA1c, %"), max_digits=4, decimal_places=1, null=True, blank=True)
    stage = models.CharField(pgettext_lazy("periodontitis", "stage"), max_length=12, choices=Stage.choices, blank=True)
    grade = models.CharField(pgettext_lazy("periodontitis", "grade"), max_length=2, choices=Grade.choices, blank=True)
    extent = models.CharField(_("extent"), max_length=16, choices=Extent.choices, blank=True)
    note = models.TextField(_("note"), blank=True)
    closed_at = models.DateTimeField(pgettext_lazy("exam", "closed"), null=True, blank=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=pgettext_lazy("exam", "closed by"))
    in_error_at = models.DateTimeField(_("marked as entered in error"), null=True, blank=True)
    in_error_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("marked by"))
    error_reason = models.CharField(_("what was wrong"), max_length=300, blank=True)

    class Meta:
        app_label = "charting"
        verbose_name = _("periodontal exam")
        constraints = [
            models.UniqueConstraint(fields=["patient"], condition=Q(closed_at=None, in_error_at=None), name="charting_perio_one_draft"),
            models.CheckConstraint(condition=Q(absent__contained_by=list(teeth.ALL)), name="charting_perio_absent_exist"),
            models.CheckConstraint(condition=Q(implants__contained_by=list(teeth.PERMANENT)), name="charting_perio_implants_exist"),
            models.CheckConstraint(condition=Q(primary_teeth__contained_by=list(teeth.PRIMARY)), name="charting_perio_primary_exist"),
            models.CheckConstraint(condition=Q(bone_loss_percent=None) | Q(bone_loss_percent__lte=100), name="charting_perio_bone_loss_percent"),
            models.CheckConstraint(condition=Q(teeth_lost=None) | Q(teeth_lost__lte=32), name="charting_perio_teeth_lost"),
            models.CheckConstraint(condition=Q(hba1c=None) | Q(hba1c__gte=3, hba1c__lte=25), name="charting_perio_hba1c"),
            models.CheckConstraint(condition=Q(stage__in=["", *Stage.values]), name="charting_perio_stage_known"),
            models.CheckConstraint(condition=Q(grade__in=["", *Grade.values]), name="charting_perio_grade_known"),
            models.CheckConstraint(condition=Q(extent__in=["", *Extent.values]), name="charting_perio_extent_known"),
            models.CheckConstraint(condition=together("closed_at", "closed_by"), name="charting_perio_closed_by_someone"),
            models.CheckConstraint(condition=Q(closed_at=None) | Q(closed_at__gte=F("examined_at")), name="charting_perio_closed_after"),
            models.CheckConstraint(
                condition=together("in_error_at", "in_error_by") & (Q(in_error_at=None) ^ ~Q(error_reason="")), name="charting_perio_error_explained"
            ),
        ]
        indexes = [models.Index(fields=["patient", "-examined_at"], name="charting_perio_patient")]

    @property
    def is_draft(self) -> bool:
        return self.closed_at is None and self.in_error_at is None

    @property
    def primary(self) -> list[int]:
        """Primary teeth that stand in the place of their successors; exams of before they were measured have none."""
        return self.primary_teeth or []


class PerioTooth(Record):
    """What was measured around one tooth in one exam; arrays follow `rules.SITES`, a place without a number was not measured."""

    exam = models.ForeignKey(PerioExam, models.PROTECT, related_name="teeth", verbose_name=_("periodontal exam"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", verbose_name=_("patient"))
    tooth = models.PositiveSmallIntegerField(_("tooth"))
    depths = ArrayField(models.SmallIntegerField(null=True), verbose_name=_("probing depths, mm"))
    margins = ArrayField(models.SmallIntegerField(null=True), verbose_name=_("gingival margins, mm"))
    bleeding = ArrayField(models.CharField(max_length=2), verbose_name=_("bleeding on probing"), default=list, blank=True)
    suppuration = ArrayField(models.CharField(max_length=2), verbose_name=_("suppuration"), default=list, blank=True)
    plaque = ArrayField(models.CharField(max_length=2), verbose_name=_("plaque"), default=list, blank=True)
    calculus = ArrayField(models.CharField(max_length=2), verbose_name=_("calculus"), default=list, blank=True)
    mobility = models.PositiveSmallIntegerField(_("mobility"), null=True, blank=True)
    furcation_v = models.PositiveSmallIntegerField(_("furcation, vestibular"), null=True, blank=True)
    furcation_l = models.PositiveSmallIntegerField(_("furcation, lingual"), null=True, blank=True)
    furcation_m = models.PositiveSmallIntegerField(_("furcation, mesial"), null=True, blank=True)
    furcation_d = models.PositiveSmallIntegerField(_("furcation, distal"), null=True, blank=True)
    gingiva_v = models.PositiveSmallIntegerField(_("keratinised gingiva, vestibular, mm"), null=True, blank=True)
    gingiva_l = models.PositiveSmallIntegerField(_("keratinised gingiva, lingual, mm"), null=True, blank=True)
    prognosis = models.CharField(_("prognosis"), max_length=14, choices=Prognosis.choices, blank=True)

    class Meta:
        app_label = "charting"
        verbose_name = _("tooth of a periodontal exam")
        constraints = [
            models.UniqueConstraint(fields=["exam", "tooth"], name="charting_perio_tooth_once"),
            models.CheckConstraint(condition=Q(tooth__in=teeth.ALL), name="charting_perio_tooth_exists"),
            models.CheckConstraint(condition=Q(depths__len=len(rules.SITES), margins__len=len(rules.SITES)), name="charting_perio_six_sites"),
            models.CheckConstraint(condition=all_between("depths", 0, rules.DEEPEST), name="charting_perio_depth_possible"),
            models.CheckConstraint(condition=all_between("margins", *rules.MARGIN), name="charting_perio_margin_possible"),
            models.CheckConstraint(
                condition=Q(**{f"{flag}__contained_by": list(rules.SITES) for flag in rules.FLAGS}), name="charting_perio_flag_sites"
            ),
            models.CheckConstraint(condition=grades("mobility"), name="charting_perio_mobility"),
            *[
                models.CheckConstraint(
                    condition=grades(f"furcation_{entrance.lower()}", Q(tooth__in=sorted(rules.FURCATIONS[entrance]))),
                    name=f"charting_perio_furcation_{entrance.lower()}",
                )
                for entrance in rules.ENTRANCES
            ],
            models.CheckConstraint(
                condition=(Q(gingiva_v=None) | Q(gingiva_v__lte=rules.WIDEST_GINGIVA)) & (Q(gingiva_l=None) | Q(gingiva_l__lte=rules.WIDEST_GINGIVA)),
                name="charting_perio_gingiva_possible",
            ),
            models.CheckConstraint(condition=Q(prognosis__in=["", *Prognosis.values]), name="charting_perio_prognosis_known"),
        ]
        indexes = [models.Index(fields=["patient"], name="charting_perio_tooth_patient")]


class ScriptPath(models.TextChoices):
    ZIGZAG = "zigzag", _("vestibular there, lingual back")
    ARCHES = "arches", _("every pass from the patient's right")
    QUADRANTS = "quadrants", _("quadrant by quadrant")
    TEETH = "teeth", _("tooth by tooth")
    CUSTOM = "custom", _("in my own order")


class ScriptMeasures(models.TextChoices):
    DEPTH = "depth", pgettext_lazy("perio script", "depth")
    BOTH = "both", _("depth and margin")
    MARGIN = "margin", pgettext_lazy("perio script", "margin")
    FLAGS = "flags", _("signs only")


class PerioScript(Record):
    """How one person measures: the path, the runs of their own path, and what is asked at each site."""

    user = models.OneToOneField(User, models.PROTECT, related_name="perio_script", verbose_name=_("user"))
    path = models.CharField(_("path"), max_length=10, choices=ScriptPath.choices, default=ScriptPath.ZIGZAG)
    measures = models.CharField(_("measured at each site"), max_length=10, choices=ScriptMeasures.choices, default=ScriptMeasures.DEPTH)
    runs = ArrayField(models.CharField(max_length=3), verbose_name=_("runs of the own path"), default=list, blank=True)

    class Meta:
        app_label = "charting"
        verbose_name = _("script of measuring")
        constraints = [
            models.CheckConstraint(condition=Q(path__in=ScriptPath.values), name="charting_script_path_known"),
            models.CheckConstraint(condition=Q(measures__in=ScriptMeasures.values), name="charting_script_measures_known"),
            models.CheckConstraint(condition=Q(runs__contained_by=list(paths.RUNS)), name="charting_script_runs_known"),
            models.CheckConstraint(condition=~Q(path="custom") | Q(runs__len__gte=1), name="charting_script_own_path_has_runs"),
        ]
