"""API schemas that several apps share; every other schema's name is its own in the whole API."""

from typing import Self

from django.utils.translation import gettext_lazy as _
from ninja import Schema
from pydantic import model_validator

from clinic.lib.errors import InvalidInput, Text


class ReasonIn(Schema):
    reason: str


class Whole(Schema):
    """A record sent as it shall stand: a change, which names the `version` that was read, names every field, so that none is emptied unsaid.

    :raises InvalidInput: naming the fields that were left out.
    """

    @model_validator(mode="after")
    def names_all(self) -> Self:
        left_out = set(type(self).model_fields) - self.model_fields_set - {"id", "version"}
        if left_out and getattr(self, "version", None) is not None:
            words: dict[str, Text] = dict.fromkeys(sorted(left_out), _("Say this too: a change names every field, so that none is emptied unsaid."))
            raise InvalidInput(fields=words)
        return self


class Error(Schema):
    """Every refusal of the API: `code` for programs, `message` for people, `fields` what is wrong where, `link` to what explains it."""

    code: str
    message: str
    fields: dict[str, str] | None = None
    link: str | None = None
