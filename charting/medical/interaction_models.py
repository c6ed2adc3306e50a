"""Rules of what is dangerous for whom, each with its source and its time, and the reasons for which they were overridden."""

from functools import reduce
from operator import or_

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from charting.medical.models import said_in
from charting.medical.vocabulary import LEVELS
from clinic.history.models import Record
from clinic.patients.models import Patient
from clinic.staff.models import User


def one_of(*links: str) -> Q:
    """Exactly one of the links is there."""
    kept = [Q(**{f"{link}__isnull": False}, **{other: None for other in links if other != link}) for link in links]
    return reduce(or_, kept)


class InteractionRule(Record):
    """For a patient with any of the risks, any of the acts calls for a warning or a stop. Changed by ending it and writing its successor."""

    code = models.CharField(_("code"), max_length=40, validators=[RegexValidator(r"^[a-z][a-z0-9_]*$")])
    level = models.CharField(_("level"), max_length=4, choices=LEVELS)
    risks = ArrayField(models.CharField(max_length=60), verbose_name=_("risks"), default=list, blank=True)
    words = ArrayField(models.CharField(max_length=40), verbose_name=_("words of an alert"), default=list, blank=True)
    younger_than = models.PositiveSmallIntegerField(_("patients younger than, years"), null=True, blank=True)
    acts = ArrayField(models.CharField(max_length=60), verbose_name=_("acts"))
    text_ru = models.CharField(_("sentence in Russian"), max_length=400)
    text_fr = models.CharField(_("sentence in French"), max_length=400)
    text_en = models.CharField(_("sentence in English"), max_length=400)
    source = models.CharField(pgettext_lazy("rule", "source"), max_length=300)
    in_force_from = models.DateTimeField(_("in force from"))
    in_force_to = models.DateTimeField(_("in force until"), null=True, blank=True)
    written_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("written by"))

    class Meta:
        app_label = "charting"
        verbose_name = _("rule of interactions")
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=Q(in_force_to=None), name="charting_interaction_code_once"),
            models.CheckConstraint(condition=Q(code__regex=r"^[a-z][a-z0-9_]*$"), name="charting_interaction_code_form"),
            models.CheckConstraint(condition=Q(level__in=["warn", "stop"]), name="charting_interaction_level_known"),
            models.CheckConstraint(condition=~Q(source="") & ~Q(text_en=""), name="charting_interaction_sourced"),
            models.CheckConstraint(condition=~Q(acts=[]), name="charting_interaction_has_acts"),
            models.CheckConstraint(condition=~Q(risks=[]) | ~Q(words=[]) | Q(younger_than__isnull=False), name="charting_interaction_has_risks"),
            models.CheckConstraint(
                condition=Q(in_force_to=None) | Q(in_force_to__gte=models.F("in_force_from")), name="charting_interaction_ends_after"
            ),
        ]

    @property
    def text(self) -> str:
        """The sentence in the reader's language."""
        return said_in(self, "text")

    @property
    def is_stop(self) -> bool:
        return self.level == "stop"


class InteractionOverride(Record):
    """Somebody went on although a rule fired, and why: written with the act itself, never changed."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", verbose_name=_("patient"))
    rule = models.ForeignKey(InteractionRule, models.PROTECT, related_name="overrides", verbose_name=_("rule of interactions"))
    performance = models.ForeignKey(
        "charting.Performance", models.PROTECT, null=True, blank=True, related_name="overrides", verbose_name=_("performance")
    )
    anaesthesia = models.ForeignKey(
        "charting.Anaesthesia", models.PROTECT, null=True, blank=True, related_name="overrides", verbose_name=_("anaesthesia")
    )
    paper = models.ForeignKey(
        "charting.ClinicalPaper", models.PROTECT, null=True, blank=True, related_name="overrides", verbose_name=_("prescription or referral")
    )
    reason = models.CharField(_("reason"), max_length=300)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("decided by"))
    made_at = models.DateTimeField(_("decided"))

    class Meta:
        app_label = "charting"
        verbose_name = _("override of an interaction")
        constraints = [
            models.UniqueConstraint(fields=["rule", "performance"], name="charting_override_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="charting_override_explained"),
            models.UniqueConstraint(fields=["rule", "anaesthesia"], name="charting_override_of_anaesthesia_once"),
            models.UniqueConstraint(fields=["rule", "paper"], name="charting_override_of_paper_once"),
            models.CheckConstraint(condition=one_of("performance", "anaesthesia", "paper"), name="charting_override_of_an_act"),
        ]
        indexes = [models.Index(fields=["patient"], name="charting_override_patient")]


class InteractionWarning(Record):
    """A rule warned of an act and was read before it: written with the act itself, never changed."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", verbose_name=_("patient"))
    rule = models.ForeignKey(InteractionRule, models.PROTECT, related_name="warnings", verbose_name=_("rule of interactions"))
    performance = models.ForeignKey(
        "charting.Performance", models.PROTECT, null=True, blank=True, related_name="warnings", verbose_name=_("performance")
    )
    paper = models.ForeignKey(
        "charting.ClinicalPaper", models.PROTECT, null=True, blank=True, related_name="warnings", verbose_name=_("prescription or referral")
    )
    read_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("read by"))
    read_at = models.DateTimeField(pgettext_lazy("warning", "read"))

    class Meta:
        app_label = "charting"
        verbose_name = _("warning of an interaction that was read")
        constraints = [
            models.UniqueConstraint(fields=["rule", "performance"], name="charting_warning_once"),
            models.UniqueConstraint(fields=["rule", "paper"], name="charting_warning_of_paper_once"),
            models.CheckConstraint(condition=one_of("performance", "paper"), name="charting_warning_of_an_act"),
        ]
        indexes = [models.Index(fields=["patient"], name="charting_warning_patient")]
