"""What the clinic chose for its chart: signs, codes and letters of findings and acts."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from charting import signs, teeth
from clinic.history.models import Record


class Colour(models.TextChoices):
    VERMILION = "vermilion", _("vermilion")
    AMBER = "amber", _("amber")
    GREEN = "green", pgettext_lazy("colour", "green")
    BLUE = "blue", pgettext_lazy("colour", "blue")
    PURPLE = "purple", _("purple")
    BLACK = "black", pgettext_lazy("colour", "black")


class Hatch(models.TextChoices):
    CROSS = "cross", _("cross-hatched")
    DOTS = "dots", _("dotted")
    LINES = "lines", _("horizontal lines")
    BARS = "bars", _("vertical lines")
    SOLID = "solid", pgettext_lazy("hatch", "filled")


class Letter(models.TextChoices):
    """Signs of the dental formula that follow a finding or an act; the letter itself depends on the language of the paper."""

    CARIES = signs.CARIES, pgettext_lazy("dental formula", "caries")
    PULPITIS = signs.PULPITIS, pgettext_lazy("dental formula", "pulpitis")
    PERIODONTITIS = signs.PERIODONTITIS, pgettext_lazy("dental formula", "apical periodontitis")
    PERIODONTAL = signs.PERIODONTAL, pgettext_lazy("dental formula", "periodontal disease")
    FILLED = signs.FILLED, pgettext_lazy("dental formula", "filled")
    CROWN = signs.CROWN, pgettext_lazy("dental formula", "crown")
    ARTIFICIAL = signs.ARTIFICIAL, pgettext_lazy("dental formula", "artificial tooth")


class ChartSign(Record):
    """A row of the chart's catalogue that the clinic changed; the other rows are as shipped."""

    subject = models.CharField(_("finding or act"), max_length=40, unique=True)
    colour = models.CharField(_("colour"), max_length=10, choices=Colour.choices, blank=True)
    hatch = models.CharField(_("hatch"), max_length=10, choices=Hatch.choices, blank=True)
    symbol = models.CharField(_("symbol beside the number"), max_length=1, choices=[(symbol, symbol) for symbol in signs.SYMBOLS], blank=True)
    typed = models.CharField(_("typed code"), max_length=8, blank=True)
    letter = models.CharField(_("letter of form 043/у"), max_length=16, choices=Letter.choices, blank=True)
    diagnosis = models.CharField(_("ICD-10 code"), max_length=10, blank=True)
    teeth = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("only on these teeth"), default=list, blank=True)
    surfaces = ArrayField(models.CharField(max_length=2), verbose_name=_("only on these surfaces"), default=list, blank=True)
    is_offered = models.BooleanField(_("offered"), default=True)

    class Meta:
        verbose_name = _("row of the chart's catalogue")
        constraints = [
            models.CheckConstraint(condition=Q(subject__regex=r"^(finding|effect):[a-z_]+$"), name="charting_sign_subject_form"),
            models.CheckConstraint(condition=Q(colour__in=["", *Colour.values]), name="charting_sign_colour_known"),
            models.CheckConstraint(
                condition=Q(hatch="") | Q(hatch__in=Hatch.values, subject__startswith="finding:"), name="charting_sign_hatch_of_finding"
            ),
            models.CheckConstraint(condition=Q(symbol__in=["", *signs.SYMBOLS]), name="charting_sign_symbol_known"),
            models.CheckConstraint(
                condition=Q(letter="")
                | Q(letter__in=signs.LEGAL_LETTERS[signs.FINDING], subject__startswith="finding:")
                | Q(letter__in=signs.LEGAL_LETTERS[signs.EFFECT], subject__startswith="effect:"),
                name="charting_sign_letter_legal",
            ),
            models.CheckConstraint(condition=Q(typed="") | Q(typed__regex=r"^[[:alpha:]]{1,8}$"), name="charting_sign_typed_letters"),
            models.CheckConstraint(condition=Q(diagnosis="") | Q(subject__startswith="finding:"), name="charting_sign_diagnosis_of_finding"),
            models.CheckConstraint(condition=Q(teeth__contained_by=list(teeth.ALL)), name="charting_sign_teeth_exist"),
            models.CheckConstraint(condition=Q(surfaces__contained_by=list(teeth.SURFACES)), name="charting_sign_surfaces_exist"),
            models.UniqueConstraint(models.functions.Lower("typed"), condition=~Q(typed=""), name="charting_sign_typed_once"),
        ]

    def __str__(self) -> str:
        return self.subject
