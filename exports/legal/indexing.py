"""Reads the ledger into the table that the search searches: beside the write path, in batches, without missing a late committer."""

import hashlib
import json
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from exports.evidence_record import LATE, NOTE, SERVICE_TIMES
from exports.legal.models import Entry, Progress

TEAM_WITHIN = timedelta(days=1)
BATCH = """
SELECT p.is_mine, p.settled, b.* FROM (
  SELECT pg_try_advisory_xact_lock(hashtext('legal.indexing')) AS is_mine, low,
         CASE WHEN seen_xid > 0 AND seen_xid < pg_snapshot_xmax(pg_current_snapshot())::text::bigint
                   AND pg_snapshot_xmin(pg_current_snapshot())::text::bigint > seen_xid THEN greatest(low, seen) ELSE low END AS settled
  FROM legal_progress) p
CROSS JOIN LATERAL (
  SELECT array_agg(id), max(id), max(at) FROM (
    SELECT e.id, e.at FROM history.event e WHERE e.id > p.low
      AND NOT EXISTS (SELECT FROM legal_entry x WHERE x.event_id = e.id AND x.event_id > p.low)
    ORDER BY e.id LIMIT %(size)s) fresh) b
"""
FRESH = "SELECT e.* FROM history.event e WHERE e.id BETWEEN %(first)s AND %(last)s AND e.id = ANY(%(ids)s)"
NO_TREATMENT = "'^(legal|privacy)_|^(exports_evidence|patients_brokenglass|patients_restriction|patients_rectification)$'"
"""Records that nobody writes by treating: giving a reason to look, or answering for the record, makes nobody one of the team."""
TEAM = """
WITH fresh AS MATERIALIZED (@fresh@), hands AS (
  SELECT patient_id, actor, at FROM fresh WHERE op IN ('I', 'U', 'D', 'S') AND actor ~ '^[0-9a-f]{8}-' AND tbl !~ @no_treatment@
  UNION ALL
  SELECT patient_id, body ->> named.name, at FROM fresh
  CROSS JOIN (VALUES ('dentist_id'), ('assistant_id'), ('responsible_dentist_id'), ('performer_id')) named (name)
  WHERE op IN ('I', 'U') AND body ->> named.name IS NOT NULL
), joined AS (
  INSERT INTO legal_hand (patient_id, actor, first_at) SELECT patient_id, actor, min(at) FROM hands WHERE patient_id IS NOT NULL GROUP BY 1, 2
  ON CONFLICT (patient_id, actor) DO NOTHING RETURNING patient_id, actor, first_at)
UPDATE legal_entry x SET is_outside = false FROM joined j
WHERE x.patient_id = j.patient_id AND x.actor = j.actor AND x.at >= j.first_at - %(within)s AND x.is_outside
""".replace("@no_treatment@", NO_TREATMENT)
IS_LATE = """
  coalesce((e.op = 'I' OR (e.op = 'U' AND e.tbl = 'charting_visit' AND e.changed && %(note)s::text[]))
             AND e.at - (e.body ->> s.name)::timestamptz > %(late)s, false)
    OR (e.op IN ('I', 'U') AND e.body @> '{"is_late": true}' AND (e.op = 'I' OR 'is_late' = ANY(e.changed))) IS TRUE
"""
IS_AFTER_SIGNING = """
  CASE
    WHEN e.op NOT IN ('I', 'U') THEN false
    WHEN e.tbl = 'charting_visitaddendum' THEN true
    WHEN e.tbl = 'charting_visit' THEN e.op = 'U' AND NOT 'signed_at' = ANY(e.changed) AND e.body ->> 'signed_at' IS NOT NULL
    WHEN e.tbl = 'charting_medicalhistory' THEN e.op = 'U'
    WHEN e.tbl = 'charting_perioexam' AND e.op = 'U' AND NOT 'closed_at' = ANY(e.changed) AND e.body ->> 'closed_at' IS NOT NULL THEN true
    WHEN e.tbl LIKE 'charting\\_%%' THEN coalesce(v.signed_at < e.at, false)
    WHEN e.tbl = 'treatment_plans_document' THEN e.op = 'I' AND e.body ->> 'replaces_id' IS NOT NULL
    WHEN e.tbl = 'treatment_plans_item' THEN e.op = 'U' AND NOT 'frozen_at' = ANY(e.changed) AND e.body ->> 'frozen_at' IS NOT NULL
                                             AND e.changed && ARRAY['cancelled_at', 'unit_price', 'total', 'quantity']
    WHEN e.tbl = 'patients_consent' THEN e.op = 'U'
    ELSE false END
"""
BESIDE = """
LEFT JOIN service s ON s.tbl = e.tbl
LEFT JOIN charting_visit v ON e.tbl LIKE 'charting\\_%%'
  AND v.id = (CASE WHEN e.body ->> 'visit_id' ~ '^[0-9a-f-]{36}$' THEN e.body ->> 'visit_id' END)::uuid
"""
SERVICES = "service AS (SELECT key AS tbl, value AS name FROM jsonb_each_text(%(services)s::jsonb))"
FILL = f"""
WITH fresh AS MATERIALIZED (@fresh@),
{SERVICES}
INSERT INTO legal_entry (event_id, at, op, tbl, actor, patient_id, is_late, is_after_signing, is_outside, words)
SELECT e.id, e.at, e.op, e.tbl, e.actor, e.patient_id,
  {IS_LATE},
  {IS_AFTER_SIGNING},
  e.op = 'V' AND e.patient_id IS NOT NULL AND e.actor ~ '^[0-9a-f]{{8}}-' AND NOT EXISTS (
    SELECT FROM legal_hand h WHERE h.patient_id = e.patient_id AND h.actor = e.actor AND h.first_at <= e.at + %(within)s),
  CASE WHEN e.body IS NULL THEN NULL ELSE (
    SELECT to_tsvector('simple', legal_plain(left(string_agg(t.value, ' '), 50000))) FROM jsonb_each_text(e.body) t
    WHERE (e.op <> 'U' OR t.key = ANY(e.changed)) AND t.value <> '' AND t.key NOT IN ('id', 'version', 'strokes', 'signed_content', 'patients')
      AND t.key !~ '_(id|at)$' AND t.value NOT IN ('true', 'false')) END
FROM fresh e {BESIDE}
ON CONFLICT (event_id) DO NOTHING
"""  # noqa: S608 - our own words
ANEW = f"""
WITH {SERVICES}, marked AS (
  SELECT e.id, {IS_LATE} AS is_late, {IS_AFTER_SIGNING} AS is_after_signing
  FROM history.event e {BESIDE}
  WHERE e.id > %(begin)s AND e.id <= %(end)s AND e.op IN ('I', 'U') AND e.body IS NOT NULL
)
UPDATE legal_entry x SET is_late = m.is_late, is_after_signing = m.is_after_signing FROM marked m
WHERE x.event_id = m.id AND (x.is_late, x.is_after_signing) IS DISTINCT FROM (m.is_late, m.is_after_signing)
"""  # noqa: S608 - our own words
"""What was destroyed keeps the marks it had."""
GIVEN: dict[str, Any] = {"late": LATE, "note": list(NOTE), "services": json.dumps(SERVICE_TIMES, sort_keys=True)}
RULES = hashlib.sha256(f"{IS_LATE}{IS_AFTER_SIGNING}{BESIDE}{GIVEN}".encode()).hexdigest()
"""By what marks are set: another text means that they are set anew."""
DONE = """
UPDATE legal_progress SET low = %(settled)s, seen = greatest(seen, %(last)s), seen_xid = pg_current_xact_id()::text::bigint,
                          until_at = greatest(until_at, %(at)s)
"""


def catch_up(*, size: int = 5000, batches: int = 2) -> int:
    """Read what the ledger has gained, at most `batches` times `size` events; returns how many were read.

    Somebody else may be reading at the same time: then nothing is done. An event id counts as settled only when no transaction
    is open that was open when it was seen: such a one may still commit a lower id. What has settled is read once more from the old mark,
    for it may have been committed since the last reading.
    """
    done = 0
    for _batch in range(batches):
        read = _read_batch(size)
        done += read
        if read < size:
            break
    return done


@transaction.atomic
def _read_batch(size: int) -> int:
    """The transaction takes its own id after it has seen the batch: whoever holds a lower event id has a lower transaction id.

    Callers therefore stand outside of a transaction that has written already.
    """
    with connection.cursor() as cursor:
        cursor.execute(BATCH, {"size": size})
        is_mine, settled, ids, last, at = cursor.fetchone()
        if not (is_mine and ids):
            return 0
        values = _values(ids, last) | {"settled": settled if len(ids) < size else min(settled, last), "at": at}
        cursor.execute(";".join((TEAM, FILL, DONE)).replace("@fresh@", FRESH), values)
        return len(ids)


def mark_anew(*, size: int = 5000, batches: int = 40) -> int:
    """Mark by the rules of this program what an older one has marked by its own; search and evidence then say the same. Returns how many changed.

    The rules of a clinic (when a note is late) are no matter of this: what they said then stands in the entry itself.
    """
    Progress.objects.exclude(rules=RULES).update(rules=RULES, marked=0)
    changed = 0
    for _batch in range(batches):
        begin = Progress.objects.values_list("marked", flat=True).first()
        if begin is None:
            break
        changed += _mark_batch(begin, size)
    return changed


@transaction.atomic
def _mark_batch(begin: int, size: int) -> int:
    """Where the marking stands is written last, so that a search does not wait for it."""
    last = Entry.objects.aggregate(last=Max("event_id"))["last"] or 0
    with connection.cursor() as cursor:
        cursor.execute(ANEW, {**GIVEN, "begin": begin, "end": begin + size})
        changed = int(cursor.rowcount)
    Progress.objects.filter(rules=RULES, marked=begin).update(marked=begin + size if begin + size < last else None)
    return changed


def _values(ids: list[int], last: int) -> dict[str, Any]:
    return {"ids": ids, "first": min(ids), "last": last, "within": TEAM_WITHIN, **GIVEN}
