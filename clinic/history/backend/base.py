"""Django's PostgreSQL backend: the history context goes with every transaction, and no connection may be able to rewrite history."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.postgresql import base

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
        if not autocommit:
            self.tell_context()

    def tell_context(self) -> None:
        """Set the actor, purpose and request of the open transaction; an absent context leaves it nameless."""
        current = context.current()
        parameters = current.as_parameters() if current else [""] * 8
        with self.wrap_database_errors:
            self.connection.execute(context.SET_CONTEXT, parameters)


def _refuse_powers(connection: Any) -> None:
    is_superuser, owns_history = connection.execute(POWERS).fetchone()
    connection.rollback()
    if is_superuser:
        raise ImproperlyConfigured("DATABASE_URL names a superuser, who could rewrite history: use clinic_app (docs/deploy.md).")
    if owns_history and settings.DATABASE_ROLE != "owner":
        raise ImproperlyConfigured("DATABASE_URL names the owner of the tables: use clinic_app (docs/deploy.md).")
