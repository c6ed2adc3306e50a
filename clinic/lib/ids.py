"""Identifiers of records."""

import uuid

from uuid_utils.compat import uuid7 as _uuid7


def uuid7() -> uuid.UUID:
    """A time-ordered UUID (RFC 9562, version 7), made where the record is made so that a retried request is the same record."""
    return _uuid7()
