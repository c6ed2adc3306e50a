"""What stands between a person and a record that is not theirs by their work: a restriction, and the reasons that were given."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinic.history.models import Record
from clinic.lib.constraints import together
from clinic.staff.models import User


class Restriction(Record):
    """The patient's record is opened for a stated reason only (the right to restriction); ended by a person with a reason."""

    patient = models.ForeignKey("patients.Patient", models.PROTECT, related_name="restrictions", verbose_name=_("patient"))
    reason = models.CharField(_("reason"), max_length=500)
    restricted_at = models.DateTimeField(_("restricted"))
    restricted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("restricted by"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ended by"))
    end_reason = models.CharField(_("reason of the end"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("restriction of a record")
        constraints = [
            models.UniqueConstraint(fields=["patient"], condition=models.Q(ended_at=None), name="patients_one_restriction_in_force"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="patients_restriction_has_a_reason"),
            models.CheckConstraint(
                condition=together("ended_at", "ended_by") & (models.Q(ended_at=None) ^ ~models.Q(end_reason="")),
                name="patients_restriction_ended_with_reason",
            ),
        ]


class Rectification(Record):
    """What the patient had put right: an addendum that stands beside the data for ever, and replaces none of it (the right to rectification)."""

    patient = models.ForeignKey("patients.Patient", models.PROTECT, related_name="rectifications", verbose_name=_("patient"))
    about = models.CharField(_("what is rectified"), max_length=200)
    text = models.TextField(_("how it should read"), max_length=5000)
    written_at = models.DateTimeField(_("written"))
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("written by"))

    class Meta:
        verbose_name = _("rectification")
        verbose_name_plural = _("rectifications")
        constraints = [models.CheckConstraint(condition=~models.Q(about="") & ~models.Q(text=""), name="patients_rectification_in_words")]
        indexes = [models.Index(fields=["patient", "-written_at"], name="patients_rectification_newest")]


class Why(models.TextChoices):
    """What made a reason necessary."""

    RESTRICTED = "restricted", _("the record is restricted")
    OUTSIDE = "outside", _("not of the treating team")


class BrokenGlass(Record):
    """Somebody opened a record that is not theirs by their work, and said why; it stays open for them until then."""

    patient = models.ForeignKey("patients.Patient", models.PROTECT, related_name="+", verbose_name=_("patient"))
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("who"))
    why = models.CharField(_("because"), max_length=10, choices=Why.choices)
    reason = models.CharField(_("reason"), max_length=500)
    opened_at = models.DateTimeField(pgettext_lazy("record", "opened"))
    until = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("opening for a stated reason")
        indexes = [
            models.Index(fields=["patient", "user", "until"], name="patients_glass"),
            models.Index(fields=["-opened_at"], name="patients_glass_newest"),
        ]
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="patients_glass_has_a_reason"),
            models.CheckConstraint(condition=models.Q(why__in=Why.values), name="patients_glass_why_known"),
            models.CheckConstraint(condition=models.Q(opened_at__lt=models.F("until")), name="patients_glass_period_in_order"),
        ]
