"""What an import kept of a person before anybody knew who it was goes with the record: rows held back, their events, the files themselves."""

import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from clinic.files.models import StoredFile
from clinic.history.sealing.sequencer import Sequencer
from clinic.history.verification.verify import verify
from clinic.lib.ids import uuid7
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


def of_its_own(text: str) -> io.BytesIO:
    """A file that no other test has: tests side by side keep theirs in one place."""
    return io.BytesIO(text.replace("\n", f";{uuid4().hex}\n", 1).encode())


def imported(clerk: User, text: str = IMPORTED) -> ImportRun:
    run = importing.take_file(content=of_its_own(text), name="list.csv", branch=make_branch(), actor=clerk)
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


def kept_files() -> set[str]:
    """What stands in the storage of all that was ever stored here."""
    return {file.storage_name for file in StoredFile.objects.all() if default_storage.exists(file.storage_name)}


def test_every_sheet_that_names_the_patient_goes_also_that_of_a_trial(sequencer: Sequencer) -> None:
    """A trial that was never carried out, one before the import itself, and a row that was found to be somebody else."""
    with thirty_years_ago():
        with transaction.atomic():
            lawyer, clerk = make_user(Role.LAWYER, username="lawyer"), make_user(Role.MANAGER, username="clerk", language="fr")
        imported(clerk)
        before = kept_files()
        tried, both = (importing.take_file(content=of_its_own(DOUBTFUL), name="b.csv", branch=make_branch(), actor=clerk) for _ in range(2))
        for run, is_dry in ((tried, True), (both, True), (both, False)):
            importing.plan_run(run_id=run.pk, mapping=run.mapping, is_dry=is_dry, actor=clerk)
            importing.go_through(run.pk)
        for row in HeldRow.objects.filter(run=both):
            decisions.accept_as_new(row_id=row.pk, actor=clerk, at=timezone.now())
    patient = Patient.objects.get(last_name="Петров")
    assert HeldRow.objects.filter(run=tried).count() == 0
    assert len(kept_files() - before) in (4, 5), "two files and their sheets; two written in the same second are one"
    told = erased_by_the_desk(patient, lawyer, sequencer)
    assert told["imports"] == 3
    assert kept_files() == set()


def test_a_file_with_a_row_that_may_be_somebody_under_a_hold_stays_too(sequencer: Sequencer) -> None:
    with thirty_years_ago():
        patient, _run, lawyer = came_by_an_import()
        clerk = User.objects.get(username="clerk")
        text = DOUBTFUL + "Остаетсева;Вера;;01.02.1960\n"
        shared = imported(clerk, text)
        for row in HeldRow.objects.filter(run=shared):
            decisions.discard(row_id=row.pk, actor=clerk, at=timezone.now())
    other = Patient.objects.get(last_name="Остаётсева")
    with transaction.atomic():
        make_case(other)
    told = erased_by_the_desk(patient, lawyer, sequencer)
    assert str(shared.pk) in told["imports_kept"]
    shared.refresh_from_db()
    assert shared.file is not None
    assert default_storage.exists(shared.file.storage_name)


ALIKE = """Фамилия;Имя;Отчество;Дата рождения
Петрофф;Иван;Сергеевич;14.03.1985
"""
HOLD = """
INSERT INTO patients_heldrow (id, version, created_at, run_id, number, "values", candidates, decision) VALUES (%s, 1, now(), %s, 2, '{}', %s, 'open')
"""


def only_petrov(sequencer: Sequencer) -> tuple[Patient, User, ImportRun]:
    """A patient whose record may go, and another file of the same clerk that is not gone through yet."""
    with thirty_years_ago():
        with transaction.atomic():
            clerk = make_user(Role.MANAGER, username="clerk")
        imported(clerk)
        run = importing.take_file(content=of_its_own(ALIKE), name="alike.csv", branch=make_branch(), actor=clerk)
        importing.plan_run(run_id=run.pk, mapping=run.mapping, is_dry=False, actor=clerk)
    sequencer.drain()
    return Patient.objects.get(last_name="Петров"), clerk, run


@contextmanager
def beside(work: Callable[[], object]) -> Iterator[list[BaseException]]:
    """The work in a thread and connections of its own, once it waits for a lane; over when the block is."""
    failed: list[BaseException] = []

    def carefully() -> None:
        try:
            work()
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=carefully)
    thread.start()
    with connect(SUPERUSER) as watch:
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 1818850917 AND NOT granted"
        deadline = time.monotonic() + 10
        while watch.execute(waiting).fetchone() == (0,):
            assert time.monotonic() < deadline, "it waits for nobody"
            assert not failed, failed
            time.sleep(0.01)
    yield failed
    thread.join(20)
    assert not thread.is_alive()


def erase_as(role: str, patient: Patient) -> Callable[[], object]:
    def erase() -> None:
        with connect(role) as caller:
            caller.execute("SELECT set_config('app.actor', 'lawyer', false)")
            caller.execute("SELECT history.erase(%s, '{}')", [patient.pk])

    return erase


@pytest.mark.parametrize("role", [APPLICATION, OWNER])
def test_an_erasure_waits_for_a_row_that_is_being_held_back_and_then_refuses(sequencer: Sequencer, role: str) -> None:
    patient, _clerk, run = only_petrov(sequencer)
    named = json.dumps([{"patient": str(uuid4()), "reasons": ["name"]}, {"patient": str(patient.pk), "reasons": ["name"]}])
    with connect(APPLICATION) as holding:
        holding.execute("SELECT set_config('app.actor', 'clerk', false)")
        holding.execute("BEGIN")
        holding.execute(HOLD, [uuid7(), run.pk, named])
        with beside(erase_as(role, patient)) as failed:
            holding.execute("COMMIT")
    assert [getattr(error, "diag").constraint_name for error in failed if isinstance(error, psycopg.Error)] == ["history_erase_undecided"]  # noqa: B009
    assert Patient.objects.filter(pk=patient.pk).exists()


def test_an_import_waits_for_an_erasure_and_then_looks_like_nobody(sequencer: Sequencer) -> None:
    patient, _clerk, run = only_petrov(sequencer)
    with connect(APPLICATION) as erasing:
        erasing.execute("SELECT set_config('app.actor', 'lawyer', false)")
        erasing.execute("BEGIN")
        erasing.execute("SELECT history.erase(%s, '{}')", [patient.pk])
        with beside(lambda: importing.go_through(run.pk)) as failed:
            erasing.execute("COMMIT")
    assert failed == []
    run.refresh_from_db()
    assert (run.rows_seen, run.rows_imported, run.rows_doubtful, HeldRow.objects.count()) == (1, 1, 0, 0)
    assert everywhere("Петров") == []
    sequencer.drain()
    assert [str(finding) for finding in verify(since=None, witnesses=[]).findings if not finding.is_warning] == []


def test_an_erasure_that_is_given_up_lets_the_row_be_held_back(sequencer: Sequencer) -> None:
    patient, _clerk, run = only_petrov(sequencer)
    with connect(APPLICATION) as erasing:
        erasing.execute("SELECT set_config('app.actor', 'lawyer', false)")
        erasing.execute("BEGIN")
        erasing.execute("SELECT history.erase(%s, '{}')", [patient.pk])
        with beside(lambda: importing.go_through(run.pk)) as failed:
            erasing.execute("ROLLBACK")
    assert failed == []
    assert [row.candidates[0]["patient"] for row in HeldRow.objects.filter(decision="open")] == [str(patient.pk)]


def test_the_database_takes_no_row_that_looks_like_somebody_erased(sequencer: Sequencer) -> None:
    patient, _clerk, run = only_petrov(sequencer)
    erase_as(APPLICATION, patient)()
    with connect(OWNER) as late, pytest.raises(psycopg.errors.CheckViolation) as refused:
        late.execute("SELECT set_config('app.actor', 'attacker', false)")
        late.execute(HOLD, [uuid7(), run.pk, json.dumps([{"patient": str(patient.pk), "reasons": ["name"]}])])
    assert refused.value.diag.constraint_name == "patients_heldrow_candidates"


def test_the_same_file_again_brings_nobody_back_whose_record_was_erased(sequencer: Sequencer) -> None:
    patient, clerk, _run = only_petrov(sequencer)
    first = ImportRun.objects.get(file_name="list.csv")
    assert first.file is not None
    with default_storage.open(first.file.storage_name) as stored:
        content = stored.read()
    erase_as(APPLICATION, patient)()
    again = importing.take_file(content=io.BytesIO(content), name="list.csv", branch=make_branch(), actor=clerk)
    importing.plan_run(run_id=again.pk, mapping=again.mapping, is_dry=False, actor=clerk)
    again = importing.go_through(again.pk)
    assert (again.rows_seen, again.rows_failed, again.rows_known, again.rows_imported) == (2, 1, 1, 0)
    assert not Patient.objects.filter(last_name="Петров").exists()
