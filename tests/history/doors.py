"""Ways into the worker's database other than the application's own: as the owner of the tables, as a superuser."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connections
from django.test import override_settings

from clinic import local_postgres
from clinic.history.backend.base import DatabaseWrapper

OWNER, SUPERUSER, APPLICATION = "clinic_owner", "postgres", "clinic_app"


@contextmanager
def entering(role: str) -> Iterator[psycopg.Connection[Any]]:
    """An open transaction of `role` under a named actor; always rolled back."""
    name = connections["default"].settings_dict["NAME"]
    with psycopg.connect(local_postgres.url_for(role, str(name))) as connection:
        connection.execute("SELECT set_config('app.actor', 'system:attack', true)")
        try:
            yield connection
        finally:
            connection.rollback()


@contextmanager
def django_as_owner() -> Iterator[Any]:
    """A Django connection of the owner of the tables, for migration operations; in a transaction, rolled back."""
    connection = DatabaseWrapper({**connections["default"].settings_dict, "USER": OWNER}, alias="default")
    with override_settings(DATABASE_ROLE="owner"):
        connection.set_autocommit(False)
    try:
        yield connection
    finally:
        connection.rollback()
        connection.close()


def connect(role: str) -> "psycopg.Connection[Any]":
    """A connection of `role` in autocommit, for tests whose rows are committed."""
    name = connections["default"].settings_dict["NAME"]
    return psycopg.connect(local_postgres.url_for(role, str(name)), autocommit=True)
