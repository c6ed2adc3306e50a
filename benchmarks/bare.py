"""The same statements by psycopg alone: recorded from the product in this process, replayed on one plain connection.

Login, roles and branches (what every request reads about its person) are left out: bare is the work of the operation itself.
A write is recorded inside a transaction that is rolled back, then replayed for good.
"""

import re
import time
from collections.abc import Callable
from typing import Any

import psycopg
from django.db import connection, transaction
from django.test import Client

from benchmarks.operations import Request
from clinic import local_postgres
from clinic.history.context import SET_CONTEXT

PERSON = {"django_session", "staff_user", "staff_rolegrant", "staff_branch", "staff_legalentity", "otp_totp_totpdevice", "otp_static_staticdevice"}
TABLES = re.compile(r'(?:FROM|JOIN|INTO|UPDATE) "?(\w+)"?', re.IGNORECASE)
CONTEXT = ["system:benchmark", "benchmark", "system", "", "care", "", "", "", ""]


class Recorder:
    """An execute wrapper that keeps the text of each statement as it went to the server."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:  # noqa: FBT001 - Django's signature
        result = execute(sql, params, many, context)
        if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            self.statements.append(connection.ops.last_executed_query(context["cursor"].cursor, sql, params))
        return result


class Bare:
    """Records and replays; `cookies` are those of the logged-in client."""

    def __init__(self, cookies: dict[str, str]) -> None:
        self.client = Client(headers={"host": "127.0.0.1"})
        for name, value in cookies.items():
            self.client.cookies[name] = value
        self.plain = psycopg.connect(local_postgres.url_for("clinic_app"), autocommit=True)

    def record(self, request: Request) -> list[str]:
        """All statements of the request.

        :raises AssertionError: when the request is refused.
        """
        recorder = Recorder()
        with transaction.atomic(), connection.execute_wrapper(recorder):
            if request.body is None:
                response = self.client.get(request.path)
            else:
                response = self.client.post(request.path, request.body, content_type="application/json")
            transaction.set_rollback(True)
        if response.status_code >= 300:
            raise AssertionError(f"{request.path}: {response.status_code} {response.content[:300]!r}")
        return recorder.statements

    def replay(self, statements: list[str], *, is_write: bool) -> float:
        """Seconds that the operation's own statements take."""
        began = time.perf_counter()
        if is_write:
            with self.plain.transaction():
                self.plain.execute(SET_CONTEXT, CONTEXT)
                self._all(statements)
        else:
            self._all(statements)
        return time.perf_counter() - began

    def _all(self, statements: list[str]) -> None:
        for statement in statements:
            cursor = self.plain.execute(statement)
            if cursor.description:
                cursor.fetchall()


def own(statements: list[str]) -> list[str]:
    """Without those that only read who asks."""
    return [statement for statement in statements if not (tables := set(TABLES.findall(statement))) or not tables <= PERSON]
