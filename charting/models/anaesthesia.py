"""Anaesthesia of a visit: what was given, how much, of which lot, where, when and by whom."""

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from charting import teeth
from charting.anaesthetics import MOST_CARTRIDGES, MOST_ML, Drug, Kind, Vasoconstrictor, solution_label
from charting.models.visits import Visit
from clinic.history.models import Record
from clinic.lib.constraints import together
from clinic.patients.models import Patient
from clinic.staff.models import User

_NOTHING = Q(drug="", concentration=None, vasoconstrictor="", dilution=None, dose_ml=None, cartridges=None, lot="", expires_on=None)
_SOMETHING = Q(drug__in=Drug.values, concentration__gt=0, concentration__lte=Decimal(30))


class Anaesthesia(Record):
    """One injection or application, or that the visit did without. It is marked as entered in error, never rewritten."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", verbose_name=_("patient"))
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="anaesthesia", verbose_name=_("visit"))
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    drug = models.CharField(_("drug"), max_length=20, choices=Drug.choices, blank=True)
    concentration = models.DecimalField(_("concentration, %"), max_digits=4, decimal_places=2, null=True, blank=True)
    vasoconstrictor = models.CharField(_("vasoconstrictor"), max_length=12, choices=Vasoconstrictor.choices, blank=True)
    dilution = models.PositiveIntegerField(_("dilution of the vasoconstrictor, 1 to"), null=True, blank=True)
    dose_ml = models.DecimalField(_("dose, ml"), max_digits=4, decimal_places=2, null=True, blank=True)
    cartridges = models.DecimalField(_("cartridges"), max_digits=3, decimal_places=1, null=True, blank=True)
    lot = models.CharField(_("lot number"), max_length=60, blank=True)
    expires_on = models.DateField(_("expires"), null=True, blank=True)
    teeth = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("teeth"), default=list, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    given_at = models.DateTimeField(_("given"))
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("given by"))
    in_error_at = models.DateTimeField(_("marked as entered in error"), null=True, blank=True)
    in_error_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("marked by"))
    error_reason = models.CharField(_("what was wrong"), max_length=300, blank=True)

    class Meta:
        app_label = "charting"
        verbose_name = _("anaesthesia")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="charting_anaesthesia_kind_known"),
            models.CheckConstraint(condition=(Q(kind="none") & _NOTHING) | (~Q(kind="none") & _SOMETHING), name="charting_anaesthesia_says_what"),
            models.CheckConstraint(
                condition=Q(vasoconstrictor="", dilution=None) | Q(vasoconstrictor__in=Vasoconstrictor.values, dilution__gt=0),
                name="charting_anaesthesia_dilution",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["none", "topical"]) | Q(dose_ml__isnull=False), name="charting_anaesthesia_injection_has_dose"
            ),
            models.CheckConstraint(condition=Q(dose_ml=None) | Q(dose_ml__gt=0, dose_ml__lte=MOST_ML), name="charting_anaesthesia_dose_possible"),
            models.CheckConstraint(
                condition=Q(cartridges=None) | Q(cartridges__gt=0, cartridges__lte=MOST_CARTRIDGES), name="charting_anaesthesia_cartridges_possible"
            ),
            models.CheckConstraint(condition=Q(teeth__contained_by=sorted(teeth.KNOWN)), name="charting_anaesthesia_teeth_exist"),
            models.CheckConstraint(
                condition=together("in_error_at", "in_error_by") & (Q(in_error_at=None) ^ ~Q(error_reason="")),
                name="charting_anaesthesia_error_explained",
            ),
        ]
        indexes = [models.Index(fields=["visit"], name="charting_anaesthesia_visit")]

    @property
    def solution(self) -> str:
        """The drug with its strength and vasoconstrictor."""
        return solution_label(self.drug, self.concentration, self.vasoconstrictor, self.dilution)
