"""After an erasure the bytes stand on in free space of the database's files, until they are written anew."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from clinic import local_postgres
from clinic.history.sealing.sequencer import Sequencer
from clinic.history.verification.verify import verify
from clinic.patients.models import Alert, Patient
from tests.history.doors import OWNER, SUPERUSER, connect
from tests.history.sealing.conftest import key_file, seq, sequencer
from tests.history.test_erasure import erase
from tests.patients.factories import make_patient

__all__ = ["key_file", "seq", "sequencer"]
pytestmark = pytest.mark.django_db(transaction=True)
NAME = "Вымарываев"
HOLDING = """
SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ('public', 'history', 'pg_toast') AND c.relkind IN ('r', 'i', 't') AND pg_relation_size(c.oid) > 0
  AND position(convert_to(%s, 'UTF8') IN pg_read_binary_file(pg_relation_filepath(c.oid))) > 0
ORDER BY 1
"""
PATIENTLY = ("--wait", "200")
"""A transaction in any database of the server, another worker's test too, keeps dead rows where they are."""


def files_with(word: str) -> list[str]:
    """Tables and indexes in whose files the word stands, whether a row holds it or not."""
    with connect(SUPERUSER) as reader:
        reader.execute("CHECKPOINT")
        return [row[0] for row in reader.execute(HOLDING, [word]).fetchall()]


def rewrite(*arguments: str) -> tuple[int, str]:
    url = local_postgres.url_for(OWNER, str(connection.settings_dict["NAME"]))
    command = [sys.executable, "manage.py", "history_rewrite", *arguments]
    environment = {**os.environ, "DATABASE_URL": url, "DEBUG": "true"}
    done = subprocess.run(command, env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_files_written_anew_hold_nothing_of_an_erased_patient(sequencer: Sequencer) -> None:
    with transaction.atomic():
        patient, other = make_patient(NAME), make_patient("Остаётся")
        Patient.objects.filter(pk=patient.pk).update(address=f"{NAME}, дом 5")
        Patient.objects.filter(pk=patient.pk).update(address="")
    sequencer.drain()
    erase(patient)
    assert {"patients_patient", "patients_historicalpatient"} < set(files_with(NAME)), "destroyed, but on the disk"
    assert rewrite("--since", "2999-01-01")[1].startswith("No record was erased")
    code, said = rewrite(*PATIENTLY)
    assert code == 0, said
    assert files_with(NAME) == []
    sequencer.drain()
    assert [str(finding) for finding in verify(since=None, witnesses=[]).findings if not finding.is_warning] == []
    assert Patient.objects.filter(pk=other.pk).exists()


@pytest.mark.soak
def test_a_table_in_use_is_named_and_left(sequencer: Sequencer) -> None:
    with transaction.atomic():
        patient = make_patient(NAME)
    sequencer.drain()
    erase(patient)
    with connect(SUPERUSER) as user, user.transaction():
        user.execute(f"LOCK TABLE {Alert._meta.db_table} IN ROW SHARE MODE")
        code, said = rewrite("--wait", "1")
    assert (code, Alert._meta.db_table in said) == (1, True)
    assert int(said.split(" of ")[0]) > 100, "the others are rewritten"


@pytest.mark.soak
def test_what_an_older_transaction_sees_is_not_called_rewritten(sequencer: Sequencer) -> None:
    with transaction.atomic():
        patient = make_patient(NAME)
    sequencer.drain()
    with connect(SUPERUSER) as reader, reader.transaction():
        reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        reader.execute("SELECT count(*) FROM pg_class")
        erase(patient)
        code, said = rewrite("--wait", "0.2")
        assert (code, "patients_patient," in said) == (1, True), said
    assert rewrite(*PATIENTLY)[0] == 0
    assert files_with(NAME) == []


def test_only_the_owner_rewrites() -> None:
    with pytest.raises(CommandError, match="Only the owner"):
        call_command("history_rewrite")
