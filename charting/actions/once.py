"""A record that is sent twice, even at the same instant, is one record."""

from typing import TypeVar
from uuid import UUID

from django.db import connection

from clinic.history.creation import check_first
from clinic.history.models import Record

RecordT = TypeVar("RecordT", bound=Record)
HOLD = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


def find_sent(model: type[RecordT], key: UUID | None, **sent: object) -> RecordT | None:
    """What an earlier request with this key made of `sent`; without one the key is held, and whoever creates the record is the first.

    A twin of the same instant waits here until the first request has ended, and is then judged as if it had come later.

    :raises KeyTaken: when the first request made something else.
    """
    if key is None:
        return None
    hold(f"{model._meta.db_table} {key}")
    row = model._default_manager.filter(pk=key).first()
    if row is not None:
        check_first(row, **sent)
    return row


def hold(name: str) -> None:
    """Until the transaction ends nobody else goes on who holds the same name. Take it before any row is locked."""
    with connection.cursor() as cursor:
        cursor.execute(HOLD, [name])
