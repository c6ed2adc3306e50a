"""Stored values in words. What is known of a column is worked out once for each language: a page of history says hundreds of values."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, Protocol
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.text import Truncator
from django.utils.translation import get_language
from django.utils.translation import gettext as _

EMPTY = "–"
LONGEST = 50_000


class Names(Protocol):
    """Knows what related records are called."""

    def of(self, related: Any, key: object) -> str: ...


class NoNames:
    """For values that point at nothing."""

    def of(self, related: Any, key: object) -> str:
        """The end of the key."""
        return f"#{str(key)[-6:]}"


Say = Callable[[Any, Names], str]


@dataclass(frozen=True)
class Column:
    """Its place among the model's columns, what it is called in one language, how its values are said."""

    place: int
    label: str
    speak: Say

    def say(self, value: Any, names: Names) -> str:
        """A stored value as a person would say it."""
        return EMPTY if value is None or value in ("", [], {}) else self.speak(value, names)


def columns_of(model: type[models.Model]) -> dict[str, Column]:
    """The model's columns in the reader's language."""
    return _columns(model, get_language())


def say(field: Any, value: Any, names: Names) -> str:
    """A stored value of a field (none: of a detail that is no field) as a person would say it."""
    return _column(field, get_language()).say(value, names)


def told(value: Any) -> str:
    """A detail of an event; of an id only its end, as for records without a name."""
    try:
        return f"#{str(UUID(str(value)))[-6:]}"
    except ValueError:
        return say(None, value, NoNames())


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


@lru_cache(maxsize=512)
def _columns(model: type[models.Model], language: str | None) -> dict[str, Column]:
    return {str(field.column): _column(field, language, place) for place, field in enumerate(model._meta.local_concrete_fields)}


@lru_cache(maxsize=4096)
def _column(field: Any, _language: str | None, place: int = 0) -> Column:
    return Column(place, capital(str(field.verbose_name)) if field is not None else "", _speaker(field))


def _speaker(field: Any) -> Say:
    if isinstance(field, models.ForeignKey):
        return partial(_name, field.related_model)
    if field is not None and field.choices:
        return partial(_choice, {value: str(label) for value, label in field.flatchoices})
    typed = next((speak for kind, speak in TYPED.items() if isinstance(field, kind)), None)
    return partial(_typed, field, typed) if typed else said_plainly


def _name(related: Any, value: Any, names: Names) -> str:
    return names.of(related, value)


def _choice(labels: dict[Any, str], value: Any, _names: Names) -> str:
    return labels.get(value) or str(value)


def _typed(field: Any, speak: Callable[[Any, Any], str], value: Any, names: Names) -> str:
    try:
        return speak(field, field.to_python(value))
    except (ValidationError, TypeError, ValueError):
        return said_plainly(value, names)


TYPED: dict[type[Any], Callable[[Any, Any], str]] = {
    models.DateTimeField: lambda _field, value: date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT"),
    models.DateField: lambda _field, value: date_format(value, "SHORT_DATE_FORMAT"),
    models.DecimalField: lambda field, value: number_format(value, decimal_pos=field.decimal_places, use_l10n=True, force_grouping=True),
}


def said_plainly(value: Any, _names: Names) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict | list):
        return _structure(value)
    text = str(value)
    return text if len(text) <= LONGEST else Truncator(text).chars(LONGEST)


def _structure(value: Any) -> str:
    """All of it in one line; only of strokes of a pen and the like the beginning."""
    if isinstance(value, list) and any(isinstance(part, list) for part in value):
        return Truncator(json.dumps(value, ensure_ascii=False)).chars(500)
    parts = map(_part, value) if isinstance(value, list) else (f"{name}: {_part(part)}" for name, part in value.items())
    return Truncator(", ".join(parts)).chars(LONGEST)


def _part(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return EMPTY
    return f"({_structure(value)})" if isinstance(value, dict | list) else say(None, value, NoNames())
