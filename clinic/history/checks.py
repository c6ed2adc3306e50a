"""System check: no record table stands outside history."""

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection

from clinic.history import capture
from clinic.history.models import Record

OUTSIDE = {"history.event"}


@register(Tags.database)
def check_every_table_is_covered(app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Each own model is a Record, and each record table carries enabled triggers that know its columns."""
    if not databases or not _is_migrated():
        return []
    installed = _installed_captures()
    errors: list[CheckMessage] = []
    for model in apps.get_models():
        if issubclass(model, Record):
            errors += _check_capture(model, installed.get(model._meta.db_table))
    return errors


def _check_capture(model: type[Record], source: str | None) -> list[CheckMessage]:
    historical: Any = model.history.model
    if source is None:
        return [Error(f"{model._meta.label} has no enabled capture trigger.", hint="Run makemigrations and migrate.", id="history.E001")]
    missing = [
        column for column in capture.captured_columns(model, historical) if f'r."{column}"' not in source and column not in model.history_excluded
    ]
    if missing:
        return [Error(f"The capture of {model._meta.label} misses {missing}.", hint="Run makemigrations and migrate.", id="history.E002")]
    return []


def _is_migrated() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('history.event') IS NOT NULL")
        return bool(cursor.fetchone()[0])


def _installed_captures() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, p.prosrc FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE t.tgname = 'history_capture' AND t.tgenabled = 'A'"
        )
        return dict(cursor.fetchall())
