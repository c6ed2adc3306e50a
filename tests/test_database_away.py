"""While the database is away the clinic says so, in the visitor's language, and a program may try again."""

import json
import os
import subprocess
import sys
from typing import Any

import psycopg.errors
import pytest
from django.conf import settings
from django.db import DataError, InterfaceError, OperationalError

from clinic.lib.refusals import is_database_away

ASK = """
import clinic.wsgi, json, sys
from django.conf import settings
from django.test import Client

client = Client(raise_request_exception=False)
client.cookies[settings.SESSION_COOKIE_NAME] = "x" * 32
answers = [client.generic(method, path, headers=headers) for method, path, headers in json.loads(sys.argv[1])]
print(json.dumps([(answer.status_code, answer["Content-Type"], answer.get("Retry-After"), answer.content.decode()) for answer in answers]))
"""


def asked(*requests: tuple[str, str, dict[str, str]]) -> list[Any]:
    """In a process of its own, whose database is away from the start."""
    environment = {"PATH": os.environ["PATH"], "DEBUG": "true", "DATABASE_URL": "postgresql://clinic_app@/clinic?host=/nonexistent"}
    command = [sys.executable, "-c", ASK, json.dumps(requests)]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answers: list[Any] = json.loads(done.stdout.splitlines()[-1])
    return answers


def test_pages_and_operations_say_that_the_database_is_away() -> None:
    page, search, saved, program = asked(
        ("GET", "/", {"Accept-Language": "ru"}),
        ("GET", "/patients/?q=x", {"Accept-Language": "fr", "HX-Request": "true"}),
        ("POST", "/api/v1/patients", {"Accept-Language": "ru"}),
        ("GET", "/api/v1/patients", {"Authorization": "Bearer unknown", "Accept-Language": "fr"}),
    )
    assert [answer[0] for answer in (page, search, saved, program)] == [503] * 4
    assert {answer[2] for answer in (page, search, saved, program)} == {"5"}
    assert '<html lang="ru">' in page[3] and "База данных" in page[3]
    assert '<html lang="fr">' in search[3]
    for answer, word in ((saved, "База данных"), (program, "base de données")):
        assert answer[1].startswith("application/json")
        body = json.loads(answer[3])
        assert body["code"] == "unavailable" and word in body["message"]


@pytest.mark.parametrize(
    ("cause", "is_away"),
    [
        (psycopg.OperationalError("connection refused"), True),
        (psycopg.errors.AdminShutdown(), True),
        (psycopg.errors.TooManyConnections(), True),
        (psycopg.errors.DiskFull(), True),
        (psycopg.errors.DeadlockDetected(), False),
        (psycopg.errors.LockNotAvailable(), False),
    ],
)
def test_what_means_that_it_is_away(cause: Exception, *, is_away: bool) -> None:
    error = OperationalError("x")
    error.__cause__ = cause
    assert is_database_away(error) is is_away


def test_a_closed_connection_is_away_and_a_wrong_value_is_not() -> None:
    assert is_database_away(InterfaceError("the connection is closed"))
    assert not is_database_away(DataError("x"))
    assert not is_database_away(ValueError("x"))
    assert not is_database_away(None)
