"""Whether a record's values fit its columns, asked before the database is, so that the refusal can name the field."""

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import connection, models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clinic.lib.errors import InvalidInput
from clinic.lib.incoming import UNWRITABLE, is_writable

LONGEST_TEXT = 50_000


def ensure_fits(record: models.Model, names: Iterable[str] | None = None) -> None:
    """:raises InvalidInput: naming each field (of `names`, or all) whose value its column cannot hold."""
    wanted = None if names is None else set(names)
    problems: dict[str, str | Promise] = {}
    for field in _bounded(type(record)):
        if wanted is None or field.name in wanted or field.attname in wanted:
            words = _problem(field, record.__dict__.get(field.attname))
            if words:
                problems[field.name] = words
    if problems:
        raise InvalidInput(fields=problems)


@lru_cache(maxsize=512)
def _bounded(model: type[models.Model]) -> tuple["models.Field[Any, Any]", ...]:
    kinds = (models.CharField, models.TextField, models.DecimalField, models.IntegerField)
    return tuple(field for field in model._meta.concrete_fields if isinstance(field, kinds))


def _problem(field: "models.Field[Any, Any]", value: object) -> str | Promise | None:
    if isinstance(value, str):
        return _text_problem(value, getattr(field, "max_length", None) or LONGEST_TEXT)
    if isinstance(value, Decimal) and isinstance(field, models.DecimalField):
        return _amount_problem(value, 10 ** (field.max_digits - field.decimal_places))
    if isinstance(value, int) and isinstance(field, models.IntegerField):
        low, high = connection.ops.integer_field_range(field.get_internal_type())
        return None if (low or 0) <= value <= (high or 0) else _("This number is out of range.")
    return None


def _text_problem(text: str, longest: int) -> str | Promise | None:
    if len(text) > longest:
        return _("At most %(longest)s characters fit here; these are %(length)s.") % {"longest": longest, "length": len(text)}
    return None if is_writable(text) else UNWRITABLE


def _amount_problem(amount: Decimal, bound: int) -> str | Promise | None:
    return None if amount.is_finite() and abs(amount) < bound else _("This number is out of range.")
