"""The record of a patient as of any moment, in two readings: as it was entered until then, and as a signed checkpoint proves it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from clinic.history.models import Record
from clinic.lib.clock import branch_day
from clinic.lib.errors import InvalidInput
from clinic.staff.models import Branch

Rows = dict[type[Record], list[Record]]
Key = tuple[str, str]
NEWEST = """
WITH newest AS (
  SELECT DISTINCT ON (e.tbl, e.pk) e.tbl, e.pk, e.id, e.at, e.op FROM {source}
  WHERE e.op IN ('I', 'U', 'D') AND {limit} ORDER BY e.tbl, e.pk, e.id DESC)
SELECT n.tbl, n.pk, n.at, e.actor_name, e.body FROM newest n JOIN history.event e ON e.id = n.id AND e.at = n.at WHERE n.op <> 'D'
"""
RECORDED = NEWEST.format(source="history.event e", limit="e.patient_id = %(patient)s AND e.at <= %(at)s")
SEALED = "history.leaf l JOIN history.event e ON e.id = l.event_id AND e.at = l.event_at"
PROVEN = NEWEST.format(source=SEALED, limit="l.patient_id = %(patient)s AND l.pos < %(size)s")
OTHERS = """
SELECT w.tbl, n.body FROM unnest(%(tables)s::text[], %(keys)s::text[]) w (tbl, pk) CROSS JOIN LATERAL (
  SELECT e.body FROM history.event e WHERE e.tbl = w.tbl AND e.pk = w.pk AND e.op IN ('I', 'U') AND e.at <= %(at)s ORDER BY e.id DESC LIMIT 1) n
"""
PRICES = """
SELECT DISTINCT ON (h.id) to_jsonb(h) FROM price_list_historicalprice h
WHERE h.service_id = ANY(%(services)s::uuid[]) AND h.history_date <= %(at)s ORDER BY h.id, h.history_id DESC
"""
CHECKPOINT_BY = "SELECT size, at FROM history.checkpoint WHERE at <= %s ORDER BY size DESC LIMIT 1"
CHECKPOINT = "SELECT size, at FROM history.checkpoint WHERE size = %s"


class NothingProven(InvalidInput):
    """No checkpoint stands below the moment."""

    code = "nothing_proven"
    default_message = _("No checkpoint was signed by then: take a later moment, or read what was entered instead of what is proven.")


@dataclass(frozen=True)
class Moment:
    """What is looked at: everything entered until `at`, or everything below a checkpoint of `size` events, signed at `at`."""

    at: datetime
    size: int | None = None


@dataclass(frozen=True)
class Row:
    """One record as it stood: its values, and who wrote them when."""

    table: str
    key: str
    at: datetime
    actor_name: str
    body: dict[str, Any]


@dataclass(frozen=True)
class Snapshot:
    """Every record of a patient as of a moment."""

    moment: Moment
    rows: dict[Key, Row]

    def of(self, table: str) -> list[Row]:
        return [row for row in self.rows.values() if row.table == table]


def moment_of(*, at: datetime, is_proven: bool = False, size: int | None = None) -> Moment:
    """The moment asked for; `size` names a checkpoint, else the last one signed until `at` is taken.

    :raises NothingProven: when there is no such checkpoint.
    """
    if not is_proven and size is None:
        return Moment(at)
    with connection.cursor() as cursor:
        cursor.execute(CHECKPOINT if size is not None else CHECKPOINT_BY, [size if size is not None else at])
        row = cursor.fetchone()
    if row is None:
        raise NothingProven
    return Moment(at=row[1], size=row[0])


def snapshot(patient_id: UUID, moment: Moment) -> Snapshot:
    """Everything recorded of the patient, as it stood at the moment; one query."""
    statement = RECORDED if moment.size is None else PROVEN
    with connection.cursor() as cursor:
        cursor.execute(statement, {"patient": patient_id, "at": moment.at, "size": moment.size})
        found = [Row(table, key, at, actor, _loaded(body)) for table, key, at, actor, body in cursor.fetchall()]
    return Snapshot(moment, {(row.table, row.key): row for row in found})


def with_prices(shot: Snapshot) -> Snapshot:
    """The snapshot with the prices that were in force then, on that day of the patient's branch, for the services of the patient's procedures."""
    services = sorted({str(row.body["service_id"]) for row in shot.of("charting_procedure") if row.body.get("service_id")})
    if not services:
        return shot
    day = _day_of(shot).isoformat()
    with connection.cursor() as cursor:
        cursor.execute(PRICES, {"services": services, "at": shot.moment.at})
        bodies = [_loaded(row[0]) for row in cursor.fetchall()]
    standing = [body for body in bodies if _is_in_force(body, day)]
    rows = {("price_list_price", body["id"]): _price(body) for body in standing}
    return Snapshot(shot.moment, {**shot.rows, **rows})


def _day_of(shot: Snapshot) -> date:
    """The calendar day of the moment at the patient's branch of then, however the moment was asked for."""
    branches = [row.body["branch_id"] for row in shot.of("patients_patient")]
    return branch_day(shot.moment.at, Branch.objects.values_list("time_zone", flat=True).get(pk=branches[0]))


def _is_in_force(body: dict[str, Any], day: str) -> bool:
    return body["history_type"] != "-" and body["valid_from"] <= day and (not body["valid_to"] or body["valid_to"] > day)


def _price(body: dict[str, Any]) -> Row:
    kept = {name: body[name] for name in ("id", "price_list_id", "service_id", "amount", "valid_from", "valid_to")}
    return Row("price_list_price", body["id"], datetime.fromisoformat(body["history_date"]), body["actor_name"], kept)


class Then:
    """Reads related records as they stood at a moment, for their names: the patient's own from the snapshot, others from the ledger."""

    def __init__(self, shot: Snapshot) -> None:
        self._shot = shot

    def __call__(self, wanted: Mapping[type[Record], set[str]]) -> Rows:
        rows: Rows = {model: [] for model in wanted}
        missing: list[Key] = []
        for model, keys in wanted.items():
            for key in sorted(keys):
                own = self._shot.rows.get((model._meta.db_table, key))
                if own:
                    rows[model].append(record_of(model, own.body))
                else:
                    missing.append((model._meta.db_table, key))
        by_table = {model._meta.db_table: model for model in wanted}
        for table, body in self._others(missing):
            rows[by_table[table]].append(record_of(by_table[table], body))
        return rows

    def _others(self, missing: Iterable[Key]) -> list[tuple[str, dict[str, Any]]]:
        listed = list(missing)
        if not listed:
            return []
        tables, keys = [table for table, _key in listed], [key for _table, key in listed]
        with connection.cursor() as cursor:
            cursor.execute(OTHERS, {"tables": tables, "keys": keys, "at": self._shot.moment.at})
            return [(table, _loaded(body)) for table, body in cursor.fetchall()]


def record_of(model: type[Record], body: Mapping[str, Any]) -> Record:
    """The record that a stored body describes; columns that came later are empty."""
    return model.from_row({**dict.fromkeys(str(field.column) for field in model._meta.concrete_fields), **body})


def _loaded(body: Any) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(body) if isinstance(body, str) else body or {}
    return loaded
