"""Ask inside a savepoint that is always taken back, and say what was wrong with the answer."""

import json
import re
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, connection, transaction

from tests.hostile.values import MARK

CHANGES = "SELECT count(*) FROM history.event WHERE op IN ('I', 'U', 'D')"
CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
LIVE = (f"<script>{MARK}", f"<img src=x onerror={MARK}")
SHAPE = {"code", "message", "fields", "link"}


class TakenBack(Exception):
    """Ends a savepoint."""


def problem_with(ask: Callable[[], Any], *, judge: Callable[[Any], str | None]) -> str | None:
    """What is wrong: a crash, an answer that `judge` dislikes, changes left by a refusal, or a change that could not be committed."""
    found: str | None = None
    try:
        with transaction.atomic():
            before = _changes()
            answer = ask()
            found = judge(answer)
            if found is None and answer.status_code >= 400 and _changes() != before:
                found = f"{answer.status_code} but something was saved"
            if found is None and answer.status_code < 400:
                _end_of_transaction()
            raise TakenBack
    except TakenBack:
        return found
    except DatabaseError as error:
        return f"fails at commit: {error}"


def _changes() -> int:
    with connection.cursor() as cursor:
        cursor.execute(CHANGES)
        return int(cursor.fetchone()[0])


def _end_of_transaction() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def api_problem(answer: Any) -> str | None:
    """An API answer of 500, or a refusal that is not the one shape in Russian."""
    if answer.status_code >= 500:
        return f"{answer.status_code} {answer.content[:200]!r}"
    if answer.status_code < 400:
        return None
    try:
        body = json.loads(answer.content)
    except ValueError:
        return f"{answer.status_code} is no JSON: {answer.content[:80]!r}"
    if not isinstance(body, dict) or not {"code", "message"} <= set(body) <= SHAPE:
        return f"{answer.status_code} has another shape: {body}"
    foreign = [text for text in [body["message"], *body.get("fields", {}).values()] if not CYRILLIC.search(text)]
    return f"{answer.status_code} not in the user's language: {foreign[0]!r}" if foreign else None


def page_problem(answer: Any) -> str | None:
    """A page of 500, with a stack trace, or with somebody's markup alive in it."""
    if answer.status_code >= 500:
        return f"{answer.status_code} {answer.content[:200]!r}"
    if answer.status_code in (200, 409, 422) and "text/html" in answer.headers.get("Content-Type", ""):
        html = answer.content.decode()
        if any(live in html for live in LIVE):
            return "markup came back alive"
        if "Traceback (most recent call last)" in html:
            return "a stack trace is shown"
    return None
