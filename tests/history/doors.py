"""Ways into the worker's database other than the application's own: as the owner of the tables, as a superuser."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connections

from clinic import local_postgres

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
    default = connections["default"].settings_dict
    connections.databases["owner"] = {**default, "USER": OWNER}
    connection = connections["owner"]
    try:
        connection.set_autocommit(False)
        yield connection
    finally:
        connection.rollback()
        connection.close()
        del connections.databases["owner"]
