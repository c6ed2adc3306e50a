"""Every API operation with values that nobody should send: never 5xx, one error shape in the user's language, nothing half-saved."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from django.test import Client

from clinic.staff.models import User
from tests.hostile import values, world
from tests.hostile.requests import Operation, operations
from tests.hostile.walk import api_problem, problem_with
from tests.staff.factories import log_in

pytestmark = pytest.mark.django_db
Attempt = tuple[str, Callable[[], Any]]


@pytest.fixture
def client() -> Client:
    person = world.build()
    User.objects.filter(pk=person.pk).update(language="ru")
    browser = log_in(person)
    browser.raise_request_exception = False
    return browser


def attempts(client: Client, operation: Operation) -> Iterator[Iterator[Attempt]]:
    """For each field, parameter and the body as a whole: all hostile values for it, one after another."""
    if isinstance(operation.body, dict):
        for name, schema in operation.fields.items():
            yield (_in_body(client, operation, name, value) for value in values.for_schema(schema))
    for name, parameter in operation.parameters.items():
        if parameter["in"] == "query":
            yield (_in_query(client, operation, name, value) for value in values.for_schema(parameter["schema"]))
    if operation.body_schema and not operation.content_type.startswith("multipart"):
        yield ((f"body {body[:40]!r}", lambda body=body: operation.ask(client, body=body)) for body in values.BODIES)  # type: ignore[misc]
        yield ((f"type {kind!r}", lambda kind=kind: operation.ask(client, content_type=kind)) for kind in values.CONTENT_TYPES)  # type: ignore[misc]


def _in_body(client: Client, operation: Operation, name: str, value: Any) -> Attempt:
    return f"{name}={value!r:.60}", lambda: operation.ask(client, body={**operation.body, name: value})


def _in_query(client: Client, operation: Operation, name: str, value: Any) -> Attempt:
    return f"?{name}={value!r:.60}", lambda: operation.ask(client, query={name: value})


def judge(operation: Operation, answer: Any) -> str | None:
    """What is wrong with the answer; its status must be one that the published description names."""
    return api_problem(answer) or (None if answer.status_code in operation.statuses else f"{answer.status_code} is not in the description")


def walk(client: Client, *, step: int) -> list[str]:
    """Problems of every `step`-th attempt; each field gets another value than its neighbours."""
    problems, number = [], 0
    for operation in operations():
        for places in attempts(client, operation):
            for words, ask in places:
                number += 1
                if number % step == 0 and (problem := problem_with(ask, judge=partial(judge, operation))):
                    problems.append(f"{operation.name} {words}: {problem}")
    return problems


def test_every_operation_refuses_hostile_values_in_words(client: Client) -> None:
    problems = walk(client, step=97)
    assert not problems, "\n".join(problems)


@pytest.mark.soak
def test_every_operation_refuses_every_hostile_value(client: Client) -> None:
    problems = walk(client, step=1)
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b'{"last_name": "A", "last_name": "B"}', 400),
        (b"{", 400),
        (b"[" * 100_000, 400),
        (b'{"version": NaN}', 400),
        (b'{"last_name": "a\\u0000"}', 422),
    ],
)
def test_unreadable_bodies_are_named(client: Client, content: bytes, status: int) -> None:
    answer = client.post("/api/v1/patients", content, content_type="application/json")
    assert (answer.status_code, api_problem(answer)) == (status, None)


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/api/v1/nothing", 404), ("DELETE", "/api/v1/patients", 405)])
def test_what_django_refuses_has_the_same_shape(client: Client, method: str, path: str, status: int) -> None:
    answer = client.generic(method, path)
    assert (answer.status_code, api_problem(answer)) == (status, None)


def test_a_text_longer_than_its_column_is_refused_by_name(client: Client) -> None:
    save_lab = next(operation for operation in operations() if operation.name == "save_lab")
    answer = save_lab.ask(client, body={**save_lab.body, "phone": "9" * 400})
    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["phone"])
