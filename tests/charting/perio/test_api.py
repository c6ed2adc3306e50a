"""The exam over the API: a whole exam, its figures and proposal, refusals, looks in history."""

import pytest
from django.test import Client

from charting import teeth
from charting.perio import rules
from clinic.history.models import Event
from clinic.staff.roles import Role
from tests.charting.factories import patient_petrov
from tests.staff.factories import dr_orlova, log_in, make_user

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def client() -> Client:
    return log_in(dr_orlova())


def begin(client: Client) -> dict[str, object]:
    answer = client.post(f"/api/v1/patients/{patient_petrov().pk}/perio-exams", {}, content_type=JSON)
    assert answer.status_code == 201
    exam: dict[str, object] = answer.json()
    return exam


def test_a_whole_exam(client: Client) -> None:
    exam = begin(client)
    entries = [
        {"tooth": tooth, "measure": name, "place": site, "value": 4 if name == "depth" else 1, "seen": None}
        for tooth in teeth.PERMANENT
        for name in ("depth", "margin")
        for site in rules.SITES
    ]
    sent = client.post(f"/api/v1/perio-exams/{exam['id']}/entries", {"entries": entries}, content_type=JSON).json()
    assert sent["clashes"] == []
    assert sent["exam"]["figures"]["sites"] == 192
    assert sent["exam"]["figures"]["mean_depth"] == "4.0"
    assert sent["exam"]["proposal"]["stage"] == "III"
    assert [reason["text"] for reason in sent["exam"]["proposal"]["reasons"] if reason["code"] == "interdental_loss"] == [
        "Greatest attachment loss between teeth: 5 mm."
    ]
    again = client.post(f"/api/v1/perio-exams/{exam['id']}/entries", {"entries": entries}, content_type=JSON).json()
    assert again["exam"]["teeth"] == sent["exam"]["teeth"]
    described = client.patch(
        f"/api/v1/perio-exams/{exam['id']}", {"version": exam["version"], "stage": "III", "hba1c": "6.9"}, content_type=JSON
    ).json()
    assert (described["stage"], described["hba1c"], described["note"]) == ("III", "6.9", "")
    closed = client.post(f"/api/v1/perio-exams/{exam['id']}/close", {"version": described["version"]}, content_type=JSON).json()
    assert closed["state"] == "closed"
    refused = client.post(f"/api/v1/perio-exams/{exam['id']}/entries", {"entries": entries[:1]}, content_type=JSON)
    assert (refused.status_code, refused.json()["code"]) == (409, "exam_closed")
    (listed,) = client.get(f"/api/v1/patients/{patient_petrov().pk}/perio-exams").json()["results"]
    assert listed["state"] == "closed"
    wrong = client.post(f"/api/v1/perio-exams/{exam['id']}/error", {"reason": "trial"}, content_type=JSON).json()
    assert wrong["state"] == "in_error"


def test_refusals_name_the_entry(client: Client) -> None:
    exam = begin(client)
    entries = [{"tooth": 16, "measure": "depth", "place": "MV", "value": 3}, {"tooth": 16, "measure": "depth", "place": "V", "value": 25}]
    answer = client.post(f"/api/v1/perio-exams/{exam['id']}/entries", {"entries": entries}, content_type=JSON)
    assert answer.status_code == 422
    assert answer.json()["fields"] == {"entries.1": "25 mm is no probing depth (tooth 16 V): whole millimetres from 0 to 20."}


def test_a_clash_is_told(client: Client) -> None:
    exam = begin(client)
    address = f"/api/v1/perio-exams/{exam['id']}/entries"
    entry = {"tooth": 16, "measure": "depth", "place": "MV", "value": 3, "seen": None}
    client.post(address, {"entries": [entry]}, content_type=JSON)
    answer = client.post(address, {"entries": [{**entry, "value": 6}]}, content_type=JSON).json()
    assert answer["clashes"] == [{"tooth": 16, "measure": "depth", "place": "MV", "value": 6, "stands": 3}]


def test_a_look_at_an_exam_stands_in_history(client: Client) -> None:
    exam = begin(client)
    dentist = make_user(Role.DENTIST)
    log_in(dentist).get(f"/api/v1/perio-exams/{exam['id']}")
    assert Event.objects.filter(op="V", tbl="perio", patient_id=patient_petrov().pk, actor=str(dentist.pk)).count() == 1
    assert log_in(make_user(Role.ACCOUNTANT)).get(f"/api/v1/perio-exams/{exam['id']}").status_code == 403
