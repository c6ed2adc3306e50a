"""Scans of guarantee letters over the API."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from clinic.staff.roles import Role
from tests.insurance.factories import make_policy, make_programme
from tests.patients.factories import petrov
from tests.staff.factories import log_in, make_branch, make_user, registrar_belova

pytestmark = pytest.mark.django_db


def scan(client: Client, path: str, content: bytes) -> Any:
    return client.post(path, {"file": SimpleUploadedFile("letter.pdf", content)})


def test_a_scan_is_put_to_a_letter_once_and_taken() -> None:
    desk, policy = log_in(registrar_belova(make_branch())), make_policy(make_programme(), patient=petrov())
    letters = f"/api/v1/policies/{policy.pk}/letters"
    letter = desk.post(letters, {"number": "ГП-1", "letter_date": "2026-11-01"}, content_type="application/json").json()
    path = f"/api/v1/letters/{letter['id']}/file"
    assert (letter["has_file"], desk.get(path).status_code) == (False, 404)
    assert scan(desk, path, b"%PDF-1.7 letter").json()["has_file"] is True
    assert scan(desk, path, b"%PDF-1.7 letter").status_code == 201
    assert scan(desk, path, b"%PDF-1.7 another").json()["code"] == "has_scan"
    assert desk.get(path).content == b"%PDF-1.7 letter"
    assert [row["has_file"] for row in desk.get(letters).json()] == [True]
    assert scan(log_in(make_user(Role.DENTIST)), path, b"%PDF-1.7 letter").status_code == 403
