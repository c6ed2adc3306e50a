"""A log of its own for every test: committed rows, a key in a file, the sequencer on a connection of its role."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import transaction

from clinic.history.sealing import keys
from clinic.history.sealing.sequencer import Sequencer
from clinic.staff.models import LegalEntity
from tests.history.doors import connect


@pytest.fixture
def seq(transactional_db: None) -> Iterator["psycopg.Connection[Any]"]:
    with connect("history_seq") as connection:
        yield connection


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "history.key"


@pytest.fixture
def sequencer(seq: "psycopg.Connection[Any]", key_file: Path) -> Sequencer:
    keys.create(seq, key_file)
    return Sequencer(seq, lambda vkey: keys.load(key_file, vkey))


@pytest.fixture
def write() -> Callable[[str], LegalEntity]:
    """One committed event."""

    def make(name: str = "Клиника") -> LegalEntity:
        with transaction.atomic():
            return LegalEntity.objects.create(name=name)

    return make
