"""Workbooks and papers over the API: what they hold, who takes them, that it is written down."""

from io import BytesIO

import pytest
from django.test import Client
from openpyxl import load_workbook

from clinic.history.models import Event
from clinic.staff.roles import Role
from tests.billing.factories import make_charge
from tests.patients.factories import make_patient, petrov
from tests.staff.factories import log_in, make_branch, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Client:
    return log_in(make_user(Role.ADMINISTRATOR, branch=make_branch()))


def rows(client: Client, path: str) -> list[tuple[object, ...]]:
    answer = client.get(f"/api/v1{path}")
    assert answer.status_code == 200, answer.content
    sheet = load_workbook(BytesIO(answer.content)).active
    assert sheet is not None
    return list(sheet.iter_rows(values_only=True))


def test_the_front_desk_takes_the_lists_it_works_with(desk: Client) -> None:
    make_charge("100.00", petrov())
    for path in ("/lists/patients/workbook", "/lists/charges/workbook", "/lists/lab-orders/workbook", "/debts/workbook?everywhere=true"):
        assert rows(desk, path)
    assert desk.get("/api/v1/reports/revenue-by-month/workbook").status_code == 403
    assert "Петров" in str(rows(desk, "/debts/workbook"))
    assert Event.objects.filter(op="P", tbl="exports_charges").count() == 1


def test_the_list_of_patients_is_narrowed_as_the_page_narrows_it(desk: Client) -> None:
    petrov()
    make_patient("Сидоров")
    assert "Сидоров" not in str(rows(desk, "/patients/workbook?q=петров"))
    assert len(rows(desk, "/patients/workbook")) == 3
    refused = desk.get("/api/v1/patients/workbook?label=0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")
    assert (refused.status_code, list(refused.json()["fields"])) == (422, ["label"])


def test_reports_are_taken_by_those_who_see_them() -> None:
    manager = log_in(make_user(Role.MANAGER, branch=make_branch()))
    assert rows(manager, "/reports/plan-conversion/workbook?first=2026-11-01&last=2026-11-30")
    assert manager.get("/api/v1/reports/plan-conversion/workbook?first=2026-11-30&last=2026-11-01").json()["fields"].keys() == {"last"}


def test_the_day_report_is_a_paper_of_a_day_that_was(desk: Client) -> None:
    assert desk.get("/api/v1/day-report?day=2026-11-20").content.startswith(b"%PDF")
    assert desk.get("/api/v1/day-report?day=2190-01-01").json()["fields"].keys() == {"day"}


def test_nobody_takes_all_patients_with_the_right_to_print_one_card() -> None:
    dentist = log_in(make_user(Role.DENTIST, branch=make_branch()))
    assert dentist.get("/api/v1/patients/workbook").status_code == 403
    assert dentist.get("/patients/export/").status_code == 403
