"""Exams beside each other: cells, changes, what chosen exams the page and the API show."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from charting import trends
from charting.perio import comparing, rules
from charting.perio.figures import ToothReading
from charting.perio.models import PerioExam
from clinic.history.models import Event
from clinic.staff.roles import Role
from tests.charting.factories import NOW, patient_petrov, petrova
from tests.charting.perio.factories import close, make_exam, measure, reading
from tests.staff.factories import dr_orlova, log_in, make_user


def row_of(exams: list[list[ToothReading]], measure: str, side: str = "V") -> list[list[tuple[int | None, int]]]:
    block = next(block for block in comparing.blocks(exams, measure) if block.side == side)
    return [[(cell.value, cell.by) for cell in cells] for cells in block.rows]


def test_sites_stand_as_one_looks_at_the_patient() -> None:
    exams = [[reading(16, (1, 2, 3, 4, 5, 6)), reading(26, (1, 2, 3, 4, 5, 6))]]
    assert [value for value, _by in row_of(exams, "depth")[0]] == [3, 2, 1, 1, 2, 3]
    assert [value for value, _by in row_of(exams, "depth", "L")[0]] == [6, 5, 4, 4, 5, 6]


def test_a_change_is_since_the_exam_before_that_measured_the_site() -> None:
    none = (None,) * 6
    exams = [[reading(16, (6,) * 6)], [reading(16, none)], [reading(16, (4, 5, 6, 6, 6, 7))]]
    assert row_of(exams, "depth")[2] == [(6, 0), (5, -1), (4, -2)]
    assert row_of(exams, "loss")[2] == [(4, 0), (3, -1), (2, -2)]
    cell = next(block for block in comparing.blocks(exams, "depth") if block.side == "V").rows[2][2]
    assert (cell.sign, cell.is_sure) == ("better", True)


def test_another_tooth_in_the_place_is_no_change() -> None:
    exams = [[reading(55, (3,) * 6)], [reading(15, (6,) * 6)]]
    assert row_of(exams, "depth")[1][0] == (6, 0)


def test_changed_sites_are_counted_both_ways() -> None:
    found = comparing.balance([reading(16, (6, 5, 3, 3, 3, 3))], [reading(16, (4, 4, 3, 4, 6, 3))], "depth")
    assert found == comparing.Balance(better=1, better_surely=1, worse=1, worse_surely=1, same=2)


def test_a_line_over_time_keeps_its_distances_and_leaves_out_what_is_not_known() -> None:
    days = [date(2026, 1, 1), date(2026, 1, 11), date(2026, 3, 1), date(2026, 4, 11)]
    found = trends.trend([(days[0], Decimal(4)), (days[1], Decimal(2)), (days[2], None), (days[3], Decimal(1))], zones=(("1", "a"), ("9", "b")))
    assert found
    assert [point.y for point in found.points] == [0, 45, 67.5]
    assert found.points[1].x - found.points[0].x == pytest.approx((found.points[2].x - found.points[0].x) / 10, abs=0.1)
    assert [point.has_room for point in found.points] == [True, False, True]
    assert [(zone.y, zone.height) for zone in found.zones] == [(67.5, 22.5), (0, 67.5)]
    assert trends.trend([(days[0], Decimal(4))]) is None


def examined(*, days_ago: int, depth: int) -> PerioExam:
    exam = make_exam(days_ago=days_ago)
    measure(
        exam, *[(tooth, name, site, depth if name == "depth" else 0) for tooth in (16, 26) for name in ("depth", "margin") for site in rules.SITES]
    )
    return close(exam, NOW - timedelta(days=days_ago))


@pytest.mark.django_db
def test_chosen_exams_stand_side_by_side_on_page_paper_and_api() -> None:
    exams = [examined(days_ago=days, depth=depth) for days, depth in ((700, 6), (500, 5), (300, 5), (100, 3))]
    browser, address = log_in(dr_orlova()), reverse("perio-compare", args=[patient_petrov().pk])
    page = browser.get(address).content.decode()
    assert page.count("perio-compared") == 2
    assert page.count('class="trend"') == 4
    query = f"?measure=loss&exam={exams[0].pk}&exam={exams[3].pk}&exam=nonsense"
    chosen = browser.get(address + query)
    assert [exam.pk for exam in chosen.context["compared"]] == [exams[0].pk, exams[3].pk]
    assert "▼" in chosen.content.decode()
    paper = browser.get(reverse("perio-compare-print", args=[patient_petrov().pk]) + query)
    assert paper.status_code == 200
    assert Event.objects.filter(op="P", tbl="perio", patient_id=patient_petrov().pk).count() == 1
    api = browser.get(f"/api/v1/patients/{patient_petrov().pk}/perio-comparison{query.replace('&exam=nonsense', '')}").json()
    assert [cell["by"] for cell in api["blocks"][0]["rows"][1]] == [-3] * 6
    assert browser.get(f"/api/v1/patients/{petrova().pk}/perio-comparison?exam={exams[0].pk}").json()["exams"] == []
    many = "&".join(f"exam={exam.pk}" for exam in exams) + "".join(f"&exam=00000000-0000-7000-8000-00000000000{number}" for number in range(3))
    refused = browser.get(f"/api/v1/patients/{patient_petrov().pk}/perio-comparison?{many}")
    assert refused.status_code == 422
    assert log_in(make_user(Role.ACCOUNTANT)).get(address).status_code == 403
