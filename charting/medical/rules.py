"""What answers mean: which are missing, what they raise, what changed. Pure decisions on plain values."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

YES, NO, UNKNOWN = "yes", "no", "unknown"
VALUES = (YES, NO, UNKNOWN)
LONGEST_DETAIL = 200


@dataclass(frozen=True)
class Answer:
    """What was said to one question; a question in free text has a detail only."""

    value: str = ""
    detail: str = ""

    @property
    def is_yes(self) -> bool:
        return self.value == YES


@dataclass(frozen=True)
class Asked:
    """A question as far as the rules need it."""

    code: str
    is_free: bool = False
    asked_of: str = ""
    alert_kind: str = ""


@dataclass(frozen=True)
class Standing:
    """A medical alert in force: the question whose answer raised it, if one did."""

    key: UUID
    kind: str
    code: str = ""
    text: str = ""


def is_asked(question: Asked, sex: str) -> bool:
    """A question for one sex is not asked of the other; of whom the sex is not stated everything is asked."""
    return not question.asked_of or sex in (question.asked_of, "unknown")


def problems(questions: Sequence[Asked], answers: Mapping[str, Answer], sex: str) -> dict[str, str]:
    """Codes of what is wrong by question: `unasked`, `unanswered`, `no_such_value`, `too_long`."""
    known = {question.code: question for question in questions}
    found = {code: "unasked" for code in answers if code not in known}
    for question in questions:
        answer = answers.get(question.code, Answer())
        if len(answer.detail) > LONGEST_DETAIL:
            found[question.code] = "too_long"
        elif question.is_free:
            if answer.value:
                found[question.code] = "no_such_value"
        elif not answer.value and is_asked(question, sex):
            found[question.code] = "unanswered"
        elif answer.value and answer.value not in VALUES:
            found[question.code] = "no_such_value"
    return found


def to_raise(questions: Sequence[Asked], answers: Mapping[str, Answer], standing: Collection[Standing]) -> list[str]:
    """The questions whose yes calls for an alert that does not stand yet."""
    raised = {alert.code for alert in standing if alert.code}
    return [
        question.code for question in questions if question.alert_kind and answers.get(question.code, Answer()).is_yes and question.code not in raised
    ]


def doubted(questions: Sequence[Asked], answers: Mapping[str, Answer], standing: Collection[Standing]) -> list[tuple[UUID, str]]:
    """Alerts in force that a "no" speaks against, with the question: its own alert, or any of a kind which only this question asks about."""
    kinds = [question.alert_kind for question in questions if question.alert_kind]
    found = []
    for question in questions:
        if answers.get(question.code, Answer()).value != NO:
            continue
        alone = bool(question.alert_kind) and kinds.count(question.alert_kind) == 1
        found += [
            (alert.key, question.code)
            for alert in standing
            if alert.code == question.code or (alone and not alert.code and alert.kind == question.alert_kind)
        ]
    return found


@dataclass(frozen=True)
class Change:
    """A question that is answered otherwise than the last time."""

    code: str
    before: Answer
    now: Answer


def changes(before: Mapping[str, Answer], now: Mapping[str, Answer], codes: Sequence[str]) -> list[Change]:
    """What changed, in the order of the questions; a question that was not asked before counts when it is a yes."""
    found = []
    for code in codes:
        old, new = before.get(code, Answer(NO if code not in before else "")), now.get(code, Answer())
        if old != new and (code in before or new.is_yes or new.detail):
            found.append(Change(code, before.get(code, Answer()), new))
    return found
