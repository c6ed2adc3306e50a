"""`manage.py data_dictionary`: every table and column in words, as docs/data-dictionary.md."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import models
from django.utils import translation

from clinic.history.models import Record

FILE = Path(settings.BASE_DIR) / "docs" / "data-dictionary.md"
HEAD = """# Data dictionary

Made by `manage.py data_dictionary` from the models; a test keeps it true. Every record also has `id` (UUIDv7), `version`
(counted by the database) and `created_at`. Its history stands in `history.event` and, typed, in the `historical` table beside it
(`billing_charge` in `billing_historicalcharge`).
"""
COMMON = {"id", "version", "created_at"}


class Command(BaseCommand):
    help = "Write docs/data-dictionary.md from the models."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only compare; fails when the file is out of date")

    def handle(self, *args: Any, **options: Any) -> None:
        text = describe()
        if not options["check"]:
            FILE.write_text(text, encoding="utf-8")
        elif FILE.read_text(encoding="utf-8") != text:
            raise CommandError("docs/data-dictionary.md is out of date: run manage.py data_dictionary")


def describe() -> str:
    """The whole dictionary as Markdown, in English."""
    with translation.override("en"):
        records = [model for model in apps.get_models() if issubclass(model, Record)]
        return HEAD + "".join(_table(model) for model in sorted(records, key=lambda model: model._meta.db_table))


def _table(model: type[models.Model]) -> str:
    meaning = " ".join((model.__doc__ or "").split("\n\n")[0].split())
    lines = [f"\n## {model._meta.db_table}\n\n{meaning}\n\n| column | type | meaning |\n|---|---|---|\n"]
    lines += [_column(field) for field in model._meta.local_concrete_fields if field.name not in COMMON]
    rules = ", ".join(f"`{constraint.name}`" for constraint in model._meta.constraints)
    return "".join(lines) + (f"\nRules: {rules}\n" if rules else "")


def _column(field: "models.Field[Any, Any]") -> str:
    kind = field.get_internal_type().removesuffix("Field")
    if field.is_relation and field.related_model is not None:
        kind = f"→ {field.related_model._meta.db_table}"
    choices = ", ".join(str(value) for value, _label in field.flatchoices) if field.choices else ""
    optional = " (may be empty)" if field.null else ""
    return f"| {field.column} | {kind}{optional} | {field.verbose_name}{f': {choices}' if choices else ''} |\n"
