"""Events in words: the record's kind and name, who and when, each field before and after as a person would say it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any

from django.apps import apps
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from clinic.history import actors
from clinic.history.models import Event, EventKind, Record
from clinic.history.queries import CHANGES
from clinic.history.reading import read_by_key
from clinic.history.values import Column, capital, columns_of, said_plainly, told

Text = str | Promise
Wanted = dict[type[Record], set[str]]
Rows = dict[type[Record], list[Record]]
Standing = Callable[[Wanted], Rows]
TECHNICAL = {"id", "version", "created_at"}
LONGEST_TITLE = 80
KINDS: dict[str, tuple[Text, str]] = {
    EventKind.INSERT: (pgettext_lazy("history", "created"), "plus"),
    EventKind.UPDATE: (pgettext_lazy("history", "changed"), "pencil"),
    EventKind.DELETE: (pgettext_lazy("history", "deleted"), "trash-2"),
    EventKind.VIEW: (pgettext_lazy("history", "looked at"), "eye"),
    EventKind.SIGN: (pgettext_lazy("history", "signed"), "signature"),
    EventKind.ADDENDUM: (pgettext_lazy("history", "added to"), "file-plus-2"),
    EventKind.PRINT: (pgettext_lazy("history", "printed or exported"), "printer"),
    EventKind.LOGIN: (pgettext_lazy("history", "entrance"), "key-round"),
    EventKind.DDL: (pgettext_lazy("history", "table structure changed"), "database"),
    EventKind.ERASE: (pgettext_lazy("history", "erased"), "eraser"),
    EventKind.CLOSING: (pgettext_lazy("history", "sealed"), "stamp"),
    EventKind.NOTE: (pgettext_lazy("history", "entered by the clock of a device"), "clock"),
}
VIEWS: dict[str, Text] = {
    "overview": gettext_lazy("overview"),
    "patient": gettext_lazy("overview"),
    "chart": gettext_lazy("dental chart"),
    "visits": gettext_lazy("visits"),
    "visit": gettext_lazy("visit"),
    "images": gettext_lazy("images"),
    "image": gettext_lazy("image"),
    "card": gettext_lazy("card for printing"),
    "plans": gettext_lazy("treatment plans"),
    "plan": gettext_lazy("treatment plan"),
    "documents": gettext_lazy("documents"),
    "document": gettext_lazy("document"),
    "lab orders": gettext_lazy("laboratory orders"),
    "lab order": gettext_lazy("laboratory order"),
    "materials": gettext_lazy("materials used"),
    "alerts": gettext_lazy("medical alerts"),
    "contacts": gettext_lazy("contacts"),
    "identifiers": gettext_lazy("identifiers"),
    "relations": gettext_lazy("family and representatives"),
    "consent": gettext_lazy("consent to data processing"),
    "appointment": gettext_lazy("appointment"),
    "appointments": gettext_lazy("appointments"),
    "recalls": gettext_lazy("recalls"),
    "presentation": gettext_lazy("plan shown to the patient"),
    "case": gettext_lazy("legal case"),
    "case sheet": gettext_lazy("sheet of a legal case"),
    "patients-list": gettext_lazy("list of patients"),
    "billing_unpaid": gettext_lazy("list of debts"),
    "money": gettext_lazy("money"),
    "insurance": gettext_lazy("insurance"),
    "history": gettext_lazy("history"),
    "history.retention": gettext_lazy("rule of retention"),
    "history search": gettext_lazy("search in history"),
    "as of": gettext_lazy("record as of a moment"),
    "device clock": gettext_lazy("what the device said before it was put right"),
    "diary": gettext_lazy("diary"),
    "history.closing": gettext_lazy("all events of a day"),
    "desk": gettext_lazy("desk of the role"),
    "till": gettext_lazy("till"),
    "patient search": gettext_lazy("search for patients"),
    "broken_glass": gettext_lazy("records opened for a reason"),
    "data requests": gettext_lazy("requests about personal data"),
    "data request": gettext_lazy("answer about personal data"),
    "receipt": gettext_lazy("receipt of a signature"),
    "receipts": gettext_lazy("signatures"),
    "record history": gettext_lazy("history of a record"),
    "history_search": gettext_lazy("history of everybody"),
    "login": gettext_lazy("logged in"),
    "logout": gettext_lazy("logged out"),
    "login_refused": gettext_lazy("login refused"),
    "login_freed": gettext_lazy("login freed by a temporary password"),
    "password_refused": gettext_lazy("present password refused"),
    "lock": gettext_lazy("locked the computer"),
    "idle_lock": gettext_lazy("idle computer locked itself"),
    "session_expired": gettext_lazy("session ended by time"),
    "pin_set": gettext_lazy("PIN set or erased"),
    "pin_accepted": gettext_lazy("took over by PIN"),
    "pin_refused": gettext_lazy("PIN refused"),
    "second_factor_on": gettext_lazy("second factor switched on"),
    "second_factor_off": gettext_lazy("second factor switched off"),
    "second_factor_accepted": gettext_lazy("second factor shown"),
    "second_factor_refused": gettext_lazy("second factor refused"),
    "backup_codes_made": gettext_lazy("backup codes made"),
}
PURPOSES: dict[str, Text] = {"offline_copy": gettext_lazy("for the offline pack"), "confirmed_by_pin": gettext_lazy("confirmed by PIN")}
CLOCKS = {"told", "clock", "arrived", "taken"}
DETAILS: dict[str, Text] = {
    "patients": gettext_lazy("patients in the list"),
    "shared": gettext_lazy("shared computer"),
    "username": gettext_lazy("user name"),
    "hash": gettext_lazy("hash"),
    "sha256": gettext_lazy("SHA-256"),
    "signer": gettext_lazy("who signed"),
    "confirmed": gettext_lazy("confirmed at the signature by"),
    "invoice": gettext_lazy("invoice"),
    "case": gettext_lazy("legal case"),
    "here": gettext_lazy("this branch only"),
    "image": gettext_lazy("image"),
    "visit": gettext_lazy("visit"),
    "number": gettext_lazy("number"),
    "language": gettext_lazy("language"),
    "kind": gettext_lazy("kind"),
    "from": pgettext_lazy("time", "from"),
    "first": pgettext_lazy("time", "from"),
    "until": gettext_lazy("until"),
    "last": gettext_lazy("until"),
    "claim": gettext_lazy("claim"),
    "order": gettext_lazy("laboratory order"),
    "document": gettext_lazy("document"),
    "rows": gettext_lazy("rows"),
    "part": gettext_lazy("part of the list"),
    "is_cut": gettext_lazy("cut off"),
    "marks": gettext_lazy("marks"),
    "text": gettext_lazy("text"),
    "since": pgettext_lazy("time", "from"),
    "actor": gettext_lazy("person"),
    "kinds": gettext_lazy("what happened"),
    "tables": gettext_lazy("kinds of records"),
    "branch": gettext_lazy("branch"),
    "sql": gettext_lazy("statement"),
    "tag": gettext_lazy("command"),
    "told": gettext_lazy("time of the entry by the device"),
    "clock": gettext_lazy("clock of the device when it sent the entry"),
    "arrived": gettext_lazy("clock of the clinic then"),
    "ahead_seconds": gettext_lazy("seconds by which the device was ahead"),
    "taken": gettext_lazy("taken as the time of the entry"),
}


@dataclass(frozen=True)
class Change:
    """One field: what it is called, what stood before, what stands after."""

    name: str
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    """One event as a person reads it."""

    id: int
    at: datetime
    kind: str
    kind_label: str
    icon: str
    what: str
    title: str
    table: str
    key: str | None
    patient_id: Any
    actor: str
    actor_name: str
    actor_role: str
    role_label: str
    purpose: str
    changes: list[Change] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)

    @property
    def has_record_page(self) -> bool:
        """Whether a record with versions stands behind the event."""
        return self.key is not None and self.kind in CHANGES and self.table in models_by_table()

    @cached_property
    def here(self) -> datetime:
        """The instant on the wall clock of the reader."""
        return timezone.localtime(self.at)

    @property
    def day(self) -> date:
        return self.here.date()

    @property
    def moment(self) -> str:
        return self.here.isoformat()

    @property
    def clock(self) -> str:
        return f"{self.here:%H:%M:%S}"


@lru_cache(maxsize=1)
def models_by_table() -> dict[str, type[models.Model]]:
    """The record models by the names of their tables."""
    return {model._meta.db_table: model for model in apps.get_models() if issubclass(model, Record)}


def table_label(table: str) -> str:
    """What the records of a table are called."""
    return _table_label(table, get_language())


@lru_cache(maxsize=1024)
def _table_label(table: str, _language: str | None) -> str:
    name = table.removeprefix("public.")
    model = models_by_table().get(name)
    if model:
        return capital(str(model._meta.verbose_name))
    is_report = name.startswith("exports_")
    return capital(str(gettext_lazy("report or list") if is_report else VIEWS.get(name, name.replace("_", " "))))


def lines(events: Iterable[Event], before: Mapping[int, Mapping[str, Any]]) -> list[Line]:
    """Events in words; names of related records are fetched at once."""
    listed = list(events)
    pairs = {event.id: (dict(before.get(event.id, {})), dict(event.body or {})) for event in listed}
    names = Names((models_by_table().get(event.tbl), body) for event in listed for body in pairs[event.id])
    return [_line(event, *pairs[event.id], names) for event in listed]


class Names:
    """Names of the records that foreign keys point at: one query for all kinds, one more for names made of other names."""

    def __init__(self, bodies: Iterable[tuple[type[models.Model] | None, Mapping[str, Any]]], standing: Standing | None = None) -> None:
        """`standing` reads the related records; without it they are taken as they stand now."""
        wanted: Wanted = defaultdict(set)
        for model, body in bodies:
            for key in _foreign_keys(model) if model else ():
                if body.get(key.column) and _has_name(key.related_model):
                    wanted[key.related_model].add(str(body[key.column]))
        read = standing or _standing
        rows = read(wanted)
        _join(rows, read)
        self._names = {related: {str(row.pk): str(row) for row in found} for related, found in rows.items()}

    def of(self, related: Any, key: object) -> str:
        """The record's name, or the start of its key when it has none or no longer stands."""
        return self._names.get(related, {}).get(str(key)) or f"#{str(key)[-6:]}"


def _has_name(model: type[models.Model]) -> bool:
    return model.__str__ is not models.Model.__str__ and isinstance(model._meta.pk, models.UUIDField)


def _standing(wanted: Wanted) -> Rows:
    """The records as they stand, from all their tables in one query."""
    found = read_by_key(wanted)
    return {model: found.of(model) for model in wanted}


def _join(rows: Rows, read: Standing) -> None:
    """Give records whose name speaks of another record that other record, however deep."""
    links = [(row, key) for model, found in rows.items() for key in _named_by(model) for row in found if getattr(row, key.attname)]
    wanted: Wanted = defaultdict(set)
    for row, key in links:
        wanted[key.related_model].add(str(getattr(row, key.attname)))
    if not wanted:
        return
    standing = read(wanted)
    _join(standing, read)
    others = {(model, other.pk): other for model, found in standing.items() for other in found}
    for row, key in links:
        if other := others.get((key.related_model, getattr(row, key.attname))):
            setattr(row, key.name, other)


@lru_cache(maxsize=512)
def _named_by(model: type[models.Model]) -> tuple[Any, ...]:
    """The foreign keys that the model's `__str__` reads."""
    return tuple(key for key in _foreign_keys(model) if key.name in model.__str__.__code__.co_names)


def _line(event: Event, old: dict[str, Any], new: dict[str, Any], names: Names) -> Line:
    model = models_by_table().get(event.tbl)
    label, icon = _kind(event.op, get_language())
    old, new = in_words(model, old), in_words(model, new)
    changes = _changes(event, model, old, new, names) if model and event.op in CHANGES else _details(new)
    return Line(
        id=event.id,
        at=event.at,
        kind=event.op,
        kind_label=label,
        icon=icon,
        what=table_label(event.tbl),
        title=", ".join(filter(None, [title_of(model, new or old), str(PURPOSES.get(event.purpose, ""))])),
        table=event.tbl,
        key=event.pk_text,
        patient_id=event.patient_id,
        actor=event.actor,
        actor_name=actors.name_of(event.actor, event.actor_name),
        actor_role=event.actor_role,
        role_label=actors.roles_of(event.actor_role),
        purpose=event.purpose,
        changes=changes,
    )


def in_words(model: type[models.Model] | None, body: dict[str, Any]) -> dict[str, Any]:
    """The body with the words of a record's own codes."""
    return model.in_words(body) if model is not None and issubclass(model, Record) else body


@lru_cache(maxsize=64)
def _kind(kind: str, _language: str | None) -> tuple[str, str]:
    label, icon = KINDS.get(kind, (kind, "circle"))
    return str(label), icon


def _changes(event: Event, model: type[models.Model], old: dict[str, Any], new: dict[str, Any], names: Names) -> list[Change]:
    if event.op == EventKind.UPDATE:
        columns = [column for column in event.changed or [] if column not in TECHNICAL]
    else:
        shown = new if event.op == EventKind.INSERT else old or new
        columns = [column for column, value in shown.items() if column not in {*TECHNICAL, "patient_id"} and value not in (None, "", [], {})]
    if event.op == EventKind.INSERT:
        old = {}
    elif event.op == EventKind.DELETE:
        old, new = old or new, {}
    return differences(model, old, new, columns, names)


def differences(model: type[models.Model], old: Mapping[str, Any], new: Mapping[str, Any], columns: Iterable[str], names: Names) -> list[Change]:
    """The fields in words, in the order of the model; a field that the model no longer has keeps its column's name."""
    known, secrets = columns_of(model), getattr(model, "history_excluded", ())
    result = []
    for name in sorted(columns, key=lambda name: known[name].place if name in known else len(known)):
        column = known.get(name) or Column(0, name, said_plainly)
        before, after = (_("hidden"), _("changed")) if name in secrets else (column.say(old.get(name), names), column.say(new.get(name), names))
        result.append(Change(name, column.label, before, after))
    return result


def _details(body: Mapping[str, Any]) -> list[Change]:
    """Of a list of patients their number, in all its parts: who reads of one patient's name in it reads of nobody else's."""
    known = {name: value for name, value in body.items() if value is not None}
    if isinstance(people := known.get("patients"), list):
        known["patients"] = known.pop("of", len(people))
        if "parts" in known:
            known["part"] = f"{known.get('part')} / {known.pop('parts')}"
    said = {name: _exactly(value) if name in CLOCKS else told(value) for name, value in known.items()}
    return [Change(name, capital(str(DETAILS.get(name, name.replace("_", " ")))), "", words) for name, words in said.items()]


def _exactly(value: Any) -> str:
    """An instant that somebody else's clock gave, to the second."""
    try:
        found = parse_datetime(str(value))
    except ValueError:
        found = None
    if found is None or timezone.is_naive(found):
        return told(value)
    here = timezone.localtime(found)
    return f"{date_format(here, 'SHORT_DATE_FORMAT')} {here:%H:%M:%S}"


def title_of(model: type[models.Model] | None, body: Mapping[str, Any]) -> str:
    """What names a record in its own body: a number, a name or a code."""
    if model is None:
        return ""
    parts = [str(body[name]) for name in ("number", "code", "name", "last_name", "first_name", "title", "value", "subject") if body.get(name)]
    text = " ".join(parts[:2])
    return text if len(text) <= LONGEST_TITLE else Truncator(text).chars(LONGEST_TITLE)


@lru_cache(maxsize=512)
def _foreign_keys(model: type[models.Model]) -> tuple[Any, ...]:
    return tuple(row for row in model._meta.local_concrete_fields if isinstance(row, models.ForeignKey))
