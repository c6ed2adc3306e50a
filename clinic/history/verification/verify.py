"""The whole check of history: seals, witnesses, keys, copies and guards."""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection as django_connection
from django.db import transaction
from psycopg import IsolationLevel

from clinic.history.models import Record
from clinic.history.sealing import log
from clinic.history.sealing.tree import WIDTH
from clinic.history.sealing.witnesses import Witness
from clinic.history.verification import copies, key_line, outside, seals
from clinic.history.verification.app_rules import check_rules
from clinic.history.verification.erasures import check_erasures
from clinic.history.verification.findings import Finding, Report
from clinic.history.verification.guards import check_guards
from clinic.history.verification.parts import PARTS

LAST_CLEAN = """
SELECT at, size FROM history.verification v
WHERE NOT EXISTS (SELECT FROM jsonb_array_elements(v.findings) f WHERE f ->> 'is_warning' = 'false') ORDER BY id DESC LIMIT 1
"""
ERASED = """
SELECT count(DISTINCT patient_id), coalesce(sum(CASE jsonb_typeof(body -> 'events') WHEN 'number' THEN (body -> 'events')::bigint END), 0)::bigint
FROM history.event WHERE op = 'E'
"""
MOST_KEYS = 5
Progress = Callable[[str, int, int], None]


def verify(*, since: int | None, witnesses: Sequence[Witness], progress: Progress = lambda *_: None) -> Report:
    """Check history from leaf `since` on (None: all of it), write the outcome down and return it.

    `progress` hears the part, what is done of it, and how much it is.
    """
    started = time.monotonic()
    django_connection.ensure_connection()
    connection: Any = django_connection.connection
    last = connection.execute(LAST_CLEAN).fetchone()
    heard = outside.ask(connection, witnesses, every_note=not since)
    found = list(heard.findings)
    with _one_moment(connection):
        size = log.size(connection)
        begin = min((since or 0), size) // WIDTH * WIDTH
        for part, findings in (
            ("log", _check_log(connection, begin, size, heard, progress)),
            ("time stamps", outside.check_stamps(connection, witnesses, begin=begin)),
            ("guards", check_guards(connection)),
            ("rules", check_rules(connection)),
            ("erasures", check_erasures(connection)),
            ("tables", _check_copies(progress)),
            *((name, part(since is None)) for name, part in PARTS.items()),
        ):
            found += _whatever_stands(part, findings)
        erased = _erased(connection)
    report = Report(size, since is None, tuple(seals.shorten(found)), time.monotonic() - started, last[0] if last else None, erased)
    _write_down(report)
    return report


@contextmanager
def _one_moment(connection: Any) -> Iterator[None]:
    """All of the check reads one snapshot: what is sealed meanwhile is neither missing nor too much."""
    if django_connection.in_atomic_block:
        yield
        return
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    try:
        with transaction.atomic():
            yield
    finally:
        connection.isolation_level = None


def _whatever_stands(part: str, findings: Iterable[Finding]) -> Iterator[Finding]:
    """A part that cannot be read to its end is a finding too, and the other parts are read all the same."""
    try:
        with transaction.atomic():
            yield from findings
    except Exception as error:  # what was altered may break the reading in any way
        yield Finding("unreadable", {"part": part, "error": " ".join(f"{type(error).__name__}: {error}".split())[:300]})


def _erased(connection: Any) -> tuple[int, int]:
    patients, events = connection.execute(ERASED).fetchone()
    return patients, events


def clean_until() -> int:
    """How far the log had been read when history was last found whole."""
    with django_connection.cursor() as cursor:
        cursor.execute(LAST_CLEAN)
        row = cursor.fetchone()
    return int(row[1]) if row else 0


def _check_log(connection: Any, begin: int, size: int, heard: outside.Heard, progress: Progress) -> Iterator[Finding]:
    yield from key_line.check_keys(connection)
    expected, found = seals.check_checkpoints(connection, begin=begin)
    yield from found
    yield from outside.check_lives(connection)
    yield from outside.compare(connection, heard, size, expected)
    yield from seals.check_unsealed(connection)
    done = 0

    def read(count: int) -> None:
        nonlocal done
        done += count
        progress("log", done, size - begin)

    yield from seals.check_seals(connection, begin=begin, expected=expected, progress=read)


def _check_copies(progress: Progress) -> Iterator[Finding]:
    models = copies.with_copies([model for model in apps.get_models() if issubclass(model, Record)])
    gone = copies.erased()
    for number, model in enumerate(models, 1):
        differing = sorted(copies.disagreements(model, gone))
        if differing:
            values = {"table": model._meta.db_table, "count": len(differing), "keys": ", ".join(differing[:MOST_KEYS])}
            yield Finding("copies_differ", values)
        progress("tables", number, len(models))


def _write_down(report: Report) -> None:
    findings = json.dumps([{**entry, "is_warning": finding.is_warning} for entry, finding in zip(report.as_json(), report.findings, strict=True)])
    with django_connection.cursor() as cursor:
        cursor.execute("SELECT history.report_verification(%s, %s, %s, %s)", [report.is_full, report.size, findings, report.seconds])
