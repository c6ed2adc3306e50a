"""What a device brings along: today's patients of its person and of its chair, the files of the pages, a worker at the root."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from charting.perio import actions as perio
from clinic.history import queries as history
from clinic.history import wording
from clinic.history.models import Event
from clinic.patients import access
from clinic.scheduling.models import Appointment, Chair
from clinic.staff.roles import Role
from tests.charting.factories import make_finding, make_visit, patient_petrov
from tests.scheduling.factories import book, dr_sokolov, dupont, make_chair, make_shift
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user
from tests.treatment_plans.factories import plan_with

pytestmark = pytest.mark.django_db


def now() -> datetime:
    return timezone.now().replace(second=0, microsecond=0)


def seat() -> Appointment:
    """Petrov is with Dr Orlova now."""
    make_shift(dr_orlova(), now(), now() + timedelta(hours=2))
    return book(now(), patient_id=patient_petrov().pk)


def seat_other(chair: Chair) -> Appointment:
    """Dupont is with Dr Sokolov at the same time."""
    make_shift(dr_sokolov(), now(), now() + timedelta(hours=3))
    return book(now(), patient_id=dupont().pk, dentist_id=dr_sokolov().pk, chair_id=chair.pk)


def pack(client: Client, **headers: str) -> Any:
    return client.get("/offline-pack/", headers={"X-Offline-Copy": "1", **headers})


def packed(client: Client) -> list[str]:
    return [address for row in pack(client).json()["patients"] for address in row["addresses"]]


def test_the_days_own_patients_are_brought_along_with_notes_exam_and_plan() -> None:
    patient = seat().patient_id
    visit, plan = make_visit(), plan_with("filling", patient=patient_petrov())
    exam = perio.begin_exam(patient=visit.patient, actor=dr_orlova(), at=timezone.now())
    found = packed(log_in(dr_orlova()))
    assert found[:2] == [f"/patients/{patient}/chart/", f"/api/v1/patients/{patient}/chart"]
    assert {f"/patients/{patient}/", f"/patients/{patient}/visits/", f"/patients/{patient}/health/", f"/patients/{patient}/plans/"} <= set(found)
    assert {f"/visits/{visit.pk}/", f"/perio/{exam.pk}/", f"/api/v1/perio-exams/{exam.pk}", f"/plans/{plan.pk}/"} <= set(found)
    assert packed(log_in(make_user(Role.DENTIST, username="another"))) == []


def test_every_address_of_the_pack_can_be_read_and_is_a_look_of_that_purpose() -> None:
    patient = seat().patient_id
    make_visit()
    plan_with("filling", patient=patient_petrov())
    client = log_in(dr_orlova())
    for address in [*packed(client), *pack(client).json()["always"]]:
        assert client.get(address, headers={"X-Offline-Copy": "1"}).status_code == 200, address
    looks = Event.objects.filter(op="V", patient_id=patient)
    assert {"chart", "visits", "visit", "plans", "plan"} <= set(looks.values_list("tbl", flat=True))
    assert set(looks.values_list("purpose", flat=True)) == {"offline_copy"}
    with translation.override("ru"):
        assert {line.title for line in wording.lines(looks, {})} == {"для работы без связи"}


def test_the_chair_of_the_device_brings_its_patients_whoever_treats_them() -> None:
    chair = make_chair("Chair 2")
    other = seat_other(chair).patient_id
    client = log_in(dr_orlova())
    assert packed(client) == []
    assert client.post("/chair/", {"chair": str(chair.pk)}).status_code == 302
    assert client.cookies["chair"]["httponly"]
    assert f"/patients/{other}/chart/" in packed(client)
    page = client.get("/chair/").content.decode()
    assert "Chair 2" in page
    assert f"/patients/{other}/chart/" in page
    client.post("/chair/", {"chair": ""})
    assert packed(client) == []


def test_a_chair_elsewhere_or_nowhere_brings_nothing() -> None:
    chair = make_chair("Chair 2")
    seat_other(chair)
    client = log_in(dr_orlova())
    assert client.post("/chair/", {"chair": str(uuid4())}).status_code == 422
    away = make_chair("Far", branch=make_branch("Lyon"))
    assert client.post("/chair/", {"chair": str(away.pk)}).status_code == 422
    assert "chair" not in client.cookies
    for told in ("", "no key", str(uuid4()), str(away.pk)):
        client.cookies["chair"] = told
        assert packed(client) == []
    Chair.objects.filter(pk=chair.pk).update(is_active=False)
    client.cookies["chair"] = str(chair.pk)
    assert packed(client) == []


def test_a_restricted_record_stays_in_the_clinic() -> None:
    patient = seat().patient_id
    access.restrict(patient_id=patient, reason="Запрос пациента", actor=make_user(Role.LAWYER), at=timezone.now())
    client = log_in(dr_orlova())
    assert packed(client) == []
    assert str(patient) in client.get("/chair/").content.decode()
    assert not Event.objects.filter(op="V", patient_id=patient).exists()


def test_the_pack_is_the_same_until_something_of_a_patient_changes() -> None:
    patient = seat().patient_id
    client = log_in(dr_orlova())
    first = pack(client)
    assert pack(client, **{"If-None-Match": first["ETag"]}).status_code == 304
    client.get(f"/patients/{patient}/chart/")
    assert pack(client, **{"If-None-Match": first["ETag"]}).status_code == 304
    make_finding("caries", 16)
    second = pack(client, **{"If-None-Match": first["ETag"]})
    assert second.status_code == 200
    assert second.json()["patients"][0]["changed"] >= first.json()["patients"][0]["changed"]
    assert history.last_changes([patient])[patient] == Event.objects.filter(patient_id=patient, op="I", tbl="charting_finding").latest("id").at


def test_what_a_device_brings_along_by_itself_is_no_sign_of_life() -> None:
    client = log_in(dr_orlova())
    client.get("/chair/")
    session = client.session
    session["seen_at"] = long_ago = timezone.now().timestamp() - 300
    session.save()
    pack(client)
    assert client.session["seen_at"] == long_ago
    client.get("/chair/")
    assert client.session["seen_at"] > long_ago


def test_the_list_says_what_to_do_when_it_is_empty() -> None:
    make_chair()
    page = log_in(dr_orlova()).get(reverse("chair-day")).content.decode()
    assert "Choose the chair at which this device stands" in page


def test_the_files_of_the_pages_are_there() -> None:
    files = pack(log_in(dr_orlova())).json()["files"]
    assert {"/static/charting/js/chart.js", "/static/charting/js/perio/perio.js", "/static/desk/js/renew.js"} <= set(files)
    assert all(finders.find(name.removeprefix("/static/")) for name in files)


def test_the_worker_is_served_from_the_root() -> None:
    answer = Client().get("/offline-worker.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert b'import "/static/charting/js/offline/worker.js";' in answer.content
    assert "worker-src 'self'" in answer["Content-Security-Policy"]
