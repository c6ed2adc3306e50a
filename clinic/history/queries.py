"""Reads of the ledger: the events of a patient, of a record, of everybody; what each one changed."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from clinic.history.models import Event, EventKind
from clinic.lib.errors import InvalidInput

PAGE = 50
Body = dict[str, Any]
CHANGES = (EventKind.INSERT.value, EventKind.UPDATE.value, EventKind.DELETE.value)
BEFORE = """
SELECT e.id, p.body FROM history.event e
CROSS JOIN LATERAL (SELECT body FROM history.event p WHERE p.tbl = e.tbl AND p.pk = e.pk AND p.id < e.id AND p.at <= e.at AND p.op IN ('I', 'U')
                    ORDER BY p.id DESC LIMIT 1) p
WHERE e.id = ANY(%(changes)s) AND e.at BETWEEN %(first)s AND %(last)s
"""
DEVICE_CLOCKS = """
SELECT e.id, d.body FROM history.event e
CROSS JOIN LATERAL (SELECT d.body FROM history.event d WHERE d.patient_id = e.patient_id AND d.at <= e.at AND d.at > e.at - interval '10 minutes'
                    AND d.op = 'N' AND d.tbl = 'device clock' AND d.xid = e.xid ORDER BY d.id DESC LIMIT 1) d
WHERE e.id = ANY(%(entries)s) AND e.at BETWEEN %(first)s AND %(last)s
"""
BESIDE = f"SELECT true, b.* FROM ({BEFORE}) b UNION ALL SELECT false, d.* FROM ({DEVICE_CLOCKS}) d"  # noqa: S608 - our own words
LOOKS = (EventKind.VIEW.value, EventKind.PRINT.value)
LISTED = "op IN ('V', 'P') AND body ? 'patients' AND (body -> 'patients') @> %s::jsonb"
"""Served by an index over lists alone; `@>` of an array, for the index knows no other."""
LAST_CHANGES = """
SELECT wanted.id, last.at FROM unnest(%s::uuid[]) AS wanted(id)
CROSS JOIN LATERAL (SELECT at FROM history.event WHERE patient_id = wanted.id AND op NOT IN ('V', 'P') ORDER BY at DESC LIMIT 1) last
"""
FACETS = "SELECT tbl, op, actor, max(actor_name) FROM history.event WHERE patient_id = %s GROUP BY tbl, op, actor"


@dataclass(frozen=True)
class Filter:
    """What of history is asked for; empty means everything."""

    patient_id: UUID | None = None
    actor: str = ""
    kinds: Sequence[str] = ()
    tables: Sequence[str] = ()
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""
    with_views: bool = True

    @property
    def reaches_lists(self) -> bool:
        """Whether lists in which the patient's name stood belong to the answer."""
        return self.patient_id is not None and (not self.kinds or not {*self.kinds}.isdisjoint(LOOKS))

    def condition(self) -> Q:
        """The filter as a condition on the patient's own events."""
        return self.among_all() & (Q(patient_id=self.patient_id) if self.patient_id else Q())

    def among_all(self) -> Q:
        """The filter without the patient."""
        condition = Q() if self.with_views or self.kinds else ~Q(op=EventKind.VIEW)
        for name, value in (("actor", self.actor), ("at__gte", self.since), ("at__lt", self.until)):
            if value:
                condition &= Q(**{name: value})
        if self.kinds:
            condition &= Q(op__in=self.kinds)
        if self.tables:
            condition &= Q(tbl__in=self.tables)
        return condition


@dataclass(frozen=True)
class Page:
    """One page of events, the newest first, what stands beside them, and the cursor of the next one."""

    events: list[Event]
    before: dict[int, Body]
    clocks: dict[int, Body]
    next_cursor: str | None


@dataclass
class Facets:
    """What the events of a patient can be filtered by."""

    people: dict[str, str] = field(default_factory=dict)
    tables: set[str] = field(default_factory=set)
    views: set[str] = field(default_factory=set)


def page_of(wanted: Filter, *, cursor: str | None = None, size: int = PAGE) -> Page:
    """The newest events that match, or the next ones after `cursor`; of a patient also lists in which the name stood."""
    found = _newest(Event.objects.filter(wanted.condition()), wanted, cursor, size + 1)
    if wanted.reaches_lists:
        assert wanted.patient_id is not None  # noqa: S101 - only then does it reach lists
        lists = listed(wanted.patient_id).filter(wanted.among_all()).exclude(patient_id=wanted.patient_id)
        found = found.union(_newest(lists, wanted, cursor, size + 1), all=True).order_by("-at", "-id")[: size + 1]
    events = list(found)
    shown = events[:size]
    next_cursor = f"{shown[-1].at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}_{shown[-1].id}" if len(events) > size else None
    return Page(shown, *beside(shown), next_cursor)


def _newest(events: QuerySet[Event], wanted: Filter, cursor: str | None, size: int) -> QuerySet[Event]:
    if wanted.text:
        events = events.extra(where=["body::text ILIKE %s"], params=["%" + _escaped(wanted.text) + "%"])
    at, event_id = parsed(cursor)
    if at is not None:
        events = events.filter(Q(at__lt=at) | Q(at=at, id__lt=event_id), at__lte=at)
    return events.order_by("-at", "-id")[:size]


def listed(patient_id: UUID) -> QuerySet[Event]:
    """Looks at lists, and lists taken out of the house, in which the patient's name stood among others."""
    return Event.objects.extra(where=[LISTED], params=[json.dumps([str(patient_id)])])  # noqa: S610 - our own words


def count_of(wanted: Filter) -> int:
    """How many of the patient's own events match."""
    return Event.objects.filter(wanted.condition()).count()


def versions_of(table: str, key: str) -> QuerySet[Event]:
    """Every state that a record has had, the oldest first."""
    return Event.objects.filter(tbl=table, pk_text=key, op__in=CHANGES).order_by("id")


def bodies_before(events: Sequence[Event]) -> dict[int, dict[str, Any]]:
    """For each change, the record as it was just before; in one query."""
    return beside(events)[0]


def beside(events: Sequence[Event]) -> tuple[dict[int, Body], dict[int, Body]]:
    """For each change, the record as it was just before; for each entry that a device told the time of, what its clock said. In one query."""
    changes = [event.id for event in events if event.op in ("U", "D")]
    entries = [event.id for event in events if event.op in ("I", "U") and event.patient_id]
    found: tuple[dict[int, Body], dict[int, Body]] = ({}, {})
    if not (changes or entries):
        return found
    instants = [event.at for event in events]
    with connection.cursor() as cursor:
        cursor.execute(BESIDE, {"changes": changes, "entries": entries, "first": min(instants), "last": max(instants)})
        for is_before, event_id, body in cursor.fetchall():
            found[0 if is_before else 1][event_id] = _loaded(body)
    return found


def last_changes(patients: Collection[UUID]) -> dict[UUID, datetime]:
    """When anything in the record of each of these patients changed last; looks and prints change nothing."""
    with connection.cursor() as cursor:
        cursor.execute(LAST_CHANGES, [list(patients)])
        return dict(cursor.fetchall())


def erased_among(patients: Collection[UUID]) -> set[UUID]:
    """Those of these keys whose record was erased."""
    found = Event.objects.filter(op=EventKind.ERASE, patient_id__in=patients).values_list("patient_id", flat=True)
    return {key for key in found if key}


def facets_of(patient_id: UUID) -> Facets:
    """Who acted on this patient's record and on what kinds of records."""
    facets = Facets()
    with connection.cursor() as cursor:
        cursor.execute(FACETS, [patient_id])
        for table, kind, actor, name in cursor.fetchall():
            facets.people[actor] = name
            (facets.tables if kind in CHANGES else facets.views).add(table)
    return facets


def parsed(cursor: str | None) -> tuple[datetime | None, int]:
    """Where a page ended, from its cursor."""
    if not cursor:
        return None, 0
    instant, _underscore, event_id = cursor.partition("_")
    try:
        return datetime.fromisoformat(instant), int(event_id)
    except ValueError as error:
        raise InvalidInput(fields={"cursor": _("This cursor was not given by us. Begin the list anew.")}) from error


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _loaded(body: Any) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(body) if isinstance(body, str) else body or {}
    return loaded
