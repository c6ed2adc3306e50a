"""What is wrong with a field of a request, in the user's words, by pydantic's type of the error."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

NOT_VALID = gettext_lazy("This value is not valid.")
NO_SUCH_FIELD = gettext_lazy("There is no such field.")
NOT_A_NUMBER = gettext_lazy("This is not a number.")
NOT_A_DATE = gettext_lazy("This is not a date. Write it as 2026-11-22.")
NOT_AN_INSTANT = gettext_lazy("This is not a date with a time. Write it as 2026-11-22T09:30:00+03:00.")
NOT_A_TIME = gettext_lazy("This is not a time. Write it as 09:30.")
NOT_YES_OR_NO = gettext_lazy("This is neither true nor false.")
NOT_AN_ID = gettext_lazy("This is not an id. An id looks like 0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b.")
WORDS: dict[str, str | Promise] = {
    "missing": gettext_lazy("This is missing."),
    "extra_forbidden": NO_SUCH_FIELD,
    "string_type": gettext_lazy("This must be text."),
    "string_too_short": gettext_lazy("This is too short: at least %(min_length)s characters."),
    "string_too_long": gettext_lazy("This is too long: at most %(max_length)s characters."),
    "string_pattern_mismatch": gettext_lazy("This is not in the form that is asked for: %(pattern)s."),
    "too_short": gettext_lazy("This list is too short: at least %(min_length)s."),
    "too_long": gettext_lazy("This list is too long: at most %(max_length)s."),
    "greater_than": gettext_lazy("This must be more than %(gt)s."),
    "greater_than_equal": gettext_lazy("This must be at least %(ge)s."),
    "less_than": gettext_lazy("This must be less than %(lt)s."),
    "less_than_equal": gettext_lazy("This must be at most %(le)s."),
    "multiple_of": gettext_lazy("This must be a multiple of %(multiple_of)s."),
    "decimal_max_digits": gettext_lazy("This number is too long: at most %(max_digits)s digits."),
    "decimal_max_places": gettext_lazy("Too many digits after the point: at most %(decimal_places)s."),
    "decimal_whole_digits": gettext_lazy("This number is too large: at most %(whole_digits)s digits before the point."),
    "int_from_float": gettext_lazy("This must be a whole number."),
    "literal_error": gettext_lazy("Choose one of these: %(expected)s."),
    "enum": gettext_lazy("Choose one of these: %(expected)s."),
    "timezone_aware": gettext_lazy("Add the time zone, for example +03:00 or Z."),
    "list_type": gettext_lazy("This must be a list."),
    "tuple_type": gettext_lazy("This must be a list."),
    "dict_type": gettext_lazy("This must be an object."),
    "model_type": gettext_lazy("This must be an object."),
    "model_attributes_type": gettext_lazy("This must be an object."),
    "none_required": gettext_lazy("This must be empty."),
    "json_invalid": gettext_lazy("This is not JSON."),
}
FAMILIES: tuple[tuple[str, str | Promise], ...] = (
    ("string_", gettext_lazy("This must be text.")),
    ("int_", NOT_A_NUMBER),
    ("float_", NOT_A_NUMBER),
    ("decimal_", NOT_A_NUMBER),
    ("finite_", NOT_A_NUMBER),
    ("datetime_", NOT_AN_INSTANT),
    ("timezone_", NOT_AN_INSTANT),
    ("date_", NOT_A_DATE),
    ("time_", NOT_A_TIME),
    ("bool_", NOT_YES_OR_NO),
    ("uuid_", NOT_AN_ID),
)


# What pydantic writes into a location beside our names: the tried member of a union (`literal['a','b']`, `dict[uuid,decimal]`, a core type,
# the name of a schema) and the mark of a key (`[key]`).
TAGS = frozenset(("str", "int", "float", "bool", "bytes", "decimal", "uuid", "date", "datetime", "time", "timedelta", "none", "url", "is-instance"))


def name_of(location: Sequence[str | int]) -> str:
    """The field an error belongs to as the caller wrote it (`lines.0.amount`), without the inside of the validator."""
    kept = location[:1]
    for before, part in pairwise(location):
        is_inside_list = isinstance(before, int)
        if isinstance(part, int) or is_inside_list or not _is_tag(part):
            kept = [*kept, part]
    return ".".join(str(part) for part in kept)


def _is_tag(part: str) -> bool:
    return "[" in part or part in TAGS or part[:1].isupper()


def in_words(error: Mapping[str, Any]) -> str:
    """One of pydantic's errors (`type`, `msg`, `ctx`) in the language of the request; a rule of ours speaks for itself."""
    kind = str(error["type"])
    text = WORDS.get(kind) or next((words for start, words in FAMILIES if kind.startswith(start)), None)
    if text is None:
        return str(error.get("msg") or NOT_VALID)
    values = {**error.get("ctx", {})}
    values["expected"] = str(values.get("expected", "")).replace(" or ", ", ")
    return str(text) % values if "%(" in str(text) else str(text)


UNREADABLE_BODY = gettext_lazy("The body of the request cannot be read: it must be JSON in UTF-8.")
