"""Whether the three copies of a record agree: the live row, the last event of the ledger, the last typed history row."""

from typing import Any

from django.db import connection, models

from clinic.history.capture import captured_columns

LIVE_AND_LEDGER = """
SELECT coalesce(live.pk, last.pk)
FROM (SELECT id::text AS pk, to_jsonb(t) AS body FROM {table} t) live
FULL JOIN (SELECT DISTINCT ON (pk) pk, op, body FROM history.event WHERE tbl = %s AND op IN ('I', 'U', 'D') ORDER BY pk, id DESC) last USING (pk)
WHERE last.pk IS NULL OR (last.op = 'D') <> (live.pk IS NULL)
   OR (live.pk IS NOT NULL AND EXISTS (SELECT FROM jsonb_each(last.body) v WHERE live.body ? v.key AND live.body -> v.key IS DISTINCT FROM v.value))
"""
TYPED_AND_LEDGER = """
SELECT coalesce(typed.pk, event.pk)
FROM (SELECT event_id, id::text AS pk, history_type, to_jsonb(h) AS body FROM {typed} h) typed
FULL JOIN (SELECT id, pk, op, body FROM history.event WHERE tbl = %s AND op IN ('I', 'U', 'D')) event ON event.id = typed.event_id
WHERE typed.pk IS DISTINCT FROM event.pk
   OR typed.history_type <> CASE event.op WHEN 'I' THEN '+' WHEN 'U' THEN '~' ELSE '-' END
   OR EXISTS (SELECT FROM jsonb_each(event.body) v WHERE v.key = ANY(%s) AND typed.body ? v.key AND typed.body -> v.key IS DISTINCT FROM v.value)
"""


def disagreements(model: Any) -> set[str]:
    """Keys of the rows of `model` whose copies differ; columns added since an event are no difference."""
    historical = model.history.model
    columns = captured_columns(model, historical)
    live = _keys(LIVE_AND_LEDGER.format(table=_quoted(model)), [model._meta.db_table])
    typed = _keys(TYPED_AND_LEDGER.format(typed=_quoted(historical)), [model._meta.db_table, columns])
    return live | typed


def _quoted(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _keys(statement: str, parameters: list[Any]) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return {row[0] for row in cursor.fetchall()}
