"""The published API description says the truth about every operation."""

import importlib
import inspect
from collections import defaultdict

from ninja import Schema

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
