"""What entries of the mouth say in own words, and when they take no more of them."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from clinic.lib.errors import Conflict, InvalidInput


class NotOpen(Conflict):
    """The finding or diagnosis was settled or withdrawn before."""

    code = "not_open"
    default_message = _("This entry was settled or withdrawn before. Nothing was changed.")


def is_marked(marked_at: datetime | None, *, by: bool) -> bool:
    """Whether this very mark of error (`by` the same person for the same reason) arrived before.

    :raises NotOpen: when another one stands.
    """
    if marked_at is not None and not by:
        raise NotOpen
    return marked_at is not None


def required(text: str, field: str) -> str:
    """:raises InvalidInput: when nothing is said, or too much."""
    if not text.strip():
        raise InvalidInput(_("Say in a few words why."), fields={field: _("Say in a few words why.")})
    return short(text, field, 300)


def short(text: str, field: str, limit: int) -> str:
    """:raises InvalidInput: when it is longer than the limit."""
    if len(text) > limit:
        raise InvalidInput(fields={field: _("At most %(limit)s characters.") % {"limit": limit}})
    return text.strip()
