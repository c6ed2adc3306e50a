"""Tasks, commands and accounts of the database are told in plain words."""

import pytest
from django.utils import translation
from procrastinate.contrib.django import app

from clinic.history.actors import WORK, name_of, roles_of


def test_every_task_has_a_name_for_people() -> None:
    own = {name.rpartition(".")[2] for name in app.tasks if not name.startswith(("builtin:", "procrastinate", "tests"))}
    assert own <= WORK.keys(), sorted(own - WORK.keys())


@pytest.mark.parametrize(
    ("language", "actor", "said"),
    [
        ("en", "system:charting.tasks.lock_unsigned_visits", "the system: locking of unsigned notes"),
        ("ru", "system:charting.tasks.lock_unsigned_visits", "система: блокировка неподписанных записей"),
        ("fr", "system:sequencer", "le système\u00a0: scellement de l’historique"),
        ("ru", "db:clinic_owner", "учётная запись базы clinic_owner"),
        ("ru", "0199", "Орлова М.П."),
    ],
)
def test_names_in_three_languages(language: str, actor: str, said: str) -> None:
    with translation.override(language):
        assert name_of(actor, "Орлова М.П.") == said


@pytest.mark.parametrize(
    ("language", "roles", "said"),
    [
        ("en", "dentist", "Dentist"),
        ("ru", "dentist,system_administrator", "Врач, Системный администратор"),
        ("fr", "lawyer", "Juriste"),
        ("ru", "system", "программа"),
        ("ru", "", ""),
        ("ru", "role_of_old", "role_of_old"),
    ],
)
def test_roles_in_three_languages(language: str, roles: str, said: str) -> None:
    with translation.override(language):
        assert roles_of(roles) == said
