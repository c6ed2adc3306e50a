"""Checks shared by the actions: a record's own fields, and the constraint behind a refusal of the database."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models

from clinic.lib.errors import InvalidInput, NotFound, Text
from clinic.patients.messages import REFUSALS
from clinic.patients.models import Alert, Consent, Contact, Identifier, Patient, Relation
from clinic.patients.rules import Refused

T = TypeVar("T")
Owned = TypeVar("Owned", Alert, Consent, Contact, Identifier, Relation)


def field_errors(record: models.Model, *, prefix: str = "") -> dict[str, Text]:
    """What is wrong with the record's own fields: lengths, choices, characters that PostgreSQL cannot keep."""
    set_by_actions = [field.name for field in record._meta.fields if field.is_relation or isinstance(field, models.DateTimeField)]
    errors: dict[str, Text] = {}
    try:
        record.clean_fields(exclude=set_by_actions)
    except ValidationError as error:
        errors = {prefix + name: " ".join(messages) for name, messages in error.message_dict.items()}
    for field in record._meta.fields:
        value = getattr(record, field.attname)
        if isinstance(value, str) and "\x00" in value:
            errors[prefix + field.name] = REFUSALS["text"]
    return errors


def ensure(errors: Mapping[str, Text]) -> None:
    """:raises InvalidInput: when there are errors."""
    if errors:
        raise InvalidInput(fields=errors)


def normalised(errors: dict[str, Text], name: str, normalise: Callable[..., T], *arguments: Any) -> T | None:
    """The result of a rule, or None with its refusal added to `errors` under `name`."""
    try:
        return normalise(*arguments)
    except Refused as refused:
        errors[name] = REFUSALS[refused.code]
        return None


def violated(error: IntegrityError) -> str:
    """The name of the constraint that the database defended."""
    return str(getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or "")


def locked(model: type[Owned], record_id: UUID, patient: Patient) -> Owned:
    """The patient's own record, locked until the end of the transaction.

    :raises NotFound: when the patient has no such record.
    """
    record = model.objects.select_for_update(of=("self",)).filter(pk=record_id, patient=patient).first()
    if record is None:
        raise NotFound
    return record
