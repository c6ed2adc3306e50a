"""Lists and reports of all branches are those of the branches where the person holds the rights they ask for."""

from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from clinic.staff.models import RoleGrant
from clinic.staff.roles import Role
from tests.billing.factories import make_charge
from tests.patients.factories import make_patient, petrov
from tests.staff.factories import log_in, make_branch, make_user

pytestmark = pytest.mark.django_db
PERIOD = "first=2026-11-01&last=2026-11-30"


@pytest.fixture
def half() -> Client:
    """Keeps the books in Arbat, assists at Nevsky; money was earned in both."""
    make_charge("100.00", petrov())
    nevsky = make_branch("Nevsky")
    make_charge("70.00", make_patient("Невский", branch=nevsky), branch=nevsky)
    person = make_user(Role.ACCOUNTANT, username="half", branch=make_branch())
    RoleGrant.objects.create(user=person, role=Role.ASSISTANT, branch=nevsky)
    return log_in(person)


def branches_in(answer: Any) -> set[object]:
    sheet: Any = load_workbook(BytesIO(answer.content)).active
    rows = list(sheet.iter_rows(values_only=True))
    return {row[rows[0].index("Branch")] for row in rows[1:]}


def test_a_list_of_all_branches_holds_those_of_the_right(half: Client) -> None:
    for url in (f"{reverse('charges-xlsx')}?{PERIOD}", f"/api/v1/lists/charges/workbook?{PERIOD}"):
        assert branches_in(half.get(url)) == {"Arbat"}, url


def test_a_branch_without_the_right_cannot_be_asked_for(half: Client) -> None:
    nevsky = make_branch("Nevsky").pk
    for url in (
        f"{reverse('charges-xlsx')}?{PERIOD}",
        f"/api/v1/lists/charges/workbook?{PERIOD}",
        f"/api/v1/reports/revenue-by-month/workbook?{PERIOD}",
    ):
        assert half.get(f"{url}&branch={nevsky}").status_code == 422, url
    assert "Nevsky" not in str(half.get(reverse("reports")).context["form"]["branch"])


def test_a_report_counts_only_those_branches(half: Client) -> None:
    page = half.get(f"{reverse('reports')}?{PERIOD}").text
    assert "100.00" in page
    assert "170.00" not in page
