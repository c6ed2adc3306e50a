"""Errors of the database and of Django in the words of the house."""

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DataError, IntegrityError, OperationalError
from django.utils.translation import gettext_lazy as _

from clinic.lib.errors import Conflict, DomainError, InvalidInput

DOES_NOT_FIT = _("A text is too long, or a number or a date is out of range. Nothing was saved.")
CONTRADICTION = _("What was sent contradicts a rule of the clinic's records. Nothing was saved.")
BUSY = _("Somebody else is changing the same records. Nothing was saved; try again.")
BUSY_STATES = ("40001", "40P01", "55P03")


def as_refusal(error: BaseException) -> DomainError | None:
    """The refusal that a library's error means; None for what is a fault of ours."""
    if isinstance(error, DomainError):
        return error
    if isinstance(error, ValidationError):
        return InvalidInput(fields=_fields_of(error))
    if isinstance(error, DataError | OverflowError | UnicodeEncodeError):
        return InvalidInput(DOES_NOT_FIT)
    if isinstance(error, IntegrityError):
        return Conflict(CONTRADICTION)
    is_busy = isinstance(error, OperationalError) and getattr(error.__cause__, "sqlstate", None) in BUSY_STATES
    return Conflict(BUSY) if is_busy else None


def _fields_of(error: ValidationError) -> dict[str, str]:
    if not hasattr(error, "error_dict"):
        return {"": " ".join(error.messages)}
    return {"" if name == NON_FIELD_ERRORS else name: " ".join(messages) for name, messages in error.message_dict.items()}
