"""A key of an entry in the record, sent again or twice in one instant: the same is one record, anything else is refused."""

import inspect
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from charting import actions as charting
from charting.indices import actions as indices
from charting.medical import actions as medical
from charting.medical import queries as medical_queries
from charting.models import Anaesthesia, Combination, FindingChange, Recall
from charting.perio import actions as perio
from charting.perio import papers
from charting.prescribing import actions as prescribing
from charting.recalls import actions as recalls
from clinic.lib.errors import KeyTaken
from clinic.lib.ids import uuid7
from tests.billing.test_concurrency import at_once
from tests.charting.factories import NOW, make_code, make_finding, make_procedure, make_visit, patient_petrov, petrova, place
from tests.charting.indices.test_records import HEALTHY, SICK
from tests.charting.medical.factories import answers
from tests.charting.medical.test_histories import drawn
from tests.charting.perio.factories import make_exam
from tests.charting.recalls.factories import rule, visit_with
from tests.charting.test_gestures import deep_caries
from tests.charting.test_prescribing import AMOXICILLIN, ASKED, IBUPROFEN, setting
from tests.staff.factories import dr_orlova, make_branch
from tests.test_keys import Case, creating, diagnosis, dropped, finding, kept_paper, make_one_thing, procedure, send_at_once, visit, who

D = Decimal


def other_visit() -> Any:
    return charting.open_visit(patient=petrova(), dentist=dr_orlova(), branch=make_branch(), **who())


def index() -> Case:
    base = {**who(), "patient": patient_petrov(), "kind": "bpe", "scores": HEALTHY}
    return indices.record_index, base, {"scores": SICK, "kind": "pma", "taken_at": NOW - timedelta(days=1), "patient": petrova()}


def canal() -> Case:
    base = {
        **who(),
        "patient": patient_petrov(),
        "tooth": 16,
        "canal": "MB1",
        "length_mm": D("21.5"),
        "procedure": make_procedure("root_canal", place(16)),
    }
    changes = {"length_mm": D(20), "canal": "MB2", "tooth": 17, "note": "x", "file_size": 25, "patient": petrova()}
    return charting.record_canal, base, {**changes, "procedure": make_procedure("root_canal", place(17))}


def anaesthesia() -> Case:
    def give(**options: Any) -> Anaesthesia:
        return charting.give_anaesthesia(**options)[0]

    given = charting.Given("infiltration", "articaine", D(4), "adrenaline", 100_000, D("1.7"), teeth=(16,), lot="X-9")
    base = {**who(), "visit": make_visit(), "given": given}
    return give, base, {"given": replace(given, dose_ml=D("3.4")), "visit": other_visit()}


def history() -> Case:
    base = {**who(), "patient": patient_petrov(), "questionnaire": medical_queries.current_questionnaire(), "answers": answers(diabetes="yes")}
    return medical.record_history, base, {"answers": answers(), "drawn": drawn(), "patient": petrova()}


def recall() -> Case:
    wish = recalls.Wish(rule=rule("periodontitis").pk, due_on=date(2027, 2, 22))
    base = {**who(), "visit": visit_with("K05.3"), "wish": wish}
    return recalls.set_recall, base, {"wish": replace(wish, due_on=date(2027, 3, 1)), "visit": other_visit()}


def own_recall() -> Case:
    wish = recalls.Wish(kind="checkup", purpose="осмотр", due_on=date(2027, 2, 22))
    base = {**who(), "visit": make_visit(), "wish": wish}
    return recalls.set_recall, base, {"wish": replace(wish, kind="aftercare")}


def declined() -> Case:
    base = {**who(), "visit": visit_with("K05.3"), "rule_id": rule("periodontitis").pk, "reason": "наблюдается"}
    return recalls.decline_recall, base, {"reason": "уехал", "rule_id": rule("caries").pk, "visit": other_visit()}


def prescription() -> Case:
    base = {"setting": setting(), "drugs": [AMOXICILLIN]}
    return prescribing.prescribe, base, {"drugs": [IBUPROFEN], "setting": setting("fr")}


def referral() -> Case:
    make_code("K04.5")
    changes = {"asked": replace(ASKED, question="Корень 37?"), "setting": setting(patient=petrova())}
    return prescribing.refer, {"setting": setting(), "asked": ASKED}, changes


def combination() -> Case:
    base = {**who(), "patient": patient_petrov(), "combination": deep_caries(), "tooth": 16, "surfaces": ["M", "O"]}
    another = Combination.objects.exclude(pk=base["combination"].pk)[0]
    return charting.enter_combination, base, {"surfaces": ["O"], "tooth": 17, "note": "x", "combination": another, "patient": petrova()}


def addendum() -> Case:
    seen = make_visit()
    seen = charting.write_visit(visit=seen, version=seen.version, sections={"complaint": "Боль"}, actor=dr_orlova())
    base = {
        **who(),
        "visit": charting.sign_visit(visit=seen, version=seen.version, actor=dr_orlova(), at=NOW),
        "text": "Аллергия",
        "reason": "забыто",
    }
    return charting.add_addendum, base, {"text": "Нет аллергии", "reason": "уточнение", "visit": other_visit()}


def exam() -> Case:
    return perio.begin_exam, {**who(), "patient": patient_petrov()}, {"patient": petrova()}


def paper_of_exam() -> Case:
    base = {**who(), "exam": make_exam(), "language": "en"}
    return papers.issue_exam, base, {"language": "ru", "exam": perio.begin_exam(patient=petrova(), **who())}


def late_entry() -> Case:
    act, base, _changes = dropped()
    return act, {**base, "entered_at": NOW - timedelta(hours=1)}, {"entered_at": NOW}


HERE = [
    index,
    canal,
    anaesthesia,
    history,
    recall,
    own_recall,
    declined,
    prescription,
    referral,
    combination,
    addendum,
    late_entry,
    exam,
    paper_of_exam,
]
"""The first change of each is of something that can be."""


@pytest.mark.django_db
@pytest.mark.parametrize("case", HERE, ids=lambda case: case.__name__)
def test_a_key_makes_one_thing(case: Callable[[], Case]) -> None:
    make_one_thing(case)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("case", HERE, ids=lambda case: case.__name__)
def test_a_key_sent_at_once_with_two_contents_hides_neither(case: Callable[[], Case]) -> None:
    send_at_once(case)


@pytest.mark.django_db
def test_a_refusal_is_not_taken_for_a_recall() -> None:
    act, base, _changes = declined()
    key = act(**base, id=uuid7()).pk
    with pytest.raises(KeyTaken):
        recalls.set_recall(visit=base["visit"], wish=recalls.Wish(rule=base["rule_id"]), **who(), id=key)
    assert Recall.objects.get().state == "declined"


@pytest.mark.django_db(transaction=True)
def test_a_change_and_a_performance_sent_at_once_for_two_things_is_of_one() -> None:
    with transaction.atomic():
        caries = [make_finding(tooth=tooth) for tooth in (26, 27)]  # which no filling of 16 settles
        first = make_procedure("filling", place(16, "O"))
        second = charting.add_procedure(patient=petrova(), service=first.service, places=[place(16, "O")], **who())
    resolve, perform = partial(charting.resolve_finding, **who(), id=uuid7()), partial(charting.perform_procedure, **who(), id=uuid7())
    for acts in ([partial(resolve, finding=found) for found in caries], [partial(perform, procedure=planned) for planned in (first, second)]):
        results = at_once(acts)
        assert [type(result) for result in results if isinstance(result, Exception)] == [KeyTaken], results
    assert FindingChange.objects.filter(state="resolved").count() == 1


MODULES: tuple[str, ...] = (
    "charting.actions",
    "charting.indices.actions",
    "charting.medical.actions",
    "charting.prescribing.actions",
    "charting.recalls.actions",
)
MODULES += ("charting.perio.actions", "charting.perio.papers")
IN_KEYS = (visit, finding, diagnosis, dropped, kept_paper, procedure)
"""Sent at once in `tests/test_keys.py`."""
ELSEWHERE = {"issue_paper", "open_visit_of_appointment", "reopen_finding"}


def test_every_entry_with_a_key_is_in_the_table() -> None:
    code = "".join(inspect.getsource(case) for case in [*HERE, *IN_KEYS, test_a_change_and_a_performance_sent_at_once_for_two_things_is_of_one])
    missing = {name for name in creating(MODULES) if not name.startswith("save_") and name not in ELSEWHERE and f".{name}" not in code}
    assert not missing
