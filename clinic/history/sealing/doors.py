"""How the keeper of the log comes in: its own role, its key, its witnesses, as the settings name them."""

from typing import Any

import psycopg
from django.conf import settings
from django.db import connections

from clinic.history.sealing.keeper import Keeper
from clinic.history.sealing.witnesses import from_settings


def connect() -> "psycopg.Connection[Any]":
    """A connection of role history_seq in autocommit, to the database that Django uses."""
    return psycopg.connect(settings.HISTORY_DATABASE_URL, dbname=connections["default"].settings_dict["NAME"], autocommit=True)


def keeper() -> Keeper:
    """The sequencer with the key and the witnesses of this clinic."""
    return Keeper(connect, settings.HISTORY_KEY_PATH, from_settings(settings.HISTORY_WITNESSES))
