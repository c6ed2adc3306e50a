"""What a record was when it was made: the measure of a request that is sent again."""

from clinic.history.models import Record
from clinic.lib.errors import KeyTaken, check_same


def as_created(record: Record) -> object:
    """The record as its first version stands in history; a row that never changed is its own first version."""
    if record.version == 1:
        return record
    history = type(record).history
    return history.filter(id=record.pk, history_type="+").order_by("history_id").first() or record


def is_first(record: Record, **sent: object) -> bool:
    """Was the record made from exactly this?"""
    try:
        check_first(record, **sent)
    except KeyTaken:
        return False
    return True


def check_first(record: Record, **sent: object) -> None:
    """A creation that is sent again asks for what the first one made, however the record was changed since.

    :raises KeyTaken: when the record of that key was made from anything else.
    """
    check_same(as_created(record), **sent)
