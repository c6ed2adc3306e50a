"""`migrate` with the autodetector of `makemigrations`, and history's own check after the work instead of before it."""

from typing import Any

from django.core.management.commands import migrate
from django.db import connection

from clinic.history.autodetector import CapturingAutodetector
from clinic.history.executor import QuickExecutor

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
            with connection.cursor() as cursor:
                cursor.execute("SELECT history.note_schema()")
            self.check(databases=[options["database"]])
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regproc('history.note_guards') IS NOT NULL")
            if cursor.fetchone()[0]:
                cursor.execute("SELECT history.note_guards()")
