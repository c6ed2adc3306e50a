"""What was entered at the chair, came back refused or disputed, and was let go by its writer."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.history.models import Record
from clinic.patients.models import Patient
from clinic.staff.models import User


class DroppedEntry(Record):
    """An entry that never came into the record: what it said, why it was not taken, who let go of it. Never changed."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", verbose_name=_("patient"))
    what = models.CharField(_("what was entered"), max_length=300)
    address = models.CharField(_("where it was sent"), max_length=200)
    content = models.JSONField(_("content of the entry"), default=dict)
    why = models.CharField(_("why it was not recorded"), max_length=1000)
    entered_at = models.DateTimeField(_("entered on the device"), null=True, blank=True)
    dropped_at = models.DateTimeField(_("let go"))
    dropped_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("let go by"))

    class Meta:
        verbose_name = _("entry that was let go")
        constraints = [models.CheckConstraint(condition=~Q(what="") & ~Q(why=""), name="charting_dropped_explained")]
        indexes = [models.Index(fields=["patient", "-dropped_at"], name="charting_dropped_patient")]
