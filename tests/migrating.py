"""The tests' database taken back to an older migration and forward again, with everything in it; for tests marked `transaction=True`."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections, transaction
from django.test import override_settings

from clinic.history.backend.base import DatabaseWrapper
from clinic.history.executor import QuickExecutor
from tests.history.doors import OWNER


class Migrating:
    """Migrates as the owner of the tables does, each migration in a transaction of its own."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    def to(self, app: str, name: str) -> None:
        """Apply or take back whatever leads there."""
        executor = QuickExecutor(self.connection)
        executor.migrate([(app, name)])

    def forward(self) -> None:
        """Apply everything that is not applied."""
        executor = QuickExecutor(self.connection)
        executor.migrate(executor.loader.graph.leaf_nodes())

    def execute(self, statement: str) -> None:
        """Run a statement that gives nothing back, as the test."""
        with transaction.atomic(), self.connection.cursor() as cursor:
            cursor.execute(statement)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with self.connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())


@contextmanager
def migrating() -> Iterator[Migrating]:
    """The owner's connection in the place of the worker's own."""
    usual = connections["default"]
    usual.close()
    connection = DatabaseWrapper({**usual.settings_dict, "USER": OWNER}, alias="default")
    connections["default"] = connection
    try:
        with override_settings(DATABASE_ROLE="owner"):
            connection.connect()
        yield Migrating(connection)
    finally:
        connection.close()
        connections["default"] = usual
