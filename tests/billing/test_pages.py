"""The till, the unpaid list and the patient's account in a browser without scripts."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinic.billing import queries
from clinic.billing.models import Invoice, Payment
from clinic.lib.ids import uuid7
from clinic.staff.roles import Role
from tests.billing.factories import accountant, make_charge, pay, undo
from tests.patients.factories import make_patient, petrov
from tests.staff.factories import log_in, make_branch, make_user, registrar_belova

pytestmark = pytest.mark.django_db
D = Decimal


def statements(captured: CaptureQueriesContext) -> int:
    """Statements sent, without the borders of transactions."""
    return len([query for query in captured.captured_queries if "SAVEPOINT" not in query["sql"]])


@pytest.mark.parametrize("name", ["till", "unpaid"])
def test_list_pages_stay_within_their_queries(name: str) -> None:
    for number in range(15):
        make_charge("100.00", make_patient(f"Должник{number}"), at=timezone.now())
        pay("10.00", make_patient(f"Плательщик{number}"))
    browser = log_in(registrar_belova())
    browser.get(reverse(name))
    with CaptureQueriesContext(
        connection,
    ) as captured:
        page = browser.get(reverse(name))
    assert page.status_code == 200
    assert "Должник7" in page.content.decode()
    assert statements(captured) <= 12, captured.captured_queries


def test_the_account_page_stays_within_its_queries() -> None:
    for _ in range(10):
        make_charge("100.00")
        pay("50.00")
    browser = log_in(accountant())
    url = reverse("patient-money", args=[petrov().pk])
    browser.get(url)
    with CaptureQueriesContext(connection) as captured:
        page = browser.get(url)
    assert page.status_code == 200
    assert statements(captured) <= 17, [query["sql"][:120] for query in captured.captured_queries]


def test_it_settles_a_visit_with_two_clicks() -> None:
    make_charge("4500.00", at=timezone.now())
    browser = log_in(registrar_belova())
    till = browser.get(reverse("till")).content.decode()
    url = reverse("pay", args=[petrov().pk])
    assert url in till
    form = browser.get(url).context["form"]
    ticked = [str(item.charge.pk) for item, is_ticked in form.rows if is_ticked]
    answer = browser.post(
        url, {"id": form["id"].value(), "charges": ticked, "amount": form["amount"].value(), "method": "card"}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    assert queries.balance(petrov()) == 0


def test_it_takes_a_payment_once_when_sent_twice() -> None:
    make_charge("100.00")
    browser, form = log_in(registrar_belova()), {"id": str(uuid7()), "amount": "100", "method": "cash"}
    for _ in range(2):
        browser.post(reverse("pay", args=[petrov().pk]), form)
    assert Payment.objects.count() == 1


@pytest.mark.parametrize("amount", ["-5", "0", "10,505", "1,250", "1.000", "1e9", "сто", "", "99999999999999999", "1;DROP TABLE", "NaN"])
def test_it_says_what_is_wrong_with_an_amount_and_keeps_it(amount: str) -> None:
    browser = log_in(registrar_belova())
    answer = browser.post(reverse("pay", args=[petrov().pk]), {"id": str(uuid7()), "amount": amount, "method": "cash", "reference": "kept <b>"})
    assert answer.status_code == 422
    assert answer.context["form"].errors["amount"]
    assert "kept &lt;b&gt;" in answer.content.decode()
    assert not Payment.objects.exists()


def test_it_understands_spaces_and_commas() -> None:
    browser = log_in(registrar_belova())
    browser.post(reverse("pay", args=[petrov().pk]), {"id": str(uuid7()), "amount": "1\u00a0250,50", "method": "cash"})
    assert Payment.objects.get().amount == D("1250.50")


def test_it_pays_from_the_advance() -> None:
    pay("300.00")
    charge = make_charge("300.00")
    browser = log_in(registrar_belova())
    browser.post(reverse("pay", args=[petrov().pk]), {"id": str(uuid7()), "charges": [str(charge.pk)], "amount": "300", "method": "advance"})
    assert Payment.objects.count() == 1
    assert queries.get_charge(charge.pk).due == 0


def test_it_refunds_with_a_reason() -> None:
    payment = pay("100.00")
    browser, url = log_in(accountant()), reverse("refund", args=[payment.pk])
    too_much = browser.post(url, {"id": str(uuid7()), "amount": "100,01", "method": "cash", "reason": "Asked"})
    assert too_much.status_code == 422
    assert "amount" in too_much.context["form"].errors
    browser.post(url, {"id": str(uuid7()), "amount": "100", "method": "cash", "reason": "Asked"})
    assert queries.balance(petrov()) == 0


def test_it_issues_an_invoice_and_shows_its_file() -> None:
    make_charge("100.00")
    browser, url = log_in(registrar_belova()), reverse("invoice-new", args=[petrov().pk])
    form = browser.get(url).context["form"]
    keys = [str(item.charge.pk) for item, _ in form.rows]
    browser.post(url, {"id": form["id"].value(), "charges": keys, "language": "fr"})
    invoice = Invoice.objects.get()
    answer = browser.get(reverse("invoice-file", args=[invoice.pk]))
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert invoice.label in browser.get(reverse("patient-money", args=[petrov().pk])).content.decode()


def test_it_cancels_an_invoice() -> None:
    charge = make_charge("100.00")
    browser = log_in(registrar_belova())
    browser.post(reverse("invoice-new", args=[petrov().pk]), {"id": str(uuid7()), "charges": [str(charge.pk)], "language": "ru"})
    invoice = Invoice.objects.get()
    assert browser.post(reverse("invoice-cancel", args=[invoice.pk]), {"reason": ""}).status_code == 422
    browser.post(reverse("invoice-cancel", args=[invoice.pk]), {"reason": "Wrong payer"})
    assert Invoice.objects.filter(cancels=invoice).exists()


def test_it_shows_every_kind_of_row() -> None:
    charge = make_charge("100.00")
    pay("100.00")
    undo(charge)
    page = log_in(accountant()).get(reverse("patient-money", args=[petrov().pk])).content.decode()
    assert "Wrong tooth" in page
    assert "kept as an advance" in page


def test_it_downloads_the_unpaid_list() -> None:
    make_charge("100.00", make_patient("=HYPERLINK(1)"))
    answer = log_in(accountant()).get(reverse("unpaid-xlsx"))
    assert answer.content.startswith(b"PK")


def test_it_opens_money_only_to_those_who_may() -> None:
    payment = pay("1.00")
    outsider = log_in(make_user(Role.MARKETER, branch=make_branch()))
    for url in (reverse("till"), reverse("unpaid"), reverse("patient-money", args=[petrov().pk]), reverse("pay", args=[petrov().pk])):
        assert outsider.get(url).status_code == 403
    assert log_in(registrar_belova()).get(reverse("refund", args=[payment.pk])).status_code == 403


def test_it_knows_nothing_of_strangers() -> None:
    browser = log_in(accountant())
    for name in ("patient-money", "pay", "refund", "invoice-file"):
        assert browser.get(reverse(name, args=[uuid4()])).status_code == 404


def test_a_strange_day_is_today() -> None:
    browser = log_in(registrar_belova(make_branch()))
    for day in ("2026-02-31", "x", "9999-12-31", "0001-01-01", "'"):
        assert browser.get(reverse("till"), {"day": day}).status_code == 200
