"""A record that is sent twice, even at the same instant, is one record."""

from typing import Any, TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction

from clinic.history.creation import check_first
from clinic.history.models import Record
from clinic.lib.errors import KeyTaken
from clinic.lib.ids import uuid7
from clinic.patients.models import Patient

RecordT = TypeVar("RecordT", bound=Record)


def find_sent(model: type[RecordT], key: UUID | None, patient: Patient, **sent: object) -> RecordT | None:
    """What an earlier request with this key made.

    :raises KeyTaken: when it made something else, or something of another patient.
    """
    row = model._default_manager.filter(pk=key).first() if key else None
    if row is not None:
        check_first(row, patient_id=patient.pk, **sent)
    return row


def create_once(model: type[RecordT], key: UUID | None, *, patient: Patient, **values: Any) -> tuple[RecordT, bool]:
    """The new record, or the one that a twin of this request made a moment before.

    :raises KeyTaken: when the key belongs to a record of another patient.
    """
    try:
        with transaction.atomic():
            return model._default_manager.create(id=key or uuid7(), patient=patient, **values), True
    except IntegrityError as error:
        if f"{model._meta.db_table}_pkey" not in str(error):
            raise
        twin = find_sent(model, key, patient)
        if twin is None:
            raise KeyTaken from error
        return twin, False
