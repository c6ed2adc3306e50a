"""Reads of services and their prices."""

from datetime import date
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from clinic.lib.errors import DomainError, NotFound
from clinic.price_list.models import DictionaryCode, Price, PriceList, Service
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


def codes(kind: str, day: date, *, text: str = "", parent: str = "") -> QuerySet[DictionaryCode]:
    """Codes of a dictionary in force on a day, by code; `text` matches the code's start or any part of the title."""
    found = DictionaryCode.objects.filter(Q(valid_to=None) | Q(valid_to__gt=day), kind=kind, valid_from__lte=day)
    if parent:
        found = found.filter(parent_code=parent)
    for word in text.split():
        found = found.filter(Q(code__istartswith=word) | Q(title__icontains=word))
    return found.order_by("code", "pk")


def default_price_list(branch: Branch) -> PriceList | None:
    """The price list the branch sells by."""
    return PriceList.objects.filter(legal_entity=branch.legal_entity_id, currency=branch.currency, is_default=True).first()


def services(branch: Branch, day: date, *, text: str = "", category: str = "", only_offered: bool = True) -> QuerySet[Service]:
    """Services with `amount`, their price in the branch on the day (None when there is none), by category and code."""
    prices = Price.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=day),
        service=OuterRef("pk"),
        valid_from__lte=day,
        price_list__legal_entity=branch.legal_entity_id,
        price_list__currency=branch.currency,
        price_list__is_default=True,
    )
    found = Service.objects.select_related("nomenclature_code", "ccam_code").annotate(amount=Subquery(prices.values("amount")[:1]))
    if only_offered:
        found = found.filter(is_active=True)
    if category:
        found = found.filter(category=category)
    for word in text.split():
        in_titles = Q(title_ru__icontains=word) | Q(title_fr__icontains=word) | Q(title_en__icontains=word)
        found = found.filter(
            in_titles | Q(code__istartswith=word) | Q(nomenclature_code__code__istartswith=word) | Q(ccam_code__code__istartswith=word)
        )
    return found.order_by("category", "code", "pk")


def get_service(service_id: UUID) -> Service:
    """:raises NotFound: when there is no such service."""
    service = Service.objects.select_related("nomenclature_code", "ccam_code").filter(pk=service_id).first()
    if service is None:
        raise NotFound
    return service
