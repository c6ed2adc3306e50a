"""A change that leaves fields out empties none of them: it keeps them, or is refused naming them."""

from typing import Any

import pytest
from django.apps import apps
from django.db import transaction

from clinic.history.models import Event, Record
from tests.hostile import world
from tests.hostile.requests import Operation, operations, resolve
from tests.staff.factories import log_in

pytestmark = pytest.mark.django_db
SAYS_ALL = {"save_image_display", "set_perio_script", "set_patient_labels", "set_coverage"}
"""What is sent is all there is: how one looks at a picture, an order of sites, a set of labels."""


def required(operation: Operation) -> dict[str, Any]:
    """The body with what has no default alone, of a record at its present version."""
    schema = resolve(operation.body_schema, operation.root)
    parts = schema.get("properties", {})
    names = {name for name in schema.get("required", []) if "default" not in parts[name]} | ({"version"} & set(parts))
    return {name: value for name, value in (operation.body or {}).items() if name in names}


def emptied(since: int) -> list[str]:
    """Columns that changed to nothing, by the ledger."""
    models = {model._meta.db_table: model for model in apps.get_models() if issubclass(model, Record)}
    found = []
    for event in Event.objects.filter(id__gt=since, op="U"):
        if event.tbl in models:
            found += [f"{event.tbl}.{column}" for column in event.changed or [] if (event.body or {}).get(column) in ("", None, [], {})]
    return found


def test_no_change_empties_what_it_does_not_name() -> None:
    client, asked, wrong = log_in(world.build()), 0, []
    for operation in operations():
        optional = set(operation.fields) - set(required(operation)) - {"id"}
        if operation.method not in ("PUT", "PATCH") or not optional or operation.name in SAYS_ALL:
            continue
        standing = transaction.savepoint()
        since = Event.objects.latest("id").id
        answer = operation.ask(client, body=required(operation))
        asked += 1
        wrong += [f"{operation.name} {answer.status_code}: {column}" for column in emptied(since)]
        transaction.savepoint_rollback(standing)
    assert asked >= 30
    assert not wrong, "\n".join(wrong)


def test_a_change_of_a_whole_record_names_what_was_left_out() -> None:
    client = log_in(world.build())
    operation = next(each for each in operations() if each.name == "change_lab_order")
    answer = operation.ask(client, body=required(operation))
    assert answer.status_code == 422
    assert set(answer.json()["fields"]) == {"shade", "material", "instructions"} < set(resolve(operation.body_schema, operation.root)["required"])
    assert "a change names every field" in answer.json()["fields"]["shade"]
