"""Errors of the database and of Django in the words of the house."""

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.utils.translation import gettext_lazy as _

from clinic.lib.errors import Conflict, DomainError, InvalidInput, Text

DOES_NOT_FIT = _("A text is too long, or a number or a date is out of range. Nothing was saved.")
CONTRADICTION = _("What was sent contradicts a rule of the clinic's records. Nothing was saved.")
BUSY = _("Somebody else is changing the same records. Nothing was saved; try again.")
RULES = {
    "_same_patient": _("These records belong to different patients. Nothing was saved; reload the page and choose again."),
    "_moves": _("This step is not possible from where the record stands. Nothing was saved; reload the page to see its state."),
    "_ordered_once": _("This work is ordered from a laboratory already. Nothing was saved; cancel that order to order it anew."),
    "_not_too_short": _("An appointment takes 5 minutes at least. Nothing was saved; give it a later end."),
    "_once_a_tooth": _("This is done at most once on each tooth of the line. Nothing was saved; give it more teeth or a smaller quantity."),
    "lab_orders_item_ahead": _("This work is not ahead any more. Nothing was saved; reload the page to see its state."),
    "_called_off": _("Work of this order was called off meanwhile. Nothing was saved; reload the page to see its state."),
    "_code_in_force": _("This code is closed on that day or belongs to another dictionary. Nothing was saved; choose a code in force."),
}
BUSY_STATES = ("40001", "40P01", "55P03")
AWAY_CLASSES = ("", "08", "53", "57")
"""Classes of SQLSTATE: no answer at all, connection exception, insufficient resources, operator intervention (PostgreSQL, appendix A)."""


def as_refusal(error: BaseException) -> DomainError | None:
    """The refusal that a library's error means; None for what is a fault of ours."""
    if isinstance(error, DomainError):
        return error
    if isinstance(error, ValidationError):
        return InvalidInput(fields=_fields_of(error))
    if isinstance(error, DataError | OverflowError | UnicodeEncodeError):
        return InvalidInput(DOES_NOT_FIT)
    if isinstance(error, IntegrityError):
        return Conflict(_broken_rule(error))
    is_busy = isinstance(error, OperationalError) and getattr(error.__cause__, "sqlstate", None) in BUSY_STATES
    return Conflict(BUSY) if is_busy else None


def is_database_away(error: BaseException | None) -> bool:
    """Could the database not be reached, or did it stop in the middle? The same request may succeed in a moment."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    state = getattr(error.__cause__, "sqlstate", None) or ""
    return state[:2] in AWAY_CLASSES


def rule_of(error: IntegrityError) -> str:
    """The name of the rule of the database that refused."""
    diagnostics = getattr(error.__cause__, "diag", None)
    return str(diagnostics.constraint_name or "") if diagnostics else ""


def _broken_rule(error: IntegrityError) -> Text:
    """What the rule of the database that refused has to say, by how its name ends."""
    name = rule_of(error)
    return next((words for ending, words in RULES.items() if name.endswith(ending)), CONTRADICTION)


def _fields_of(error: ValidationError) -> dict[str, str]:
    if not hasattr(error, "error_dict"):
        return {"": " ".join(error.messages)}
    return {"" if name == NON_FIELD_ERRORS else name: " ".join(messages) for name, messages in error.message_dict.items()}
