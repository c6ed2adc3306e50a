"""The base of every record, and the ledger as Django sees it."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import NoneType
from typing import Any, ClassVar, Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import DEFAULT_DB_ALIAS, models
from django.db.models.base import ModelState
from django.utils import timezone
from simple_history.models import HistoricalRecords

from clinic.history.fitting import ensure_fits
from clinic.lib.ids import uuid7


class WrittenByTrigger(models.Model):
    """What every typed history row adds to simple-history's own columns."""

    event_id = models.BigIntegerField()
    actor_name = models.CharField(max_length=200)

    class Meta:
        abstract = True


class RecordHistory(HistoricalRecords):  # type: ignore[misc]  # simple-history ships no types
    """simple-history as the reader of history: its tables are filled by the capture trigger, its signals write nothing."""

    def __init__(self) -> None:
        super().__init__(
            inherit=True,
            bases=(WrittenByTrigger,),
            history_id_field=models.BigAutoField(),
            history_user_id_field=models.UUIDField(null=True),
            history_change_reason_field=models.TextField(null=True),
        )

    def post_save(self, *args: Any, **kwargs: Any) -> None:
        """The database has written the row already."""

    def post_delete(self, *args: Any, **kwargs: Any) -> None:
        """The database has written the row already."""

    def pre_delete(self, *args: Any, **kwargs: Any) -> None:
        """History outlives its record."""

    def m2m_changed(self, *args: Any, **kwargs: Any) -> None:
        """Links are records of their own; there is no implicit many-to-many."""


class Record(models.Model):
    """A row that matters: UUIDv7 key, version counted by the database, every change captured by trigger.

    A subclass about a patient carries `patient` (a foreign key to the patient) so that its events belong to that patient.
    `deletable` permits DELETE (drafts and links only; the deletion is in history).
    `history_excluded` names secrets whose values must never enter history.
    """

    deletable: ClassVar[bool] = False
    history_excluded: ClassVar[tuple[str, ...]] = ()

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    history = RecordHistory()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """:raises InvalidInput: when a value does not fit its column."""
        ensure_fits(self, kwargs.get("update_fields"))
        super().save(*args, **kwargs)

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """The record that `to_jsonb` of its row describes.

        It is filled as Django's `from_db` would, but not through `__init__`, which takes half of the time of a long record and tells signals
        to which nobody listens.
        """
        record = cls.__new__(cls)
        kept = vars(record)
        for name, column, kinds, read in _readers(cls):
            value = row[column]
            kept[name] = value if type(value) in kinds else read(value)
        record._state = ModelState()
        record._state.adding, record._state.db = False, DEFAULT_DB_ALIAS
        return record

    @classmethod
    def in_words(cls, body: dict[str, Any]) -> dict[str, Any]:
        """A stored body as history tells it to people: a record that keeps codes of its own puts their words in their place."""
        return body

    def _get_FIELD_display(self, field: "models.Field[Any, Any]") -> str:
        """Django's own hashes the label of every choice for every row, which costs a list of sixty rows ten milliseconds."""
        value = getattr(self, field.attname)
        return str(_labels(type(self), field.name).get(value, "" if value is None else value))


AS_IN_JSON: tuple[tuple[Any, set[type]], ...] = (
    (models.CharField, {str, NoneType}),
    (models.TextField, {str, NoneType}),
    (models.IntegerField, {int, NoneType}),
    (models.BooleanField, {bool, NoneType}),
    (models.UUIDField, {NoneType}),
)


@lru_cache(maxsize=512)
def _readers(model: type[Record]) -> list[tuple[str, str, set[type], Callable[[Any], Any]]]:
    """For each attribute its column, the types that stand in JSON as they are, and how any other value is read."""
    readers: list[tuple[str, str, set[type], Callable[[Any], Any]]] = []
    for field in model._meta.concrete_fields:
        kept = field.target_field if isinstance(field, models.ForeignKey) else field
        as_is: set[type] = next((types for kind, types in AS_IN_JSON if type(kept).to_python is kind.to_python), set())
        readers.append((field.attname, str(field.column), as_is, _key if isinstance(kept, models.UUIDField) else kept.to_python))
    return readers


_key = lru_cache(maxsize=16384)(UUID)
"""The rows of one patient name few keys many times."""


@lru_cache(maxsize=512)
def _labels(model: type[Record], name: str) -> dict[Any, Any]:
    field: Any = model._meta.get_field(name)
    return dict(field.flatchoices)


class EventKind(models.TextChoices):
    """Kinds of ledger events."""

    INSERT = "I", "created"
    UPDATE = "U", "changed"
    DELETE = "D", "deleted"
    TRUNCATE = "T", "truncated"
    VIEW = "V", "viewed"
    SIGN = "S", "signed"
    ADDENDUM = "A", "addendum"
    PRINT = "P", "printed or exported"
    LOGIN = "L", "login"
    DDL = "X", "structure changed"
    ERASE = "E", "erased"
    CLOSING = "C", "closing"
    NOTE = "N", "noted"


class Event(models.Model):
    """One row of the append-only ledger `history.event`; the table is made by SQL and written by triggers only."""

    id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    op = models.CharField(max_length=1, choices=EventKind.choices)
    tbl = models.TextField()
    pk_text = models.TextField(db_column="pk", null=True)
    patient_id = models.UUIDField(null=True)
    actor = models.TextField()
    actor_name = models.TextField()
    actor_role = models.TextField()
    purpose = models.TextField()
    request = models.UUIDField(null=True)
    addr = models.GenericIPAddressField(null=True)
    changed = ArrayField(models.TextField(), null=True)
    body = models.JSONField(null=True)

    class Meta:
        managed = False
        db_table = 'history"."event'
