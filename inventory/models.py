"""Materials, lots, the append-only movements of stock, and the norms of services."""

from decimal import Decimal

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from charting.anaesthetics import SOLUTIONS
from charting.models import Anaesthesia, Performance
from clinic.history.models import Record
from clinic.patients.models import Patient
from clinic.price_list.models import Service
from clinic.staff.models import Branch, User


class Unit(models.TextChoices):
    PIECE = "pcs", _("pcs")
    GRAM = "g", _("g")
    MILLILITRE = "ml", _("ml")
    CARPULE = "carp", _("carpules")
    PAIR = "pair", _("pairs")
    CENTIMETRE = "cm", _("cm")


class Material(Record):
    """A kind of consumable, counted in one unit."""

    name = models.CharField(_("name"), max_length=200)
    code = models.CharField(_("article"), max_length=40, unique=True)
    unit = models.CharField(_("unit"), max_length=5, choices=Unit.choices, default=Unit.PIECE)
    reorder_at = models.DecimalField(_("order when less than"), max_digits=12, decimal_places=3, default=0)
    anaesthetic = models.CharField(_("anaesthetic"), max_length=24, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("material")
        constraints = [
            models.CheckConstraint(condition=Q(unit__in=Unit.values), name="inventory_unit_known"),
            models.CheckConstraint(condition=Q(reorder_at__gte=0), name="inventory_reorder_not_negative"),
            models.CheckConstraint(condition=Q(anaesthetic__in=["", *SOLUTIONS]), name="inventory_anaesthetic_known"),
        ]
        indexes = [GinIndex(fields=["name"], opclasses=["gin_trgm_ops"], name="inventory_material_name")]

    def __str__(self) -> str:
        return self.name


class Lot(Record):
    """A delivered batch of a material in one branch; `on_hand` is kept by the database from the movements.

    A cost that nobody said is none; zero is what came for nothing.
    """

    material = models.ForeignKey(Material, models.PROTECT, related_name="lots", verbose_name=_("material"))
    branch = models.ForeignKey(Branch, models.PROTECT, verbose_name=_("branch"))
    number = models.CharField(_("lot number"), max_length=60)
    expires_on = models.DateField(_("expires"), null=True, blank=True)
    barcode = models.CharField(_("barcode"), max_length=80, blank=True, db_index=True)
    supplier = models.CharField(_("supplier"), max_length=200, blank=True)
    unit_cost = models.DecimalField(_("cost of a unit"), max_digits=12, decimal_places=4, null=True, blank=True)
    on_hand = models.DecimalField(_("on hand"), max_digits=12, decimal_places=3, default=0, editable=False)

    class Meta:
        verbose_name = _("lot")
        constraints = [
            models.CheckConstraint(condition=Q(on_hand__gte=0), name="inventory_stock_not_negative"),
            models.CheckConstraint(condition=Q(unit_cost=None) | Q(unit_cost__gte=0), name="inventory_cost_not_negative"),
            models.UniqueConstraint(fields=["material", "branch", "number", "expires_on"], nulls_distinct=False, name="inventory_lot_once"),
        ]

    def __str__(self) -> str:
        return f"{self.material} {self.number}"


class MovementKind(models.TextChoices):
    RECEIPT = "receipt", _("receipt")
    WRITE_OFF = "write_off", _("written off for a procedure")
    SETTLEMENT = "settlement", _("settles a shortage")
    REVERSAL = "reversal", _("returned by reversal")
    DISCARD = "discard", _("discarded")
    COUNT = "count", _("stock count difference")


class Movement(Record):
    """A quantity that came into a lot (positive) or left it (negative). Never changed; reversed by an opposite row."""

    lot = models.ForeignKey(Lot, models.PROTECT, related_name="movements", verbose_name=_("lot"))
    kind = models.CharField(_("kind"), max_length=10, choices=MovementKind.choices)
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)
    performance = models.ForeignKey(Performance, models.PROTECT, null=True, blank=True, related_name="movements", verbose_name=_("procedure done"))
    anaesthesia = models.ForeignKey(Anaesthesia, models.PROTECT, null=True, blank=True, related_name="movements", verbose_name=_("anaesthesia"))
    patient = models.ForeignKey(Patient, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("patient"))
    reverses = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="reversed_by_row", verbose_name=_("reverses"))
    moved_at = models.DateTimeField(_("when"))
    moved_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("who"))
    document = models.CharField(_("document"), max_length=100, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    unit_cost = models.DecimalField(_("cost of a unit"), max_digits=12, decimal_places=4, null=True, blank=True)
    barcode = models.CharField(_("barcode"), max_length=80, blank=True)
    supplier = models.CharField(_("supplier"), max_length=200, blank=True)

    @property
    def used(self) -> Decimal:
        """What went to the patient; negative when it came back."""
        return -self.quantity

    class Meta:
        verbose_name = _("movement of stock")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="receipt") | Q(unit_cost=None, barcode="", supplier=""), name="inventory_only_receipts_have_a_supplier"
            ),
            models.CheckConstraint(condition=Q(unit_cost=None) | Q(unit_cost__gte=0), name="inventory_receipt_cost_not_negative"),
            models.CheckConstraint(condition=Q(kind__in=MovementKind.values), name="inventory_movement_kind_known"),
            models.CheckConstraint(
                condition=Q(kind__in=["receipt", "reversal"], quantity__gt=0)
                | Q(kind__in=["write_off", "settlement", "discard"], quantity__lt=0)
                | (Q(kind="count") & ~Q(quantity=0)),
                name="inventory_movement_sign",
            ),
            models.CheckConstraint(condition=Q(kind="reversal") ^ Q(reverses=None), name="inventory_reversal_points_back"),
            models.CheckConstraint(
                condition=~Q(kind__in=["write_off", "settlement"]) | Q(performance__isnull=False) | Q(anaesthesia__isnull=False) | Q(patient=None),
                name="inventory_write_off_for_an_act",
            ),
            models.CheckConstraint(condition=Q(performance=None) | Q(anaesthesia=None), name="inventory_movement_for_one_act"),
            models.UniqueConstraint(fields=["anaesthesia"], condition=Q(kind="write_off"), name="inventory_anaesthesia_taken_once"),
            models.UniqueConstraint(fields=["performance", "lot"], condition=Q(kind="write_off"), name="inventory_written_off_once"),
        ]
        indexes = [
            models.Index(fields=["lot", "moved_at"], name="inventory_movement_lot"),
            models.Index(fields=["patient"], name="inventory_movement_patient"),
            models.Index(fields=["barcode"], condition=~Q(barcode=""), name="inventory_receipt_barcode"),
        ]


class AnaesthesiaLot(Record):
    """From which lot an anaesthesia was drawn up; never changed."""

    anaesthesia = models.OneToOneField(Anaesthesia, models.PROTECT, related_name="drawn_from", verbose_name=_("anaesthesia"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", verbose_name=_("patient"))
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="anaesthesia", verbose_name=_("lot"))
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)

    class Meta:
        verbose_name = _("lot of an anaesthesia")
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="inventory_anaesthesia_quantity_positive")]


class OnShortage(models.TextChoices):
    BLOCK = "block", _("the procedure cannot be completed")
    DEBT = "debt", _("recorded as a shortage to settle")


class Norm(Record):
    """How much of a material one unit of a service takes, and what a shortage means."""

    deletable = True

    service = models.ForeignKey(Service, models.PROTECT, related_name="norms", verbose_name=_("service"))
    material = models.ForeignKey(Material, models.PROTECT, related_name="norms", verbose_name=_("material"))
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)
    on_shortage = models.CharField(_("on shortage"), max_length=5, choices=OnShortage.choices, default=OnShortage.DEBT)

    class Meta:
        verbose_name = _("consumption norm")
        constraints = [
            models.UniqueConstraint(fields=["service", "material"], name="inventory_norm_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="inventory_norm_positive"),
            models.CheckConstraint(condition=Q(on_shortage__in=OnShortage.values), name="inventory_on_shortage_known"),
        ]


class Shortage(Record):
    """Material that a procedure used but no lot held: a debt of the stock, settled from a later receipt or cancelled by reversal."""

    material = models.ForeignKey(Material, models.PROTECT, related_name="shortages", verbose_name=_("material"))
    branch = models.ForeignKey(Branch, models.PROTECT, verbose_name=_("branch"))
    performance = models.ForeignKey(Performance, models.PROTECT, related_name="shortages", verbose_name=_("procedure done"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", verbose_name=_("patient"))
    quantity = models.DecimalField(pgettext_lazy("stock", "missing"), max_digits=12, decimal_places=3)
    settled = models.DecimalField(_("settled"), max_digits=12, decimal_places=3, default=0)
    noted_at = models.DateTimeField(_("noted"))
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)

    @property
    def missing(self) -> Decimal:
        """What is not settled yet."""
        return self.quantity - self.settled

    class Meta:
        verbose_name = _("shortage")
        constraints = [
            models.UniqueConstraint(fields=["performance", "material"], name="inventory_shortage_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0, settled__gte=0, settled__lte=F("quantity")), name="inventory_shortage_settled_within"),
        ]
