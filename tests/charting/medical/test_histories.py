"""Medical histories: signed once and never changed, alerts raised, doubted and decided about."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import translation

from charting.medical import actions, editing, queries
from charting.medical.models import AlertDoubt, MedicalHistory, Question, RaisedAlert
from charting.medical.rules import Answer
from clinic.desk import marks
from clinic.lib.errors import InvalidInput, KeyTaken, NotAllowed
from clinic.lib.ids import uuid7
from clinic.patients import actions as patients
from clinic.patients import signature
from clinic.patients.actions.consents import GuardianNeeded
from clinic.patients.models import Alert
from clinic.staff.roles import Role
from tests.charting.factories import NOW, patient_petrov, petrova
from tests.charting.medical.factories import answers, asked
from tests.patients.drawing import drawn_signature
from tests.staff.factories import dr_orlova, make_user, registrar_belova

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=200)


def drawn() -> signature.Signature:
    sent = drawn_signature()
    return signature.read(strokes=sent["signature_strokes"], image=sent["signature_image"])


def alerts() -> list[tuple[str, str, str]]:
    with translation.override("ru"):
        return [(row.kind, row.severity, row.words) for row in Alert.objects.filter(patient=patient_petrov(), ended_at=None).order_by("kind")]


@pytest.mark.parametrize(("language", "words"), [("ru", "Сахарный диабет: тип 2"), ("fr", "Diabète\xa0: тип 2"), ("en", "Diabetes: тип 2")])
def test_an_alert_is_read_once_in_the_readers_language(language: str, words: str) -> None:
    asked(diabetes="yes: тип 2")
    alert = Alert.objects.get()
    with translation.override(language):
        assert (alert.words, marks.alert_words(alert)) == (words, words)


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("diabetes", "", "Diabetes"),
        ("diabetes", "Diabetes type 2", "Diabetes type 2"),
        ("other", "Epilepsy", "Epilepsy"),
        ("allergy", "latex", "Allergy: latex"),
    ],
)
def test_an_alert_entered_by_hand_says_its_kind_once(kind: str, text: str, words: str) -> None:
    with translation.override("en"):
        assert Alert(kind=kind, text=text).words == words


def test_a_yes_on_a_risk_raises_its_alert_once() -> None:
    asked(anticoagulants="yes: варфарин", alcohol="yes")
    assert alerts() == [("anticoagulant", "critical", "Принимает препараты, разжижающие кровь: варфарин")]
    asked(anticoagulants="yes: варфарин", at=LATER)
    assert len(alerts()) == 1
    assert RaisedAlert.objects.get().code == "anticoagulants"


def test_a_later_no_asks_whether_the_alert_holds_and_changes_nothing_by_itself() -> None:
    asked(diabetes="yes", heart="yes")
    asked(at=LATER)
    assert len(alerts()) == 2
    doubts = {doubt.code: doubt for doubt in queries.open_doubts(patient_petrov())}
    assert set(doubts) == {"diabetes", "heart"}
    with pytest.raises(InvalidInput):
        actions.settle_doubt(doubt=doubts["diabetes"], holds=False, reason=" ", actor=dr_orlova(), at=LATER)
    actions.settle_doubt(doubt=doubts["diabetes"], holds=False, reason="HbA1c 5.1", actor=dr_orlova(), at=LATER)
    actions.settle_doubt(doubt=doubts["heart"], holds=True, reason="ЭКГ 2026", actor=dr_orlova(), at=LATER)
    assert [kind for kind, _, _ in alerts()] == ["other"]
    assert queries.open_doubts(patient_petrov()) == []
    with pytest.raises(actions.DoubtSettled):
        actions.settle_doubt(doubt=doubts["heart"], holds=False, reason="нет", actor=dr_orlova(), at=LATER)


def test_an_alert_by_hand_of_a_kind_that_one_question_asks_about_is_doubted_too() -> None:
    alert = Alert(patient=patient_petrov(), kind="pacemaker", severity="warning")
    patients.record_alert(alert=alert, actor=dr_orlova(), at=NOW)
    asked()
    (doubt,) = queries.open_doubts(patient_petrov())
    assert doubt.alert_id == alert.pk
    asked(pacemaker="yes", at=LATER)
    assert queries.open_doubts(patient_petrov()) == []
    assert AlertDoubt.objects.get().outcome == "holds"


def test_what_changed_since_the_last_time() -> None:
    asked(diabetes="yes", heart="yes: стенокардия")
    now = asked(diabetes="yes", heart="yes: инфаркт 2026", ulcer="yes", at=LATER)
    lines = queries.lines_of(now, queries.history_before(now))
    assert {line.question.code: line.before for line in lines if line.before is not None} == {
        "heart": Answer("yes", "стенокардия"),
        "ulcer": Answer("no"),
    }


def test_a_question_left_open_is_named_and_nothing_is_kept() -> None:
    said = answers()
    del said["heart"]
    with pytest.raises(InvalidInput) as refused:
        actions.record_history(patient=patient_petrov(), questionnaire=queries.current_questionnaire(), answers=said, actor=dr_orlova(), at=NOW)
    assert set(refused.value.fields) == {"heart"}
    assert not MedicalHistory.objects.exists()


def test_a_woman_is_asked_about_pregnancy() -> None:
    patient = petrova()
    patient.sex = "female"
    patient.save(update_fields=["sex"])
    said = {code: answer for code, answer in answers().items() if code not in ("pregnancy", "breastfeeding")}
    with pytest.raises(InvalidInput) as refused:
        actions.record_history(patient=patient, questionnaire=queries.current_questionnaire(), answers=said, actor=dr_orlova(), at=NOW)
    assert set(refused.value.fields) == {"pregnancy", "breastfeeding"}
    asked(patient=patient, pregnancy="yes: 12 недель", breastfeeding="no")
    assert Alert.objects.get(patient=patient).kind == "pregnancy"


def test_the_same_key_is_one_history_and_other_answers_are_refused() -> None:
    key = uuid7()
    values: dict[str, Any] = {"patient": patient_petrov(), "questionnaire": queries.current_questionnaire()}
    values |= {"actor": dr_orlova(), "at": NOW, "id": key}
    first = actions.record_history(answers=answers(diabetes="yes"), **values)
    assert actions.record_history(answers=answers(diabetes="yes"), **values) == first
    assert len(alerts()) == 1
    with pytest.raises(KeyTaken):
        actions.record_history(answers=answers(), **values)
    with pytest.raises(KeyTaken):
        actions.record_history(answers=answers(diabetes="yes"), **{**values, "patient": petrova()})


def test_an_administrator_needs_the_patients_own_signature() -> None:
    with pytest.raises(NotAllowed):
        asked(actor=registrar_belova())
    values: dict[str, Any] = {"patient": patient_petrov(), "questionnaire": queries.current_questionnaire(), "answers": answers(asthma="yes")}
    signed = actions.record_history(**values, drawn=drawn(), actor=registrar_belova(), at=NOW)
    assert (signed.signer_role, signed.signer_name) == ("patient", "Петров Иван")
    assert [kind for kind, _, _ in alerts()] == ["other"]
    with pytest.raises(NotAllowed):
        asked(actor=make_user(Role.ACCOUNTANT))


def test_a_child_does_not_sign() -> None:
    patient = patient_petrov()
    patient.birth_date = NOW.date() - timedelta(days=3000)
    patient.save(update_fields=["birth_date"])
    with pytest.raises(GuardianNeeded):
        actions.record_history(
            patient=patient, questionnaire=queries.current_questionnaire(), answers=answers(), drawn=drawn(), actor=dr_orlova(), at=NOW
        )


@pytest.mark.parametrize("change", [{"answers": {}}, {"signer_name": "X"}, {"signed_at": LATER}])
def test_a_signed_history_never_changes(change: dict[str, object]) -> None:
    signed = asked()
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        MedicalHistory.objects.filter(pk=signed.pk).update(**change)


def test_the_database_refuses_answers_to_questions_nobody_asked() -> None:
    signed = asked()
    for wrong in ({"nose": {"value": "yes"}}, {"heart": {"value": "perhaps"}}):
        row = MedicalHistory.objects.get(pk=signed.pk)
        row.pk, row.answers = uuid7(), wrong
        with pytest.raises(DatabaseError, match="no such question or answer"), transaction.atomic():
            row.save(force_insert=True)


def test_a_published_edition_never_changes_and_a_draft_becomes_the_next() -> None:
    boss = make_user(Role.MANAGER, username="chief")
    first = queries.current_questionnaire()
    question = queries.questions_of(first)[0]
    for wrong in (
        lambda: Question.objects.filter(pk=question.pk).update(text_en="?"),
        lambda: Question.objects.filter(pk=question.pk).delete(),
        lambda: Question.objects.create(questionnaire=first, code="new", text_ru="а", text_fr="b", text_en="c"),
        lambda: type(first).objects.filter(pk=first.pk).update(edition=9),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            wrong()
    with pytest.raises(editing.QuestionnairePublished):
        editing.save_question(questionnaire=first, question=question, version=question.version, details={}, actor=boss)
    draft = editing.begin_edition(actor=boss)
    assert (draft.edition, editing.begin_edition(actor=boss)) == (2, draft)
    details = {"code": "sleep_apnoea", "text_ru": "Апноэ сна?", "text_fr": "Apnée ?", "text_en": "Sleep apnoea?", "position": 99}
    added = editing.save_question(questionnaire=draft, details=details, actor=boss)
    with pytest.raises(InvalidInput) as refused:
        editing.save_question(questionnaire=draft, details={**details, "alert_kind": "other", "code": "x"}, actor=boss)
    assert "severity" in str(refused.value.fields["code"])
    with pytest.raises(InvalidInput):
        editing.save_question(questionnaire=draft, details=details, actor=boss)
    assert queries.current_questionnaire() == first
    with pytest.raises(actions.NotPublished):
        actions.record_history(patient=patient_petrov(), questionnaire=draft, answers={}, actor=dr_orlova(), at=NOW)
    old = asked(diabetes="yes")
    editing.publish_edition(questionnaire=draft, note="apnoea", actor=boss, at=NOW)
    assert queries.current_questionnaire() == draft
    assert old.questionnaire_id == first.pk
    new = asked(sleep_apnoea="yes", at=LATER)
    assert {doubt.code for doubt in queries.open_doubts(patient_petrov())} == {"diabetes"}
    assert added.code in new.answers
    with pytest.raises(NotAllowed):
        editing.begin_edition(actor=dr_orlova())


def test_answers_taken_in_error_stay_and_count_no_more() -> None:
    signed = asked(diabetes="yes")
    with pytest.raises(NotAllowed):
        actions.mark_history_in_error(history=signed, reason="другой", actor=registrar_belova(), at=NOW)
    actions.mark_history_in_error(history=signed, reason="другой пациент", actor=dr_orlova(), at=NOW)
    assert queries.latest_history(patient_petrov()) is None
    with pytest.raises(actions.HistoryWithdrawn):
        actions.mark_history_in_error(history=signed, reason="ещё раз", actor=dr_orlova(), at=NOW)
