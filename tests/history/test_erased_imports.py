"""What an import kept of a person before anybody knew who it was goes with the record: rows held back, their events, the files themselves."""

import io
import threading
from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.core.files.storage import default_storage
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from clinic.history.sealing.sequencer import Sequencer
from clinic.history.verification.verify import verify
from clinic.patients.importing import actions as importing
from clinic.patients.importing import decisions
from clinic.patients.models import HeldRow, ImportRun, Patient
from clinic.staff.models import User
from clinic.staff.roles import Role
from exports.legal.models import Hold, HoldLift
from exports.privacy import actions, queries
from tests.exports.legal.factories import make_case
from tests.history.doors import APPLICATION, OWNER, SUPERUSER, connect
from tests.history.sealing.conftest import key_file, seq, sequencer
from tests.history.test_erasure import HOLDS_NAME, Connection, tables, thirty_years_ago
from tests.staff.factories import log_in, make_branch, make_user

__all__ = ["key_file", "seq", "sequencer"]
pytestmark = pytest.mark.django_db(transaction=True)
IMPORTED = """Фамилия;Имя;Отчество;Дата рождения
Петров;Иван;Сергеевич;14.03.1985
Остаётсева;Вера;;01.02.1960
"""
DOUBTFUL = """Фамилия;Имя;Отчество;Дата рождения
Петрофф;Иван;Сергеевич;14.03.1985
Петрова;Иван;Сергеевич;14.03.1985
"""


def imported(clerk: User, text: str = IMPORTED) -> ImportRun:
    text = text.replace("\n", f";{uuid4().hex}\n", 1)  # a file of its own: tests side by side keep theirs in one place
    run = importing.take_file(content=io.BytesIO(text.encode()), name="list.csv", branch=make_branch(), actor=clerk)
    importing.plan_run(run_id=run.pk, mapping=run.mapping, is_dry=False, actor=clerk)
    return importing.go_through(run.pk)


def came_by_an_import() -> tuple[Patient, ImportRun, User]:
    """A row of a file became a patient, another somebody else; of a second file one row was found to be the patient, one was left out."""
    with transaction.atomic():
        lawyer, clerk = make_user(Role.LAWYER, username="lawyer"), make_user(Role.MANAGER, username="clerk")
    run = imported(clerk)
    at = timezone.now()
    patient = Patient.objects.get(last_name="Петров")
    rows = HeldRow.objects.filter(run=imported(clerk, DOUBTFUL)).order_by("number")
    assert [row.number for row in rows] == [2, 3]
    decisions.join_to(row_id=rows[0].pk, patient_id=patient.pk, actor=clerk, at=at)
    decisions.discard(row_id=rows[1].pk, actor=clerk, at=at)
    run.refresh_from_db()
    return patient, run, lawyer


def everywhere(word: str) -> list[str]:
    with connect(SUPERUSER) as everything:
        return [table for table in tables(everything) if everything.execute(HOLDS_NAME.format(table=table), [f"%{word}%"]).fetchone()]


def erased_by_the_desk(patient: Patient, lawyer: User, sequencer: Sequencer) -> dict[str, Any]:
    request = actions.receive(patient_id=patient.pk, kind="erasure", actor=lawyer, at=timezone.now())
    ticking = threading.Timer(1, sequencer.drain)
    ticking.start()
    try:
        later = timezone.now() + timedelta(days=366 * 30)
        done = actions.erase(request_id=request.pk, card_number=str(patient.card_number), actor=lawyer, at=later)
    finally:
        ticking.join()
    return dict(done.report)


def test_rows_that_an_import_held_back_go_with_the_patient_they_became(sequencer: Sequencer) -> None:
    with thirty_years_ago():
        patient, run, lawyer = came_by_an_import()
    assert run.file is not None
    names = [file.storage_name for one in ImportRun.objects.all() for file in (one.file, one.report) if file]
    told = erased_by_the_desk(patient, lawyer, sequencer)
    assert (told["rows"]["patients_heldrow"], told["imports"], told["imports_kept"], len(told["earlier"]) >= 2) == (2, 2, [], True)
    assert [everywhere(word) for word in ("Петров", "Петрофф", "Петрова")] == [[], [], []]
    assert not [name for name in names if default_storage.exists(name)]
    sequencer.drain()
    report = verify(since=None, witnesses=[])
    assert [str(finding) for finding in report.findings if not finding.is_warning] == []
    run.refresh_from_db()
    assert (run.file, run.report, run.emptied_at is not None) == (None, None, True)
    assert Patient.objects.filter(last_name="Остаётсева").exists()
    with pytest.raises(importing.FileDestroyed):
        importing.plan_run(run_id=run.pk, mapping=run.mapping, is_dry=False, actor=run.started_by)
    assert log_in(run.started_by).get(reverse("patients-import-run", args=[run.pk])).status_code == 200


def test_a_body_of_nobody_that_no_erasure_names_is_missed(seq: Connection, sequencer: Sequencer) -> None:
    with thirty_years_ago():
        patient, _run, lawyer = came_by_an_import()
    erased_by_the_desk(patient, lawyer, sequencer)
    sequencer.drain()
    with connect(SUPERUSER) as attacker:
        attacker.execute("SELECT set_config('history.maintenance', 'attack', false), set_config('app.actor', 'attacker', false)")
        attacker.execute("ALTER TABLE history.event DISABLE TRIGGER ALL")
        attacker.execute("UPDATE history.event SET body = NULL, salt = NULL WHERE tbl = 'patients_importrun' AND op = 'I'")
    codes = {finding.code for finding in verify(since=None, witnesses=[]).findings}
    assert "body_destroyed" in codes


def test_a_file_with_somebody_under_a_hold_stays_until_it_is_lifted(sequencer: Sequencer) -> None:
    with thirty_years_ago():
        patient, run, lawyer = came_by_an_import()
    other = Patient.objects.get(last_name="Остаётсева")
    with transaction.atomic():
        make_case(other)
    hold = Hold.objects.get(patient=other)
    told = erased_by_the_desk(patient, lawyer, sequencer)
    assert (told["imports"], told["imports_kept"]) == (1, [str(run.pk)])
    later = timezone.now() + timedelta(days=366 * 30)
    assert actions.empty_kept_imports(later) == 0
    with transaction.atomic():
        HoldLift.objects.create(hold=hold, patient=other, reason="Дело закрыто", lifted_at=timezone.now(), lifted_by=lawyer)
    assert actions.empty_kept_imports(later) == 1
    assert actions.empty_kept_imports(later) == 0
    run.refresh_from_db()
    assert run.file is None


def test_a_row_that_waits_and_may_be_the_patient_is_decided_about_first(sequencer: Sequencer) -> None:
    with thirty_years_ago(), transaction.atomic():
        lawyer, clerk = make_user(Role.LAWYER, username="lawyer"), make_user(Role.MANAGER, username="clerk")
    with thirty_years_ago():
        imported(clerk)
        imported(clerk, DOUBTFUL)
    patient = Patient.objects.get(last_name="Петров")
    found = [obstacle.code for obstacle in queries.obstacles(patient, timezone.now() + timedelta(days=366 * 30))]
    assert found == ["import"]
    with pytest.raises(actions.ErasureForbidden):
        erased_by_the_desk(patient, lawyer, sequencer)


def test_the_database_refuses_too_while_such_a_row_waits(sequencer: Sequencer) -> None:
    """Whoever calls the function past the program, the owner of the tables included."""
    with thirty_years_ago(), transaction.atomic():
        make_user(Role.LAWYER, username="lawyer")
        clerk = make_user(Role.MANAGER, username="clerk")
    with thirty_years_ago():
        imported(clerk)
        run = imported(clerk, DOUBTFUL)
    patient = Patient.objects.get(last_name="Петров")
    sequencer.drain()
    for role in (APPLICATION, OWNER):
        with connect(role) as caller, pytest.raises(psycopg.errors.IntegrityConstraintViolation) as refused:
            caller.execute("SELECT set_config('app.actor', 'attacker', false)")
            caller.execute("SELECT history.erase(%s, '{}')", [patient.pk])
        assert refused.value.diag.constraint_name == "history_erase_undecided"
    for row in HeldRow.objects.filter(run=run):
        decisions.accept_as_new(row_id=row.pk, actor=clerk, at=timezone.now())
    sequencer.drain()
    with connect(APPLICATION) as caller:
        caller.execute("SELECT set_config('app.actor', 'lawyer', false)")
        caller.execute("SELECT history.erase(%s, '{}')", [patient.pk])
    assert not Patient.objects.filter(pk=patient.pk).exists()
