"""Django's PostgreSQL backend, with the history context told to the database at the start of every transaction."""

from django.db.backends.postgresql import base

from clinic.history import context


class DatabaseWrapper(base.DatabaseWrapper):
    """Sends the context with the first statement of a transaction; the settings are transaction-local and die with it."""

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
