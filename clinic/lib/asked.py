"""What a request to the API says beyond what was asked, and what it leaves to guessing: named, not passed over or made into something.

A misspelt field would be lost without a word and a misspelt filter would show everything; pydantic reads a number as a date,
`yes` as true and `1_000` as a thousand. Rules of a field's values beside these are pydantic's, which reads the request afterwards.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from django.http import HttpRequest, QueryDict
from ninja.operation import Operation
from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo

from clinic.lib.errors import Text
from clinic.lib.field_errors import NO_SUCH_FIELD, NOT_A_DATE, NOT_A_NUMBER, NOT_A_TIME, NOT_AN_INSTANT, NOT_VALID, NOT_YES_OR_NO

Problem = tuple[str, Text]
FORMS, TOKEN = ("form", "file"), "csrfmiddlewaretoken"
WHOLE_NUMBER = re.compile(r"-?[0-9]+")
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
SECONDS = re.compile(r"[-+]?[0-9.]*")


def of_parameters(operation: Operation, request: HttpRequest) -> Iterator[Problem]:
    """What is wrong with the names and writing of the address's parameters, and of the parts of a form where one is asked for."""
    yield from _flat(operation, ("query",), request.GET)
    if any(model.__ninja_param_source__ in FORMS for model in operation.models):
        yield from _flat(operation, FORMS, request.POST)
        yield from ((name, NO_SUCH_FIELD) for name in request.FILES if name not in _names(operation, FORMS))


def of_body(operation: Operation, body: Any) -> Iterator[Problem]:
    """What is wrong with the names and writing of a JSON body's fields, however deep; of a body that is not asked for each of them."""
    asked = [field.annotation for model in operation.models if model.__ninja_param_source__ == "body" for field in model.model_fields.values()]
    for annotation in asked:
        yield from _problems(annotation, body, "")
    if not asked:
        yield from ((str(name), NO_SUCH_FIELD) for name, _part in _parts(body))


def is_unasked_body(operation: Operation, request: HttpRequest) -> bool:
    """Whether something was sent in JSON to an operation that reads neither a body nor a form."""
    reads = any(model.__ninja_param_source__ in ("body", *FORMS) for model in operation.models)
    return not reads and request.content_type == "application/json" and bool(request.body)


def _names(operation: Operation, sources: tuple[str, ...]) -> dict[str, Any]:
    """The annotations of what the address or a form may hold, by name; a group of them (a filter) stands open."""
    found: dict[str, Any] = {}
    for model in operation.models:
        if model.__ninja_param_source__ in sources:
            found |= _opened(model.model_fields)
    return found


def _lists(operation: Operation, sources: tuple[str, ...]) -> set[str]:
    return {name for model in operation.models if model.__ninja_param_source__ in sources for name in model.__ninja_collection_fields__}


def _opened(fields: Mapping[str, FieldInfo]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, field in fields.items():
        kind = field.annotation
        found |= _opened(kind.model_fields) if isinstance(kind, type) and issubclass(kind, BaseModel) else {field.alias or name: kind}
    return found


def _flat(operation: Operation, sources: tuple[str, ...], sent: QueryDict) -> Iterator[Problem]:
    asked, many = _names(operation, sources), _lists(operation, sources)
    for name in sent:
        if name not in asked and not (sources == FORMS and name == TOKEN):
            yield name, NO_SUCH_FIELD
        elif name not in many and len(sent.getlist(name)) > 1:
            yield name, NOT_VALID
        for value in sent.getlist(name):
            yield from _problems(_inside(asked.get(name)), value, name)


def _inside(annotation: Any) -> Any:
    """A list in an address is written as its members one by one."""
    return get_args(annotation)[0] if get_origin(annotation) is list else annotation


def _problems(annotation: Any, value: Any, path: str) -> Iterator[Problem]:
    origin, members = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        yield from _problems(members[0], value, path)
    elif origin in (Union, UnionType) and value is not None:
        yield from min((list(_problems(member, value, path)) for member in members if member is not type(None)), key=len)
    elif origin in (list, dict):
        for name, each in _parts(value):
            yield from _problems(members[-1], each, _join(path, name))
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from _of_record(annotation, value, path)
    elif annotation in GUESSES and value is not None and not GUESSES[annotation][0](value):
        yield path, GUESSES[annotation][1]


def _parts(value: Any) -> Iterable[tuple[object, Any]]:
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()


def _of_record(model: type[BaseModel], value: Any, path: str) -> Iterator[Problem]:
    if not isinstance(value, dict):
        return
    asked = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
    carries_what_was_read = getattr(model, "carries", False) and value.get("version") is not None
    for name, each in value.items():
        if name in asked:
            yield from _problems(asked[name], each, _join(path, name))
        elif not carries_what_was_read:
            yield _join(path, name), NO_SUCH_FIELD


def _join(path: str, name: object) -> str:
    return f"{path}.{name}" if path else str(name)


def _is_whole(value: Any) -> bool:
    return WHOLE_NUMBER.fullmatch(value) is not None if isinstance(value, str) else not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return NUMBER.fullmatch(value) is not None if isinstance(value, str) else not isinstance(value, bool)


def _is_written_time(value: Any) -> bool:
    return isinstance(value, str) and SECONDS.fullmatch(value) is None


def _is_truth(value: Any) -> bool:
    return isinstance(value, bool) or value in ("true", "false")


GUESSES = {
    int: (_is_whole, NOT_A_NUMBER),
    float: (_is_number, NOT_A_NUMBER),
    Decimal: (_is_number, NOT_A_NUMBER),
    bool: (_is_truth, NOT_YES_OR_NO),
    date: (_is_written_time, NOT_A_DATE),
    datetime: (_is_written_time, NOT_AN_INSTANT),
    AwareDatetime: (_is_written_time, NOT_AN_INSTANT),
    time: (_is_written_time, NOT_A_TIME),
}
"""What a value must be written as, by the type of its field, and what is said otherwise."""
