"""Which rule fits which diagnosis or act, and the day that follows: on plain values."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charting.recalls import rules
from charting.recalls.rules import Fit, Rule

DIAGNOSIS, ACT = UUID(int=1), UUID(int=2)


def make(kind: str = "checkup", *diagnoses: str, months: int = 6, **values: object) -> Rule:
    return Rule(uuid4(), kind, diagnoses, months=months, **values)  # type: ignore[arg-type]


def fit(known: list[Rule], code: str = "", tags: tuple[str, ...] = (), age: int | None = 40) -> list[Rule]:
    found = rules.fitting(known, {DIAGNOSIS: code} if code else {}, {ACT: tags} if tags else {}, age)
    return [rule for one in found for rule in known if rule.key == one.rule]


def test_the_closest_beginning_of_the_code_holds() -> None:
    group, code, other = make("periodontal", "K05"), make("periodontal", "K05.3", months=3), make("periodontal", "K02")
    assert fit([group, code, other], "K05.31") == [code]
    assert fit([group, code, other], "K05.1") == [group]
    assert fit([group, code, other], "K04.5") == []


def test_rules_of_different_kinds_stand_side_by_side_the_soonest_first() -> None:
    year, half, care = make("radiograph", "K04.5", months=12), make("radiograph", "K04.5"), make("checkup", "K04", months=9)
    assert fit([year, half, care], "K04.5") == [half, care, year]


def test_of_a_periodic_kind_the_soonest_is_proposed() -> None:
    long, short = make("checkup", "K02", months=12), make("checkup", acts=("category:hygiene",), months=3)
    assert fit([long, short], "K02.1", ("category:hygiene",)) == [short]


def test_the_very_service_is_closer_than_what_it_draws_and_that_than_its_category() -> None:
    category, effect, service = (make("aftercare", acts=(tag,)) for tag in ("category:surgery", "effect:extraction", "service:T01"))
    tags = ("category:surgery", "effect:extraction", "service:T01")
    assert fit([category, effect, service], tags=tags) == [service]
    assert fit([category, effect], tags=tags) == [effect]
    assert fit([category, service], tags=("category:surgery", "effect:none", "service:T02")) == [category]


def test_a_rule_for_the_young_is_for_the_young_of_a_known_age() -> None:
    child, grown = make("checkup", "K02", months=3, younger_than=18), make("checkup", "K02")
    assert fit([child, grown], "K02.1", age=17) == [child]
    assert [fit([child, grown], "K02.1", age=age) for age in (18, None)] == [[grown], [grown]]


def test_all_that_led_to_it_is_named() -> None:
    rule, other = make("checkup", "K02", acts=("category:hygiene",)), UUID(int=3)
    assert rules.fitting([rule], {DIAGNOSIS: "K02.1", other: "K02.2"}, {ACT: ("category:hygiene",)}, None) == [Fit(rule.key, (DIAGNOSIS, other, ACT))]


@pytest.mark.parametrize(
    ("day", "months", "due"),
    [
        (date(2026, 11, 23), 3, date(2027, 2, 23)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 1), 12, date(2027, 12, 1)),
    ],
)
def test_months_end_on_the_same_day_or_the_last_of_the_month(day: date, months: int, due: date) -> None:
    assert rules.day_after(day, months=months) == due


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(1, rules.LONGEST_MONTHS))
def test_a_month_is_never_skipped(day: date, months: int) -> None:
    due = rules.day_after(day, months=months)
    assert (due.year - day.year) * 12 + due.month - day.month == months
    assert due.day <= day.day
    assert due.day == day.day or (due + timedelta(days=1)).month != due.month


@given(
    st.lists(
        st.tuples(st.sampled_from(["checkup", "periodontal", "radiograph"]), st.sampled_from(["K02", "K02.1", "K05"]), st.integers(1, 24)), max_size=8
    ),
    st.sampled_from(["K02.1", "K02.2", "K05.3", "K08.1"]),
)
def test_whatever_the_rules_only_what_fits_is_proposed_and_one_of_a_periodic_kind(known: list[tuple[str, str, int]], code: str) -> None:
    made = [make(kind, beginning, months=months) for kind, beginning, months in known]
    found = fit(made, code)
    assert all(code.startswith(rule.diagnoses[0]) for rule in found)
    assert [rule.length for rule in found] == sorted(rule.length for rule in found)
    kinds = [rule.kind for rule in found if rule.kind in rules.PERIODIC]
    assert len(kinds) == len(set(kinds))
    fitting_kinds = {rule.kind for rule in made if code.startswith(rule.diagnoses[0])}
    assert {rule.kind for rule in found} == fitting_kinds


def test_a_recall_is_for_a_day_to_come() -> None:
    today = date(2026, 11, 23)
    assert [rules.is_in_reach(day, today=today) for day in (today, today + timedelta(days=1), date(2046, 1, 1))] == [False, True, False]
