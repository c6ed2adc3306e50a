"""Lists come a page at a time, and where people look for a name there is a search box."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from charting.models import NoteTemplate, Visit
from clinic.scheduling.models import Appointment
from clinic.staff.models import User
from clinic.staff.roles import Role
from insurance.models import Insurer
from inventory.models import Norm
from lab_orders.models import Lab
from tests.billing.factories import make_charge
from tests.inventory.factories import make_material, make_service
from tests.lab_orders.test_actions import draft, make_crown, make_lab
from tests.patients.factories import petrov
from tests.scheduling.factories import NOW, make_chair, make_type, moscow
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader() -> Client:
    return log_in(make_user(Role.MANAGER, Role.DENTIST, username="omniscient", branch=make_branch()))


def norms(number: int) -> None:
    Norm.objects.create(service=make_service(f"N-{number}"), material=make_material(), quantity=1)


def people(number: int) -> None:
    User.objects.create(username=f"user{number}", last_name=f"Сотрудник{number}", first_name="Пётр", created_at=NOW)


def templates(number: int) -> None:
    NoteTemplate.objects.create(section="complaint", language="en", title=f"Template {number}", body="Pain")


LISTS: dict[str, tuple[Callable[[int], object], int, str]] = {
    "norms": (norms, 102, "N-101"),
    "people": (people, 52, "Сотрудник51"),
    "labs": (lambda number: Lab.objects.create(name=f"Lab {number}"), 52, "Lab 51"),
    "insurers": (lambda number: Insurer.objects.create(name=f"Insurer {number}", kind="ru_vmi"), 22, "Insurer 21"),
    "note-templates": (templates, 102, "Template 101"),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_has_pages_and_a_search(reader: Client, name: str) -> None:
    make, count, wanted = LISTS[name]
    for number in range(count):
        make(number)
    first = reader.get(reverse(name))
    second = reader.get(reverse(name), {"page": "2"})
    assert 'rel="next"' in first.content.decode()
    assert 'rel="prev"' in second.content.decode()
    assert {row.pk for row in first.context["page"]}.isdisjoint({row.pk for row in second.context["page"]})
    assert first.context["page"].paginator.count >= count
    found = reader.get(reverse(name), {"q": wanted})
    assert wanted in found.content.decode()
    assert len(found.context["page"]) == 1
    nothing = reader.get(reverse(name), {"q": "нет такого"}).content.decode()
    assert "matches" in nothing or name == "note-templates"


def visit(number: int) -> None:
    Visit.objects.create(patient=petrov(), dentist=dr_orlova(), branch=make_branch(), opened_at=NOW + timedelta(days=number))


def appointment(number: int) -> None:
    start = moscow(9) + timedelta(days=number)
    places = {"patient": petrov(), "dentist": dr_orlova(), "chair": make_chair(), "branch": make_branch(), "type": make_type()}
    Appointment.objects.create(**places, starts_at=start, ends_at=start + timedelta(minutes=30), state_at=NOW)


def order(number: int) -> None:
    draft(procedure_ids=[make_crown(petrov().card_number).pk], details={"lab_id": make_lab().pk})


OF_PATIENT: dict[str, Callable[[int], object]] = {
    "visits": visit,
    "patient-appointments": appointment,
    "patient-lab": order,
    "patient-money": lambda number: make_charge("10.00", petrov()),
}


@pytest.mark.parametrize("name", OF_PATIENT)
def test_a_tab_of_a_patient_has_pages(reader: Client, name: str) -> None:
    for number in range(51):
        OF_PATIENT[name](number)
    address = reverse(name, args=[petrov().pk])
    first, second = reader.get(address), reader.get(address, {"page": "2"})
    assert (len(first.context["page"]), len(second.context["page"])) == (50, 1)
    assert 'rel="next"' in first.content.decode()
    assert 'rel="prev"' in second.content.decode()
