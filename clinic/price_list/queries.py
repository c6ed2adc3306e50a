"""Reads of services and their prices."""

from datetime import date

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.lib.errors import DomainError
from clinic.price_list.models import Price, Service
from clinic.staff.models import Branch


class NoPrice(DomainError):
    code = "no_price"
    default_message = _("This service has no price on that day. Enter a price in the price list first.")


def price_on(*, service: Service, branch: Branch, day: date) -> Price:
    """The price of the service in the branch's default price list on a branch day.

    :raises NoPrice: when the list holds none.
    """
    price = (
        Price.objects.filter(
            Q(valid_to=None) | Q(valid_to__gt=day),
            service=service,
            valid_from__lte=day,
            price_list__legal_entity=branch.legal_entity_id,
            price_list__currency=branch.currency,
            price_list__is_default=True,
        )
        .select_related("price_list")
        .first()
    )
    if price is None:
        raise NoPrice
    return price
