"""What answers raise, put in doubt and change, on plain values."""

from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from charting.medical import rules
from charting.medical.rules import Answer, Asked, Standing

QUESTIONS = [
    Asked("heart", alert_kind="other"),
    Asked("ulcer", alert_kind="other"),
    Asked("diabetes", alert_kind="diabetes"),
    Asked("else", is_free=True),
]
WOMEN = Asked("pregnancy", asked_of="female", alert_kind="pregnancy")
VALUES = st.sampled_from(["", *rules.VALUES])
SAID = st.fixed_dictionaries({}, optional={row.code: st.builds(Answer, VALUES, st.sampled_from(["", "x"])) for row in QUESTIONS if not row.is_free})


def test_every_question_is_answered_and_nothing_else() -> None:
    whole = {"heart": Answer("yes"), "ulcer": Answer("no"), "diabetes": Answer("unknown")}
    assert rules.problems(QUESTIONS, whole, "male") == {}
    assert rules.problems(QUESTIONS, {**whole, "liver": Answer("no"), "heart": Answer("maybe")}, "male") == {
        "liver": "unasked",
        "heart": "no_such_value",
    }
    assert rules.problems(QUESTIONS, {**whole, "else": Answer("yes"), "heart": Answer("no", "x" * 201)}, "male") == {
        "else": "no_such_value",
        "heart": "too_long",
    }
    assert rules.problems([WOMEN], {}, "male") == {}
    assert rules.problems([WOMEN], {}, "female") == rules.problems([WOMEN], {}, "unknown") == {"pregnancy": "unanswered"}


@given(SAID, st.sets(st.sampled_from(["heart", "ulcer", "diabetes"])))
def test_every_yes_has_exactly_one_alert(said: dict[str, Answer], raised: set[str]) -> None:
    standing = [Standing(uuid4(), "other", code) for code in raised]
    new = rules.to_raise(QUESTIONS, said, standing)
    assert len(new) == len(set(new))
    assert {code for code, answer in said.items() if answer.is_yes} <= raised | set(new)
    assert not raised & set(new)


@given(SAID)
def test_only_a_no_puts_an_alert_in_doubt(said: dict[str, Answer]) -> None:
    standing = [Standing(uuid4(), "other", "heart"), Standing(uuid4(), "diabetes"), Standing(uuid4(), "other")]
    doubted = rules.doubted(QUESTIONS, said, standing)
    expected = [(standing[0].key, "heart")] if said.get("heart", Answer()).value == "no" else []
    expected += [(standing[1].key, "diabetes")] if said.get("diabetes", Answer()).value == "no" else []
    assert doubted == expected, "an alert of a kind that several questions ask about is nobody's unless an answer raised it"


@given(SAID, SAID)
def test_changes_lead_from_one_to_the_other(before: dict[str, Answer], now: dict[str, Answer]) -> None:
    found = {change.code: change for change in rules.changes(before, now, [row.code for row in QUESTIONS])}
    for code, answer in before.items():
        assert (code in found) == (answer != now.get(code, Answer()))
    assert rules.changes(now, now, [row.code for row in QUESTIONS]) == []
