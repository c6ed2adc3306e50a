"""An import and a desk at once: whoever comes second sees whom the first one registered."""

from pathlib import Path
from threading import Thread
from time import monotonic, sleep

import pytest
from django.db import connection, connections, transaction

from clinic.history.context import Context, acting
from clinic.patients.actions import one_after_another
from clinic.patients.models import HeldRow, Patient
from clinic.staff.models import User
from tests.patients.factories import make_patient
from tests.patients.test_held_rows import imported
from tests.staff.factories import make_branch, registrar_belova

pytestmark = pytest.mark.django_db(transaction=True)
WAITER = """
SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
WHERE l.locktype = 'advisory' AND NOT l.granted)
"""
TABLE = "Фамилия;Имя;Отчество;Дата рождения;Телефон;E-mail;СНИЛС\nЗайцева;Анна;;01.02.1990;;;\n"


def _import(folder: Path, clerk: User) -> None:
    try:
        with acting(Context(actor="system:test", actor_name="test", actor_role="system", purpose="test")):
            imported(folder, clerk, TABLE)
    finally:
        connections.close_all()


def _wait_for_a_waiter() -> None:
    until = monotonic() + 20
    while monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(WAITER)
            if cursor.fetchone()[0]:
                return
        sleep(0.05)
    pytest.fail("the import did not wait for the desk")


def test_who_is_registered_while_the_import_waits_is_no_twin(tmp_path: Path) -> None:
    with transaction.atomic():
        clerk = registrar_belova(make_branch())
    with transaction.atomic():
        one_after_another()
        run = Thread(target=_import, args=(tmp_path, clerk))
        run.start()
        _wait_for_a_waiter()
        make_patient("Зайцева", first_name="Анна", birth_date="1990-02-01")
    run.join(30)
    assert Patient.objects.filter(last_name="Зайцева").count() == 1
    assert HeldRow.objects.get().candidates[0]["reasons"]
