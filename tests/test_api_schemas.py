"""The published API description says the truth about every operation."""

import importlib
import inspect
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.test import Client
from ninja import Schema

from clinic.api import api
from tests.access_table import ANYONE, OPERATIONS

APPS = (
    *("clinic.staff", "clinic.history", "clinic.patients", "clinic.price_list", "clinic.scheduling", "clinic.billing", "clinic.lib"),
    *("charting", "treatment_plans", "inventory", "insurance", "lab_orders", "exports"),
)


def test_no_two_schemas_share_a_name() -> None:
    """Components of an OpenAPI document are keyed by the bare class name: two of one name would describe each other."""
    owners: dict[str, set[str]] = defaultdict(set)
    for app in APPS:
        try:
            module = importlib.import_module(f"{app}.schemas")
        except ModuleNotFoundError:
            continue
        for name, member in inspect.getmembers(module, inspect.isclass):
            if issubclass(member, Schema) and member is not Schema:
                owners[name].add(member.__module__)
    assert {name: modules for name, modules in owners.items() if len(modules) > 1} == {}


def described() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every operation with its method."""
    for methods in api.get_openapi_schema()["paths"].values():
        yield from methods.items()


def refusals(operation: dict[str, Any]) -> set[int]:
    return {status for status in operation["responses"] if status >= 400}


def test_every_operation_declares_how_it_refuses() -> None:
    for method, operation in described():
        name, found = operation["operationId"], refusals(operation)
        assert {401, 422} <= found, name
        assert (403 in found) == (method != "get" or OPERATIONS[name] != ANYONE), name
        assert 404 in found or not any(each["in"] == "path" for each in operation["parameters"]), name
        assert (409 in found) == (method != "get" or name in ("take_evidence", "print_receipt", "get_signed_content")), name
        assert ({400, 413} <= found) == ("requestBody" in operation), name


def test_every_refusal_has_the_one_shape() -> None:
    components = api.get_openapi_schema()["components"]
    assert set(components["schemas"]["Error"]["properties"]) == {"code", "message", "fields", "link"}
    for _method, operation in described():
        for status in refusals(operation):
            answer = components["responses"][operation["responses"][status]["$ref"].rpartition("/")[2]]
            assert answer["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Error"}


def test_every_write_takes_an_idempotency_key() -> None:
    for method, operation in described():
        headers = {each["name"] for each in operation["parameters"] if each["in"] == "header"}
        assert headers == ({"X-Branch"} if method == "get" else {"Idempotency-Key", "X-Branch"}), operation["operationId"]


def test_every_operation_says_what_it_answers() -> None:
    for _method, operation in described():
        for status, answer in operation["responses"].items():
            assert status in (204, 304) or status >= 400 or answer["content"], operation["operationId"]


def test_the_document_is_served_whole(client: Client) -> None:
    assert "#/components/responses/Conflict" in client.get("/api/v1/openapi.json").content.decode()


def test_a_page_that_was_logged_out_is_told_so_in_a_persons_words() -> None:
    page, program = (Client().get("/api/v1/me", headers=headers).json()["message"] for headers in ({"X-CSRFToken": "x"}, {}))
    assert page == "You were logged out. Log in again in another tab; what you typed is kept here."
    assert "Bearer" in program
