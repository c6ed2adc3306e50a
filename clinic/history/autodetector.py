"""The autodetector that adds the capture of every record model a migration creates or changes."""

from typing import Any

from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.migration import Migration

from clinic.history.models import Record
from clinic.history.operations import Capture

LEDGER = ("history", "0001_ledger")


class CapturingAutodetector(MigrationAutodetector):
    """Django's autodetector; a migration that touches a record's columns ends with the reinstallation of its capture."""

    def changes(self, *args: Any, **kwargs: Any) -> dict[str, list[Migration]]:
        found: dict[str, list[Migration]] = super().changes(*args, **kwargs)
        for label, migrations in found.items():
            for migration in migrations:
                _add_captures(label, migration)
        return found


def _add_captures(label: str, migration: Any) -> None:
    captures = [_capture(label, name) for name in _touched_records(label, migration)]
    if captures:
        migration.operations = [*migration.operations, *captures]
        migration.dependencies = [LEDGER, *migration.dependencies]


def _touched_records(label: str, migration: Migration) -> list[str]:
    touched = []
    for operation in migration.operations:
        name: str = getattr(operation, "model_name", None) or getattr(operation, "name", None) or ""
        if operation.__class__.__name__ in ("CreateModel", "AddField", "AlterField", "RemoveField", "RenameField"):
            touched.append(name.lower().removeprefix("historical"))
    models = [apps.get_model(label, name) for name in dict.fromkeys(touched) if name in apps.all_models[label]]
    return [model.__name__ for model in models if issubclass(model, Record)]


def _capture(label: str, name: str) -> Capture:
    model: Any = apps.get_model(label, name)
    return Capture(name, deletable=model.deletable, excluded=model.history_excluded)
