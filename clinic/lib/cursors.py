"""Lists of the API, a page at a time: a page begins at a place in the list, so what is added or removed before it moves nothing."""

from typing import Any, Self

from django.core.exceptions import ValidationError as UnreadablePlace
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from ninja.errors import ValidationError
from ninja.pagination import CursorPagination
from pydantic import ValidationError as UnreadableCursor

from clinic.lib.errors import InvalidInput


class NoPlace(InvalidInput):
    """The cursor names no place in this list."""

    def __init__(self) -> None:
        super().__init__(fields={"cursor": _("This is no place in the list. Take the address from “next”.")})


class CursorPages(CursorPagination):
    """ninja's cursor pagination that takes only cursors as it gives them; its own reads one of nonsense as the first page."""

    class Cursor(CursorPagination.Cursor):
        @classmethod
        def from_encoded_param(cls, encoded_param: str | None, context: Any = None) -> Self:
            """:raises NoPlace: for what no list has given."""
            if not encoded_param:
                return cls()
            try:
                cursor = cls.model_validate(super().from_encoded_param(encoded_param, context).model_dump(exclude_unset=True))
            except (ValidationError, UnreadableCursor) as error:
                raise NoPlace from error
            if cursor.p is None or cursor.encode_as_param() != encoded_param:
                raise NoPlace
            return cursor

    def _find_position(self, queryset: QuerySet[Any], cursor: Any) -> QuerySet[Any]:
        """:raises NoPlace: when the place is none of this list's kind: a name where it goes by days."""
        try:
            found: QuerySet[Any] = super()._find_position(queryset, cursor)
        except (ValueError, TypeError, UnreadablePlace) as error:
            raise NoPlace from error
        return found
