"""The one family of errors that a user may see; `clinic/api.py` and `clinic/middleware.py` turn them into answers."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class DomainError(Exception):
    """A rule of the clinic refused the act. Nothing was saved.

    `code` is stable and meant for programs; `message` is in the user's language and says what happened,
    what was kept and what to do next; `fields` maps a field's name to what is wrong with it;
    `link` leads to the record that explains (the clash, the first result).
    """

    code = "refused"
    status = 422
    default_message: Text = _("This cannot be done.")

    def __init__(self, message: Text | None = None, *, fields: Mapping[str, Text] | None = None, link: str | None = None) -> None:
        self.message: Text = message if message is not None else self.default_message
        self.fields = dict(fields or {})
        self.link = link
        super().__init__(str(self.message))


class InvalidInput(DomainError):
    """One or more fields hold values that the rules do not allow."""

    code = "invalid"
    status = 422
    default_message = _("Some fields need your attention. Nothing was saved yet.")


class NotAllowed(DomainError):
    """The person has no right to do this."""

    code = "not_allowed"
    status = 403
    default_message = _("You do not have the right to do this.")


class NotFound(DomainError):
    """There is no such record for this person."""

    code = "not_found"
    status = 404
    default_message = _("There is no such record, or it is not yours to see.")


class Conflict(DomainError):
    """The act clashes with something that already stands."""

    code = "conflict"
    status = 409


class KeyTaken(Conflict):
    """Another record has this key."""

    code = "key_taken"
    default_message = _("Another record has this key already. Send the entry again with a new one.")


def check_same(first: object, **sent: object) -> None:
    """A request that is sent again asks for what the first one made; spaces around and between words do not count.

    :raises KeyTaken: when the record of that key holds anything else.
    """
    if any(_plain(getattr(first, name)) != _plain(value) for name, value in sent.items()):
        raise KeyTaken


def _plain(value: object) -> object:
    return " ".join(value.split()) if isinstance(value, str) else value


class StaleVersion(Conflict):
    """Somebody changed the record since it was read."""

    code = "stale"
    default_message = _("Someone has changed this record since you opened it. Your text is kept below; compare and save again.")

    def __init__(self, *, standing: object = None, link: str | None = None) -> None:
        """`standing` is the record as it is now, for pages to show beside what was typed."""
        super().__init__(link=link)
        self.standing = standing


def check_version(standing: object, version: int | None) -> None:
    """A record is changed only by the version that was read; one that is not there yet has none (or 0).

    :raises StaleVersion: when it was changed, entered or removed since.
    """
    if (getattr(standing, "version") if standing is not None else 0) != (version or 0):  # noqa: B009 - any record
        raise StaleVersion(standing=standing)
