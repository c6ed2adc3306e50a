"""Ready texts of the note over the API and on their page."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from charting.models import NoteTemplate
from clinic.lib.ids import uuid7
from tests.staff.factories import dr_orlova, log_in, make_branch

pytestmark = pytest.mark.django_db
PATH = "/api/v1/note-templates"
TEXT = {"section": "complaint", "language": "ru", "title": "Боль", "body": "Острая боль при накусывании"}


@pytest.fixture
def dentist() -> Client:
    return log_in(dr_orlova(make_branch()))


def send(client: Client, method: str, path: str, body: dict[str, Any]) -> Any:
    return getattr(client, method)(path, body, content_type="application/json")


def test_a_template_is_written_once_found_and_changed(dentist: Client) -> None:
    key = str(uuid7())
    made = send(dentist, "post", PATH, {**TEXT, "id": key})
    assert (made.status_code, send(dentist, "post", PATH, {**TEXT, "id": key}).json()) == (201, made.json())
    assert send(dentist, "post", PATH, {**TEXT, "id": key, "body": "Другое"}).json()["code"] == "key_taken"
    assert [row["id"] for row in dentist.get(f"{PATH}?q=накусыв&language=ru").json()["results"]][-1:] == [key]
    assert key not in [row["id"] for row in dentist.get(f"{PATH}?language=fr&page_size=100").json()["results"]]
    changed = send(dentist, "put", f"{PATH}/{key}", {**made.json(), "title": "Боль ночная"})
    assert (changed.status_code, changed.json()["title"]) == (200, "Боль ночная")
    stale = send(dentist, "put", f"{PATH}/{key}", made.json())
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")


def test_a_title_stands_once_in_its_section(dentist: Client) -> None:
    send(dentist, "post", PATH, TEXT)
    refused = send(dentist, "post", PATH, TEXT)
    assert (refused.status_code, list(refused.json()["fields"])) == (422, ["title"])


def test_the_page_refuses_a_stale_template_and_keeps_the_text(dentist: Client) -> None:
    row = NoteTemplate.objects.create(**TEXT)
    page = reverse("note-template", args=[row.pk])
    assert f'name="version" value="{row.version}"' in dentist.get(page).content.decode()
    assert dentist.post(page, {**TEXT, "position": 0, "title": "Новая", "version": row.version}).status_code == 302
    refused = dentist.post(page, {**TEXT, "position": 0, "title": "Старая", "version": row.version})
    assert refused.status_code == 422
    assert "Старая" in refused.content.decode()
