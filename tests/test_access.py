"""Every page and every API operation, for every role and for nobody, against `tests/access_table.py`.

Addresses point at nothing that exists: who may gets 404, 422 or a page, who may not gets 403, nobody is led to the login
page (302) or told so (401). A permission is therefore asked before the record is looked for.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth import SESSION_KEY
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from clinic.api import api
from clinic.staff.models import User
from clinic.staff.roles import ROLE_PERMISSIONS, Role
from tests.access_table import OPERATIONS, PAGES, PUBLIC, Needs
from tests.schema_samples import sample
from tests.staff.factories import make_branch, make_user

pytestmark = pytest.mark.django_db

HOW = "Add a row for {name!r} to {table} in tests/access_table.py: PUBLIC, ANYONE, a tuple of Permissions (all needed) or any_of(...)."
SAMPLES: dict[str, Callable[[], str]] = {"uuid": lambda: str(uuid4()), "int": lambda: "1"}
LEAVING = ("logout", "lock")
API_PAGES = ("api:openapi-json", "api:openapi-view")
EVERYBODY = pytest.mark.parametrize("role", [*Role, None], ids=lambda role: str(role) if role else "nobody")


@dataclass(frozen=True)
class Door:
    """One way in: a page or an API operation, with an address that points at nothing that exists."""

    name: str
    path: str
    method: str = "GET"
    body: dict[str, Any] = field(default_factory=dict)
    is_upload: bool = False
    statuses: frozenset[int] = frozenset()


def pages() -> Iterator[Door]:
    for route, name in _patterns(get_resolver(), "", ""):
        if not name.startswith("api:") or name in API_PAGES:
            yield Door(name, "/" + _filled(route))


def _patterns(resolver: URLResolver, prefix: str, namespace: str) -> Iterator[tuple[str, str]]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _patterns(entry, route, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)
        elif isinstance(entry, URLPattern):
            yield route, f"{namespace}{entry.name or route}"


def _filled(route: str) -> str:
    while "<" in route:
        start, end = route.index("<"), route.index(">")
        kind = route[start + 1 : end].partition(":")[0]
        route = route[:start] + SAMPLES.get(kind, lambda: "x")() + route[end + 1 :]
    return route


def operations() -> Iterator[Door]:
    schema: dict[str, Any] = api.get_openapi_schema()
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {})
            body = sample(next(iter(content.values()))["schema"], schema) if content else {}
            is_upload = "multipart/form-data" in content
            statuses = frozenset(operation["responses"])
            yield Door(operation["operationId"], _with_parameters(path, operation, schema), method.upper(), body, is_upload, statuses)


def _with_parameters(path: str, operation: dict[str, Any], schema: dict[str, Any]) -> str:
    query = []
    for parameter in operation.get("parameters", []):
        value = str(sample(parameter["schema"], schema))
        if parameter["in"] == "path":
            path = path.replace("{" + parameter["name"] + "}", value)
        elif parameter["in"] == "query" and parameter.get("required"):
            query.append(f"{parameter['name']}={value}")
    return path + ("?" + "&".join(query) if query else "")


def may(role: Role, needs: Needs) -> bool:
    if isinstance(needs, str):
        return True
    granted = ROLE_PERMISSIONS[role]
    return bool(granted & needs) if isinstance(needs, frozenset) else set(needs) <= granted


def browser(role: Role | None) -> Client:
    """Somebody's browser."""
    client = Client()
    if role:
        client.force_login(make_user(role, branch=make_branch()))
    return client


def knock(door: Door, visitor: Client) -> int:
    """Ask; a page that takes only POST is asked again by POST with nothing in it."""
    client = visitor
    if door.name in LEAVING and SESSION_KEY in visitor.session:
        client = Client()
        client.force_login(User.objects.get(pk=visitor.session[SESSION_KEY]))
    response: HttpResponse = _ask(client, door)  # type: ignore[assignment]
    if response.status_code == 405:
        response = client.post(door.path)  # type: ignore[assignment]
    return response.status_code


def _ask(client: Client, door: Door) -> object:
    if door.method == "GET":
        return client.get(door.path)
    if door.is_upload:
        values = {name: SimpleUploadedFile("x.txt", value) if isinstance(value, bytes) else value for name, value in door.body.items()}
        return client.post(door.path, values)
    return getattr(client, door.method.lower())(door.path, door.body, content_type="application/json")


def verdict(door: Door, role: Role | None, visitor: Client, needs: Needs, *, closed: int) -> str | None:
    """What is wrong with the door for this person, in words; None when all is right."""
    status = knock(door, visitor)
    is_right = (status == 403) != may(role, needs) if role else needs == PUBLIC or status == closed
    is_told = not door.statuses or status in door.statuses
    if is_right and is_told and status < 500:
        return None
    return f"{door.name} {door.method} {door.path}: {status}, the table says {needs or 'ANYONE'}, the description {sorted(door.statuses)}"


def test_every_page_has_a_row() -> None:
    missing = sorted({door.name for door in pages()} - set(PAGES))
    assert not missing, "\n".join(HOW.format(name=name, table="PAGES") for name in missing)


def test_every_operation_has_a_row() -> None:
    missing = sorted({door.name for door in operations()} - set(OPERATIONS))
    assert not missing, "\n".join(HOW.format(name=name, table="OPERATIONS") for name in missing)


def test_no_row_stands_for_nothing() -> None:
    gone = (set(PAGES) - {door.name for door in pages()}) | (set(OPERATIONS) - {door.name for door in operations()})
    assert not gone, f"These rows of tests/access_table.py have no page or operation any more: {sorted(gone)}"


@EVERYBODY
def test_pages_open_to_those_who_may(role: Role | None) -> None:
    visitor = browser(role)
    wrong = [verdict(door, role, visitor, PAGES[door.name], closed=302) for door in pages() if door.name in PAGES]
    assert not any(wrong), "\n".join(text for text in wrong if text)


@EVERYBODY
def test_operations_answer_those_who_may(role: Role | None) -> None:
    visitor = browser(role)
    wrong = [verdict(door, role, visitor, OPERATIONS[door.name], closed=401) for door in operations() if door.name in OPERATIONS]
    assert not any(wrong), "\n".join(text for text in wrong if text)
