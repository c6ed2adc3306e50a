"""The API of patients."""

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clinic.lib.ids import uuid7
from clinic.patients.models import Alert, ConsentText, Patient
from clinic.staff.models import Branch
from clinic.staff.roles import Role
from tests.patients.drawing import drawn_signature
from tests.patients.factories import make_patient, petrov
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user, registrar_belova

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Client:
    """Irina Belova's programs."""
    return log_in(registrar_belova(make_branch()))


def send(client: Client, path: str, body: dict[str, Any], *, method: str = "post") -> Any:
    return getattr(client, method)(f"/api/v1{path}", json.dumps(body), content_type="application/json")


def smirnova(**fields: Any) -> dict[str, Any]:
    return {"last_name": "Смирнова", "first_name": "Анна", "birth_date": "1990-02-03", "branch_id": str(make_branch().pk), **fields}


def test_it_registers_once_with_everything(desk: Client) -> None:
    body = smirnova(
        id=str(uuid7()),
        contacts=[{"kind": "phone", "value": "8 916 765 43 21"}],
        identifiers=[{"kind": "snils", "number": "112-233-445 95"}],
        alerts=[{"kind": "allergy", "severity": "critical", "text": "Пенициллин"}],
    )
    first, second = send(desk, "/patients", body), send(desk, "/patients", body)
    assert (first.status_code, second.json()) == (201, first.json())
    assert desk.get(f"/api/v1/patients/{body['id']}/contacts").json()[0]["value"] == "+79167654321"
    assert [alert["text"] for alert in desk.get(f"/api/v1/patients/{body['id']}/alerts").json()] == ["Пенициллин"]
    assert log_in(make_user(Role.ADMINISTRATOR)).get(f"/api/v1/patients/{body['id']}/alerts").json() == []
    assert log_in(make_user(Role.TELESECRETARY)).get(f"/api/v1/patients/{body['id']}/alerts").status_code == 403
    assert log_in(dr_orlova()).get(f"/api/v1/patients/{body['id']}/alerts").json()[0]["text"] == "Пенициллин"


def test_it_answers_errors_by_field(desk: Client) -> None:
    body = smirnova(last_name="", birth_date="2190-01-01", contacts=[{"kind": "email", "value": "x"}], identifiers=[{"kind": "nir", "number": "1"}])
    answer = send(desk, "/patients", body)
    assert answer.status_code == 422
    assert set(answer.json()["fields"]) == {"last_name", "birth_date", "contacts.0.value", "identifiers.0.number"}


def test_it_shows_duplicates_before_it_registers(desk: Client) -> None:
    patient = petrov()
    body = smirnova(last_name="Petrov", first_name="Ivan", birth_date="1985-03-14")
    refused = send(desk, "/patients", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "likely_duplicates")
    assert refused.json()["link"] == f"/patients/{patient.pk}/"
    assert send(desk, "/patients/duplicates", body).json()[0]["reasons"] == ["name"]
    assert send(desk, "/patients", {**body, "is_another_person": True}).status_code == 201


def test_it_changes_only_what_is_sent_and_refuses_a_stale_version(desk: Client) -> None:
    patient = petrov()
    changed = send(desk, f"/patients/{patient.pk}", {"version": 1, "city": "Тверь"}, method="patch")
    assert (changed.json()["city"], changed.json()["patronymic"], changed.json()["version"]) == ("Тверь", "Сергеевич", 2)
    assert send(desk, f"/patients/{patient.pk}", {"version": 1, "city": "Омск"}, method="patch").json()["code"] == "stale"
    empty = send(desk, f"/patients/{patient.pk}", {"version": 2, "last_name": None, "branch_id": None}, method="patch")
    assert empty.status_code == 422
    assert send(desk, f"/patients/{uuid7()}", {"version": 1}, method="patch").status_code == 404


def test_it_walks_the_list_by_cursor(desk: Client) -> None:
    for name in ("Аа", "Бб", "Вв", "Гг", "Гг"):
        make_patient(name)
    seen: list[str] = []
    cursor = ""
    for _page in range(3):
        page = desk.get("/api/v1/patients", {"limit": "2", "cursor": cursor}).json()
        seen += [row["last_name"] for row in page["items"]]
        cursor = page["next_cursor"]
    assert (seen, cursor) == (["Аа", "Бб", "Вв", "Гг", "Гг"], None)
    assert desk.get("/api/v1/patients", {"q": "бб"}).json()["items"][0]["last_name"] == "Бб"
    assert desk.get("/api/v1/patients", {"cursor": "%%%"}).status_code == 422


def test_it_keeps_family_labels_and_numbers(desk: Client) -> None:
    patient, mother = petrov(), make_patient("Петрова", "Ольга")
    path = f"/patients/{patient.pk}"
    relation = send(desk, f"{path}/relations", {"kind": "mother", "related_patient_id": str(mother.pk), "is_payer": True})
    assert relation.status_code == 201
    assert send(desk, f"{path}/relations", {"kind": "mother", "related_patient_id": str(mother.pk)}).json()["code"] == "already_there"
    assert send(desk, f"{path}/relations", {"kind": "mother", "related_patient_id": str(uuid7())}).status_code == 422
    assert desk.delete(f"/api/v1{path}/relations/{relation.json()['id']}").status_code == 204
    label = send(log_in(make_user(Role.MANAGER)), "/labels", {"name": "VIP", "colour": "#aa0000"}, method="put").json()
    assert send(desk, f"{path}/labels", {"label_ids": [label["id"]]}, method="put").json()[0]["name"] == "VIP"
    assert send(desk, f"{path}/identifiers", {"kind": "ru_passport", "number": "4508 123456"}).json()["number"] == "4508123456"


def test_it_signs_and_withdraws_a_consent(desk: Client) -> None:
    patient, drawn = petrov(), drawn_signature()
    text = ConsentText.objects.get(language="ru")
    body = {"text_id": str(text.pk), "strokes": json.loads(drawn["signature_strokes"]), "image": drawn["signature_image"]}
    signed = send(desk, f"/patients/{patient.pk}/consents", body)
    assert signed.status_code == 201
    assert len(signed.json()["content_hash"]) == 64
    assert signed.json()["seal"]["sha256"] == signed.json()["content_hash"]
    taken = send(desk, f"/patients/{patient.pk}/consents/{signed.json()['id']}/withdrawal", {"reason": "Заявление"})
    assert taken.json()["withdrawn_at"]
    assert send(desk, f"/patients/{patient.pk}/consents", {**body, "image": "data:image/png;base64,AAAA"}).json()["code"] == "signature_unreadable"


def test_an_alert_sent_again_is_the_first_one_and_never_another_patient_s() -> None:
    patient, other = petrov(), make_patient("Сидоров")
    desk, allergy = log_in(registrar_belova()), {"id": str(uuid7()), "kind": "allergy", "severity": "critical", "text": "Пенициллин"}
    first = send(desk, f"/patients/{patient.pk}/alerts", allergy)
    again = send(desk, f"/patients/{patient.pk}/alerts", allergy)
    assert (first.status_code, again.json()["id"]) == (201, allergy["id"])
    elsewhere = send(desk, f"/patients/{other.pk}/alerts", allergy)
    otherwise = send(desk, f"/patients/{patient.pk}/alerts", {**allergy, "text": "Лидокаин"})
    assert [(answer.status_code, answer.json()["code"]) for answer in (elsewhere, otherwise)] == [(409, "key_taken")] * 2
    assert "Пенициллин" not in elsewhere.content.decode()
    assert Alert.objects.count() == 1


def test_it_ends_an_alert_for_those_who_may() -> None:
    patient = petrov()
    alert = Alert.objects.create(patient=patient, kind="pregnancy", severity="warning", recorded_at=timezone.now(), recorded_by=dr_orlova())
    orlova = log_in(dr_orlova())
    assert send(orlova, f"/patients/{patient.pk}/alerts/{alert.pk}/end", {"reason": ""}).status_code == 422
    assert send(orlova, f"/patients/{patient.pk}/alerts/{alert.pk}/end", {"reason": "Роды"}).json()["ended_at"]
    assert orlova.get(f"/api/v1/patients/{patient.pk}/alerts").json() == []
    assert Patient.objects.count() == 1


def test_the_picture_of_a_signature_is_seen(desk: Client) -> None:
    patient = petrov()
    text, drawn = ConsentText.objects.get(language="ru"), drawn_signature()
    body = {"text_id": str(text.pk), "strokes": json.loads(drawn["signature_strokes"]), "image": drawn["signature_image"]}
    consent = send(desk, f"/patients/{patient.pk}/consents", body).json()
    picture = desk.get(f"/api/v1/patients/{patient.pk}/consents/{consent['id']}/signature")
    assert (picture.headers["Content-Type"], picture.content[:4]) == ("image/png", b"\x89PNG")
    other = make_patient("Чужой")
    assert desk.get(f"/api/v1/patients/{other.pk}/consents/{consent['id']}/signature").status_code == 404


def test_a_telesecretary_registers_names_and_contacts_only() -> None:
    caller = log_in(make_user(Role.TELESECRETARY, branch=make_branch()))
    contacts = [{"kind": "phone", "value": "8 916 765 43 21"}]
    assert send(caller, "/patients", smirnova(contacts=contacts)).status_code == 201
    more = smirnova(last_name="Другая", identifiers=[{"kind": "snils", "number": "112-233-445 95"}])
    assert send(caller, "/patients", more).status_code == 403


def test_whoever_must_give_a_reason_to_read_gives_it_to_write() -> None:
    far = Branch.objects.create(name="Far", legal_entity=make_branch().legal_entity, time_zone="Europe/Moscow", currency="RUB")
    stranger, patient = log_in(make_user(Role.DENTIST, branch=far, username="far")), make_patient()
    answer = stranger.patch(f"/api/v1/patients/{patient.pk}", {"version": patient.version, "city": "X"}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "reason_required")
