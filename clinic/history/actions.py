"""What the application itself reports to the ledger: looks, signatures, prints, logins."""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from clinic.history import context
from clinic.history.models import EventKind

AT_ONCE = 1000
"""Keys of people in one event of a list that was taken out of the house; whoever reads of one of them reads no more than that."""
# Bounded by the time of the statement, so that index and partitions serve; by `clock_timestamp()` every look a person ever took was read.
ONCE = """
SELECT CASE WHEN EXISTS (
  SELECT FROM history.event WHERE actor = %s AND op = 'V' AND tbl = %s AND patient_id IS NOT DISTINCT FROM %s
    AND at > statement_timestamp() - interval '10 minutes' AND at < statement_timestamp() + interval '1 minute'
    AND coalesce(body, '{}') @> coalesce(%s::jsonb, '{}')
) THEN 0 ELSE history.note_as(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) END
"""
NOTE_AS = "SELECT history.note_as(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"


def record_view(*, patient_id: UUID, what: str, detail: Mapping[str, Any] | None = None) -> int:
    """Write down that the current actor looked at `what` of the patient."""
    return note(EventKind.VIEW, table=what, key=None, patient_id=patient_id, body=detail)


def record_list(what: str, patient_ids: Iterable[UUID]) -> None:
    """Write down that the current actor saw a list with these patients; the same list again within ten minutes is the same look."""
    seen = sorted({str(patient_id) for patient_id in patient_ids})
    if seen:
        _note_once(what, None, {"patients": seen})


def record_view_once(*, patient_id: UUID, what: str) -> None:
    """Write down a look that a page repeats many times (the pictures of a gallery): once in ten minutes."""
    _note_once(what, patient_id, None)


def _note_once(what: str, patient_id: UUID | None, body: Mapping[str, Any] | None) -> None:
    current = context.current()
    who = current.as_parameters() if current else [""] * 8
    text = json.dumps(body) if body is not None else None
    with connection.cursor() as cursor:
        cursor.execute(ONCE, [who[0], what, patient_id, text, EventKind.VIEW.value, what, None, patient_id, text, *who])


def record_signature(*, table: str, key: UUID, patient_id: UUID | None, body: Mapping[str, Any]) -> int:
    """Write down that the current actor signed a record; `body` carries the hash of what was signed."""
    return note(EventKind.SIGN, table=table, key=key, patient_id=patient_id, body=body)


def record_print(*, what: str, patient_id: UUID | None, body: Mapping[str, Any]) -> int:
    """Write down that something was printed, exported or downloaded."""
    return note(EventKind.PRINT, table=what, key=None, patient_id=patient_id, body=body)


@transaction.atomic
def record_taken(*, what: str, patient_ids: Iterable[UUID], body: Mapping[str, Any], patient_id: UUID | None = None) -> None:
    """Write down that a list of people left the house, with the key of everybody in it: each of them is told who took it.

    A long list is as many events as it needs, each naming its part and the length of the whole.
    """
    keys = sorted({str(key) for key in patient_ids})
    parts = [keys[begin : begin + AT_ONCE] for begin in range(0, len(keys), AT_ONCE)]
    for number, part in enumerate(parts, 1):
        place = {"of": len(keys), "part": number, "parts": len(parts)} if len(parts) > 1 else {}
        record_print(what=what, patient_id=patient_id, body={**body, **place, "patients": part})
    if not parts:
        record_print(what=what, patient_id=patient_id, body=body)


def record_login(*, what: str, body: Mapping[str, Any] | None = None) -> int:
    """Write down a login, logout, refusal or switch of user."""
    return note(EventKind.LOGIN, table=what, key=None, patient_id=None, body=body)


def note_about_login(what: str, *, user_id: UUID, body: Mapping[str, Any] | None) -> int:
    """Write down a login, logout, refusal or switch that concerns one known person."""
    return note(EventKind.LOGIN, table=what, key=user_id, patient_id=None, body=body)


def note(kind: EventKind, *, table: str, key: UUID | None, patient_id: UUID | None, body: Mapping[str, Any] | None) -> int:
    """Append one event in one round trip, inside a transaction or without; returns its id.

    :raises django.db.ProgrammingError: when no actor is named or the kind is written by triggers only.
    """
    current = context.current()
    who = current.as_parameters() if current else [""] * 8
    text = json.dumps(body, cls=DjangoJSONEncoder) if body is not None else None
    with connection.cursor() as cursor:
        cursor.execute(NOTE_AS, [kind.value, table, str(key) if key else None, patient_id, text, *who])
        row = cursor.fetchone()
    return int(row[0])
