"""Retention and deadlines as dated data."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from clinic.history.retention import ACCOUNTING, MEDICAL
from exports.privacy.rules import add_months, due_date, keep_until, retention

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
