"""API schemas that several apps share; every other schema's name is its own in the whole API."""

from ninja import Schema


class ReasonIn(Schema):
    reason: str
