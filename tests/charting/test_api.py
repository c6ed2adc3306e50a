"""The chart and visits over the API: everything the pages do, with the same refusals."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from charting import actions
from charting.models import Finding, Procedure, Visit
from charting.schemas import ChartOut
from clinic.history.models import Event
from clinic.lib.ids import uuid7
from clinic.staff.roles import Role
from tests.charting.factories import make_code, make_finding, make_procedure, make_service, make_visit, patient_petrov, place
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def dentist() -> Client:
    return log_in(dr_orlova(make_branch()))


def post(client: Client, path: str, **body: Any) -> Any:
    return client.post(f"/api/v1{path}", body, content_type="application/json")


def patch(client: Client, path: str, **body: Any) -> Any:
    return client.patch(f"/api/v1{path}", body, content_type="application/json")


def test_it_charts_a_finding_and_shows_it(dentist: Client) -> None:
    patient, key = patient_petrov(), str(uuid7())
    for _ in "ab":
        answer = post(dentist, f"/patients/{patient.pk}/findings", id=key, kind="caries", severity="deep", tooth=16, surfaces=["O", "M"])
        assert (answer.status_code, answer.json()["id"]) == (201, key)
    chart = dentist.get(f"/api/v1/patients/{patient.pk}/chart").json()
    assert ChartOut.model_validate(chart).model_dump(mode="json").keys() == chart.keys()
    assert [(mark["tooth"], mark["what"], mark["surfaces"]) for mark in chart["marks"]] == [(16, "caries", ["M", "O"])]
    tooth = next(tooth for tooth in chart["teeth"] if tooth["number"] == 16)
    assert "caries, deep" in tooth["label"]
    assert chart["dmft"]["decayed"] == 1
    assert len(chart["teeth"]) == 52


def test_it_shows_the_mouth_of_a_past_day(dentist: Client) -> None:
    make_finding("caries", 16, "O", days_ago=10)
    address = f"/api/v1/patients/{patient_petrov().pk}/chart"
    before = dentist.get(address, {"at": "2026-11-01T23:59:59"}).json()
    assert before["marks"] == []
    after = dentist.get(address, {"at": "2026-11-20T23:59:59"}).json()
    assert len(after["marks"]) == 1
    assert (before["days"], after["days"]) == ([], ["2026-11-12"])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "caries", "tooth": 19}, "tooth"),
        ({"kind": "caries", "tooth": 11, "surfaces": ["O"]}, "surfaces"),
        ({"kind": "caries", "tooth": 36, "surfaces": ["O"]}, "tooth"),
        ({"kind": "caries", "tooth": "sixteen"}, "tooth"),
    ],
)
def test_it_refuses_the_impossible_in_words(dentist: Client, body: dict[str, Any], field: str) -> None:
    make_finding("missing", 36, days_ago=5)
    answer = post(dentist, f"/patients/{patient_petrov().pk}/findings", **body)
    assert answer.status_code == 422
    assert field in answer.json()["fields"]
    assert Finding.objects.count() == 1


def test_text_is_kept_as_text(dentist: Client) -> None:
    patient = patient_petrov()
    note = "<script>alert('1')</script>'; DROP TABLE charting_finding; --"
    post(dentist, f"/patients/{patient.pk}/findings", kind="fistula", tooth=16, note=note)
    assert dentist.get(f"/api/v1/patients/{patient.pk}/chart").json()["entries"][0]["note"] == note


def test_a_finding_is_resolved_reopened_and_withdrawn(dentist: Client) -> None:
    finding = make_finding(days_ago=1)
    assert post(dentist, f"/findings/{finding.pk}/resolve").json()["resolved_at"]
    assert post(dentist, f"/findings/{finding.pk}/resolve").status_code == 409
    assert post(dentist, f"/findings/{finding.pk}/reopen").json()["resolved_at"] is None
    assert post(dentist, f"/findings/{finding.pk}/error", reason="").status_code == 422
    assert post(dentist, f"/findings/{finding.pk}/error", reason="wrong tooth").json()["error_reason"] == "wrong tooth"


def test_a_diagnosis_takes_a_code_in_force(dentist: Client) -> None:
    make_code("K02.1")
    make_code("I10", "Эссенциальная гипертензия")
    make_code("K02.9", closed_on=date(2020, 1, 1))
    finding, patient = make_finding(days_ago=1), patient_petrov()
    found = dentist.get("/api/v1/diagnosis-codes", {"q": "кариес"}).json()
    assert [(row["code"], row["language"]) for row in found] == [("K02.1", "ru")]
    assert [row["code"] for row in dentist.get("/api/v1/diagnosis-codes", {"q": ""}).json()] == ["K02.1", "I10"]
    made = post(dentist, "/diagnoses", patient=str(patient.pk), code="K02.1", finding=str(finding.pk))
    assert (made.status_code, made.json()["tooth"]) == (201, 16)
    refused = post(dentist, "/diagnoses", patient=str(patient.pk), code="K02.9", tooth=16)
    assert refused.json()["code"] == "closed_code"
    assert dentist.get(f"/api/v1/patients/{patient.pk}/chart").json()["entries"][0]["diagnoses"] == ["K02.1 Кариес дентина"]


def test_a_procedure_is_proposed_and_cancelled(dentist: Client) -> None:
    patient, bridge = patient_petrov(), make_service("bridge")
    teeth = [{"tooth": 35, "role": "abutment"}, {"tooth": 36, "role": "pontic"}, {"tooth": 37, "role": "abutment"}]
    answer = post(dentist, f"/patients/{patient.pk}/procedures", service=str(bridge.pk), teeth=teeth)
    assert answer.status_code == 201
    key = answer.json()["id"]
    assert patch(dentist, f"/procedures/{key}", version=1, state="done").json()["code"] == "wrong_transition"
    assert patch(dentist, f"/procedures/{key}", version=2, state="cancelled").json()["code"] == "stale"
    cancelled = patch(dentist, f"/procedures/{key}", version=1, state="cancelled", reason="patient declined").json()
    assert (cancelled["state"], cancelled["version"]) == ("cancelled", 2)
    assert dentist.get(f"/api/v1/procedures/{key}").json()["teeth"][1] == {"tooth": 36, "surfaces": [], "roots": [], "role": "pontic"}
    assert len(dentist.get(f"/api/v1/patients/{patient.pk}/procedures", {"state": "cancelled"}).json()["results"]) == 1


def test_a_visit_is_opened_written_signed_and_added_to(dentist: Client) -> None:
    patient = patient_petrov()
    visit = post(dentist, "/visits", patient=str(patient.pk)).json()
    written = patch(dentist, f"/visits/{visit['id']}", version=visit["version"], complaint="Боль").json()
    stale = patch(dentist, f"/visits/{visit['id']}", version=visit["version"], complaint="late")
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    signed = post(dentist, f"/visits/{visit['id']}/sign", version=written["version"]).json()
    assert len(signed["content_hash"]) == 64
    assert patch(dentist, f"/visits/{visit['id']}", version=signed["version"], complaint="x").json()["code"] == "visit_signed"
    assert post(dentist, f"/visits/{visit['id']}/addenda", text="Добавлено").status_code == 201
    assert dentist.get(f"/api/v1/visits/{visit['id']}").json()["addenda"][0]["text"] == "Добавлено"
    assert post(dentist, "/visits").status_code == 422


def test_the_palette_is_searched_and_kept_under_keys(dentist: Client) -> None:
    service = make_service("crown")
    palette = dentist.get("/api/v1/chart-palette").json()
    assert palette["favourites"]["1"] == "finding:caries:medium"
    assert f"service:{service.pk}" in {entry["key"] for entry in palette["entries"]}
    kept = dentist.put("/api/v1/chart-palette/1", {"entry": f"service:{service.pk}"}, content_type="application/json").json()
    assert kept["favourites"]["1"] == f"service:{service.pk}"
    freed = dentist.put("/api/v1/chart-palette/1", {"entry": ""}, content_type="application/json").json()
    assert "1" not in freed["favourites"]
    again = dentist.put("/api/v1/chart-palette/1", {"entry": "finding:missing"}, content_type="application/json").json()
    assert (again["favourites"]["1"], again["favourites"].get("5")) == ("finding:missing", None)
    for wrong in ("/api/v1/chart-palette/0", "/api/v1/chart-palette/1"):
        assert dentist.put(wrong, {"entry": "finding:ghosts"}, content_type="application/json").status_code == 422


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.ACCOUNTANT, Role.MARKETER, Role.TELESECRETARY])
def test_the_chart_is_closed_to_those_without_clinical_view(role: Role) -> None:
    client, patient = log_in(make_user(role, branch=make_branch())), patient_petrov()
    assert client.get(f"/api/v1/patients/{patient.pk}/chart").status_code == 403
    assert client.get(f"/patients/{patient.pk}/chart/").status_code == 403
    assert post(client, f"/patients/{patient.pk}/findings", kind="caries", tooth=16).status_code == 403


def test_a_lawyer_reads_and_does_not_write() -> None:
    client, patient = log_in(make_user(Role.LAWYER, branch=make_branch())), patient_petrov()
    visit, procedure = make_visit(), make_procedure("crown", place(11))
    assert client.get(f"/api/v1/patients/{patient.pk}/chart").status_code == 200
    assert client.get(f"/visits/{visit.pk}/").status_code == 200
    assert post(client, f"/patients/{patient.pk}/findings", kind="caries", tooth=16).status_code == 403
    assert patch(client, f"/procedures/{procedure.pk}", version=1, state="cancelled").status_code == 403
    assert patch(client, f"/visits/{visit.pk}", version=1, complaint="x").status_code == 403
    assert not Finding.objects.exists()
    assert Procedure.objects.get().state == "proposed"


def test_looking_at_a_chart_is_recorded(dentist: Client) -> None:
    patient = patient_petrov()
    dentist.get(f"/api/v1/patients/{patient.pk}/chart")
    assert Event.objects.filter(op="V", patient_id=patient.pk, tbl="chart").count() == 1


def test_what_is_not_there_is_not_found(dentist: Client) -> None:
    nobody = uuid7()
    for path in (f"/patients/{nobody}/chart", f"/visits/{nobody}", f"/procedures/{nobody}"):
        assert dentist.get(f"/api/v1{path}").status_code == 404
    assert post(dentist, f"/findings/{nobody}/resolve").status_code == 404


def test_a_chart_opens_in_few_queries(dentist: Client, django_assert_max_num_queries: Any) -> None:
    for tooth in (11, 12, 16, 17, 26, 36):
        make_finding("caries", tooth, "M", days_ago=3)
        actions.add_procedure(
            patient=patient_petrov(),
            service=make_service(),
            places=[place(tooth, "MV")],
            actor=dr_orlova(),
            at=timezone.now() - timedelta(days=1),
        )
    address = f"/api/v1/patients/{patient_petrov().pk}/chart"
    dentist.get(address)
    with django_assert_max_num_queries(16):
        assert len(dentist.get(address).json()["marks"]) == 12


def test_everyone_signs_only_their_own(dentist: Client) -> None:
    visit = make_visit()
    actions.write_visit(visit=visit, version=visit.version, sections={"complaint": "x"}, actor=dr_orlova())
    other = log_in(make_user(Role.DENTIST, username="ivanov", branch=make_branch()))
    assert post(other, f"/visits/{visit.pk}/sign", version=2).status_code == 403
    assert post(dentist, f"/visits/{visit.pk}/sign", version=2).status_code == 200
    assert Visit.objects.get().signed_by == dr_orlova()
