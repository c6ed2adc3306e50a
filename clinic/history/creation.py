"""A record that is sent twice, even at the same instant, is one record; what it was when it was made is the measure."""

from typing import TypeVar
from uuid import UUID

from django.db import connection

from clinic.history.models import Record
from clinic.lib.errors import KeyTaken, check_same

RecordT = TypeVar("RecordT", bound=Record)
HOLD = "SELECT pg_advisory_xact_lock(key) FROM (SELECT DISTINCT hashtextextended(name, 0) AS key FROM unnest(%s::text[]) name ORDER BY 1) names"


def find_sent(model: type[RecordT], key: UUID | None, **sent: object) -> RecordT | None:
    """What an earlier request with this key made of `sent`; without one the key is held, and whoever creates the record is the first.

    A twin of the same instant waits here until the first request has ended, and is then judged as if it had come later.
    Ask before any row is locked, and for one key in a transaction that somebody else may know: then nobody who waits for a key holds what
    its holder may still want.

    :raises KeyTaken: when the first request made something else.
    """
    if key is None:
        return None
    hold(f"{model._meta.db_table} {key}")
    row = model._default_manager.filter(pk=key).first()
    if row is not None:
        check_first(row, **sent)
    return row


def find_put(model: type[RecordT], key: UUID | None, **sent: object) -> RecordT | None:
    """The same of what is put under its key without a version; when it was put otherwise the check of the version refuses it."""
    try:
        return find_sent(model, key, **sent)
    except KeyTaken:
        return None


def hold(*names: str) -> None:
    """Until the transaction ends nobody else goes on who holds one of the same names. Take them before any row is locked.

    Several are taken in one order, whoever asks, so nobody waits in a ring.
    """
    with connection.cursor() as cursor:
        cursor.execute(HOLD, [list(names)])


def check_first(record: Record, **sent: object) -> None:
    """A creation that is sent again asks for what the first one made, however the record was changed since.

    :raises KeyTaken: when the record of that key was made from anything else.
    """
    check_same(as_created(record), **sent)


def as_created(record: Record) -> object:
    """The record as its first version stands in history; a row that never changed is its own first version."""
    if record.version == 1:
        return record
    history = type(record).history
    return history.filter(id=record.pk, history_type="+").order_by("history_id").first() or record
