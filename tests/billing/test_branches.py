"""Money across branches: debts of the branches where one may see money, refunds from the till that gives them, a branch that keeps its currency."""

from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from clinic.billing import actions, debts, invoicing, queries
from clinic.billing.models import Method, Payment
from clinic.lib.clock import branch_day
from clinic.staff import places, reach
from clinic.staff.models import Branch, RoleGrant, User
from clinic.staff.roles import Role
from tests.billing.factories import NOW, accountant, make_charge, pay
from tests.patients.factories import make_patient, petrov
from tests.staff.factories import log_in, make_branch, make_legal_entity, make_user

pytestmark = pytest.mark.django_db
D = Decimal


def nevsky() -> Branch:
    return make_branch("Nevsky")


def half_accountant() -> User:
    """Keeps the books in Arbat; at Nevsky she only assists."""
    person = make_user(Role.ACCOUNTANT, username="half", branch=make_branch())
    RoleGrant.objects.create(user=person, role=Role.ASSISTANT, branch=nevsky())
    return person


@pytest.fixture
def owing() -> None:
    make_charge("100.00", petrov())
    make_charge("70.00", make_patient("Невский", branch=nevsky()), branch=nevsky())


def names(browser: Client, url: str) -> list[str]:
    return [row["name"].split()[0] for row in browser.get(url).json()["results"]]


@pytest.mark.usefixtures("owing")
def test_debts_everywhere_are_those_of_the_branches_where_one_may_see_money() -> None:
    half, whole = log_in(half_accountant()), log_in(accountant())
    assert names(half, "/api/v1/debts?everywhere=true") == ["Петров"]
    assert names(whole, "/api/v1/debts?everywhere=true") == ["Петров", "Невский"]
    assert "Невский" not in half.get(reverse("unpaid")).text
    assert "Невский" in whole.get(reverse("unpaid")).text
    for browser, count in ((half, 1), (whole, 2)):
        for url in ("/api/v1/debts/workbook?everywhere=true", reverse("unpaid-xlsx")):
            sheet: Any = load_workbook(BytesIO(browser.get(url).content)).active
            assert sheet.max_row == 1 + count, url


@pytest.mark.usefixtures("owing")
def test_the_api_gives_debts_page_by_page_and_what_is_paid_meanwhile_moves_nothing() -> None:
    for number in range(5):
        make_charge("50.00", make_patient(f"Должник{number}"))
    browser = log_in(accountant())
    first = browser.get("/api/v1/debts?everywhere=true&page_size=3").json()
    pay("100.00", petrov())
    second = browser.get(first["next"]).json()
    third = browser.get(second["next"]).json()
    seen = [row["patient"] for page in (first, second, third) for row in page["results"]]
    assert (len(seen), len(set(seen)), third["next"]) == (7, 7, None)
    assert browser.get("/api/v1/debts?cursor=cD14").status_code == 422


def test_a_refund_leaves_the_till_of_the_branch_that_gives_it() -> None:
    payment = pay("100.00")
    taken = actions.refund(payment_id=payment.pk, amount=D("30.00"), reason="asked", actor=accountant(), at=NOW, method="cash", branch=nevsky())
    today = branch_day(NOW, nevsky().time_zone)
    out = {line.method: line.refunded for line in debts.receipts_by_method(nevsky(), today)}
    assert (taken.branch, out[Method.CASH]) == (nevsky(), D("30.00"))
    assert sum(line.refunded for line in debts.receipts_by_method(payment.branch, today)) == 0
    assert queries.get_payment(payment.pk).kept == D("70.00")


def test_a_refund_is_not_given_by_another_company_or_in_another_currency() -> None:
    payment = pay("100.00")
    paris = make_branch("Paris", currency="EUR")
    other = Branch.objects.create(name="Other", legal_entity=make_legal_entity("Other LLC"), time_zone="Europe/Moscow", currency="RUB", language="ru")
    for branch in (paris, other):
        with pytest.raises(actions.RefundElsewhere, match="RUB"):
            actions.refund(payment_id=payment.pk, amount=D("1.00"), reason="x", actor=accountant(), at=NOW, branch=branch)
    assert Payment.objects.count() == 1


def test_a_branch_with_money_keeps_company_and_currency() -> None:
    make_charge("100.00")
    branch, boss = make_branch(), make_user(Role.SYSTEM_ADMINISTRATOR, username="root")
    for wrong in ({"currency": "EUR"}, {"legal_entity_id": make_legal_entity("Other LLC").pk}):
        branch.refresh_from_db()
        with pytest.raises(places.BranchInUse):
            places.update_branch(branch=branch, version=branch.version, actor=boss, details=wrong)
    branch.refresh_from_db()
    assert places.update_branch(branch=branch, version=branch.version, actor=boss, details={"phone": "+7 495 000"}).phone == "+7 495 000"
    empty = nevsky()
    assert places.update_branch(branch=empty, version=empty.version, actor=boss, details={"currency": "EUR"}).currency == "EUR"


def test_money_of_one_company_is_not_touched_by_those_who_work_in_another() -> None:
    other = Branch.objects.create(name="Other", legal_entity=make_legal_entity("Other LLC"), time_zone="Europe/Moscow", currency="RUB", language="ru")
    stranger = make_user(Role.ACCOUNTANT, username="stranger", branch=other)
    charge, payment = make_charge("100.00"), pay("150.00", allocate_to="none")
    (settled,) = actions.allocate(payment_id=payment.pk, charges={charge.pk: D("40.00")}, actor=accountant(), at=NOW)
    who: dict[str, Any] = {"actor": stranger, "at": NOW}
    key = charge.patient_id
    roads: list[Callable[[], object]] = [
        lambda: actions.allocate(payment_id=payment.pk, charges="oldest", **who),
        lambda: actions.use_advance(patient_id=key, charges={charge.pk: D("10.00")}, **who),
        lambda: actions.free_allocation(allocation_id=settled.pk, **who),
        lambda: actions.refund(payment_id=payment.pk, amount=D("10.00"), reason="x", branch=payment.branch, **who),
        lambda: invoicing.issue_invoice(patient_id=key, charge_ids=[charge.pk], language="ru", **who),
    ]
    for road in roads:
        with pytest.raises(reach.OtherCompany):
            road()
    invoice = invoicing.issue_invoice(patient_id=key, charge_ids=[charge.pk], language="ru", actor=accountant(), at=NOW)
    with pytest.raises(reach.OtherCompany):
        invoicing.cancel_invoice(invoice_id=invoice.pk, reason="x", **who)
