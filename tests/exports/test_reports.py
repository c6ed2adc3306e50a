"""Reports and lists: what they count, what a workbook holds, who may take them."""

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from clinic.history.models import Event
from clinic.lib import sheets
from clinic.patients.models import Source
from clinic.staff.models import Branch, User
from clinic.staff.roles import Role
from exports import lists, reports
from exports.lists import LISTS
from exports.queries import Period
from exports.reports import Scope
from tests.billing.factories import NOW, accountant, make_charge, pay, undo
from tests.patients.factories import make_patient, petrov
from tests.scheduling.factories import book, moscow, working_day
from tests.staff.factories import log_in, make_branch, make_user
from tests.treatment_plans.factories import accept, plan_with

pytestmark = pytest.mark.django_db
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))


def manager() -> User:
    return User.objects.filter(username="glavin").first() or make_user(Role.MANAGER, username="glavin")


def everywhere(period: Period = NOVEMBER) -> Scope:
    make_branch()
    return Scope(period, list(Branch.objects.all()))


def rows_of(content: bytes) -> list[tuple[Any, ...]]:
    sheet = load_workbook(BytesIO(content)).active
    assert sheet is not None
    assert sheet.freeze_panes == "A2"
    return list(sheet.iter_rows(values_only=True))


def test_revenue_is_charges_less_reversals_by_month_dentist_and_category() -> None:
    make_charge("4500.00")
    make_charge("1000.50", category="surgery", at=NOW.replace(month=10))
    undo(make_charge("700.00"))
    year = everywhere(Period(date(2026, 1, 1), date(2026, 12, 31)))
    months = [("October 2026", "RUB", 1, Decimal("1000.50")), ("November 2026", "RUB", 2, Decimal("4500.00"))]
    assert list(reports.revenue_by_month(year).rows) == months
    assert [row[3] for row in reports.revenue_by_dentist(year).rows] == [Decimal("5500.50")]
    assert [row[3] for row in reports.revenue_by_category(everywhere()).rows] == [Decimal("4500.00")]


def test_a_month_is_that_of_each_branch_and_the_branches_add_up() -> None:
    """Half past midnight of the first of November in Vladivostok is still October in Moscow and in Paris."""
    east, west = make_branch("Владивосток", time_zone="Asia/Vladivostok"), make_branch("Nice", time_zone="Europe/Paris")
    moment = datetime.fromisoformat("2026-10-31T14:30:00+00:00")
    make_charge("10.00", make_patient("Kim", branch=east), branch=east, at=moment)
    make_charge("200.00", make_patient("Dupont", branch=west), branch=west, at=moment)
    make_charge("3000.00", at=moment)
    make_charge("40000.00", at=datetime.fromisoformat("2026-10-31T22:30:00+00:00"))
    october = everywhere(Period(date(2026, 10, 1), date(2026, 10, 31)))
    assert [(row[0], row[3]) for row in reports.revenue_by_month(everywhere()).rows] == [("November 2026", Decimal("40010.00"))]
    assert [(row[0], row[3]) for row in reports.revenue_by_month(october).rows] == [("October 2026", Decimal("3200.00"))]
    both = everywhere(Period(date(2026, 10, 1), date(2026, 11, 30)))
    assert [row[3] for row in reports.revenue_by_month(both).rows] == [Decimal("3200.00"), Decimal("40010.00")]
    apart = [row[3] for branch in Branch.objects.all() for row in reports.revenue_by_month(Scope(NOVEMBER, [branch])).rows]
    assert sorted(map(str, apart)) == ["10.00", "40000.00"]
    listed = {row[7]: row[0] for row in lists.charges(everywhere()).rows}
    assert listed[Decimal("10.00")] == datetime(2026, 11, 1, 0, 30)  # noqa: DTZ001
    assert Decimal("200.00") not in listed


def test_nobodys_branches_hold_nothing() -> None:
    make_charge("10.00")
    assert list(reports.revenue_by_month(Scope(Period(), [])).rows) == []


@pytest.mark.parametrize(("first", "last"), [("0001-01-01", "9999-12-31"), ("9999-12-31", "9999-12-31"), ("0001-01-01", "0001-01-01")])
def test_days_at_the_ends_of_the_calendar_are_days(first: str, last: str) -> None:
    make_branch("Владивосток", time_zone="Asia/Vladivostok")
    make_charge("10.00")
    browser = log_in(manager())
    for address in (reverse("reports"), reverse("charges-xlsx"), "/api/v1/lists/charges/workbook", "/api/v1/reports/revenue-by-month/workbook"):
        assert browser.get(address, {"first": first, "last": last}).status_code == 200


def test_currencies_are_not_added_up_and_branches_can_be_chosen() -> None:
    nice = make_branch("Nice", currency="EUR")
    make_charge("100.00")
    make_charge("80.00", make_patient("Dupont", branch=nice), branch=nice)
    assert {row[1]: row[3] for row in reports.revenue_by_month(everywhere()).rows} == {"EUR": Decimal("80.00"), "RUB": Decimal("100.00")}
    only = Scope(NOVEMBER, [nice])
    assert [row[1] for row in reports.revenue_by_month(only).rows] == ["EUR"]


def test_visits_sources_and_plans_are_counted() -> None:
    working_day()
    missed = book()
    type(missed).objects.filter(pk=missed.pk).update(state="no_show")
    book(moscow(12))
    assert [row[1:] for row in reports.visits_by_dentist(everywhere()).rows] == [(2, 0, 1, 0, 1.0)]
    everything = everywhere(Period())
    make_patient("Klein", source=Source.objects.create(name="Website"))
    assert ("Website", 1) in list(reports.patients_by_source(everything).rows)
    accept(plan_with("filling", alternatives=2).alternatives.all()[0])
    plan_with("crown")
    assert [row[1:] for row in reports.plan_conversion(everything).rows] == [(2, 1, 1, 0.5)]


def test_the_page_shows_all_reports_in_a_steady_number_of_queries(django_assert_max_num_queries: Any) -> None:
    for number in range(12):
        make_charge(f"{number + 1}.00", make_patient(f"Patient{number}"))
    browser = log_in(manager())
    with django_assert_max_num_queries(20):
        page = browser.get(reverse("reports"), {"first": "2026-11-01", "last": "2026-11-30"}).content.decode()
    assert "Revenue by month" in page
    assert "78.00" in page
    assert '<th>Currency</th><th class="num">Procedures</th>' in page
    assert '<td>November 2026</td><td>RUB</td><td class="num">12</td>' in page
    assert "style=" not in page.split("<main", 1)[1].split("</main", 1)[0]


def test_a_report_is_a_workbook_and_taking_it_is_written_down() -> None:
    make_charge("4500.00")
    answer = log_in(accountant()).get(reverse("report-xlsx", args=["revenue-by-month"]), {"first": "2026-11-01", "last": "2026-11-30"})
    assert rows_of(answer.content)[1:] == [("November 2026", "RUB", 1, 4500)]
    assert Event.objects.filter(op="P", tbl="exports_revenue-by-month").exists()
    assert log_in(accountant()).get(reverse("report-xlsx", args=["nothing"])).status_code == 404


@pytest.mark.parametrize("found", LISTS, ids=lambda found: found.slug)
def test_every_list_opens_as_a_workbook(found: Any) -> None:
    make_charge("4500.00")
    pay("100.00")
    working_day()
    book()
    answer = log_in(manager()).get(reverse(found.url_name))
    rows = rows_of(answer.content)
    assert all(rows[0])
    assert all(len(row) == len(rows[0]) for row in rows)
    assert len(rows) > 1 or found.slug in ("lab-orders", "stock")


def test_cells_are_typed_and_formulas_stay_text() -> None:
    moment = datetime.fromisoformat("2026-11-22T09:30:00+00:00")
    values = ["=1+1", "+7916", "-5", "@x", "\x00odd", date(2026, 11, 22), moment, Decimal("1234.50"), Decimal("1.250"), 7, 0.25, None]
    sheet = load_workbook(BytesIO(sheets.workbook("T", ["h"] * len(values), [values]))).active
    assert sheet is not None
    cells = list(sheet[2])
    assert [cell.value for cell in cells[:5]] == ["=1+1", "+7916", "-5", "@x", "odd"]
    assert all(cell.data_type == "s" for cell in cells[:5])
    assert [cell.data_type for cell in cells[5:11]] == ["d", "d", "n", "n", "n", "n"]
    assert cells[5].number_format == "dd.mm.yyyy"
    assert cells[7].number_format == "#,##0.00"
    assert cells[8].number_format == "#,##0.###"
    assert cells[10].number_format == "0.0%"


def test_a_patients_name_that_looks_like_a_formula_stays_a_name() -> None:
    make_patient("=HYPERLINK(1)", phone="+79160000000")
    rows = rows_of(log_in(manager()).get(reverse("patients-xlsx")).content)
    assert ("=HYPERLINK(1)", "+79160000000") in [(row[1], row[5]) for row in rows]


def test_registries_offer_what_the_person_may_take() -> None:
    page = log_in(accountant()).get(reverse("registries")).content.decode()
    assert reverse("payments-xlsx") in page
    assert reverse("appointments-xlsx") not in page
    assert reverse("patients-xlsx") in log_in(manager()).get(reverse("registries")).content.decode()
    assert petrov()


def test_a_backward_period_is_refused() -> None:
    query = {"first": "2026-11-20", "last": "2026-11-01"}
    assert log_in(manager()).get(reverse("reports"), query).status_code == 422
    assert log_in(manager()).get(reverse("charges-xlsx"), query).status_code == 422
