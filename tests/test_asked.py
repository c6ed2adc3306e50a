"""What a request says beyond what was asked, or leaves to guessing, is named; nothing of it is done."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, get_args

import pytest
from django.test import Client
from pydantic import AwareDatetime, BaseModel

from clinic.api import api
from clinic.lib.asked import GUESSES
from clinic.price_list.models import Service
from clinic.staff.roles import Role
from lab_orders.models import LabOrder
from tests.lab_orders.test_actions import draft
from tests.patients.factories import petrov
from tests.scheduling.factories import NOW
from tests.staff.factories import log_in, make_branch, make_user
from tests.treatment_plans.factories import agreed, first_item

pytestmark = pytest.mark.django_db
JSON, PETROV = "application/json", "PETROV"


@pytest.fixture
def chief() -> Client:
    make_branch()
    return log_in(make_user(Role.MANAGER, Role.ADMINISTRATOR, Role.DENTIST, Role.ACCOUNTANT, username="chief"))


def service(**more: Any) -> dict[str, Any]:
    return {"code": "N-1", "title_ru": "Пломба", "category": "therapy", "scope": "tooth", "minutes": 30, **more}


def named(answer: Any) -> tuple[int, list[str]]:
    return answer.status_code, sorted(answer.json().get("fields", {}))


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({"tittle_fr": "Plombage"}, "tittle_fr"),
        ({"minutes": True}, "minutes"),
        ({"minutes": "3_0"}, "minutes"),
        ({"minutes": " 30 "}, "minutes"),
        ({"minutes": "３０"}, "minutes"),
        ({"is_active": "yes"}, "is_active"),
        ({"is_active": 1}, "is_active"),
    ],
)
def test_a_field_that_is_not_asked_for_or_would_be_guessed_is_named(chief: Client, more: dict[str, Any], name: str) -> None:
    assert named(chief.post("/api/v1/services", service(**more), content_type=JSON)) == (422, [name])
    assert not Service.objects.filter(code="N-1").exists()


def test_all_that_is_wrong_is_named_at_once(chief: Client) -> None:
    body = {
        "first_name": "Пётр",
        "birth_date": 1700000000,
        "contacts": [{"kind": "phone", "value": "+7 900 000-00-01", "not": "x"}],
        "sex": "male",
        "midle_name": "x",
    }
    status, names = named(chief.post("/api/v1/patients", body, content_type=JSON))
    assert status == 422
    assert {"birth_date", "contacts.0.not", "midle_name", "last_name"} <= set(names)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/api/v1/debts?overdu=true", "overdu"),
        ("/api/v1/patients?limit=2&limits=2", "limits"),
        ("/api/v1/lab-orders?state=sent&state=draft", "state"),
        ("/api/v1/me?x=1", "x"),
        ("/api/v1/patients?limit=1_0", "limit"),
        ("/api/v1/appointments?from=1700000000&to=1700090000", "branch from to"),
    ],
)
def test_a_parameter_of_the_address_that_is_not_asked_for_is_named(chief: Client, address: str, name: str) -> None:
    assert named(chief.get(address)) == (422, name.split())


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("services?category=cardiology", "category"),
        ("dictionaries/icd11/codes", "kind"),
        ("lab-orders?state=lost", "state"),
        ("note-templates?section=plot", "section"),
        ("note-templates?language=de", "language"),
        ("cases?state=ajar", "state"),
        ("history?kind=burnt", "kind.0"),
        ("history?kind=", "kind.0"),
        (f"patients/{PETROV}/balance?currency=XYZ", "currency"),
        (f"patients/{PETROV}/procedures?state=dreamt", "state"),
        (f"patients/{PETROV}/handout?language=de", "language"),
        (f"patients/{PETROV}/card?language=de", "language"),
    ],
)
def test_a_filter_of_which_there_is_none_is_refused_with_its_choices(chief: Client, address: str, name: str) -> None:
    person = log_in(make_user(Role.LAWYER, username="lawyer")) if address.startswith(("cases", "history")) else chief
    answer = person.get(f"/api/v1/{address.replace(PETROV, str(petrov().pk))}")
    assert named(answer) == (422, [name])
    assert "Choose one of these" in answer.json()["fields"][name]


def test_late_laboratory_work_is_narrowed_by_its_state(chief: Client) -> None:
    order = draft()
    LabOrder.objects.filter(pk=order.pk).update(state="sent", due_date=order.due_date - timedelta(days=60), created_at=NOW - timedelta(days=90))
    found = [chief.get(f"/api/v1/lab-orders?overdue=true&state={state}").json()["results"] for state in ("", "sent", "in_work")]
    assert [len(rows) for rows in found] == [1, 1, 0]


def test_a_part_of_a_form_that_is_not_asked_for_is_named(chief: Client) -> None:
    answer = chief.post("/api/v1/images", {"patient": str(petrov().pk), "kind": "photo", "tittle": "x"})
    assert "tittle" in named(answer)[1]


def test_a_body_that_is_not_asked_for_is_named(chief: Client) -> None:
    item = first_item(agreed("filling"))
    refused = chief.delete(f"/api/v1/items/{item.pk}", {"reason": "the patient declined"}, content_type=JSON)
    assert named(refused) == (422, ["reason"])
    item.refresh_from_db()
    assert item.cancelled_at is None


def test_a_token_of_a_page_is_no_part_of_its_form(chief: Client) -> None:
    answer = chief.post("/api/v1/images", {"patient": str(petrov().pk), "kind": "photo", "csrfmiddlewaretoken": "x"})
    assert named(answer) == (422, ["file"])


def test_nobody_learns_of_fields_before_they_are_known() -> None:
    assert Client().get("/api/v1/me?x=1").status_code == 401


def annotations(kind: Any) -> Iterator[Any]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        for field in kind.model_fields.values():
            yield from annotations(field.annotation)
    elif get_args(kind):
        for part in get_args(kind):
            yield from annotations(part)
    else:
        yield kind


def test_every_type_that_pydantic_guesses_is_held() -> None:
    """A new kind of number or time among what the API is sent stands in the table."""
    sent = {
        found
        for router in api._get_bound_routers()
        for view in router.path_operations.values()
        for operation in view.operations
        for model in operation.models
        for found in annotations(model)
        if isinstance(found, type) and issubclass(found, int | float | Decimal | date | datetime | time)
    } - {AwareDatetime}
    assert sent <= set(GUESSES) | {found for found in sent if hasattr(found, "__members__")}
