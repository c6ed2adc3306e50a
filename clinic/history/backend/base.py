"""Django's PostgreSQL backend: the history context goes with every transaction, and no connection may be able to rewrite history."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.postgresql import base
from psycopg import ClientCursor
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus

from clinic.history import context

POWERS = (
    "SELECT rolsuper, EXISTS (SELECT FROM pg_roles keeper WHERE keeper.rolname = 'history_owner' AND pg_has_role(keeper.oid, 'MEMBER'))"
    " FROM pg_roles WHERE rolname = current_user"
)


class DatabaseWrapper(base.DatabaseWrapper):
    """Sends the context with the first statement of a transaction; the settings are transaction-local and die with it."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """:raises ImproperlyConfigured: in production, when the role could switch history off."""
        connection = super().get_new_connection(conn_params)
        if not settings.DEBUG:
            try:
                _refuse_powers(connection)
            except ImproperlyConfigured:
                connection.close()
                raise
        return connection

    def _set_autocommit(self, autocommit: bool) -> None:  # noqa: FBT001 - Django's signature
        super()._set_autocommit(autocommit)  # type: ignore[misc]
        if autocommit:
            return
        if (self.connection.isolation_level, self.connection.read_only, self.connection.deferrable) == (None, None, None):
            self._begin()
        else:
            self.tell_context()

    def _begin(self) -> None:
        """Begin and tell the context in one message: psycopg by itself would send BEGIN alone and wait for its answer."""
        with self.wrap_database_errors:
            text = ClientCursor(self.connection).mogrify(f"BEGIN; {context.SET_CONTEXT}", _parameters())
            result = self.connection.pgconn.exec_(text.encode())
            if result.status != ExecStatus.TUPLES_OK:
                raise error_from_result(result)

    def tell_context(self) -> None:
        """Set the actor, purpose and request of the open transaction; an absent context leaves it nameless."""
        with self.wrap_database_errors:
            self.connection.execute(context.SET_CONTEXT, _parameters())


def _parameters() -> list[str]:
    current = context.current()
    return [*current.as_parameters(), current.device] if current else [""] * 9


def _refuse_powers(connection: Any) -> None:
    is_superuser, owns_history = connection.execute(POWERS).fetchone()
    connection.rollback()
    if is_superuser:
        raise ImproperlyConfigured("DATABASE_URL names a superuser, who could rewrite history: use clinic_app (docs/deploy.md).")
    if owns_history and settings.DATABASE_ROLE != "owner":
        raise ImproperlyConfigured("DATABASE_URL names the owner of the tables: use clinic_app (docs/deploy.md).")
