"""API schemas that several apps share; every other schema's name is its own in the whole API."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Self

from django.utils.translation import gettext_lazy as _
from ninja import Schema
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from clinic.lib.errors import InvalidInput, Text


class ReasonIn(Schema):
    reason: str


class Whole(Schema):
    """A record sent as it shall stand: a change, which names the `version` that was read, names every field, so that none is emptied unsaid.

    It may carry what was read beside them.

    :raises InvalidInput: naming the fields that were left out.
    """

    carries: ClassVar[bool] = True

    @model_validator(mode="after")
    def names_all(self) -> Self:
        left_out = set(type(self).model_fields) - self.model_fields_set - {"id", "version"}
        if left_out and getattr(self, "version", None) is not None:
            words: dict[str, Text] = dict.fromkeys(sorted(left_out), _("Say this too: a change names every field, so that none is emptied unsaid."))
            raise InvalidInput(fields=words)
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        told = handler.resolve_ref_schema(handler(schema))
        if cls.model_fields["version"].is_required():
            told["required"] = [name for name in told["properties"] if name != "id"]
        return told


class Error(Schema):
    """Every refusal of the API: `code` for programs, `message` for people, `fields` what is wrong where, `link` to what explains it."""

    code: str
    message: str
    fields: dict[str, str] | None = None
    link: str | None = None


@dataclass(frozen=True)
class OneOf:
    """For `Annotated[str, OneOf(...)]`: the choices of a filter, and the empty text, which is none.

    Of another word the list would be empty, as if there were nothing.
    """

    choices: Iterable[str]
    may_be_empty: bool = True

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.literal_schema([*([""] if self.may_be_empty else []), *self.choices])


Language = Annotated[str, OneOf(("en", "ru", "fr"))]
