"""What was done in the mouth or is meant to be."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from charting import rules, teeth
from charting.models.places import roots_fit_tooth, surfaces_fit_tooth
from charting.models.visits import Visit
from clinic.history.models import Record
from clinic.lib.constraints import together
from clinic.patients.models import Patient
from clinic.price_list.models import Service
from clinic.staff.models import Branch, User


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
    REPLACED = "replaced", pgettext_lazy("role of a tooth", "replaced")
    CLASP = "clasp", _("clasp")
    BRACKET = "bracket", pgettext_lazy("role of a tooth", "bracket")
    BAND = "band", pgettext_lazy("role of a tooth", "band")
    BONDED = "bonded", pgettext_lazy("role of a tooth", "bonded wire")


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
            models.CheckConstraint(condition=Q(tooth__in=teeth.KNOWN), name="charting_procedure_tooth_exists"),
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
        constraints = [models.CheckConstraint(condition=Q(slot__range=(1, 9)) | Q(slot__range=(11, 19)), name="charting_favourite_under_a_digit")]
