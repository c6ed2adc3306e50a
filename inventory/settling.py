"""What acts used that no lot held, settled from a lot: a delivery, or what a count found."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from clinic.staff.models import User
from inventory.models import Lot, Movement, MovementKind, Shortage


def settle_from_receipt(*, lot_id: UUID, actor: User, at: datetime) -> None:
    """Settle open shortages of the material in the branch from what the lot holds, the oldest first."""
    lot = Lot.objects.select_for_update().get(pk=lot_id)
    left = lot.on_hand
    for shortage in open_shortages(lot):
        quantity = min(left, shortage.missing)
        if quantity > 0:
            left -= quantity
            settle(shortage, lot, quantity, actor=actor, at=at, created_at=timezone.now())


def open_shortages(lot: Lot, *, until: datetime | None = None) -> list[Shortage]:
    """What is owed of the lot's material in its branch, noted until then, the oldest first; held until the end of the transaction."""
    found = Shortage.objects.select_for_update().filter(material=lot.material_id, branch=lot.branch_id, cancelled_at=None, settled__lt=F("quantity"))
    return list((found.filter(noted_at__lte=until) if until else found).order_by("noted_at", "id"))


def settle(shortage: Shortage, lot: Lot, quantity: Decimal, *, actor: User, at: datetime, created_at: datetime) -> None:
    """Book that much of the lot to the act of the shortage."""
    shortage.settled += quantity
    shortage.save(update_fields=["settled"])
    Movement.objects.create(
        lot=lot,
        kind=MovementKind.SETTLEMENT,
        quantity=-quantity,
        performance_id=shortage.performance_id,
        patient_id=shortage.patient_id,
        moved_at=at,
        moved_by=actor,
        created_at=created_at,
    )
