"""Every page and every API operation that shows a patient leaves a look with its purpose in the history, whoever adds the next one."""

import json
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.db.models import Max
from django.test import Client
from django.urls import get_resolver
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from clinic.history import actions
from clinic.history.models import Event
from clinic.patients.models import Patient
from clinic.scheduling.models import Appointment
from tests.hostile import world
from tests.hostile.requests import operations
from tests.staff.factories import log_in
from tests.test_access import LEAVING, _patterns
from tests.treatment_plans.factories import petrov

pytestmark = pytest.mark.django_db
LOOKS = ("V", "P")
SHOWS_NOTHING = ("patient-open", "hold-lift")
PARTS = ("image-preview", "image-view")
"""Pictures within a page: one look in ten minutes holds for all of them."""


@pytest.fixture
def client() -> Client:
    return log_in(world.build())


def pages() -> Iterator[tuple[str, str, bool]]:
    """Name, address and whether it is of one patient or record of theirs; filled with what stands in the clinic."""
    for route, name in _patterns(get_resolver(), "", ""):
        parts = re.findall(r"<(\w+:)?(\w+)>", route)
        ids = {part: world.id_called(part) if kind == "uuid:" else None for kind, part in parts}
        if name in (*LEAVING, *SHOWS_NOTHING) or name.startswith("api:") or not all(ids.values()):
            continue
        address = "/" + re.sub(r"<uuid:(\w+)>", lambda found, ids=ids: str(ids[found[1]]), route)  # type: ignore[misc]
        yield name, address, any(_is_of_patient(part) for part in ids)


def _is_of_patient(part: str) -> bool:
    model = world.model_called(part)
    return model is not None and (model is Patient or any(field.name == "patient" for field in model._meta.fields))


def newest() -> int:
    return Event.objects.aggregate(last=Max("id"))["last"] or 0


def looks_at(patient_id: UUID, since: int) -> bool:
    """Whether somebody's look at the patient was written down since, alone or in the list of a worklist."""
    events = Event.objects.filter(id__gt=since, op__in=LOOKS).exclude(purpose__in=("", "unstated"))
    return any(event.patient_id == patient_id or str(patient_id) in str(event.body) for event in events)


def shows(answer: Any, patient: Patient) -> bool:
    content = said_by(answer)
    return patient.last_name.encode() in content or json.dumps(patient.last_name)[1:-1].encode() in content or str(patient.pk).encode() in content


def said_by(answer: Any) -> bytes:
    """The text of an answer, of a workbook and of a PDF too, where these are whole."""
    content: bytes = b"".join(answer.streaming_content) if answer.streaming else answer.content
    with suppress(zipfile.BadZipFile, PyPdfError):
        if content.startswith(b"PK"):
            with zipfile.ZipFile(BytesIO(content)) as archive:
                return b"".join(archive.read(name) for name in archive.namelist() if name.endswith(".xml"))
        if content.startswith(b"%PDF"):
            return "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).encode()
    return content


def test_every_page(client: Client) -> None:
    patient, tried, silent = petrov(), 0, []
    for name, address, is_of_patient in pages():
        since = newest()
        answer: Any = client.get(address)
        if answer.status_code == 200 and (is_of_patient or shows(answer, patient)):
            tried += 1
            if not looks_at(patient.pk, 0 if name in PARTS else since):
                silent.append(f"{name} {address}")
    assert tried > 30
    assert not silent, "These pages show a patient and leave no look in the history:\n" + "\n".join(silent)


def test_every_operation(client: Client) -> None:
    patient, tried, silent = petrov(), 0, []
    for operation in operations():
        if operation.method != "GET" or not all(operation.path.values()):
            continue
        since = newest()
        answer = operation.ask(client)
        if answer.status_code == 200 and (any(_is_of_patient(part) for part in operation.path) or shows(answer, patient)):
            tried += 1
            if not looks_at(patient.pk, since):
                silent.append(f"{operation.name} {operation.route}")
    assert tried > 30
    assert not silent, "These operations show a patient and leave no look in the history:\n" + "\n".join(silent)


SAID_BY_A_CLIENT: dict[str, dict[str, str]] = {
    "a tag of its own": {"If-None-Match": '"of-my-own"', "If-Modified-Since": "Thu, 01 Jan 2026 00:00:00 GMT"},
    "a part of a page": {
        "HX-Request": "true",
        "HX-Target": "panel",
        "HX-Trigger": "poll",
        "Range": "bytes=0-99999",
        "X-Requested-With": "XMLHttpRequest",
    },
}


@pytest.mark.parametrize(
    ("said", "every"),
    [("a tag of its own", 7), ("a part of a page", 7), *(pytest.param(said, 1, marks=pytest.mark.soak) for said in SAID_BY_A_CLIENT)],
)
def test_no_header_of_a_client_keeps_a_look_out_of_history(client: Client, said: str, every: int) -> None:
    """Whoever polls, asks for a part or holds an older copy sees the patient all the same."""
    patient, silent = petrov(), []
    asked: list[tuple[str, Callable[..., Any]]] = [(name, partial(client.get, address)) for name, address, _is_of_patient in pages()]
    asked += [(one.name, partial(one.ask, client)) for one in operations() if one.method == "GET" and all(one.path.values())]
    for name, ask in asked[::every]:
        since = newest()
        with rolled_back():
            answer = ask(headers=SAID_BY_A_CLIENT[said])
            if answer.status_code in (200, 206) and shows(answer, patient) and not looks_at(patient.pk, since):
                silent.append(f"{name} {answer.status_code}")
    assert not silent, f"With {said} these show a patient and leave no look in the history:\n" + "\n".join(silent)


def test_no_word_in_an_address_keeps_a_look_out_of_history(client: Client) -> None:
    """A form that is opened for somebody names them: whoever tries keys finds out who is a patient."""
    patient, silent = petrov(), []
    keys = ("patient", "patient_id", "patients", "payer", "payer_id", "person", "related", "for")
    asked = {**dict.fromkeys(keys, str(patient.pk)), "q": patient.last_name, "text": patient.last_name, "card": str(patient.card_number)}
    for name, address, _is_of_patient in pages():
        since = newest()
        with rolled_back():
            answer: Any = client.get(address, asked)
            if answer.status_code == 200 and names(answer, patient) and not looks_at(patient.pk, since):
                silent.append(name)
    assert not silent, "Asked for a patient, these pages name them and leave no look in the history:\n" + "\n".join(silent)


def names(answer: Any, patient: Patient) -> bool:
    """Whether the answer says something of the patient that was not in the question."""
    content = said_by(answer)
    return patient.first_name.encode() in content and patient.last_name.encode() in content


def test_a_refresh_of_the_diary_that_shows_somebody_new_is_a_look(client: Client) -> None:
    booked = Appointment.objects.filter(patient=petrov()).earliest("starts_at")
    begin, end = booked.starts_at - timedelta(days=1), booked.starts_at + timedelta(days=1)
    window = {"branch": str(booked.branch_id), "from": begin.isoformat(), "to": end.isoformat()}
    since = newest()
    answer = client.get("/api/v1/appointments", window, headers={"If-None-Match": '"of-my-own"'})
    seen = {row["patient"]["id"] for row in answer.json()}
    assert str(booked.patient_id) in seen
    told = {key for event in Event.objects.filter(id__gt=since, op="V", tbl="diary") for key in (event.body or {})["patients"]}
    assert seen <= told
    since = newest()
    client.get("/api/v1/appointments", window, headers={"If-None-Match": '"of-my-own"'})
    assert not Event.objects.filter(id__gt=since, op="V", tbl="diary").exists(), "the same refresh again is the same look"


def test_a_head_request_shows_nothing(client: Client) -> None:
    """What a page's length tells is not worth a look; its headers name nobody."""
    patient = petrov()
    for name, address, _is_of_patient in pages():
        answer: Any = client.head(address)
        said = " ".join(f"{key}: {value}" for key, value in answer.items())
        assert patient.last_name not in said, name


def test_every_write_whose_answer_shows_a_patient(client: Client) -> None:
    """A form that comes back filled, a preview, a PDF: whoever posts reads too. What they change names them too. Each write is taken back."""
    patient, shown, silent = petrov(), 0, []
    asked: list[tuple[str, Callable[[], Any]]] = [(name, partial(client.post, address)) for name, address, _is_of_patient in pages()]
    for operation in operations():
        if operation.method != "GET" and all(operation.path.values()):
            asked.append((operation.name, partial(operation.ask, client)))
    for name, ask in asked:
        since = newest()
        with rolled_back():
            answer = ask()
            is_shown = answer.status_code in (200, 201, 422) and shows(answer, patient)
            shown += is_shown
            if is_shown and not looks_at(patient.pk, since) and not Event.objects.filter(id__gt=since, patient_id=patient.pk).exists():
                silent.append(f"{name} {answer.status_code}")
    assert shown > 30
    assert not silent, "These writes show a patient and leave no look in the history:\n" + "\n".join(silent)


@contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_a_picture_asked_for_by_itself_leaves_a_look(client: Client) -> None:
    address = f"/images/{world.id_called('image_id')}/view/"
    since = newest()
    for _again in range(2):
        assert client.get(address).status_code == 200
    assert Event.objects.filter(id__gt=since, op="V", tbl="images", patient_id=petrov().pk).count() == 1


def test_a_repeated_look_is_sought_among_the_last_ten_minutes_alone() -> None:
    """Bounded by a volatile time, it read every look that the person had taken in years."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('enable_seqscan', 'off', true)")
        cursor.execute(f"EXPLAIN {actions.ONCE}", ["somebody", "patients-list", None, "{}", *[None] * 13])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "at > (statement_timestamp()" in plan, plan
    assert "Subplans Removed" in plan, plan
