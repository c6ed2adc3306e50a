"""The search across the whole history: who, whose, what, when, which words, and what a lawyer looks for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext_lazy as _

from clinic.history import queries as ledger
from clinic.history.models import Event, EventKind
from clinic.lib.errors import InvalidInput
from exports.legal import indexing, labels
from exports.legal.models import Mark, Progress

PAGE, MOST = 50, 10_000
FREQUENT = 20_000
SAMPLE, OFTEN = 2000, 20
PATIENCE = "6s"
QUERY = """
SELECT q::text, (SELECT count(*) FROM (SELECT words FROM legal_entry ORDER BY event_id DESC LIMIT %(sample)s) newest WHERE newest.words @@ q)
FROM to_tsquery('simple', nullif(%(typed)s, '')) q
"""
HITS = "SELECT count(*) FROM (SELECT 1 FROM legal_entry x WHERE x.words @@ %(query)s::tsquery LIMIT %(frequent)s) hits"
PLAIN = """
SELECT x.event_id, x.at, x.is_late, x.is_after_signing, x.is_outside FROM {source} x WHERE {where}
ORDER BY x.at DESC, x.event_id DESC LIMIT %(size)s
"""
RARE = "(WITH hits AS MATERIALIZED (SELECT * FROM legal_entry h WHERE h.words @@ %(query)s::tsquery) SELECT * FROM hits)"


class TooWide(InvalidInput):
    """The answer would take too long."""

    code = "too_wide"
    default_message = _("This looks through too much at once. Name a patient, a person or a shorter period as well.")


@dataclass(frozen=True)
class Wanted(ledger.Filter):
    """What is searched for; empty means everything. `marks` are names of `Mark`: events that bear one of them."""

    marks: Sequence[str] = ()

    def told(self) -> dict[str, Any]:
        """As the ledger keeps it of an export."""
        kept = {name: getattr(self, name) for name in ("patient_id", "actor", "kinds", "tables", "since", "until", "text", "marks")}
        return {name: value for name, value in kept.items() if value}


@dataclass(frozen=True)
class Found:
    """One page of events, the newest first; what each bears; the cursor of the next one; how far the search has read the ledger."""

    page: ledger.Page
    marks: dict[int, list[Mark]]
    known_until: datetime | None


def find(wanted: Wanted, *, cursor: str | None = None, size: int = PAGE) -> Found:
    """The newest events that match, or the next ones after `cursor`; what the ledger gained meanwhile is read first.

    :raises TooWide: when the answer would take longer than a person waits.
    """
    if cursor is None:
        indexing.catch_up()
    rows = _rows(wanted, cursor, size + 1)
    shown = rows[:size]
    events = _events(shown)
    next_cursor = f"{shown[-1][1].astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}_{shown[-1][0]}" if len(rows) > size else None
    progress = Progress.objects.first()
    marks = {row[0]: [mark for mark, is_borne in zip(Mark, row[2:], strict=True) if is_borne] for row in shown}
    return Found(ledger.Page(events, ledger.bodies_before(events), next_cursor), marks, progress.until_at if progress else None)


def pages(wanted: Wanted, *, most: int = MOST, size: int = 500) -> Iterator[Found]:
    """Page after page, until `most` events are told."""
    cursor, told = None, 0
    while told < most:
        found = find(wanted, cursor=cursor, size=min(size, most - told))
        yield found
        told, cursor = told + len(found.page.events), found.page.next_cursor
        if cursor is None:
            break


def _rows(wanted: Wanted, cursor: str | None, size: int) -> list[tuple[Any, ...]]:
    where, values = _conditions(wanted, cursor)
    values |= {"size": size, "frequent": FREQUENT + 1, "sample": SAMPLE}
    try:
        with transaction.atomic(), connection.cursor() as asked:
            asked.execute("SELECT set_config('statement_timeout', %s, true)", [PATIENCE])
            source = _source(asked, values) if wanted.text else "legal_entry"
            if not source:
                return []
            asked.execute(PLAIN.format(source=source, where=" AND ".join(where) or "true"), values)
            return list(asked.fetchall())
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != "57014":
            raise
        raise TooWide from error


def _source(asked: Any, values: dict[str, Any]) -> str:
    """Rare words are fetched by the index of words and then sorted; frequent ones are met on the way down by another index.

    Among the newest events a frequent word shows without the index, which would first gather all of its millions. No word at all gives no source.
    """
    values["typed"] = labels.query(asked, values["text"])
    asked.execute(QUERY, values)
    values["query"], often = asked.fetchone()
    if values["query"] is None:
        return ""
    if often < OFTEN:
        asked.execute("SELECT set_config('enable_seqscan', 'off', true)")
        asked.execute(HITS, values)
        if asked.fetchone()[0] <= FREQUENT:
            return RARE
    asked.execute("SELECT set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true)")
    return "legal_entry"


def _conditions(wanted: Wanted, cursor: str | None) -> tuple[list[str], dict[str, Any]]:
    """SQL over `x` and its values; a text without a single word finds nothing."""
    asked = {
        "x.patient_id = %(patient)s": ("patient", wanted.patient_id),
        "x.actor = %(actor)s": ("actor", wanted.actor),
        _among("op", wanted.kinds): ("kinds", _one_or_all(wanted.kinds)),
        _among("tbl", wanted.tables): ("tables", _one_or_all(wanted.tables)),
        "x.at >= %(since)s": ("since", wanted.since),
        "x.at < %(until)s": ("until", wanted.until),
        "x.words @@ %(query)s::tsquery": ("text", wanted.text),
    }
    where = [condition for condition, (_name, value) in asked.items() if value]
    values: dict[str, Any] = {name: value for name, value in asked.values() if value}
    if wanted.marks:
        where.append("(" + " OR ".join(f"x.{Mark(mark).value}" for mark in wanted.marks) + ")")
    if not (wanted.with_views or wanted.kinds or wanted.marks):
        where.append(f"x.op <> '{EventKind.VIEW.value}'")
    at, event_id = ledger.parsed(cursor)
    if at is not None:
        where.append("x.at <= %(cursor_at)s AND (x.at < %(cursor_at)s OR x.event_id < %(cursor_id)s)")
        values["cursor_at"], values["cursor_id"] = at, event_id
    return where, values


def _among(column: str, asked: Sequence[str]) -> str:
    """One value is compared as such: an index gives its rows in order, which it does not for a list."""
    name = {"op": "kinds", "tbl": "tables"}[column]
    return f"x.{column} = %({name})s" if len(asked) == 1 else f"x.{column} = ANY(%({name})s)"


def _one_or_all(asked: Sequence[str]) -> str | list[str]:
    return asked[0] if len(asked) == 1 else list(asked)


def _events(rows: Sequence[tuple[Any, ...]]) -> list[Event]:
    """The events themselves, in the order of the rows."""
    if not rows:
        return []
    instants = [row[1] for row in rows]
    found = Event.objects.filter(id__in=[row[0] for row in rows], at__gte=min(instants), at__lte=max(instants))
    by_id = {event.id: event for event in found}
    return [by_id[row[0]] for row in rows if row[0] in by_id]
