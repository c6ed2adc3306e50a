"""Whether the three copies of a record agree: the live row, the last event of the ledger, the last typed history row.

Bodies are compared under the names that columns have today; a column that was added after an event reads as PostgreSQL read it then.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, models

from clinic.history.capture import captured_columns
from clinic.history.verification.seals import ERASED_EARLIER

LAST = "SELECT DISTINCT ON (pk) pk, id, op, body FROM history.event WHERE tbl = %(table)s AND op IN ('I', 'U', 'D') ORDER BY pk, id DESC"
LIVE_AND_LEDGER = f"""
WITH last AS ({LAST}),
     added AS (SELECT * FROM jsonb_to_recordset(%(added)s) AS a(name text, missing jsonb, event_id bigint))
SELECT coalesce(live.pk, last.pk)
FROM (SELECT id::text AS pk, to_jsonb(t) AS body FROM {{table}} t) live
FULL JOIN last USING (pk)
WHERE last.pk IS NULL OR (last.op = 'D') <> (live.pk IS NULL)
   OR (live.pk IS NOT NULL AND EXISTS (
        SELECT FROM jsonb_each(live.body) l
        LEFT JOIN LATERAL (
          SELECT e.value FROM jsonb_each(last.body) e WHERE coalesce(%(names)s::jsonb ->> e.key, e.key) = l.key LIMIT 1) v ON true
        LEFT JOIN added a ON a.name = l.key AND a.event_id >= last.id
        WHERE l.key <> ALL(%(secret)s)
          AND CASE WHEN v.value IS NOT NULL THEN v.value IS DISTINCT FROM l.value
                   ELSE a.name IS NULL OR a.missing IS DISTINCT FROM l.value END))
"""  # noqa: S608 - our own statement
TYPED_AND_LEDGER = """
SELECT coalesce(typed.pk, event.pk)
FROM (SELECT event_id, id::text AS pk, history_type, history_date, to_jsonb(h) AS body FROM {typed} h) typed
FULL JOIN (SELECT id, pk, op, body, at, actor, actor_name, purpose FROM history.event WHERE tbl = %(table)s AND op IN ('I', 'U', 'D')
           AND NOT coalesce((%(erased)s::jsonb ->> patient_id::text)::bigint > id, false)
           AND NOT (patient_id IS NULL AND id = ANY(%(earlier)s))) event ON event.id = typed.event_id
WHERE typed.pk IS DISTINCT FROM event.pk
   OR typed.history_type <> CASE event.op WHEN 'I' THEN '+' WHEN 'U' THEN '~' ELSE '-' END
   OR EXISTS (
        SELECT FROM jsonb_each(event.body) v, LATERAL (SELECT coalesce(%(names)s::jsonb ->> v.key, v.key) AS key) k
        WHERE k.key = ANY(%(columns)s) AND typed.body ? k.key AND typed.body -> k.key IS DISTINCT FROM v.value)
   OR typed.history_date NOT BETWEEN event.at - interval '1 minute' AND event.at + interval '1 minute'
   OR typed.body ->> 'actor_name' IS DISTINCT FROM left(event.actor_name, 200)
   OR coalesce(typed.body ->> 'history_change_reason', 'unstated') IS DISTINCT FROM event.purpose
   OR typed.body ->> 'history_user_id' IS DISTINCT FROM CASE WHEN event.actor ~ '^[0-9a-f]{{8}}-' THEN event.actor END
"""
ANY_ROW = "SELECT EXISTS (SELECT FROM {table}) OR EXISTS (SELECT FROM {typed})"
LOGGED = """
SELECT name FROM unnest(%s::text[]) AS name
WHERE EXISTS (SELECT FROM history.event WHERE tbl = name AND op IN ('I', 'U', 'D'))
"""
SCHEMA = """
SELECT pk, body ->> 'column', body -> 'missing', id, body -> 'dropped' = 'true'
FROM history.event WHERE tbl = %s AND op = 'X' AND pk IS NOT NULL ORDER BY id
"""


@dataclass(frozen=True)
class Gone:
    """Patients whose record was erased, each with the event that says so, and the events of nobody that went with them."""

    patients: Mapping[str, int] = field(default_factory=dict)
    earlier: Sequence[int] = ()


def erased() -> Gone:
    """What erasures have left no content of."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT patient_id::text, max(id) FROM history.event WHERE op = 'E' GROUP BY 1")
        patients = dict(cursor.fetchall())
        cursor.execute(ERASED_EARLIER)
        return Gone(patients, [event for erasure, event in cursor.fetchall() if event < erasure])


def with_copies(records: Sequence[Any]) -> list[Any]:
    """Those of `records` that have a row or an event; planning the comparison of nothing with nothing is most of a young clinic's check."""
    with connection.cursor() as cursor:
        cursor.execute(LOGGED, [[model._meta.db_table for model in records]])
        logged = {name for (name,) in cursor.fetchall()}
        return [model for model in records if model._meta.db_table in logged or _has_rows(cursor, model)]


def _has_rows(cursor: Any, model: Any) -> bool:
    cursor.execute(ANY_ROW.format(table=_quoted(model), typed=_quoted(model.history.model)))
    return bool(cursor.fetchone()[0])


def disagreements(model: Any, gone: Gone | None = None) -> set[str]:
    """Keys of the rows of `model` whose copies differ; of what is `gone` only the ledger's heads are left."""
    historical = model.history.model
    added, names = _schema(model._meta.db_table)
    parameters = {
        "table": model._meta.db_table,
        "added": json.dumps(added),
        "names": json.dumps(names),
        "erased": json.dumps(dict(gone.patients) if gone else {}),
        "earlier": list(gone.earlier) if gone else [],
        "secret": list(model.history_excluded),
        "columns": captured_columns(model, historical),
    }
    live = _keys(LIVE_AND_LEDGER.format(table=_quoted(model)), parameters)
    typed = _keys(TYPED_AND_LEDGER.format(typed=_quoted(historical)), parameters)
    return live | typed


def _schema(table: str) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Columns with what older rows read in them, and old names with today's."""
    with connection.cursor() as cursor:
        cursor.execute(SCHEMA, [f"public.{table}"])
        rows = cursor.fetchall()
    today = {number: name for number, name, _, _, is_dropped in rows if not is_dropped}
    dropped = {number for number, _, _, _, is_dropped in rows if is_dropped}
    names = {name: today[number] for number, name, _, _, _ in rows if number in today and number not in dropped and name != today[number]}
    first: dict[str, dict[str, Any]] = {}
    for number, _, missing, event_id, is_dropped in rows:
        if not is_dropped and number not in dropped and number not in first:
            first[number] = {"name": today[number], "missing": json.loads(missing) if isinstance(missing, str) else missing, "event_id": event_id}
    return list(first.values()), names


def _quoted(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _keys(statement: str, parameters: dict[str, Any]) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return {row[0] for row in cursor.fetchall()}
