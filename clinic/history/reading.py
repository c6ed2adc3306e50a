"""Records of several tables in one round trip: a page of many small parts pays for one query instead of one for each."""

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar, cast

from django.db import connection

from clinic.history.models import Record

R = TypeVar("R", bound=Record)
ROW = json.JSONDecoder(parse_float=Decimal)


class Found:
    """The records that were found, by model, each model in the order that its condition asks for."""

    def __init__(self) -> None:
        self._records: dict[type[Record], list[Record]] = {}

    def add(self, record: Record) -> None:
        self._records.setdefault(type(record), []).append(record)

    def of(self, model: type[R]) -> list[R]:
        return cast("list[R]", self._records.get(model, []))

    def by_key(self, model: type[R]) -> dict[object, R]:
        return {record.pk: record for record in self.of(model)}


def read_together(conditions: Mapping[type[Record], str], parameters: Mapping[str, Any]) -> Found:
    """Read whole rows `t` of each table that meet the model's condition (SQL after WHERE, with its order), all in one query."""
    models = list(conditions)
    found = Found()
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(_part(number, model, conditions[model]) for number, model in enumerate(models)), parameters)
        for number, row in cursor.fetchall():
            found.add(models[number].from_row(ROW.decode(row)))
    return found


def read_by_key(wanted: Mapping[type[Record], set[Any]]) -> Found:
    """Read the records with these keys, from all their tables in one query."""
    keys = {f"keys{number}": sorted(found, key=str) for number, found in enumerate(wanted.values())}
    return read_together({model: f"t.id = ANY(%(keys{number})s::uuid[])" for number, model in enumerate(wanted)}, keys) if wanted else Found()


def attach(records: Sequence[Record], *names: str) -> None:
    """Fill these foreign keys of all the records by one query; what many records point at is made once."""
    keys: list[Any] = [records[0]._meta.get_field(name) for name in names] if records else []
    links = [(record, key) for key in keys for record in records]
    wanted: dict[type[Record], set[Any]] = {}
    for record, key in links:
        if (found := getattr(record, key.attname)) is not None:
            wanted.setdefault(key.related_model, set()).add(found)
    standing = read_by_key(wanted)
    others = {model: standing.by_key(model) for model in wanted}
    for record, key in links:
        if (found := getattr(record, key.attname)) is not None:
            setattr(record, key.name, others[key.related_model][found])


def attach_children(parents: Sequence[Record], name: str, children: Sequence[Record], link: str) -> None:
    """Give each of the parents its children under the reverse link `name`, as `prefetch_related` would; `link` is their column."""
    kept: dict[Any, list[Record]] = {parent.pk: [] for parent in parents}
    for child in children:
        if (key := getattr(child, link)) in kept:
            kept[key].append(child)
    for parent in parents:
        vars(parent).setdefault("_prefetched_objects_cache", {})[name] = kept[parent.pk]


def children_of(parent: Record, name: str) -> Iterable[Any]:
    """The children under the reverse link `name`, without a query set for those that were read together with their parent."""
    read = vars(parent).get("_prefetched_objects_cache", {})
    found: Iterable[Any] = read[name] if name in read else getattr(parent, name).all()
    return found


def _part(number: int, model: type[Record], condition: str) -> str:
    return f"(SELECT {number}, to_jsonb(t) FROM {connection.ops.quote_name(model._meta.db_table)} t WHERE {condition})"  # noqa: S608 - our own words
