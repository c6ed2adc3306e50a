"""Anaesthesia with the drug taken from a lot of the stock: what the note says was given is what leaves the lot.

The norm of a service stands in where the note says nothing: what it took already in this visit is not taken twice, and after the note has
said it the norm of that material takes nothing more.
"""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

import charting.actions
from charting.anaesthetics import SOLUTIONS
from charting.models import Anaesthesia, Visit
from clinic.lib.clock import branch_day
from clinic.lib.errors import InvalidInput, NotFound
from clinic.staff.models import User
from inventory import queries
from inventory.actions import NotEnough
from inventory.models import AnaesthesiaLot, Lot, Movement, MovementKind, Unit


@transaction.atomic
def give(
    *, visit: Visit, given: charting.actions.Given, actor: User, at: datetime, lot_id: UUID | None = None, override_reason: str = "",
    id: UUID | None = None,
) -> Anaesthesia:  # fmt: skip
    """Note an anaesthesia; with `lot_id` its drug, lot and expiry are those of the lot, and what was given leaves it.

    :raises NotFound: when the branch of the visit has no such lot.
    :raises InvalidInput: when the lot holds no anaesthetic, has expired, or the dose is not said in its unit.
    :raises NotEnough: when the lot holds less.
    """
    lot = _lot(lot_id, visit) if lot_id else None
    if lot is not None:
        given = replace(given.of(SOLUTIONS[lot.material.anaesthetic]), lot=lot.number, expires_on=lot.expires_on)
    row, is_new = charting.actions.give_anaesthesia(visit=visit, given=given, actor=actor, at=at, override_reason=override_reason, id=id)
    if is_new and lot is not None:
        _take(row, lot.pk, actor, at)
    return row


def _lot(lot_id: UUID, visit: Visit) -> Lot:
    lot = Lot.objects.select_related("material").filter(pk=lot_id, branch=visit.branch_id).first()
    if lot is None:
        raise NotFound
    if not lot.material.anaesthetic:
        raise InvalidInput(fields={"lot_id": _("This material is not marked as an anaesthetic. Mark it in the stock, or type the lot.")})
    return lot


def _take(row: Anaesthesia, lot_id: UUID, actor: User, at: datetime) -> None:
    lot = Lot.objects.select_for_update(of=("self",)).select_related("material", "branch").get(pk=lot_id)
    if lot.expires_on is not None and lot.expires_on < branch_day(at, lot.branch.time_zone):
        raise InvalidInput(fields={"lot_id": _("This lot has expired. Take another one.")})
    AnaesthesiaLot.objects.create(anaesthesia=row, patient_id=row.patient_id, lot=lot, quantity=_quantity(row, lot))
    missing = min(_quantity(row, lot), queries.said_of(row.visit, lot.material) - queries.taken_for(row.visit, lot.material))
    if missing > lot.on_hand:
        raise NotEnough
    if missing > 0:
        values = {"anaesthesia": row, "patient_id": row.patient_id, "moved_at": at, "moved_by": actor}
        Movement.objects.create(lot=lot, kind=MovementKind.WRITE_OFF, quantity=-missing, **values)


def _quantity(row: Anaesthesia, lot: Lot) -> Decimal:
    """What was given in the unit in which the stock counts it."""
    quantity = row.dose_ml if lot.material.unit == Unit.MILLILITRE else row.cartridges
    if quantity is None:
        unit = lot.material.get_unit_display()
        name = "dose_ml" if lot.material.unit == Unit.MILLILITRE else "cartridges"
        raise InvalidInput(fields={name: _("Say how much: the stock counts this material in %(unit)s.") % {"unit": unit}})
    return quantity


@transaction.atomic
def mark_in_error(*, anaesthesia: Anaesthesia, reason: str, actor: User, at: datetime) -> Anaesthesia:
    """It was not given: it is marked, and what it took returns to its lot.

    :raises NotOpen: when it was marked before.
    """
    marked = charting.actions.mark_anaesthesia_in_error(anaesthesia=anaesthesia, reason=reason, actor=actor, at=at)
    taken = Movement.objects.filter(anaesthesia=marked, kind=MovementKind.WRITE_OFF).select_related("lot").first()
    if taken is not None:
        Lot.objects.select_for_update().get(pk=taken.lot_id)
        Movement.objects.create(
            lot_id=taken.lot_id, kind=MovementKind.REVERSAL, quantity=-taken.quantity, anaesthesia=marked, patient_id=marked.patient_id,
            reverses=taken, moved_at=at, moved_by=actor,
        )  # fmt: skip
    return marked
