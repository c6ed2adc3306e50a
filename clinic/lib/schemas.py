"""API schemas that several apps share; every other schema's name is its own in the whole API."""

from ninja import Schema


class ReasonIn(Schema):
    reason: str


class Error(Schema):
    """Every refusal of the API: `code` for programs, `message` for people, `fields` what is wrong where, `link` to what explains it."""

    code: str
    message: str
    fields: dict[str, str] | None = None
    link: str | None = None
