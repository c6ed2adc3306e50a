"""Services and their dated prices."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.lib.clock import branch_day
from clinic.lib.errors import InvalidInput, NotAllowed, StaleVersion
from clinic.lib.ids import uuid7
from clinic.price_list import actions, queries
from clinic.price_list.models import DictionaryCode, Price, PriceList, Service
from clinic.staff.models import User
from clinic.staff.roles import Role
from tests.staff.factories import log_in, make_branch, make_legal_entity, make_user

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


def accountant() -> User:
    return User.objects.filter(username="schyotova").first() or make_user(Role.ACCOUNTANT, username="schyotova")


def make_service(code: str = "T1", **changes: Any) -> Service:
    details = actions.ServiceDetails(**{"code": code, "title_ru": "Пломба", "category": "therapy", **changes})
    return actions.create_service(actor=accountant(), day=DAY, details=details)


def make_list() -> PriceList:
    return actions.create_price_list(actor=accountant(), name="Main", legal_entity=make_legal_entity(), currency="RUB")


def test_a_new_price_ends_the_one_before_and_stops_at_the_one_after() -> None:
    price_list, service = make_list(), make_service()
    for day, amount in ((date(2026, 1, 1), 100), (date(2026, 9, 1), 300), (date(2026, 5, 1), 200)):
        actions.set_price(actor=accountant(), price_list=price_list, service=service, amount=Decimal(amount), valid_from=day)
    days = [date(2026, 1, 1), date(2026, 4, 30), date(2026, 5, 1), date(2026, 8, 31), date(2026, 9, 1)]
    branch = make_branch()
    assert [queries.price_on(service=service, branch=branch, day=day).amount for day in days] == [100, 100, 200, 200, 300]
    with pytest.raises(queries.NoPrice):
        queries.price_on(service=service, branch=branch, day=date(2025, 12, 31))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.dates(date(2026, 1, 1), date(2026, 12, 31)), min_size=1, max_size=6))
def test_whatever_the_order_of_entry_each_day_has_the_last_price_set_before_it(days: list[date]) -> None:
    with transaction.atomic():
        price_list, service = PriceList.objects.filter(name="Main").first() or make_list(), make_service(str(uuid7())[-12:])
        for number, day in enumerate(days):
            standing = Price.objects.filter(price_list=price_list, service=service, valid_from=day).first()
            version = standing.version if standing else None
            actions.set_price(actor=accountant(), price_list=price_list, service=service, amount=Decimal(number), valid_from=day, version=version)
        latest = {day: number for number, day in enumerate(days)}
        expected = max(day for day in latest if day <= max(days))
        assert queries.price_on(service=service, branch=make_branch(), day=date(2026, 12, 31)).amount == latest[expected]


def test_a_price_that_somebody_else_has_set_for_the_day_is_shown_before_it_is_changed() -> None:
    price_list, service = make_list(), make_service()
    today = branch_day(timezone.now(), make_branch().time_zone)
    browser, url = log_in(accountant()), reverse("price-new", args=[service.pk])
    typed = {"amount": "4500.00", "valid_from": today.isoformat(), "version": ""}
    actions.set_price(actor=accountant(), price_list=price_list, service=service, amount=Decimal("5000.00"), valid_from=today)
    refused = browser.post(url, typed)
    assert refused.status_code == 422
    assert "5000.00" in str(refused.context["form"].errors["amount"])
    assert queries.price_on(service=service, branch=make_branch(), day=today).amount == Decimal("5000.00")
    browser.post(url, {**typed, "version": refused.context["form"]["version"].value()})
    changed = queries.price_on(service=service, branch=make_branch(), day=today)
    assert changed.amount == Decimal("4500.00")
    assert browser.get(url).context["form"]["version"].value() == changed.version
    again = actions.set_price(actor=accountant(), price_list=price_list, service=service, amount=Decimal("4500.00"), valid_from=today)
    assert again == changed


@pytest.mark.parametrize("amount", ["-1", "0.001", "100000000"])
def test_it_refuses_absurd_money(amount: str) -> None:
    with pytest.raises(InvalidInput):
        actions.set_price(actor=accountant(), price_list=make_list(), service=make_service(), amount=Decimal(amount), valid_from=DAY)


def test_the_database_refuses_overlapping_prices() -> None:
    price_list, service = make_list(), make_service()
    Price.objects.create(price_list=price_list, service=service, amount=1, valid_from=date(2026, 1, 1))
    with pytest.raises(DatabaseError, match="price_list_price_no_overlap"), transaction.atomic():
        Price.objects.create(price_list=price_list, service=service, amount=2, valid_from=date(2026, 2, 1))


def test_a_closed_code_cannot_be_newly_used_but_stays_where_it_stands() -> None:
    code = DictionaryCode.objects.create(kind="804n", code="B01.064.001", title="Прием", valid_from=date(2010, 1, 1))
    service = make_service(nomenclature_code_id=code.pk)
    DictionaryCode.objects.filter(pk=code.pk).update(valid_to=date(2018, 1, 1))
    with pytest.raises(InvalidInput) as refusal:
        make_service("T2", nomenclature_code_id=code.pk)
    assert "nomenclature_code" in refusal.value.fields
    details = actions.ServiceDetails(code="T1", title_ru="Приём", category="therapy", nomenclature_code_id=code.pk)
    assert actions.change_service(actor=accountant(), day=DAY, service_id=service.pk, version=1, details=details).title_ru == "Приём"
    with pytest.raises(StaleVersion):
        actions.change_service(actor=accountant(), day=DAY, service_id=service.pk, version=1, details=details)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": ""}, "code"),
        ({"code": "x" * 31}, "code"),
        ({"title_ru": " "}, "title_ru"),
        ({"title_fr": "x" * 301}, "title_fr"),
        ({"category": "magic"}, "category"),
        ({"scope": "planet"}, "scope"),
        ({"minutes": 0}, "minutes"),
    ],
)
def test_it_refuses_an_impossible_service(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        make_service(**changes)
    assert field in refusal.value.fields


def test_it_refuses_a_taken_code_and_asks_for_the_right() -> None:
    make_service()
    with pytest.raises(InvalidInput):
        make_service()
    with pytest.raises(NotAllowed):
        actions.create_price_list(actor=make_user(Role.DENTIST), name="X", legal_entity=make_legal_entity(), currency="RUB")


def test_it_finds_services_by_words_of_any_language_and_by_official_codes() -> None:
    make_service("T1", title_ru="Пломба светового отверждения", title_fr="Restauration composite")
    price_list = make_list()
    branch = make_branch()
    for text in ("пломба", "световог", "composite restau", "t1"):
        assert [service.code for service in queries.services(branch, DAY, text=text)] == ["T1"]
    service = Service.objects.get(code="T1")
    actions.set_price(actor=accountant(), price_list=price_list, service=service, amount=Decimal("4500.00"), valid_from=DAY)
    assert queries.services(branch, DAY).values_list("amount", flat=True).get() == Decimal("4500.00")  # type: ignore[misc]  # an annotation
