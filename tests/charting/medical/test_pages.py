"""The medical history on pages and over the API: filled by staff and by the patient, read, printed, decided about, edited."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from charting.medical import queries
from charting.medical.models import MedicalHistory, Questionnaire
from clinic.history.models import Event
from clinic.lib.ids import uuid7
from clinic.patients.models import Alert
from clinic.staff.roles import Role
from tests.charting.factories import patient_petrov
from tests.charting.medical.factories import answers, asked, body
from tests.patients.drawing import drawn_signature
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user, registrar_belova

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def dentist() -> Client:
    return log_in(dr_orlova(make_branch()))


def typed(**said: str) -> dict[str, str]:
    found = {"questionnaire": str(queries.current_questionnaire().pk), "id": str(uuid7()), "language": "ru", "signer": "staff"}
    for code, answer in answers(**said).items():
        found |= {code: answer.value, f"{code}__detail": answer.detail}
    return found


def new() -> str:
    return reverse("medical-history-new", args=[patient_petrov().pk])


def test_the_dentist_asks_and_reads_what_matters(dentist: Client) -> None:
    assert "Есть ли сахарный диабет?" in dentist.get(new()).content.decode()
    done = dentist.post(new(), typed(diabetes="yes: II тип"))
    assert done.status_code == 302
    page = dentist.get(done["Location"]).content.decode()
    assert "II тип" in page
    assert "This is the first time." in page or "впервые" in page
    dentist.post(new(), typed())
    page = dentist.get(done["Location"]).content.decode()
    doubt = queries.open_doubts(patient_petrov())[0]
    assert reverse("alert-doubt", args=[doubt.pk]) in page
    assert dentist.get(reverse("alert-doubt", args=[doubt.pk])).status_code == 200
    refused = dentist.post(reverse("alert-doubt", args=[doubt.pk]), {"holds": "no", "reason": ""})
    assert refused.status_code == 422
    assert dentist.post(reverse("alert-doubt", args=[doubt.pk]), {"holds": "no", "reason": "снят"}).status_code == 302
    assert not Alert.objects.filter(ended_at=None).exists()


def test_an_unanswered_question_keeps_all_that_was_typed(dentist: Client) -> None:
    sent = typed(heart="yes: стенокардия")
    del sent["ulcer"]
    refused = dentist.post(new(), sent)
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "стенокардия" in page
    assert page.count('class="field-error"') == 1
    assert dentist.post(new(), typed(heart="yes") | {"signer": "patient"}).status_code == 422, "a patient signs by hand"
    assert not MedicalHistory.objects.exists()


def test_the_patient_signs_on_the_tablet_of_an_administrator() -> None:
    desk = log_in(registrar_belova(make_branch()))
    asked(diabetes="yes: тайна")
    page = desk.get(f"{new()}?for=patient&language=fr").content.decode()
    assert "Avez-vous un diabète ?" in page
    assert "тайна" not in page, "who may not read the record is not shown the last answers"
    done = desk.post(f"{new()}?for=patient", {**typed(asthma="yes"), "language": "fr", "signer": "patient", **drawn_signature()})
    assert done["Location"] == reverse("medical-history-thanks", args=[patient_petrov().pk]) + "?language=fr"
    assert "Merci" in desk.get(done["Location"]).content.decode()
    signed = queries.latest_history(patient_petrov())
    assert signed is not None
    assert (signed.signer_role, signed.language) == ("patient", "fr")
    assert desk.get(reverse("medical-history", args=[signed.pk])).status_code == 403


@pytest.mark.parametrize(("language", "words"), [("ru", "Медицинская анкета"), ("fr", "Questionnaire médical"), ("en", "Medical history")])
def test_it_prints_in_the_language_of_the_answers(dentist: Client, language: str, words: str) -> None:
    dentist.post(new(), {**typed(asthma="yes"), "language": language})
    signed = MedicalHistory.objects.get()
    page = dentist.get(reverse("medical-history-print", args=[signed.pk])).content.decode()
    assert words in page
    assert getattr(queries.questions_of(signed.questionnaire)[0], f"text_{language}").replace("'", "&#x27;") in page
    assert Event.objects.filter(op="P", tbl="medical history").count() == 1


def test_every_look_is_recorded(dentist: Client) -> None:
    signed = asked()
    before = Event.objects.filter(op="V").count()
    for address in (reverse("patient-health", args=[patient_petrov().pk]), reverse("medical-history", args=[signed.pk])):
        assert dentist.get(address).status_code == 200
    assert dentist.get(f"/api/v1/medical-histories/{signed.pk}").status_code == 200
    assert Event.objects.filter(op="V").count() == before + 3


def test_the_whole_of_it_over_the_api(dentist: Client) -> None:
    current = dentist.get("/api/v1/medical-questionnaires/current").json()
    path = f"/api/v1/patients/{patient_petrov().pk}/medical-histories"
    sent: dict[str, Any] = {"id": str(uuid7()), "questionnaire": current["id"], "answers": body(penicillin_allergy="yes: отёк")}
    made = dentist.post(path, sent, content_type=JSON)
    assert (made.status_code, made.json()["signer_role"], made.json()["edition"]) == (201, "staff", 1)
    assert dentist.post(path, sent, content_type=JSON).json()["id"] == made.json()["id"]
    assert dentist.post(path, {**sent, "answers": body()}, content_type=JSON).json()["code"] == "key_taken"
    refused = dentist.post(path, {"questionnaire": current["id"], "answers": {}}, content_type=JSON)
    assert (refused.status_code, "heart" in refused.json()["fields"]) == (422, True)
    again = dentist.post(path, {"questionnaire": current["id"], "answers": body()}, content_type=JSON).json()
    changes = dentist.get(f"/api/v1/medical-histories/{again['id']}").json()["changes"]
    assert [(row["code"], row["before"]["value"], row["now"]["value"]) for row in changes] == [("penicillin_allergy", "yes", "no")]
    (doubt,) = dentist.get(f"/api/v1/patients/{patient_petrov().pk}/alert-doubts").json()
    decided = dentist.post(f"/api/v1/alert-doubts/{doubt['id']}/decision", {"holds": True, "reason": "анализ"}, content_type=JSON)
    assert decided.json()["outcome"] == "holds"
    twice = dentist.post(f"/api/v1/alert-doubts/{doubt['id']}/decision", {"holds": True, "reason": "анализ"}, content_type=JSON)
    assert (twice.status_code, twice.json()["code"]) == (409, "doubt_settled")
    assert len(dentist.get(path).json()["results"]) == 2
    wrong = dentist.post(f"/api/v1/medical-histories/{again['id']}/error", {"reason": "не тот"}, content_type=JSON)
    assert wrong.json()["error_reason"] == "не тот"


def test_the_clinic_edits_its_questionnaire_on_pages_and_over_the_api() -> None:
    boss = log_in(make_user(Role.MANAGER, username="chief"))
    made = boss.post(reverse("medical-questionnaire-draft"))
    draft = Questionnaire.objects.get(edition=2)
    assert made["Location"] == reverse("medical-questionnaire", args=[draft.pk])
    values = {"code": "apnoea", "position": 50, "kind": "yes_no", "asked_of": "", "text_ru": "Апноэ?", "text_fr": "Apnée ?", "text_en": "Apnoea?"}
    assert boss.post(reverse("medical-question-new", args=[draft.pk]), values).status_code == 302
    question = draft.questions.get(code="apnoea")
    refused = boss.post(reverse("medical-question", args=[question.pk]), {**values, "alert_kind": "other", "version": question.version})
    assert refused.status_code == 422
    assert boss.post(reverse("medical-question", args=[question.pk]), {**values, "text_en": "Sleep?", "version": question.version}).status_code == 302
    stale = boss.post(reverse("medical-question", args=[question.pk]), {**values, "version": question.version})
    assert stale.status_code == 422
    path = f"/api/v1/medical-questions/{question.pk}"
    whole = {**values, "fact_ru": "", "fact_fr": "", "fact_en": "", "alert_kind": "", "alert_severity": "", "version": question.version}
    assert boss.put(path, whole, content_type=JSON).json()["code"] == "stale"
    added = boss.post(f"/api/v1/medical-questionnaires/{draft.pk}/questions", {**values, "code": "gag"}, content_type=JSON)
    assert added.status_code == 201
    assert boss.delete(f"/api/v1/medical-questions/{added.json()['id']}").status_code == 200
    assert boss.get(reverse("medical-questionnaire", args=[draft.pk])).status_code == 200
    published = boss.post(f"/api/v1/medical-questionnaires/{draft.pk}/publication", {"note": "сон"}, content_type=JSON)
    assert published.json()["note"] == "сон"
    assert boss.put(path, {**whole, "version": 2}, content_type=JSON).json()["code"] == "questionnaire_published"
    assert "сон" in boss.get(reverse("medical-questionnaires")).content.decode()
    assert len(boss.get("/api/v1/medical-questionnaires").json()["results"]) == 2
