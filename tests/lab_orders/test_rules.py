"""The life of a laboratory order."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lab_orders import rules, words
from lab_orders.models import OrderState

DAY = date(2026, 11, 20)


def test_it_knows_every_state_and_leads_out_of_each_open_one() -> None:
    assert set(rules.NEXT_STATES) == set(OrderState.values)
    assert {state for state, after in rules.NEXT_STATES.items() if not after} == {"cancelled"}


def test_every_move_has_its_verb() -> None:
    verbs = {to: words.verb(state, to) for state, nexts in rules.NEXT_STATES.items() for to in nexts}
    assert all(verbs.values())
    assert not set(verbs.values()) & {str(label) for label in OrderState.labels}
    assert words.verb("returned", "in_work") != words.verb("sent", "in_work")


def test_work_is_overdue_only_while_it_is_out() -> None:
    late = DAY - timedelta(days=1)
    assert {state for state in OrderState.values if rules.is_overdue(state, late, DAY)} == {"sent", "in_work", "remake"}
    assert not rules.is_overdue("sent", DAY, DAY)


@given(st.integers(0, 60), st.integers(1, 20))
def test_stage_dates_rise_to_the_due_date(days: int, stages: int) -> None:
    due = DAY + timedelta(days=days)
    dates = rules.stage_dates(DAY, due, stages)
    assert len(dates) == stages
    assert dates == sorted(dates)
    assert dates[-1] == due
    assert dates[0] >= DAY
