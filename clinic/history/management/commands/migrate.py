"""`migrate` with the autodetector of `makemigrations`, and history's own check after the work instead of before it."""

from typing import Any

from django.apps import apps
from django.core.management.commands import migrate
from django.db import connection, transaction

from clinic.history import capture
from clinic.history.autodetector import CapturingAutodetector
from clinic.history.executor import QuickExecutor
from clinic.history.models import Record

migrate.MigrationExecutor = QuickExecutor  # type: ignore[attr-defined]  # Django's command has no other place for it


class Command(migrate.Command):
    autodetector = CapturingAutodetector

    def get_check_kwargs(self, options: dict[str, Any]) -> Any:
        """Before migrating, captures may lag behind the models."""
        return {**super().get_check_kwargs(options), "databases": None}

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if options["plan"]:
            return
        if not options["app_label"]:
            with transaction.atomic(), connection.cursor() as cursor:
                capture.renew(cursor, [model for model in apps.get_models() if issubclass(model, Record)])
                cursor.execute("SELECT history.note_schema()")
            self.check(databases=[options["database"]])
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regproc('history.note_guards') IS NOT NULL")
            if cursor.fetchone()[0]:
                cursor.execute("SELECT history.note_guards()")
