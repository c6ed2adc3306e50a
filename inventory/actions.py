"""Writes of the stock: receipts, write-offs by norm, reversals, discards and counts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from charting.anaesthetics import SOLUTIONS
from charting.models import Performance
from clinic.history.creation import check_first, find_sent
from clinic.lib.clock import branch_day
from clinic.lib.errors import Conflict, InvalidInput, KeyTaken, NotFound, StaleVersion, check_version
from clinic.lib.ids import uuid7
from clinic.price_list.models import Service
from clinic.staff.models import Branch, User
from clinic.staff.reach import require_everywhere
from clinic.staff.roles import Permission
from inventory import queries, rules, settling
from inventory.models import Lot, Material, Movement, MovementKind, Norm, OnShortage, Shortage, Unit

LARGEST = Decimal("999999.999")
DEAREST = Decimal("99999999.9999")


class OutOfStock(Conflict):
    """A material that the norm says must be there is missing."""

    code = "out_of_stock"


class NotEnough(Conflict):
    """The lot holds less than what should leave it."""

    code = "not_enough"
    default_message = _("The lot holds less than that. Nothing was written off.")


@dataclass(frozen=True)
class WriteOff:
    """What a performance took from the stock."""

    movements: tuple[Movement, ...]
    shortages: tuple[Shortage, ...]


@transaction.atomic
def create_material(
    *, actor: User, name: str, code: str, unit: str, reorder_at: Decimal = rules.ZERO, anaesthetic: str = "", id: UUID | None = None
) -> Material:
    """Add a material to the catalogue; the same id returns the first result.

    :raises InvalidInput: empty name, unknown unit, a code that another material has.
    """
    actor.require(Permission.STOCK_WRITE)
    first = find_sent(Material, id, name=name, code=code, unit=unit, reorder_at=reorder_at, anaesthetic=anaesthetic)
    if first is not None:
        return first
    _check_material(name=name, code=code, unit=unit, reorder_at=reorder_at, anaesthetic=anaesthetic, except_id=None)
    values = {"name": name.strip(), "code": code.strip(), "unit": unit, "reorder_at": reorder_at, "anaesthetic": anaesthetic}
    return Material.objects.create(id=id or uuid7(), **values)


@transaction.atomic
def change_material(
    *, actor: User, material_id: UUID, version: int, name: str, code: str, unit: str, reorder_at: Decimal, is_active: bool, anaesthetic: str = ""
) -> Material:
    """Edit a material.

    :raises StaleVersion: when somebody changed it since it was read.
    """
    require_everywhere(actor, Permission.STOCK_WRITE)
    material = Material.objects.select_for_update().filter(pk=material_id).first()
    if material is None:
        raise NotFound
    if material.version != version:
        raise StaleVersion
    _check_material(name=name, code=code, unit=unit, reorder_at=reorder_at, anaesthetic=anaesthetic, except_id=material_id)
    material.name, material.code, material.unit, material.reorder_at, material.is_active = name.strip(), code.strip(), unit, reorder_at, is_active
    material.anaesthetic = anaesthetic
    material.save()
    material.refresh_from_db()
    return material


@transaction.atomic
def receive(
    *,
    actor: User,
    at: datetime,
    material_id: UUID,
    branch: Branch,
    number: str,
    quantity: Decimal,
    expires_on: date | None = None,
    unit_cost: Decimal | None = None,
    barcode: str = "",
    supplier: str = "",
    document: str = "",
    id: UUID | None = None,
) -> Movement:
    """Book a delivery into its lot (made when new), then settle open shortages of the material in this branch, oldest first.

    The receipt keeps barcode, supplier and cost as they came. The lot keeps the first barcode and supplier, and its cost is averaged
    over what is on hand and what comes; a receipt without a cost says nothing about the lot's, a cost of zero says that it was free.

    `id` names the receipt: a repeated request returns the first one.

    :raises InvalidInput: quantity not positive, lot number empty, expired on arrival.
    """
    actor.require(Permission.STOCK_WRITE)
    details: dict[str, Any] = {"barcode": barcode.strip(), "supplier": supplier.strip(), "unit_cost": unit_cost}
    first = find_sent(Movement, id, kind=MovementKind.RECEIPT, quantity=quantity, document=document, **details)
    if first is not None:
        check_first(first.lot, material_id=material_id, branch_id=branch.pk, number=number, expires_on=expires_on)
        return first
    material = _material(material_id)
    _check_receipt(number, quantity, unit_cost, expires_on, branch_day(at, branch.time_zone))
    lot, is_new = Lot.objects.get_or_create(material=material, branch=branch, number=number.strip(), expires_on=expires_on, defaults=details)
    if not is_new:
        lot = _blend(lot.pk, quantity=quantity, **details)
    receipt = Movement.objects.create(
        id=id or uuid7(), lot=lot, kind=MovementKind.RECEIPT, quantity=quantity, moved_at=at, moved_by=actor, document=document.strip(), **details
    )
    settling.settle_from_receipt(lot_id=lot.pk, actor=actor, at=at)
    return receipt


def _blend(lot_id: UUID, *, quantity: Decimal, barcode: str, supplier: str, unit_cost: Decimal | None) -> Lot:
    lot = Lot.objects.select_for_update().get(pk=lot_id)
    lot.barcode, lot.supplier = lot.barcode or barcode, lot.supplier or supplier
    lot.unit_cost = rules.average_cost(on_hand=lot.on_hand, cost=lot.unit_cost, quantity=quantity, unit_cost=unit_cost)
    lot.save(update_fields=["barcode", "supplier", "unit_cost"])
    return lot


@transaction.atomic
def write_off(*, performance: Performance, actor: User, at: datetime, quantity: int = 1) -> WriteOff:
    """Take from the branch's lots what the service's norms ask for `quantity` of it, at least once a tooth; earliest expiry first.

    A material whose use the visit's note tells itself (`inventory.anaesthesia`) is not taken by norm.

    :raises OutOfStock: when a material is short whose norm blocks; otherwise the shortage is recorded as a debt.
    """
    actor.require(Permission.PROCEDURE_COMPLETE)
    norms = list(Norm.objects.filter(service=performance.procedure.service_id).select_related("material").order_by("material_id"))
    told = queries.materials_told(performance.visit_id)
    norms = [norm for norm in norms if norm.material_id not in told]
    act = performance.procedure
    units = act.service.units(teeth=act.teeth.count(), quantity=quantity)
    needed = rules.norm_quantities({norm.material_id: norm.quantity for norm in norms}, units)
    lots = _lock_lots(needed.keys(), performance.branch_id)
    day = branch_day(at, performance.branch.time_zone)
    pickings = {
        norm.material_id: rules.pick_lots([_on_hand(lot) for lot in lots if lot.material_id == norm.material_id], needed[norm.material_id], day)
        for norm in norms
    }
    _refuse_blocking([norm for norm in norms if pickings[norm.material_id].missing and norm.on_shortage == OnShortage.BLOCK], pickings)
    movements = Movement.objects.bulk_create(
        Movement(
            lot_id=draw.lot_id,
            kind=MovementKind.WRITE_OFF,
            quantity=-draw.quantity,
            performance=performance,
            patient_id=performance.patient_id,
            moved_at=at,
            moved_by=actor,
        )
        for picking in pickings.values()
        for draw in picking.draws
    )
    shortages = Shortage.objects.bulk_create(
        Shortage(
            material_id=material_id,
            branch_id=performance.branch_id,
            performance=performance,
            patient_id=performance.patient_id,
            quantity=picking.missing,
            noted_at=at,
        )
        for material_id, picking in pickings.items()
        if picking.missing
    )
    return WriteOff(tuple(movements), tuple(shortages))


@transaction.atomic
def reverse_write_off(*, performance: Performance, actor: User, at: datetime) -> WriteOff:
    """Return to their lots what the performance took, and cancel its shortages; a second call returns the same rows."""
    actor.require(Permission.PROCEDURE_REVERSE)
    _hold_for_reversal(performance)
    taken = Movement.objects.filter(performance=performance, reverses=None, reversed_by_row=None).order_by("lot_id", "id")
    Movement.objects.bulk_create(
        Movement(
            lot_id=movement.lot_id,
            kind=MovementKind.REVERSAL,
            quantity=-movement.quantity,
            performance=performance,
            patient_id=performance.patient_id,
            reverses=movement,
            moved_at=at,
            moved_by=actor,
        )
        for movement in taken
    )
    Shortage.objects.filter(performance=performance, cancelled_at=None).update(cancelled_at=at)
    opposite = Movement.objects.filter(performance=performance, kind=MovementKind.REVERSAL).order_by("id")
    return WriteOff(tuple(opposite), tuple(Shortage.objects.filter(performance=performance).order_by("id")))


@transaction.atomic
def discard(*, actor: User, at: datetime, lot_id: UUID, quantity: Decimal, reason: str, id: UUID | None = None) -> Movement:
    """Take a quantity out of a lot for a stated reason (expired, broken).

    :raises NotEnough: when the lot holds less.
    """
    actor.require(Permission.STOCK_WRITE)
    if not reason.strip():
        raise InvalidInput(fields={"reason": _("Say why it is discarded.")})
    _check_quantity(quantity)
    sent: dict[str, Any] = {"kind": MovementKind.DISCARD, "quantity": -quantity, "note": reason.strip()}
    first, lot = find_sent(Movement, id, lot_id=lot_id, **sent), _lock_lot(actor, lot_id)
    if first is not None:
        return first
    if lot.on_hand < quantity:
        raise NotEnough
    return Movement.objects.create(id=id or uuid7(), lot=lot, moved_at=at, moved_by=actor, **sent)


@transaction.atomic
def count(*, actor: User, at: datetime, lot_id: UUID, counted: Decimal, id: UUID | None = None) -> Movement | None:
    """Book the difference between what was counted and what the books hold; None when they agree.

    More in the lot than in the books explains what acts used that no lot held: those shortages are settled from the surplus, and the lot holds
    what was counted. A lot with as much as the books say, or less, explains nothing: a shortage then waits for the delivery that was not booked yet.
    """
    actor.require(Permission.STOCK_WRITE)
    if not rules.fits(counted, most=LARGEST, places=3):
        raise InvalidInput(fields={"counted": _("Enter a quantity from 0 to 999 999, with at most 3 decimals.")})
    first, lot = find_sent(Movement, id, lot_id=lot_id, kind=MovementKind.COUNT), _lock_lot(actor, lot_id)
    if first is not None:
        return _same_count(first, lot, counted)
    if counted == lot.on_hand:
        return None
    owed = settling.open_shortages(lot, until=at) if counted > lot.on_hand else []
    used = sum((shortage.missing for shortage in owed), Decimal())
    booked: dict[str, Any] = {"kind": MovementKind.COUNT, "quantity": counted - lot.on_hand + used, "moved_at": at, "moved_by": actor}
    difference = Movement.objects.create(id=id or uuid7(), lot=lot, **booked)
    for shortage in owed:
        settling.settle(shortage, lot, shortage.missing, actor=actor, at=at, created_at=difference.created_at)
    return difference


@transaction.atomic
def set_norm(*, actor: User, service: Service, material_id: UUID, quantity: Decimal, on_shortage: str, version: int | None = None) -> Norm:
    """Say how much of a material one unit of the service takes; a norm of the pair that says the same already is left as it is.

    :raises StaleVersion: when the pair has another norm than the `version` that was read (None: it had none).
    """
    require_everywhere(actor, Permission.STOCK_WRITE)
    _check_quantity(quantity)
    if on_shortage not in OnShortage.values:
        raise InvalidInput(fields={"on_shortage": _("Choose what a shortage means.")})
    material = Material.objects.select_for_update(no_key=True).filter(pk=material_id).first()
    if material is None:
        raise NotFound
    norm = Norm.objects.select_for_update().filter(service=service, material=material).first()
    if norm is not None and version is None and (norm.quantity, norm.on_shortage) == (quantity, on_shortage):
        return norm
    check_version(norm, version)
    norm = norm or Norm(service=service, material=material)
    norm.quantity, norm.on_shortage = quantity, on_shortage
    norm.save()
    norm.refresh_from_db(fields=["version"])
    return norm


@transaction.atomic
def remove_norm(*, actor: User, norm_id: UUID, version: int) -> None:
    """Take a norm away; history keeps it. One that is gone already stays gone.

    :raises StaleVersion: when it is no longer the `version` that was read.
    """
    require_everywhere(actor, Permission.STOCK_WRITE)
    norm = Norm.objects.select_for_update().filter(pk=norm_id).first()
    if norm is not None:
        check_version(norm, version)
        norm.delete()


def _hold_for_reversal(performance: Performance) -> None:
    """Lock what the performance took and owes, lots first as everybody does: a delivery that settles its shortage now comes before or after."""
    owed = Shortage.objects.filter(performance=performance, cancelled_at=None)
    taken = Movement.objects.filter(performance=performance)
    of_material = Q(branch=performance.branch_id, material__in=owed.values("material"))
    list(Lot.objects.select_for_update().filter(of_material | Q(pk__in=taken.values("lot"))).order_by("id"))
    list(owed.select_for_update().order_by("noted_at", "id"))


def _lock_lots(materials: Iterable[UUID], branch_id: UUID) -> list[Lot]:
    return list(Lot.objects.select_for_update().filter(material__in=materials, branch=branch_id, on_hand__gt=0).order_by("id"))


def _on_hand(lot: Lot) -> rules.LotOnHand:
    return rules.LotOnHand(lot.pk, lot.on_hand, lot.expires_on)


def _refuse_blocking(norms: Sequence[Norm], pickings: dict[UUID, rules.Picking]) -> None:
    if norms:
        missing = ", ".join(
            f"{norm.material.name}: {pickings[norm.material_id].missing.normalize():f} {norm.material.get_unit_display()}" for norm in norms
        )
        raise OutOfStock(_("Not in stock: %(missing)s. Nothing was recorded; receive the material or choose another.") % {"missing": missing})


def _lock_lot(actor: User, lot_id: UUID) -> Lot:
    """:raises NotFound: when there is no such lot in the branches whose stock the person keeps."""
    lot = Lot.objects.select_for_update(of=("self",)).select_related("branch").filter(pk=lot_id).first()
    if lot is None or lot.branch not in actor.branches_where(Permission.STOCK_WRITE):
        raise NotFound
    return lot


def _same_count(first: Movement, lot: Lot, counted: Decimal) -> Movement:
    """:raises KeyTaken: unless the first request counted the same; the movements of the lot up to it add up to what was counted."""
    booked = Movement.objects.filter(lot=lot, created_at__lte=first.created_at).aggregate(total=Sum("quantity"))["total"]
    if booked != counted:
        raise KeyTaken
    return first


def _material(material_id: UUID) -> Material:
    material = Material.objects.filter(pk=material_id).first()
    if material is None:
        raise NotFound
    return material


def _check_material(*, name: str, code: str, unit: str, reorder_at: Decimal, anaesthetic: str, except_id: UUID | None) -> None:
    fields = {}
    if not name.strip() or len(name) > 200:
        fields["name"] = _("Enter a name of at most 200 characters.")
    if not code.strip() or len(code) > 40:
        fields["code"] = _("Enter an article of at most 40 characters.")
    elif Material.objects.filter(~Q(pk=except_id) if except_id else Q(), code=code.strip()).exists():
        fields["code"] = _("Another material has this article.")
    if unit not in Unit.values:
        fields["unit"] = _("Choose a unit from the list.")
    if anaesthetic not in ("", *SOLUTIONS):
        fields["anaesthetic"] = _("Choose an anaesthetic from the list.")
    if not rules.fits(reorder_at, most=LARGEST, places=3):
        fields["reorder_at"] = _("Enter a quantity from 0 to 999 999, with at most 3 decimals.")
    if fields:
        raise InvalidInput(fields=fields)


def _check_receipt(number: str, quantity: Decimal, unit_cost: Decimal | None, expires_on: date | None, today: date) -> None:
    fields = {}
    if not number.strip() or len(number) > 60:
        fields["number"] = _("Enter the lot number as printed on the pack.")
    if expires_on is not None and expires_on < today:
        fields["expires_on"] = _("This lot has already expired.")
    if unit_cost is not None and not rules.fits(unit_cost, most=DEAREST, places=4):
        fields["unit_cost"] = _("Enter a cost that is not negative, with at most 4 decimals.")
    if fields:
        raise InvalidInput(fields=fields)
    _check_quantity(quantity)


def _check_quantity(quantity: Decimal) -> None:
    if not rules.fits(quantity, most=LARGEST, places=3) or quantity == 0:
        raise InvalidInput(fields={"quantity": _("Enter a quantity greater than 0, with at most 3 decimals.")})
