"""A restricted record opens to nobody who gives no reason, on no page and through no operation."""

from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from clinic.history.models import Event
from clinic.patients import access
from clinic.staff.roles import ROLE_PERMISSIONS, Permission, Role
from tests.history.test_looks import _is_of_patient, pages, shows
from tests.hostile import world
from tests.hostile.requests import operations
from tests.staff.factories import log_in, make_user
from tests.treatment_plans.factories import petrov

pytestmark = pytest.mark.django_db
OPENS = ("patient-open",)
"""The page that asks for the reason."""


@pytest.fixture
def client() -> Client:
    """Everybody's rights but the legal desk's, at a record that was restricted just now."""
    person = world.build()
    access.restrict(patient_id=petrov().pk, reason="By request of the patient", actor=person, at=timezone.now())
    return log_in(make_user(*(role for role in Role if Permission.HISTORY_SEARCH not in ROLE_PERMISSIONS[role]), username="curious"))


def test_no_page_of_it_opens(client: Client) -> None:
    refused, opened = 0, []
    for name, address, is_of_patient in pages():
        if is_of_patient and name not in OPENS:
            answer: Any = client.get(address)
            refused += answer.status_code == 403
            if answer.status_code == 200 and shows(answer, petrov()):
                opened.append(f"{name} {address}")
    assert refused > 15
    assert not opened, "A restricted record is shown here without a reason:\n" + "\n".join(opened)


def test_no_operation_tells_it(client: Client) -> None:
    refused, opened = 0, []
    for operation in operations():
        if operation.method == "GET" and all(operation.path.values()) and any(_is_of_patient(part) for part in operation.path):
            answer = operation.ask(client)
            refused += answer.status_code == 403
            if answer.status_code == 200:
                opened.append(f"{operation.name} {operation.route}")
    assert refused > 15
    assert not opened, "A restricted record is told here without a reason:\n" + "\n".join(opened)
    assert not Event.objects.filter(purpose="break_glass").exists()


def test_no_operation_changes_it(client: Client) -> None:
    """Each write to a record of the patient asks for the reason first, whatever else is wrong with it."""
    refused, passed = 0, []
    for operation in operations():
        if operation.method == "GET" or not all(operation.path.values()) or not any(_is_of_patient(part) for part in operation.path):
            continue
        standing = transaction.savepoint()
        answer = operation.ask(client)
        transaction.savepoint_rollback(standing)
        refused += b"reason_required" in answer.content
        if answer.status_code < 400:
            passed.append(f"{operation.name} {operation.route}")
    assert refused > 60
    assert not passed, "A restricted record is written here without a reason:\n" + "\n".join(passed)


def test_no_operation_writes_into_it_by_naming_it_in_its_body(client: Client) -> None:
    refused, passed = set(), []
    for operation in operations():
        if operation.method == "GET":
            continue
        standing, before = transaction.savepoint(), Event.objects.filter(patient_id=petrov().pk).count()
        answer = operation.ask(client)
        if b"reason_required" in answer.content:
            refused.add(operation.name)
        if answer.status_code < 400 and Event.objects.filter(patient_id=petrov().pk).count() > before:
            passed.append(f"{operation.name} {operation.route}")
        transaction.savepoint_rollback(standing)
    assert "book_appointment" in refused
    assert not passed, "A restricted record is written here without a reason:\n" + "\n".join(passed)
