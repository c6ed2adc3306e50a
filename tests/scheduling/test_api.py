"""The diary over the API."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from clinic.history.models import Event
from clinic.lib.ids import uuid7
from clinic.scheduling import queries, rules
from clinic.scheduling.models import Appointment
from clinic.scheduling.schemas import AppointmentOut, appointments_out
from clinic.staff.roles import Role
from tests.patients.factories import petrov
from tests.scheduling.factories import assistant_lebedev, book, dr_sokolov, dupont, make_chair, make_shift, make_type, moscow, working_day
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user, registrar_belova

pytestmark = pytest.mark.django_db
URL = "/api/v1/appointments"


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Client:
    """The desk, on whatever day the tests run."""
    monkeypatch.setattr(rules, "BACK", timedelta(days=36500))
    working_day()
    return log_in(registrar_belova())


def window(day: int = 23) -> dict[str, str]:
    start = moscow(0, day=day)
    return {"branch": str(make_branch().pk), "from": start.isoformat(), "to": (start + timedelta(days=1)).isoformat()}


def request_body(**changes: Any) -> dict[str, Any]:
    body = {"patient_id": petrov().pk, "dentist_id": dr_orlova().pk, "chair_id": make_chair().pk, "starts_at": moscow(10), "ends_at": moscow(11)}
    return {**body, **changes}


def post(client: Client, url: str, body: dict[str, Any]) -> Any:
    return client.post(url, body, content_type="application/json")


def test_it_books_once_for_a_repeated_request(desk: Client) -> None:
    body = request_body(id=uuid7(), type_id=make_type().pk)
    first, second = post(desk, URL, body), post(desk, URL, body)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert first.json()["patient"]["name"] == "Петров Иван Сергеевич"
    assert Appointment.objects.count() == 1


def test_a_day_is_told_as_its_schema_says(desk: Client) -> None:
    book(type_id=make_type().pk, assistant_id=assistant_lebedev().pk)
    rows = queries.look_at_diary(registrar_belova(), make_branch(), moscow(0), moscow(23))
    assert desk.get(URL, window()).json() == appointments_out(rows) == [AppointmentOut.from_orm(row).model_dump(mode="json") for row in rows]
    assert rows[0].assistant
    assert rows[0].type


def test_it_explains_a_refusal(desk: Client) -> None:
    first = book()
    answer = post(desk, URL, request_body(patient_id=dupont().pk))
    assert answer.status_code == 409
    assert answer.json()["code"] == "slot_taken"
    assert str(first.pk) in answer.json()["link"]
    early = post(desk, URL, request_body(patient_id=dupont().pk, starts_at=moscow(7), ends_at=moscow(8)))
    assert (early.status_code, early.json()["code"]) == (422, "outside_shift")
    naive = post(desk, URL, request_body(starts_at="2026-11-23T10:00:00"))
    assert (naive.status_code, naive.json()["code"]) == (422, "invalid")


def test_it_moves_and_refuses_a_stale_move(desk: Client) -> None:
    url = f"{URL}/{book().pk}"
    body = {"version": 1, "starts_at": moscow(12), "ends_at": moscow(13)}
    moved = desk.patch(url, body, content_type="application/json")
    assert (moved.status_code, moved.json()["version"]) == (200, 2)
    assert desk.patch(url, body, content_type="application/json").json()["code"] == "stale"


def test_it_changes_states_and_details(desk: Client) -> None:
    url = f"{URL}/{book().pk}"
    assert post(desk, f"{url}/state", {"version": 1, "state": "confirmed"}).json()["state"] == "confirmed"
    assert post(desk, f"{url}/state", {"version": 2, "state": "cancelled"}).json()["fields"] == {"reason": "Say why the appointment is cancelled."}
    assert post(desk, f"{url}/state", {"version": 2, "state": "asleep"}).status_code == 422
    assert post(desk, f"{url}/details", {"version": 2, "note": "calls back"}).json()["note"] == "calls back"


def test_a_poll_is_answered_with_not_modified_until_something_changes(desk: Client) -> None:
    appointment = book()
    first = desk.get(URL, window())
    assert [row["id"] for row in first.json()] == [str(appointment.pk)]
    again = desk.get(URL, window(), headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    Appointment.objects.filter(pk=appointment.pk).update(note="x")
    assert desk.get(URL, window(), headers={"If-None-Match": first["ETag"]}).status_code == 200
    assert desk.get(URL, window(24)).json() == []


def test_the_look_is_recorded_once_and_one_appointment_in_the_patients_history(desk: Client) -> None:
    appointment = book()
    tag = desk.get(URL, window())["ETag"]
    desk.get(URL, window(), headers={"If-None-Match": tag})
    seen = Event.objects.get(op="V", tbl="diary").body
    assert seen is not None
    assert seen["patients"] == [str(appointment.patient_id)]
    assert desk.get(f"{URL}/{appointment.pk}").json()["id"] == str(appointment.pk)
    assert Event.objects.filter(op="V", tbl="appointment", patient_id=appointment.patient_id).count() == 1


def test_it_refuses_endless_lists_and_other_branches(desk: Client) -> None:
    assert desk.get(URL, {**window(), "to": moscow(0, month=12).replace(year=2027).isoformat()}).status_code == 422
    nevsky = make_user(Role.ADMINISTRATOR, username="nevsky", branch=make_branch("Nevsky"))
    client, appointment = log_in(nevsky), book()
    assert client.get(URL, window()).status_code == 404
    assert client.get(f"{URL}/{appointment.pk}").status_code == 404
    assert (
        client.patch(f"{URL}/{appointment.pk}", {"version": 1, "starts_at": moscow(12), "ends_at": moscow(13)}, "application/json").status_code == 404
    )


def test_it_lists_chairs_types_and_shifts_and_keeps_shifts(desk: Client) -> None:
    make_chair(), make_type()
    branch = {"branch": str(make_branch().pk)}
    assert [row["name"] for row in desk.get("/api/v1/chairs", branch).json()] == ["Chair 1"]
    assert [row["name"] for row in desk.get("/api/v1/appointment-types").json()] == ["Check-up"]
    assert len(desk.get("/api/v1/shifts", window()).json()) == 2
    body = {"user_id": dr_orlova().pk, "branch_id": make_branch().pk, "starts_at": moscow(9, day=24), "ends_at": moscow(15, day=24)}
    shift = post(desk, "/api/v1/shifts", body)
    assert shift.status_code == 201
    url = f"/api/v1/shifts/{shift.json()['id']}"
    longer = desk.patch(url, {"version": 1, "starts_at": moscow(8, day=24), "ends_at": moscow(15, day=24)}, content_type="application/json")
    assert longer.json()["version"] == 2
    assert post(desk, f"{url}/cancel", {"version": 2}).status_code == 200
    assert desk.get("/api/v1/shifts", window(24)).json() == []


def test_it_finds_free_slots(desk: Client) -> None:
    make_chair()
    book(moscow(9), 30)
    asked: dict[str, Any] = {"dentist": str(dr_orlova().pk), "minutes": 60, "from": moscow(9).isoformat(), "branch": str(make_branch().pk)}
    found = desk.get("/api/v1/slots", asked).json()
    assert (found[0]["starts_at"], len(found)) == ("2026-11-23T06:30:00Z", 20)
    assert desk.get("/api/v1/slots", {**asked, "minutes": 3}).status_code == 422


VIEWERS = {Role.MANAGER, Role.ADMINISTRATOR, Role.DENTIST, Role.HYGIENIST, Role.ASSISTANT, Role.LAWYER, Role.TELESECRETARY}
WRITERS = VIEWERS - {Role.ASSISTANT, Role.LAWYER}
SETTERS = {Role.MANAGER, Role.ADMINISTRATOR, Role.SYSTEM_ADMINISTRATOR}


@pytest.mark.parametrize("role", Role)
def test_who_may_do_what(role: Role) -> None:
    working_day()
    appointment, client = book(), log_in(make_user(role, username="actor"))
    place = {"branch": str(make_branch().pk)}
    reads: list[tuple[str, dict[str, str]]] = [
        (URL, window()),
        (f"{URL}/{appointment.pk}", {}),
        ("/api/v1/chairs", place),
        ("/api/v1/shifts", window()),
        ("/api/v1/appointment-types", {}),
    ]
    for url, query in reads:
        assert (client.get(url, query).status_code == 200) == (role in VIEWERS), url
    assert (post(client, f"{URL}/{appointment.pk}/state", {"version": 1, "state": "confirmed"}).status_code == 200) == (role in WRITERS)
    shift = make_shift(dr_sokolov(), moscow(9, day=25), moscow(18, day=25))
    assert (post(client, f"/api/v1/shifts/{shift.pk}/cancel", {"version": 1}).status_code == 200) == (role in SETTERS)


def test_nobody_sees_nothing() -> None:
    assert Client().get(URL, window()).status_code == 401


def test_programs_set_up_rooms_chairs_and_types() -> None:
    manager, place = log_in(make_user(Role.MANAGER)), str(make_branch().pk)
    key = str(uuid7())
    room = post(manager, "/api/v1/rooms", {"id": key, "branch_id": place, "name": "Blue"}).json()
    assert post(manager, "/api/v1/rooms", {"id": key, "branch_id": place, "name": "Blue"}).json() == room
    taken = post(manager, "/api/v1/rooms", {"branch_id": place, "name": "Blue"})
    assert (taken.status_code, taken.json()["code"]) == (409, "name_taken")
    chair = post(manager, "/api/v1/chairs", {"branch_id": place, "room_id": room["id"], "name": "Blue 1", "position": 3})
    assert (chair.status_code, chair.json()["room"], chair.json()["version"]) == (201, "Blue", 1)
    address = f"/api/v1/chairs/{chair.json()['id']}"
    changed = manager.patch(address, {"version": 1, "branch_id": place, "is_active": False}, content_type="application/json").json()
    assert (changed["name"], changed["position"], changed["is_active"], changed["version"]) == ("Blue 1", 3, False, 2)
    assert manager.get("/api/v1/chairs", {"branch": place}).json() == []
    assert len(manager.get("/api/v1/chairs", {"branch": place, "with_unused": "true"}).json()) == 1
    stale = manager.patch(address, {"version": 1, "branch_id": place, "name": "Green"}, content_type="application/json")
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    kind = post(manager, "/api/v1/appointment-types", {"name_ru": "Гигиена", "minutes": 60}).json()
    renamed = {"version": 1, "name_en": "Hygiene", "is_active": False}
    answer = manager.patch(f"/api/v1/appointment-types/{kind['id']}", renamed, content_type="application/json").json()
    assert (answer["name_ru"], answer["name_en"], answer["minutes"], answer["is_active"]) == ("Гигиена", "Hygiene", 60, False)
    assert Event.objects.filter(tbl="scheduling_appointmenttype", pk_text=kind["id"]).count() == 2


def test_programs_copy_a_week_of_shifts() -> None:
    manager = log_in(make_user(Role.MANAGER))
    make_shift()
    body = {"branch_id": str(make_branch().pk), "monday": "2026-11-23"}
    copied = post(manager, "/api/v1/shifts/copy", body).json()
    assert ([row["starts_at"][:10] for row in copied["made"]], copied["skipped"]) == (["2026-11-30"], 0)
    assert post(manager, "/api/v1/shifts/copy", {**body, "monday": "2026-11-24"}).json()["fields"].keys() == {"monday"}


def test_who_may_not_set_the_diary_up_is_refused(desk: Client) -> None:
    dentist = log_in(dr_orlova())
    body = {"branch_id": str(make_branch().pk), "name": "Blue"}
    assert post(dentist, "/api/v1/rooms", body).status_code == 403
    assert post(desk, "/api/v1/rooms", {**body, "name": ""}).status_code == 422


def test_the_appointments_of_a_patient_come_page_by_page(desk: Client) -> None:
    patient = book().patient
    for hour in (12, 14):
        book(moscow(hour))
    path = f"/api/v1/patients/{patient.pk}/appointments"
    first = desk.get(f"{path}?page_size=2").json()
    assert [row["starts_at"][:13] for row in first["results"]] == ["2026-11-23T11", "2026-11-23T09"]
    assert len(desk.get(first["next"]).json()["results"]) == 1
    assert Event.objects.filter(op="V", tbl="appointments", patient_id=patient.pk).count() == 2
    assert log_in(make_user(Role.ACCOUNTANT)).get(path).status_code == 403
