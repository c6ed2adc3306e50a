"""Writes of the catalogue: services and their dated prices."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clinic.history.creation import find_sent
from clinic.lib.errors import InvalidInput, NotFound, StaleVersion, Text, check_version
from clinic.lib.ids import uuid7
from clinic.lib.money import CURRENCIES, round_money
from clinic.price_list.models import Category, ChartEffect, Dentition, DictionaryCode, Price, PriceList, Scope, Service
from clinic.staff import reach
from clinic.staff.models import LegalEntity, User
from clinic.staff.roles import Permission

LARGEST_PRICE = Decimal("99999999.99")


@dataclass(frozen=True)
class ServiceDetails:
    """Everything a service says about itself."""

    code: str
    title_ru: str
    category: str
    title_fr: str = ""
    title_en: str = ""
    scope: str = Scope.MOUTH
    dentition: str = Dentition.ANY
    chart_effect: str = ChartEffect.NONE
    nomenclature_code_id: UUID | None = None
    ccam_code_id: UUID | None = None
    minutes: int = 30
    needs_lab: bool = False
    is_expensive_treatment: bool = False
    is_active: bool = True


@transaction.atomic
def create_service(*, actor: User, day: date, details: ServiceDetails, id: UUID | None = None) -> Service:
    """Add a service to the catalogue; the same id returns the first result. `day` decides whether its codes are in force.

    :raises InvalidInput: a code that is taken, a title that is missing, a dictionary code that is closed.
    """
    reach.require_everywhere(actor, Permission.PRICE_WRITE)
    first = find_sent(Service, id, **vars(details))
    if first is not None:
        return first
    service = Service(id=id or uuid7())
    _fill(service, details, day)
    service.save(force_insert=True)
    return service


@transaction.atomic
def change_service(*, actor: User, day: date, service_id: UUID, version: int, details: ServiceDetails) -> Service:
    """Edit a service; what was done under it keeps its own text.

    :raises StaleVersion: when somebody changed it since it was read.
    """
    reach.require_everywhere(actor, Permission.PRICE_WRITE)
    service = Service.objects.select_for_update().filter(pk=service_id).first()
    if service is None:
        raise NotFound
    if service.version != version:
        raise StaleVersion
    _fill(service, details, day)
    service.save()
    service.refresh_from_db()
    return service


@transaction.atomic
def create_price_list(*, actor: User, name: str, legal_entity: LegalEntity, currency: str, is_default: bool = True) -> PriceList:
    """Start a price list; one default for a legal entity and currency."""
    reach.require_company(actor, Permission.PRICE_WRITE, legal_entity.pk)
    if currency not in CURRENCIES:
        raise InvalidInput(fields={"currency": _("Choose a currency.")})
    if not name.strip() or len(name) > 100:
        raise InvalidInput(fields={"name": _("Enter a name of at most 100 characters.")})
    if is_default and PriceList.objects.filter(legal_entity=legal_entity, currency=currency, is_default=True).exists():
        raise InvalidInput(fields={"name": _("This legal entity has a default price list in this currency already.")})
    return PriceList.objects.create(name=name.strip(), legal_entity=legal_entity, currency=currency, is_default=is_default)


@transaction.atomic
def set_price(*, actor: User, price_list: PriceList, service: Service, amount: Decimal, valid_from: date, version: int | None = None) -> Price:
    """The price of a service from a day on; the price before it ends on that day, a later one stands.

    Saying the same price for the same day again changes nothing.

    :raises StaleVersion: when that very day has another price than the `version` that was read (None: it had none).
    :raises InvalidInput: an amount that is negative, has fractions of a kopeck or cent, or is absurdly large.
    """
    reach.require_company(actor, Permission.PRICE_WRITE, price_list.legal_entity_id)
    if not 0 <= amount <= LARGEST_PRICE or amount != round_money(amount):
        raise InvalidInput(fields={"amount": _("Enter a price from 0, with at most 2 decimals.")})
    PriceList.objects.select_for_update().get(pk=price_list.pk)
    prices = Price.objects.filter(price_list=price_list, service=service)
    same_day = prices.filter(valid_from=valid_from).first()
    if same_day is not None:
        return _correct(same_day, amount, version)
    before = prices.filter(valid_from__lt=valid_from).order_by("-valid_from").first()
    after = prices.filter(valid_from__gt=valid_from).order_by("valid_from").first()
    if before is not None and (before.valid_to is None or before.valid_to > valid_from):
        before.valid_to = valid_from
        before.save(update_fields=["valid_to"])
    return Price.objects.create(
        price_list=price_list, service=service, amount=amount, valid_from=valid_from, valid_to=after.valid_from if after else None
    )


def _correct(price: Price, amount: Decimal, version: int | None) -> Price:
    if price.amount != amount:
        check_version(price, version)
        price.amount = amount
        price.save(update_fields=["amount"])
        price.refresh_from_db(fields=["version"])
    return price


def _fill(service: Service, details: ServiceDetails, day: date) -> None:
    fields = {**_wrong_choices(details), **_wrong_texts(service, details), **_closed_codes(service, details, day)}
    if fields:
        raise InvalidInput(fields=fields)
    for name, value in vars(details).items():
        setattr(service, name, value.strip() if isinstance(value, str) else value)


def _wrong_choices(details: ServiceDetails) -> dict[str, Text]:
    fields: dict[str, Text] = {}
    for name, choices in (("category", Category), ("scope", Scope), ("dentition", Dentition), ("chart_effect", ChartEffect)):
        if getattr(details, name) not in choices.values:
            fields[name] = _("Choose from the list.")
    if not 0 < details.minutes <= 720:
        fields["minutes"] = _("Enter 1 to 720 minutes.")
    return fields


def _wrong_texts(service: Service, details: ServiceDetails) -> dict[str, Text]:
    fields: dict[str, Text] = {}
    if not details.code.strip() or len(details.code) > 30:
        fields["code"] = _("Enter a code of at most 30 characters.")
    elif Service.objects.filter(code=details.code.strip()).exclude(pk=service.pk).exists():
        fields["code"] = _("Another service has this code.")
    if not details.title_ru.strip():
        fields["title_ru"] = _("Enter the title.")
    for name in ("title_ru", "title_fr", "title_en"):
        if len(getattr(details, name)) > 300:
            fields[name] = _("At most 300 characters.")
    return fields


def _closed_codes(service: Service, details: ServiceDetails, day: date) -> dict[str, Text]:
    """A code that was closed may stay where it stands, but cannot be newly used."""
    fields: dict[str, Text] = {}
    for name in ("nomenclature_code_id", "ccam_code_id"):
        chosen = getattr(details, name)
        if chosen is None or chosen == getattr(service, name):
            continue
        code = DictionaryCode.objects.filter(pk=chosen).first()
        if code is None or code.valid_from > day or (code.valid_to is not None and code.valid_to <= day):
            fields[name.removesuffix("_id")] = _("This code is closed or not yet in force.")
    return fields
