"""`python -m benchmarks.history`: a ledger of any size, and what a lawyer waits for: search, the record as of a moment, saves."""

import argparse
import importlib
import json
import statistics
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from benchmarks.entrance import enter
from clinic.staff.roles import Role

EACH = 500  # events of one patient
CHUNK = 100_000
START = "2026-01-01 06:00+00"
YEARS = 10
LIMITS = {"search": 1000.0, "as-of": 30.0}
EVENTS = """
INSERT INTO history.event (at, op, tbl, pk, patient_id, actor, actor_name, actor_role, purpose, db_user, changed, body)
SELECT e.at, e.op, e.tbl, e.pk, e.patient, e.actor, 'Врач ' || left(e.actor, 8), 'dentist', 'care', 'clinic_app',
  CASE e.op WHEN 'U' THEN ARRAY['note'] END,
  CASE e.op WHEN 'V' THEN NULL ELSE jsonb_build_object(
    'id', e.pk, 'patient_id', e.patient, 'version', 1, 'tooth', 11 + e.n %% 8, 'service_id', NULL, 'procedure_id', NULL, 'created_at', e.at,
    'noted_at', e.at - CASE WHEN e.n %% 40 = 0 THEN interval '3 days' ELSE interval '5 minutes' END, 'noted_by_id', e.actor,
    'recorded_at', e.at, 'text', '', 'kind', 'caries', 'state', 'done', 'note',
    'Жалобы на боль, осмотр, лечение под анестезией слово' || (e.n %% 1000) || CASE WHEN e.n %% 5000 = 0 THEN ' перфорация' ELSE '' END
    || ' редкое' || e.n || repeat(' прикус без особенностей, слизистая бледно-розовая, рекомендации даны', 4)) END
FROM (
  SELECT g.n, %(start)s::timestamptz + %(span)s * (g.n / %(total)s::float8) AS at,
    (ARRAY['V', 'V', 'V', 'V', 'I', 'I', 'I', 'I', 'U', 'U'])[1 + (g.n / %(patients)s) %% 10] AS op,
    CASE WHEN (g.n / %(patients)s) %% 10 < 4 THEN (ARRAY['chart', 'visits', 'plans'])[1 + g.n %% 3]
         ELSE (ARRAY['charting_finding', 'patients_alert', 'charting_procedure'])[1 + (g.n / %(patients)s) %% 3] END AS tbl,
    CASE WHEN (g.n / %(patients)s) %% 10 < 4 THEN NULL
         ELSE md5((g.n %% %(patients)s) || '-' || (g.n / %(patients)s) %% 3 || '-' || (g.n / %(patients)s) / 20)::uuid::text END AS pk,
    md5('patient' || g.n %% %(patients)s)::uuid AS patient,
    md5('actor' || CASE WHEN g.n %% 997 = 0 THEN 900 ELSE g.n %% %(patients)s %% 40 END)::uuid::text AS actor
  FROM generate_series(%(first)s::bigint, %(last)s::bigint) g (n)) e
"""
LISTS = """
INSERT INTO history.event (at, op, tbl, actor, actor_name, actor_role, purpose, db_user, body)
SELECT %(start)s::timestamptz + %(span)s * (g.n / %(total)s::float8), 'V',
  (ARRAY['diary', 'patients-list', 'patient search', 'desk'])[1 + (g.n / 100) %% 4],
  md5('actor' || g.n %% 40)::uuid::text, 'Врач', 'dentist', 'lists', 'clinic_app',
  jsonb_build_object('patients', (
    SELECT jsonb_agg(md5('patient' || (hashint8(g.n * 64 + k) & 2147483647) %% %(patients)s)::uuid) FROM generate_series(1, 50) k))
FROM generate_series(%(first)s::bigint, %(last)s::bigint, 100) g (n)
"""
"""A list of fifty for every hundred events: each patient stands in 250 of them."""
LEAVES = """
INSERT INTO history.leaf (pos, event_id, event_at, patient_id, pseq, head, commit, hash)
SELECT %(base)s + row_number() OVER (ORDER BY e.id) - 1, e.id, e.at, e.patient_id,
  CASE WHEN e.patient_id IS NOT NULL THEN e.id END, 'benchmark', decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex')
FROM history.event e WHERE e.id > %(after)s
"""
SEARCHES: dict[str, dict[str, Any]] = {
    "the newest": {},
    "one patient": {"patient_id": "patient"},
    "lists in which one patient stood": {"patient_id": "patient", "kinds": ["V"], "tables": ["diary"]},
    "one person": {"actor": "actor"},
    "one person, one kind of record": {"actor": "actor", "tables": ["patients_alert"]},
    "one kind of record": {"tables": ["charting_finding"]},
    "signatures": {"kinds": ["S"]},
    "a rare word": {"text": "редкое4000"},
    "a word of a few thousand events": {"text": "перфорация"},
    "a frequent word": {"text": "анестезия"},
    "two words, one frequent": {"text": "анестезией перфорация"},
    "a frequent word of one patient": {"text": "боль", "patient_id": "patient"},
    "a frequent word of one person": {"text": "боль", "actor": "actor"},
    "a word of nobody": {"text": "несуществующее"},
    "entered late": {"marks": ["is_late"]},
    "changed after signing": {"marks": ["is_after_signing"]},
    "from outside the team": {"marks": ["is_outside"]},
    "entered late by one person": {"marks": ["is_late"], "actor": "actor"},
    "a month years ago": {"since": "month", "until": "month"},
    "a word in a month years ago": {"since": "month", "until": "month", "text": "перфорация"},
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.history", description="Measure history at a size, beside its budget.")
    parser.add_argument("--events", type=int, default=1_000_000, help="how many events the ledger holds (default 1000000)")
    parser.add_argument("--times", type=int, default=30, help="measured turns of each (default 30)")
    parser.add_argument("--json", type=Path, help="write the figures into this file too")
    arguments = parser.parse_args()
    enter(f"history-{arguments.events}")
    figures = {"events": arguments.events, **fill(arguments.events), **measure(arguments.events, arguments.times)}
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1))


def admin() -> Any:
    psycopg = importlib.import_module("psycopg")
    local = importlib.import_module("clinic.local_postgres")
    return psycopg.connect(local.url_for("postgres", local.DATABASE), autocommit=True)


def fill(total: int) -> dict[str, float]:
    """Events of ten years in the order of time, as the ledger's owner writes them; then the search reads them as it does every minute."""
    began = time.monotonic()
    with admin() as connection:
        standing = connection.execute("SELECT count(*) FROM history.event WHERE purpose = 'care' AND request IS NULL").fetchone()[0]
        for first in range(standing // CHUNK * CHUNK, total, CHUNK):
            values = {"first": first, "last": min(first + CHUNK, total) - 1, "total": total, "patients": max(total // EACH, 1)}
            with connection.transaction():
                connection.execute("SET LOCAL ROLE history_owner")
                for statement in (EVENTS, LISTS):
                    connection.execute(statement, {**values, "start": START, "span": timedelta(days=365 * YEARS)})
            print(f"\r{first + CHUNK:,} events", end="", flush=True)
        base, after = connection.execute("SELECT coalesce(max(pos), -1) + 1, coalesce(max(event_id), 0) FROM history.leaf").fetchone()
        with connection.transaction():
            connection.execute("SET LOCAL ROLE history_owner")
            connection.execute(LEAVES, {"base": base, "after": after})
    print(f"\nthe ledger stands after {time.monotonic() - began:.0f} s", flush=True)
    return {**read_in(), **sizes()}


def read_in() -> dict[str, float]:
    indexing = importlib.import_module("exports.legal.indexing")
    began, read = time.monotonic(), 0
    while done := indexing.catch_up(size=20_000, batches=1):
        read += done
    seconds = time.monotonic() - began
    with admin() as connection:
        connection.execute("VACUUM ANALYZE")
    print(f"the search read {read:,} events in {seconds:.0f} s", flush=True)
    return {"read_events": read, "read_per_second": round(read / seconds) if read else 0}


def sizes() -> dict[str, float]:
    parts = "SELECT sum(pg_total_relation_size(inhrelid)) / 1e6 FROM pg_inherits WHERE inhparent = 'history.event'::regclass"
    with admin() as connection:
        ledger = connection.execute(parts).fetchone()[0]
        table, indexes = connection.execute("SELECT pg_table_size('legal_entry') / 1e6, pg_indexes_size('legal_entry') / 1e6").fetchone()
    print(f"ledger {ledger:.0f} MB, search {table:.0f} MB and {indexes:.0f} MB of indexes", flush=True)
    return {"ledger_mb": round(float(ledger)), "search_mb": round(float(table)), "search_indexes_mb": round(float(indexes))}


def measure(total: int, times: int) -> dict[str, Any]:
    search = importlib.import_module("exports.legal.search")
    asof = importlib.import_module("exports.legal.asof")
    words = importlib.import_module("exports.legal.words")
    with admin() as connection:
        middle = connection.execute("SELECT at, patient_id, actor FROM history.event WHERE patient_id IS NOT NULL AND op = 'I' LIMIT 1").fetchone()
        patients = [row[0] for row in connection.execute("SELECT DISTINCT md5('patient' || n)::uuid FROM generate_series(0, 99) n").fetchall()]
    size, late = top(), datetime.fromisoformat(START) + timedelta(days=365 * YEARS * 0.9)
    values = {"patient": patients[0], "actor": middle[2], "month": datetime.fromisoformat(START) + timedelta(days=365 * 4)}
    rows: dict[str, list[float]] = {}
    reader = SimpleNamespace(roles_reaching=lambda _branch: {Role.LAWYER})
    for name, asked in SEARCHES.items():
        given = {key: values.get(value, value) if isinstance(value, str) else value for key, value in asked.items()}
        if "until" in asked:
            given["until"] = values["month"] + timedelta(days=30)
        wanted = search.Wanted(**given)
        rows[f"search: {name}"] = clock(lambda _turn, wanted=wanted: search.find(wanted, reader=reader), times)
    cursor = search.find(search.Wanted(tables=["charting_finding"]), reader=reader).page.next_cursor
    rows["search: second page"] = clock(lambda _turn: search.find(search.Wanted(tables=["charting_finding"]), reader=reader, cursor=cursor), times)
    recorded, proven = asof.Moment(late), asof.Moment(late, size=size)
    picked: Callable[[int], Any] = lambda turn: patients[turn % len(patients)]  # noqa: E731
    rows["as-of: as recorded"] = clock(lambda turn: asof.snapshot(picked(turn), recorded), times * 3)
    rows["as-of: as proven"] = clock(lambda turn: asof.snapshot(picked(turn), proven), times * 3)
    first = asof.Moment(late - timedelta(days=365))
    both: Callable[[int], Any] = lambda turn: words.sections(asof.snapshot(picked(turn), first), asof.snapshot(picked(turn), recorded))  # noqa: E731
    rows["two moments in words"] = clock(both, times)
    rows |= saves(times * 10)
    return {name: told(name, found) for name, found in rows.items()}


def saves(times: int) -> dict[str, list[float]]:
    """A save in this ledger, with the two guards that were added to it and without; they fire on UPDATE of the ledger, never on INSERT."""
    models = importlib.import_module("clinic.patients.models")
    transaction = importlib.import_module("django.db").transaction
    patient = models.Patient.objects.first()

    def save(turn: int) -> None:
        with transaction.atomic():
            patient.first_name = f"Имя{turn}"
            patient.save(update_fields=["first_name"])

    found: dict[str, list[float]] = {"save: with the guards": [], "save: without": []}
    for _round in range(4):
        for name, verb in (("save: with the guards", "ENABLE ALWAYS"), ("save: without", "DISABLE")):
            with admin() as connection, connection.transaction():
                connection.execute("SET LOCAL history.maintenance = 'benchmark'")
                for trigger in ("history_held", "history_forget_words"):
                    connection.execute(f"ALTER TABLE history.event {verb} TRIGGER {trigger}")
            found[name] += clock(save, times // 4)
    with admin() as connection, connection.transaction():
        connection.execute("SET LOCAL history.maintenance = 'benchmark'")
        for trigger in ("history_held", "history_forget_words"):
            connection.execute(f"ALTER TABLE history.event ENABLE ALWAYS TRIGGER {trigger}")
    return found


def top() -> int:
    with admin() as connection:
        return int(connection.execute("SELECT max(pos) * 9 / 10 FROM history.leaf").fetchone()[0])


def clock(act: Callable[[int], object], times: int) -> list[float]:
    """Milliseconds of each turn, after three that are not counted."""
    for turn in range(3):
        act(turn)
    found = []
    for turn in range(times):
        began = time.perf_counter()
        act(turn)
        found.append((time.perf_counter() - began) * 1000)
    return found


def told(name: str, found: list[float]) -> dict[str, float]:
    p50, p95 = statistics.median(found), sorted(found)[int(len(found) * 0.95) - 1]
    limit = LIMITS.get(name.partition(":")[0])
    verdict = "" if limit is None else f"  {'holds' if p50 <= limit else 'MISSES'} {limit:.0f}"
    print(f"{name:40} p50 {p50:8.1f} ms  p95 {p95:8.1f} ms{verdict}", flush=True)
    return {"p50_ms": round(p50, 2), "p95_ms": round(p95, 2)}


if __name__ == "__main__":
    main()
