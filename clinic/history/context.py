"""Who acts, why and in which request: told to the database once per transaction, so that no write is nameless."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import connection

SET_CONTEXT = (
    "SELECT set_config('app.actor', %s, true), set_config('app.actor_name', %s, true), set_config('app.actor_role', %s, true),"
    " set_config('app.on_behalf_of', %s, true), set_config('app.purpose', %s, true), set_config('app.request', %s, true),"
    " set_config('app.addr', %s, true), set_config('app.version', %s, true), set_config('app.device', %s, true)"
)


@dataclass(frozen=True)
class Context:
    """The actor of the current work: `actor` is a user's id or `system:<what>`; name and role are frozen as they were then.

    `device` is what the clock of a device said of an entry, as JSON: the ledger keeps it before the entry.
    """

    actor: str
    actor_name: str = ""
    actor_role: str = ""
    purpose: str = "care"
    request: UUID | None = None
    address: str | None = None
    on_behalf_of: str | None = None
    device: str = ""

    def as_parameters(self) -> list[str]:
        """What an event that the program reports says of its author."""
        return [
            self.actor,
            self.actor_name,
            self.actor_role,
            self.on_behalf_of or "",
            self.purpose,
            str(self.request or ""),
            self.address or "",
            settings.APP_VERSION,
        ]


_current: ContextVar[Context | None] = ContextVar("history_context", default=None)


def current() -> Context | None:
    """The context in force: the request's, else the process's own name, else none (and then writes are refused)."""
    context = _current.get()
    if context is None and settings.PROCESS_ACTOR:
        return Context(actor=settings.PROCESS_ACTOR, actor_name=settings.PROCESS_ACTOR, actor_role="system", purpose="operation")
    return context


@contextmanager
def acting(context: Context | None) -> Iterator[None]:
    """Run the block as `context`; inside an open transaction the database is told at once, and again on the way out."""
    token = _current.set(context)
    _tell_open_transaction()
    try:
        yield
    finally:
        _current.reset(token)
        if not connection.needs_rollback:
            _tell_open_transaction()


def become(context: Context) -> None:
    """Replace the context for the rest of the enclosing `acting` block (an API token or a PIN has just named the person)."""
    _current.set(context)
    _tell_open_transaction()


def _tell_open_transaction() -> None:
    if connection.connection is not None and connection.in_atomic_block:
        connection.tell_context()  # type: ignore[attr-defined]  # our own backend
