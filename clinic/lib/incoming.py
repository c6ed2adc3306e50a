"""What programs send: JSON, queries and forms of the API are read here, and unreadable text is refused before anything looks at it."""

import json
from collections.abc import Iterable
from typing import Any, NoReturn
from unicodedata import category

from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _
from ninja.parser import Parser

from clinic.lib import asked
from clinic.lib.errors import InvalidInput
from clinic.lib.field_errors import UNREADABLE_BODY

DEEPEST = 40


class Unreadable(InvalidInput):
    """The body is not one JSON value that means one thing."""

    code = "unreadable"
    status = 400
    default_message = UNREADABLE_BODY


class StrictParser(Parser):
    """JSON without doubles, endless nesting, NaN, and text without characters that no database keeps."""

    def parse_body(self, request: HttpRequest) -> Any:
        """:raises Unreadable: :raises InvalidInput: naming the field with the impossible text."""
        try:
            body = json.loads(request.body, object_pairs_hook=_once_each, parse_constant=_not_json)
        except (ValueError, RecursionError) as error:
            raise Unreadable from error
        refuse_unwritable(body)
        if operation := getattr(request, "operation", None):
            request.problems += asked.of_body(operation, body)  # type: ignore[attr-defined]
        return body

    def parse_querydict(self, data: "MultiValueDict[str, Any]", list_fields: list[str], request: HttpRequest) -> Any:
        """:raises InvalidInput: naming the parameter with the impossible text."""
        for name in data:
            refuse_unwritable({name: data.getlist(name)})
        return super().parse_querydict(data, list_fields, request)


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Unreadable(_("The body names one field twice. Nothing was saved."))
    return found


def _not_json(word: str) -> NoReturn:
    raise Unreadable(_("%(word)s is not a JSON number. Nothing was saved.") % {"word": word})


def refuse_unwritable(value: Any, path: tuple[str, ...] = ()) -> None:
    """:raises InvalidInput: for a NUL character, half a character or a text that shows nothing anywhere in `value`, or when it is nested too deep."""
    if len(path) > DEEPEST:
        raise Unreadable
    if isinstance(value, str):
        _refuse_text(value, path)
    parts: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        parts = value.items()
    elif isinstance(value, list):
        parts = enumerate(value)
    for name, part in parts:
        if not is_writable(str(name)):
            raise InvalidInput(fields={".".join(path): UNWRITABLE})
        refuse_unwritable(part, (*path, str(name)))


def _refuse_text(text: str, path: tuple[str, ...]) -> None:
    if not is_writable(text):
        raise InvalidInput(fields={".".join(path): UNWRITABLE})
    if is_invisible(text):
        raise InvalidInput(fields={".".join(path): INVISIBLE})


def without_invisible(form: QueryDict) -> QueryDict:
    """The form of a page, with nothing in place of each text that shows nothing: its field then says that it is empty."""
    if not any(is_invisible(value) for name in form for value in form.getlist(name)):
        return form
    copy = form.copy()
    for name in form:
        copy.setlist(name, ["" if is_invisible(value) else value for value in form.getlist(name)])
    return copy


def is_invisible(text: str) -> bool:
    """Whether the text has characters other than spaces, and none of them leaves a mark on a page (zero-width, fillers, marks on nothing)."""
    return not text.isspace() and text != "" and all(sign.isspace() or sign in BLANKS or category(sign)[0] in "CM" for sign in text)


BLANKS = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and symbols by their category that are drawn as nothing."""
INVISIBLE = _("This text consists of characters that cannot be seen. Type it again.")
UNWRITABLE = _("This text holds a character that cannot be stored (NUL or half a character). Type it again.")


def is_writable(text: str) -> bool:
    """Whether a database can keep the text: no NUL, no lone surrogate."""
    try:
        return b"\x00" not in text.encode()
    except UnicodeEncodeError:
        return False
