"""Root canals: how long each is, how it was prepared and filled."""

from decimal import Decimal
from functools import reduce
from operator import or_

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Floor
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from charting import teeth
from charting.models.procedures import Procedure
from charting.models.visits import Visit
from clinic.history.models import Record
from clinic.lib.constraints import together
from clinic.patients.models import Patient
from clinic.staff.models import User

SHORTEST, LONGEST = Decimal(5), Decimal(40)
SIZES = (6, 140)
MOST_TAPER = 12


class Obturation(models.TextChoices):
    LATERAL = "lateral", _("cold lateral condensation")
    VERTICAL = "vertical", _("warm vertical condensation")
    SINGLE_CONE = "single_cone", _("single cone")
    CARRIER = "carrier", _("carrier")
    INJECTION = "injection", _("injected gutta-percha")
    PASTE = "paste", _("paste")
    PLUG = "plug", _("apical plug")


class CanalQuality(models.TextChoices):
    ADEQUATE = "adequate", pgettext_lazy("obturation", "adequate")
    SHORT = "short", pgettext_lazy("obturation", "short")
    OVER = "over", pgettext_lazy("obturation", "beyond the apex")
    VOID = "void", pgettext_lazy("obturation", "with voids")


def canal_fits_tooth() -> Q:
    """Only a canal that the tooth has."""
    by_canals: dict[tuple[str, ...], list[int]] = {}
    for tooth in teeth.TEETH.values():
        by_canals.setdefault(tooth.canals, []).append(tooth.number)
    known = [Q(tooth__in=numbers, canal__in=list(canals)) for canals, numbers in by_canals.items()]
    return reduce(or_, known)


class CanalRecord(Record):
    """One canal as it was measured and filled: never changed. A correction is the next record, which names the one it takes the place of."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="canals", verbose_name=_("patient"))
    visit = models.ForeignKey(Visit, models.PROTECT, null=True, blank=True, related_name="canals", verbose_name=_("visit"))
    procedure = models.ForeignKey(Procedure, models.PROTECT, null=True, blank=True, related_name="canals", verbose_name=_("procedure"))
    tooth = models.PositiveSmallIntegerField(_("tooth"))
    canal = models.CharField(_("canal"), max_length=4)
    length_mm = models.DecimalField(_("working length, mm"), max_digits=4, decimal_places=1)
    reference = models.CharField(_("reference point"), max_length=80, blank=True)
    file_size = models.PositiveSmallIntegerField(_("master file, ISO size"), null=True, blank=True)
    taper = models.PositiveSmallIntegerField(_("taper, %"), null=True, blank=True)
    method = models.CharField(_("obturation"), max_length=12, choices=Obturation.choices, blank=True)
    material = models.CharField(_("filling material"), max_length=80, blank=True)
    quality = models.CharField(_("quality of the obturation"), max_length=10, choices=CanalQuality.choices, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    recorded_at = models.DateTimeField(_("recorded"))
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    replaces = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="successors", verbose_name=_("takes the place of"))
    in_error_at = models.DateTimeField(_("marked as entered in error"), null=True, blank=True)
    in_error_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("marked by"))
    error_reason = models.CharField(_("what was wrong"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("record of a root canal")
        constraints = [
            models.CheckConstraint(condition=canal_fits_tooth(), name="charting_canal_fits_tooth"),
            models.CheckConstraint(
                condition=Q(length_mm__gte=SHORTEST, length_mm__lte=LONGEST, length_mm=Floor(F("length_mm") * 2) / 2), name="charting_canal_length"
            ),
            models.CheckConstraint(condition=Q(file_size=None) | Q(file_size__range=SIZES), name="charting_canal_file_size"),
            models.CheckConstraint(condition=Q(taper=None) | Q(taper__lte=MOST_TAPER, file_size__isnull=False), name="charting_canal_taper"),
            models.CheckConstraint(condition=Q(method__in=["", *Obturation.values]), name="charting_canal_method_known"),
            models.CheckConstraint(condition=Q(quality__in=["", *CanalQuality.values]), name="charting_canal_quality_known"),
            models.CheckConstraint(condition=~Q(method="") | Q(quality="", material=""), name="charting_canal_filled_by_method"),
            models.CheckConstraint(condition=Q(visit__isnull=False) | Q(procedure__isnull=False), name="charting_canal_of_an_act"),
            models.UniqueConstraint(fields=["replaces"], condition=Q(in_error_at=None), name="charting_canal_replaced_once"),
            models.CheckConstraint(condition=~Q(replaces=F("id")), name="charting_canal_replaces_another"),
            models.CheckConstraint(
                condition=together("in_error_at", "in_error_by") & (Q(in_error_at=None) ^ ~Q(error_reason="")), name="charting_canal_error_explained"
            ),
        ]
        indexes = [models.Index(fields=["patient", "tooth"], name="charting_canal_patient")]
