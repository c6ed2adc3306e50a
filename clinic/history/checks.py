"""System check: no record table stands outside history."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection, models

from clinic.history import capture
from clinic.history.models import Record, WrittenByTrigger

OUTSIDE = {
    "billing.OpenAmount": "derived by trigger from charges, shares and allocations, which are records; read only for the application",
    "history.Event": "the ledger itself",
    "legal.Entry": "derived from the ledger by the search; made anew from it at any time",
    "legal.Hand": "derived from the ledger: who belongs to whose treating team",
    "legal.Progress": "how far the search has read the ledger",
    "scheduling.AppointmentPerson": "derived by trigger from the appointment, which is a record; read only for the application",
    "staff.IdempotentAnswer": "a copy of an answer, kept for a day; what the write did is in history",
}


@register(Tags.database)
def check_every_table_is_covered(app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Each record table carries enabled triggers that know its columns."""
    if not databases or not _is_migrated():
        return []
    installed = _installed_captures()
    errors: list[CheckMessage] = []
    for model in apps.get_models():
        if issubclass(model, Record):
            errors += _check_capture(model, installed.get(model._meta.db_table))
    return errors


@register(Tags.models)
def check_every_model_is_a_record(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A model of our own is a Record, or stands in OUTSIDE with the reason why it is none."""
    return [
        Error(f"{model._meta.label} is no Record.", hint="Inherit clinic.history.models.Record, or name it in OUTSIDE.", id="history.E003")
        for model in apps.get_models()
        if _is_own(model) and not issubclass(model, Record | WrittenByTrigger) and model._meta.label not in OUTSIDE
    ]


def _is_own(model: type[models.Model]) -> bool:
    path = Path(apps.get_app_config(model._meta.app_label).path)
    return path.is_relative_to(settings.BASE_DIR) and "site-packages" not in path.parts


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
        cursor.execute(capture.INSTALLED)
        return dict(cursor.fetchall())
