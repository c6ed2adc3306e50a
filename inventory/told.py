"""The stock tells a note which materials of which lots were used in its visit."""

from collections import defaultdict
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from charting import filling
from charting.models import Visit
from inventory.models import Movement


def materials_of(visit: Visit) -> str:
    """`Composite A2, lot 4711, 0.3 g`: what left the stock for the acts of the visit and did not come back, by lot."""
    moved = Movement.objects.filter(performance__visit=visit, performance__reversed_at=None).select_related("lot__material")
    used: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for row in moved.order_by("moved_at", "pk"):
        used[row.lot.material.name, row.lot.number, str(row.lot.material.get_unit_display())] -= row.quantity
    told = [
        f"{name}, {_lot(number)}, {number_format(quantity.normalize())} {unit}" for (name, number, unit), quantity in used.items() if quantity > 0
    ]
    return "; ".join(told)


def _lot(number: str) -> str:
    return _("lot %(number)s") % {"number": number}


filling.SOURCES["materials"] = materials_of
