"""The search across the whole history: who, whose, what, when, which words, and what a lawyer looks for."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext_lazy as _

from clinic.history import queries as ledger
from clinic.history.models import Event, EventKind
from clinic.lib.errors import InvalidInput
from clinic.patients import access
from clinic.staff.models import User
from exports.legal import indexing, labels
from exports.legal.models import Mark, Progress

PAGE, MOST = 50, 100_000
"""Events on a page; in a workbook."""
LOOKS_ON, LOOKS_ON_FOR = (1, 4, 16, 40), 6
"""How many times a page's size is read on, one after another, where records are passed over; and for how many seconds at most."""
READS = 5
"""How many times as many events as a workbook holds are looked through for it at most."""
FREQUENT = 20_000
SAMPLE, OFTEN = 2000, 20
PATIENCE, GLANCE = "6s", "300ms"
"""How long a page of events is waited for, and the count whether a workbook holds them all."""
QUERY = """
SELECT q::text, (SELECT count(*) FROM (SELECT words FROM legal_entry ORDER BY event_id DESC LIMIT %(sample)s) newest WHERE newest.words @@ q)
FROM to_tsquery('simple', nullif(%(typed)s, '')) q
"""
HITS = "SELECT count(*) FROM (SELECT 1 FROM legal_entry x WHERE x.words @@ %(query)s::tsquery LIMIT %(frequent)s) hits"
PLAIN = """
SELECT x.event_id, x.at, x.patient_id, x.is_late, x.is_after_signing, x.is_outside FROM {source} x WHERE {where}
ORDER BY x.at DESC, x.event_id DESC LIMIT %(size)s
"""
LISTS = f"""
WITH listed AS MATERIALIZED (SELECT x.id FROM history.event x WHERE {ledger.LISTED.replace("%s", "%(listed)s")} AND {{bounds}})
SELECT x.event_id, x.at, x.patient_id, x.is_late, x.is_after_signing, x.is_outside FROM listed JOIN legal_entry x ON x.event_id = listed.id
WHERE x.patient_id IS DISTINCT FROM %(patient)s AND {{where}} ORDER BY x.at DESC, x.event_id DESC LIMIT %(size)s
"""  # noqa: S608 - our own words
"""Lists in which the patient's name stood; by their index first, then one by one: a plan over both tables at once would read either whole."""
BEYOND = "SELECT (SELECT until_at FROM legal_progress), EXISTS (SELECT FROM {source} x WHERE {where} OFFSET %(most)s)"
OF_PATIENT = "x.patient_id = %(patient)s"
RARE = "(WITH hits AS MATERIALIZED (SELECT * FROM legal_entry h WHERE h.words @@ %(query)s::tsquery) SELECT * FROM hits)"


Row = tuple[Any, ...]
"""Of an event: its id, when, of which patient, and whether it bears each `Mark`."""


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
    """One page of events, the newest first; what each bears; the cursor of the next one; how far the search has read the ledger.

    `is_beyond`: whether more events match than a workbook holds; None when that takes longer than a glance. `is_partial`: the reader is one who
    does not search in records that ask them for a reason; how much of it matches there is not told, for that would tell what they hold.
    `read`: how many events were looked through for the page.
    """

    page: ledger.Page
    marks: dict[int, list[Mark]]
    known_until: datetime | None
    is_beyond: bool | None = False
    is_partial: bool = False
    read: int = 0


def find(wanted: Wanted, *, reader: User, cursor: str | None = None, size: int = PAGE, glances: bool = False) -> Found:
    """The newest events that match, or the next ones after `cursor`; what the ledger gained meanwhile is read first.

    Records that ask `reader` for a reason are passed over, and the page is filled from what follows.
    `glances`: tell too whether a workbook could hold all of them.

    :raises TooWide: when the answer would take longer than a person waits.
    """
    if cursor is None:
        indexing.catch_up()
    is_partial = wanted.patient_id is None and not access.reads_everywhere(reader)
    rows, last, read = _open_rows(wanted, reader, cursor, size)
    next_cursor = _cursor(last) if last else None
    known_until, is_beyond = _standing(wanted) if glances and next_cursor and not is_partial else (_known_until(), None if is_partial else False)
    events = _events(rows)
    marks = {row[0]: [mark for mark, is_borne in zip(Mark, row[3:], strict=True) if is_borne] for row in rows}
    return Found(ledger.Page(events, *ledger.beside(events), next_cursor), marks, known_until, is_beyond, is_partial, read)


def _open_rows(wanted: Wanted, reader: User, cursor: str | None, size: int) -> tuple[list[Row], Row | None, int]:
    """As many rows as make a page of what the reader may see, the row after which the next page begins, and how many were looked through.

    Where nearly all is passed over the page is short, or empty, and the next one goes on from there.
    """
    met: list[Row] = []
    read, until = 0, monotonic() + LOOKS_ON_FOR
    for times in LOOKS_ON:
        rows = _rows(wanted, cursor, times * size + 1)
        closed = access.closed_to(reader, {row[2] for row in rows if row[2]})
        read += len(rows)
        met += [row for row in rows if row[2] not in closed]
        if len(met) > size:
            return met[:size], met[size - 1], read
        if len(rows) <= times * size:
            return met, None, read
        cursor = _cursor(rows[-1])
        if monotonic() > until:
            break
    return met, rows[-1], read


def _cursor(row: Row) -> str:
    return f"{row[1].astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}_{row[0]}"


def _known_until() -> datetime | None:
    return Progress.objects.values_list("until_at", flat=True).first()


def _standing(wanted: Wanted) -> tuple[datetime | None, bool | None]:
    """How far the ledger was read, and whether more events match than a workbook holds; lists in which a name stood are not counted."""
    where, values = _conditions(wanted, None)
    values |= {"most": MOST, "frequent": FREQUENT + 1, "sample": SAMPLE}
    try:
        with _impatient(GLANCE) as asked:
            source = _source(asked, values) if wanted.text else "legal_entry"
            if source in ("", RARE):
                return _known_until(), False
            asked.execute(BEYOND.format(source=source, where=" AND ".join(where) or "true"), values)
            found: tuple[datetime | None, bool] = asked.fetchone()
            return found
    except OperationalError as error:
        if not _is_impatient(error):
            raise
        return _known_until(), None


def pages(wanted: Wanted, *, reader: User, most: int | None = None, size: int = 500) -> Iterator[Found]:
    """Page after page, until `most` events are told, as many as a workbook holds unless said otherwise."""
    cursor, told, read, most = None, 0, 0, MOST if most is None else most
    while told < most and read < READS * most:
        found = find(wanted, reader=reader, cursor=cursor, size=min(size, most - told))
        yield found
        told, read, cursor = told + len(found.page.events), read + found.read, found.page.next_cursor
        if cursor is None:
            break


def _rows(wanted: Wanted, cursor: str | None, size: int) -> list[tuple[Any, ...]]:
    where, values = _conditions(wanted, cursor)
    values |= {"size": size, "frequent": FREQUENT + 1, "sample": SAMPLE}
    try:
        with _impatient(PATIENCE) as asked:
            source = _source(asked, values) if wanted.text else "legal_entry"
            if not source:
                return []
            asked.execute(PLAIN.format(source=source, where=" AND ".join(where) or "true"), values)
            return _with_lists(asked, wanted, asked.fetchall(), where, values)
    except OperationalError as error:
        if not _is_impatient(error):
            raise
        raise TooWide from error


@contextmanager
def _impatient(milliseconds: str) -> Iterator[Any]:
    """A cursor for reading whose statements give up; its settings end with the block, in whatever transaction that stands."""
    with transaction.atomic(), connection.cursor() as asked:
        asked.execute("SELECT set_config('statement_timeout', %s, true)", [milliseconds])
        yield asked
        transaction.set_rollback(True)


def _is_impatient(error: OperationalError) -> bool:
    return getattr(error.__cause__, "sqlstate", "") == "57014"


def _with_lists(asked: Any, wanted: Wanted, own: Sequence[tuple[Any, ...]], where: Sequence[str], values: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The patient's own events together with lists in which the name stood; a list bears no mark, for it is of no one's record."""
    if not wanted.reaches_lists or wanted.marks:
        return list(own)
    of_all = [condition for condition in where if condition != OF_PATIENT]
    bounds = [condition for condition in of_all if condition.startswith("x.at ")]
    asked.execute("SELECT set_config(name, 'off', true) FROM unnest(ARRAY['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin']) name")
    statement = LISTS.format(bounds=" AND ".join(bounds) or "true", where=" AND ".join(of_all) or "true")
    asked.execute(statement, values | {"listed": json.dumps([str(wanted.patient_id)])})
    found = sorted([*own, *asked.fetchall()], key=lambda row: (row[1], row[0]), reverse=True)
    return found[: values["size"]]


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
        OF_PATIENT: ("patient", wanted.patient_id),
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
        where += ["x.at <= %(cursor_at)s", "(x.at < %(cursor_at)s OR x.event_id < %(cursor_id)s)"]
        values["cursor_at"], values["cursor_id"] = at, event_id
    return where, values


def _among(column: str, asked: Sequence[str]) -> str:
    """One value is compared as such: an index gives its rows in order, which it does not for a list."""
    name = {"op": "kinds", "tbl": "tables"}[column]
    return f"x.{column} = %({name})s" if len(asked) == 1 else f"x.{column} = ANY(%({name})s)"


def _one_or_all(asked: Sequence[str]) -> str | list[str]:
    return asked[0] if len(asked) == 1 else list(asked)


def _events(rows: Sequence[Row]) -> list[Event]:
    """The events themselves, in the order of the rows."""
    if not rows:
        return []
    instants = [row[1] for row in rows]
    found = Event.objects.filter(id__in=[row[0] for row in rows], at__gte=min(instants), at__lte=max(instants))
    by_id = {event.id: event for event in found}
    return [by_id[row[0]] for row in rows if row[0] in by_id]
