"""Erasure: refused before its time, under a hold, unsealed and by anybody's own hand; afterwards nothing is left but proofs that still hold."""

import io
import json
import subprocess
import sys
import threading
import zipfile
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from clinic.history.actions import record_print
from clinic.history.evidence import bundle
from clinic.history.models import Event
from clinic.history.sealing import keys
from clinic.history.sealing.sequencer import Sequencer
from clinic.history.verification.verify import verify
from clinic.patients.models import Patient
from clinic.staff.roles import Role
from exports.evidence import SealPending
from exports.legal.models import Hold, HoldLift
from exports.privacy import actions
from tests.history.doors import OWNER, SUPERUSER, connect
from tests.history.sealing.conftest import key_file, seq, sequencer
from tests.hostile import world
from tests.patients.factories import make_patient
from tests.staff.factories import log_in, make_user
from tests.treatment_plans.factories import petrov

__all__ = ["key_file", "seq", "sequencer"]
pytestmark = pytest.mark.django_db(transaction=True)
Connection = psycopg.Connection[Any]
ERASE = "SELECT history.erase(%s, %s)"


@pytest.fixture
def patient() -> Patient:
    """A patient with a record of almost every kind, and others beside."""
    with transaction.atomic():
        person = world.build()
        make_patient("Остаётся")
        assert refusal(petrov()) == "legal_hold_stands"
        for hold in Hold.objects.filter(patient=petrov(), lift=None):
            HoldLift.objects.create(hold=hold, patient=petrov(), reason="Дело закрыто", lifted_at=timezone.now(), lifted_by=person)
        return petrov()


def erase(patient: Patient) -> dict[str, Any]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ERASE, [patient.pk, json.dumps({"ground": "retention"})])
        told = cursor.fetchone()[0]
        return json.loads(told) if isinstance(told, str) else dict(told)


def refusal(patient: Patient) -> str:
    with pytest.raises(IntegrityError) as caught:
        erase(patient)
    return str(caught.value.__cause__.diag.constraint_name)  # type: ignore[union-attr]


def lower_the_floor() -> None:
    """As if the record were twenty years older."""
    with connect(OWNER) as owner:
        owner.execute("UPDATE history.retention SET years = 0")


def test_erased_is_gone_everywhere_and_the_proofs_hold(seq: Connection, sequencer: Sequencer, patient: Patient, tmp_path: Path) -> None:
    sequencer.drain()
    before = Event.objects.filter(patient_id=patient.pk).count()
    assert refusal(patient) == "history_erase_too_young"
    lower_the_floor()
    told = erase(patient)
    assert told["rows"]["patients_patient"] == 1
    assert told["events"] >= before
    sequencer.drain()
    with connect(SUPERUSER) as everything:
        found = [
            table for table in tables(everything) if everything.execute(HOLDS_NAME.format(table=table), ["%" + patient.last_name + "%"]).fetchone()
        ]
    assert found == [], f"{patient.last_name} still stands in {found}"
    assert {event.body is None for event in Event.objects.filter(patient_id=patient.pk).exclude(op="E")} == {True}
    report = verify(since=None, witnesses=[])
    assert [str(finding) for finding in report.findings if not finding.is_warning] == []
    assert report.erased[0] == 1
    out = io.StringIO()
    call_command("history_verify", "--full", stdout=out)
    assert "Erased after retention: 1 patients" in out.getvalue()
    assert proven(seq, sequencer, patient, tmp_path) == 0
    assert Patient.objects.filter(last_name="Остаётся").exists()


HOLDS_NAME = "SELECT 1 FROM {table} t WHERE t::text LIKE %s LIMIT 1"


def tables(everything: Connection) -> list[str]:
    rows = everything.execute(
        "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind = 'r' AND n.nspname IN ('public', 'history') AND c.relname <> 'leaf'"
    )
    return [row[0] for row in rows.fetchall()]


def proven(seq: Connection, sequencer: Sequencer, patient: Patient, folder: Path) -> int:
    """The expert's verdict on what is left."""
    request = record_print(what="evidence", patient_id=patient.pk, body={"files": [], "pdf": PDF, "reason": "check"})
    sequencer.drain()
    with zipfile.ZipFile(folder / "evidence.zip", "w") as archive:
        bundle.write(seq, archive, bundle.frame(seq, patient.pk, request=request), [])
        archive.writestr("record.pdf", b"")
    command = [sys.executable, "-I", str(bundle.VERIFIER), str(folder / "evidence.zip"), "--key", keys.current(seq) or ""]
    return subprocess.run(command, capture_output=True, check=False).returncode


PDF = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_it_is_refused_unsealed_and_the_application_cannot_do_it_by_hand(seq: Connection, sequencer: Sequencer, patient: Patient) -> None:
    lower_the_floor()
    assert refusal(patient) == "history_erase_unsealed"
    sequencer.drain()
    attacks = [
        "UPDATE history.event SET body = NULL, salt = NULL WHERE patient_id = %s",
        "INSERT INTO history.erasing VALUES (pg_current_xact_id(), %s)",
        "DELETE FROM patients_patient WHERE id = %s",
        "DELETE FROM patients_historicalpatient WHERE id = %s",
        "UPDATE history.retention SET years = 0 WHERE %s IS NOT NULL",
    ]
    for attack in attacks:
        with pytest.raises((ProgrammingError, IntegrityError)), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attack, [patient.pk])
    with connect(SUPERUSER) as superuser, pytest.raises(psycopg.Error, match="append-only"):
        superuser.execute("UPDATE history.event SET body = NULL, salt = NULL WHERE patient_id = %s", [patient.pk])
    stranger = make_stranger()
    sequencer.drain()
    erase(stranger)
    assert Patient.objects.filter(pk=patient.pk).exists()


def test_the_legal_desk_erases_after_every_ground_is_gone(sequencer: Sequencer, patient: Patient) -> None:
    with transaction.atomic():
        lawyer = make_user(Role.LAWYER, username="lawyer")
    request = actions.receive(patient_id=patient.pk, kind="erasure", actor=lawyer, at=timezone.now())
    later = timezone.now() + timedelta(days=366 * 26)
    pictures = [image.file.storage_name for image in patient.images.select_related("file")]
    assert pictures
    lower_the_floor()
    erase_at = partial(actions.erase, request_id=request.pk, card_number=str(patient.card_number), actor=lawyer)
    with pytest.raises(actions.ErasureForbidden):
        erase_at(at=timezone.now())
    with pytest.raises(SealPending):
        erase_at(at=later)
    ticking = threading.Timer(1, sequencer.drain)
    ticking.start()
    done = erase_at(at=later)
    ticking.join()
    assert done.report["rows"]["charting_visit"] >= 1
    assert done.report["files"] >= 1
    assert not [name for name in pictures if default_storage.exists(name)]
    assert not Patient.objects.filter(pk=patient.pk).exists()
    page = log_in(lawyer).get(reverse("data-requests")).content.decode()
    assert str(patient.pk) in page
    assert patient.last_name not in page


def make_stranger() -> Patient:
    with transaction.atomic():
        return make_patient("Чужой")
