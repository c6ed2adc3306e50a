"""Retention and deadlines as dated data."""

from datetime import date

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.history.retention import ACCOUNTING, MEDICAL
from exports.privacy import rules
from exports.privacy.models import Kind
from exports.privacy.rules import Deadline, add_months, deadline, due_date, keep_until, retention

TODAY = date(2026, 11, 22)


def test_each_country_keeps_by_its_own_law() -> None:
    last = date(2010, 5, 31)
    assert keep_until(retention("RU", MEDICAL, TODAY), last, None) == date(2035, 5, 31)
    assert keep_until(retention("FR", MEDICAL, TODAY), last, None) == date(2030, 5, 31)
    assert keep_until(retention("RU", ACCOUNTING, TODAY), last, None) == date(2015, 5, 31)
    assert keep_until(retention("FR", ACCOUNTING, TODAY), last, None) == date(2020, 5, 31)


def test_a_country_without_rules_keeps_longest() -> None:
    rule = retention("DE", MEDICAL, TODAY)
    assert rule.years == max(retention(country, MEDICAL, TODAY).years for country in ("RU", "FR"))


def test_minors_in_france_are_kept_until_their_28th_birthday() -> None:
    rule = retention("FR", MEDICAL, TODAY)
    assert keep_until(rule, date(2010, 5, 1), date(2009, 6, 2)) == date(2037, 6, 2)
    assert keep_until(rule, date(2026, 5, 1), date(2009, 6, 2)) == date(2046, 5, 1)
    assert keep_until(rule, date(2010, 5, 1), date(1980, 6, 2)) == date(2030, 5, 1)


def test_a_rule_counts_from_its_day() -> None:
    assert retention("FR", MEDICAL, date(2003, 1, 1)).country == ""


def test_deadlines_by_country() -> None:
    assert due_date("FR", "access", TODAY) == date(2026, 11, 30)
    assert due_date("FR", "erasure", TODAY) == date(2026, 12, 22)
    assert due_date("RU", "access", TODAY) == date(2026, 12, 22)
    assert due_date("EE", "access", date(2026, 1, 31)) == date(2026, 2, 28)


@given(st.dates(max_value=date(2500, 1, 1)), st.integers(0, 600))
def test_months_never_pass_the_end_of_a_month(day: date, months: int) -> None:
    found = add_months(day, months)
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    assert found.day <= day.day


@pytest.mark.parametrize(
    ("country", "kind", "received", "due"),
    [
        ("FR", "access", date(2024, 2, 21), date(2024, 2, 29)),
        ("FR", "access", date(2025, 2, 21), date(2025, 3, 1)),
        ("FR", "looks", date(2026, 12, 27), date(2027, 1, 4)),
        ("FR", "rectification", date(2024, 1, 31), date(2024, 2, 29)),
        ("FR", "restriction", date(2025, 1, 31), date(2025, 2, 28)),
        ("FR", "erasure", date(2024, 2, 29), date(2024, 3, 29)),
        ("FR", "erasure", date(2026, 12, 31), date(2027, 1, 31)),
        ("EE", "access", date(2026, 10, 31), date(2026, 11, 30)),
        ("RU", "access", date(2024, 1, 31), date(2024, 3, 1)),
        ("RU", "access", date(2025, 1, 31), date(2025, 3, 2)),
        ("RU", "erasure", date(2026, 12, 2), date(2027, 1, 1)),
        ("RU", "looks", date(2024, 2, 29), date(2024, 3, 30)),
    ],
)
def test_deadlines_over_the_ends_of_months_and_leap_days(country: str, kind: str, received: date, due: date) -> None:
    assert due_date(country, kind, received) == due


def test_every_deadline_names_its_law_and_the_day_from_which_it_holds() -> None:
    assert all(rule.source and rule.valid_from < TODAY and bool(rule.days) ^ bool(rule.months) for rule in rules.DEADLINES)
    assert len({(rule.country, rule.kind, rule.valid_from) for rule in rules.DEADLINES}) == len(rules.DEADLINES)
    assert {rule.kind for rule in rules.DEADLINES} <= {*Kind.values, ""}
    said = {
        (country, kind): (rule.days, rule.months)
        for country in ("RU", "FR", "EE")
        for kind in Kind.values
        if (rule := deadline(country, kind, TODAY))
    }
    assert {told for (country, _kind), told in said.items() if country == "RU"} == {(30, 0)}
    assert {kind for (country, kind), told in said.items() if country == "FR" and told == (8, 0)} == {"access", "looks"}
    assert {told for (country, kind), told in said.items() if country == "EE" or kind == "erasure"} == {(0, 1), (30, 0)}


def test_a_new_law_counts_from_its_day_and_the_countrys_own_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    new = (Deadline("RU", "looks", date(2027, 2, 1), "a shorter law", days=10), Deadline("", "looks", date(2027, 1, 1), "another", days=5))
    monkeypatch.setattr(rules, "DEADLINES", (*new, *rules.DEADLINES))
    assert due_date("RU", "looks", date(2027, 1, 31)) == date(2027, 3, 2)
    assert due_date("RU", "looks", date(2027, 2, 1)) == date(2027, 2, 11)
    assert due_date("RU", "access", date(2027, 2, 1)) == date(2027, 3, 3)
    assert due_date("FR", "looks", date(2027, 2, 1)) == date(2027, 2, 9)
    assert due_date("EE", "looks", date(2027, 2, 1)) == date(2027, 2, 6)
    assert deadline("EE", "erasure", date(2001, 1, 1)).source == "RGPD / GDPR, art. 12 (3)", "before the first rule of all, that one"


def test_a_child_is_kept_by_the_law_of_the_country() -> None:
    """France: to the 28th birthday when that is later. Russia knows one period for the cards of all ages; the longest holds elsewhere."""
    born, seen = date(2020, 2, 29), date(2023, 2, 28)
    assert keep_until(retention("FR", MEDICAL, TODAY), seen, born) == date(2048, 2, 29)
    assert keep_until(retention("RU", MEDICAL, TODAY), seen, born) == date(2048, 2, 28)
    assert keep_until(retention("DE", MEDICAL, TODAY), date(2021, 5, 1), born) == date(2048, 2, 29)
    assert keep_until(retention("FR", ACCOUNTING, TODAY), seen, born) == date(2033, 2, 28)
    assert keep_until(retention("FR", MEDICAL, TODAY), seen, None) == date(2043, 2, 28)


@pytest.mark.django_db
@given(st.dates(date(1950, 1, 1), date(2025, 1, 1)), st.integers(0, 40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_program_and_database_count_years_alike(day: date, years: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT (%s::date + make_interval(years => %s))::date", [day, years])
        assert cursor.fetchone()[0] == add_months(day, 12 * years)
