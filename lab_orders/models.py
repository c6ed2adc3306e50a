"""Laboratories and the orders sent to them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from charting.models import Procedure
from clinic.files.models import StoredFile
from clinic.history.models import Record
from clinic.patients.models import Patient
from clinic.staff.models import Branch, User


class Lab(Record):
    """A dental laboratory the clinic works with."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    contact = models.CharField(_("contact person"), max_length=200, blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    usual_days = models.PositiveSmallIntegerField(_("usual days of work"), default=7)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("laboratory")

    def __str__(self) -> str:
        return self.name


class OrderState(models.TextChoices):
    DRAFT = "draft", _("draft")
    SENT = "sent", pgettext_lazy("lab order", "sent")
    IN_WORK = "in_work", _("in work")
    TRY_IN = "try_in", _("try-in")
    RETURNED = "returned", _("returned")
    FITTED = "fitted", _("fitted")
    REMAKE = "remake", _("remake")
    CANCELLED = "cancelled", _("cancelled")


class LabOrder(Record):
    """Work asked of a laboratory for one patient: what, of what, in which shade, until when."""

    number = models.PositiveIntegerField(_("number"), unique=True)
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="lab_orders", verbose_name=_("patient"))
    branch = models.ForeignKey(Branch, models.PROTECT, verbose_name=_("branch"))
    lab = models.ForeignKey(Lab, models.PROTECT, related_name="orders", verbose_name=_("laboratory"))
    dentist = models.ForeignKey(User, models.PROTECT, related_name="lab_orders", verbose_name=_("dentist"))
    state = models.CharField(_("state"), max_length=10, choices=OrderState.choices, default=OrderState.DRAFT)
    shade = models.CharField(_("shade"), max_length=40, blank=True)
    material = models.CharField(_("material"), max_length=120, blank=True)
    instructions = models.TextField(_("instructions"), blank=True)
    due_date = models.DateField(_("due back"))

    class Meta:
        verbose_name = _("laboratory order")
        constraints = [models.CheckConstraint(condition=Q(state__in=OrderState.values), name="lab_orders_state_known")]
        indexes = [models.Index(fields=["state", "due_date"], name="lab_orders_due"), models.Index(fields=["patient"], name="lab_orders_patient")]

    def __str__(self) -> str:
        return f"{self.number}"


class LabOrderItem(Record):
    """A procedure whose work the laboratory makes, with the teeth as they were when ordered."""

    deletable = True

    order = models.ForeignKey(LabOrder, models.PROTECT, related_name="items", verbose_name=_("laboratory order"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", verbose_name=_("patient"))
    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="lab_items", verbose_name=_("procedure"))
    teeth = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("teeth"), default=list, blank=True)

    class Meta:
        verbose_name = _("item of a laboratory order")
        constraints = [models.UniqueConstraint(fields=["order", "procedure"], name="lab_orders_item_once")]


class LabStage(Record):
    """A step of the work with its own date (frame, try-in, finish)."""

    deletable = True

    order = models.ForeignKey(LabOrder, models.PROTECT, related_name="stages", verbose_name=_("laboratory order"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", verbose_name=_("patient"))
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    title = models.CharField(_("stage"), max_length=120)
    due_date = models.DateField(_("due"))
    done_at = models.DateTimeField(_("done"), null=True, blank=True)

    class Meta:
        verbose_name = _("stage of a laboratory order")
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="lab_orders_stage_position", deferrable=models.Deferrable.DEFERRED),
        ]


class StateChange(Record):
    """Who moved a laboratory order to which state, when and why."""

    order = models.ForeignKey(LabOrder, models.PROTECT, related_name="changes", verbose_name=_("laboratory order"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", verbose_name=_("patient"))
    state = models.CharField(_("state"), max_length=10, choices=OrderState.choices)
    changed_at = models.DateTimeField(_("when"))
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("who"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    is_correction = models.BooleanField(_("takes the last step back"), default=False)

    class Meta:
        verbose_name = _("state of a laboratory order")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=OrderState.values), name="lab_orders_change_state_known"),
            models.CheckConstraint(condition=~Q(state__in=["remake", "cancelled"]) | ~Q(reason=""), name="lab_orders_remake_has_reason"),
            models.CheckConstraint(condition=Q(is_correction=False) | ~Q(reason=""), name="lab_orders_correction_has_reason"),
        ]


class LabOrderFile(Record):
    """A scan, photo or prescription sent with an order."""

    order = models.ForeignKey(LabOrder, models.PROTECT, related_name="files", verbose_name=_("laboratory order"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", verbose_name=_("patient"))
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name=_("file"))
    name = models.CharField(_("file name"), max_length=200)

    class Meta:
        verbose_name = _("file of a laboratory order")
        constraints = [models.UniqueConstraint(fields=["order", "file"], name="lab_orders_file_once")]
