"""kill -9 in the middle of an import: what came in is whole, and the next run brings the rest, nothing twice."""

from pathlib import Path

import pytest
from django.db import transaction
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from clinic.patients.importing import actions
from clinic.patients.models import Contact, ImportRun, ImportState, Patient
from clinic.patients.tasks import import_patients
from clinic.staff.models import User
from tests.kills.processes import kill, manage, until
from tests.staff.factories import log_in, make_branch, registrar_belova

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.soak]
ROWS = 3000
BATCH = 200


@pytest.fixture
def clerk() -> User:
    with transaction.atomic():
        return registrar_belova(make_branch())


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Nobody in it looks like anybody else."""
    path = tmp_path / "people.csv"
    letters = "абвгдежзик"
    names = ("".join(letters[int(digit)] for digit in f"{number:04}") for number in range(ROWS))
    lines = [f"{name}ов;Пётр;{1 + number % 28:02}.{1 + number % 12:02}.{1930 + number % 80};+7916{number:07}" for number, name in enumerate(names)]
    path.write_text("\n".join(["Фамилия;Имя;Дата рождения;Телефон", *lines]))
    return path


def whole() -> bool:
    """Every patient has a phone: no row came in by half."""
    return Patient.objects.count() == Contact.objects.count()


def test_the_command_goes_on_where_it_was_killed(clerk: User, table: Path) -> None:
    errors = str(table.with_suffix(".xlsx"))
    killed = manage("import_patients", str(table), "--user", clerk.username, "--errors", errors)
    until(lambda: Patient.objects.count() >= 2 * BATCH, "some rows came in")
    kill(killed)
    before = Patient.objects.count()
    assert (before < ROWS, before % BATCH == 0 or ImportRun.objects.get().rows_doubtful > 0, whole()) == (True, True, True)
    assert manage("import_patients", str(table), "--user", clerk.username, "--errors", errors).wait() == 0
    run = ImportRun.objects.get()
    assert (run.state, run.rows_known, run.rows_seen) == (ImportState.DONE, before, ROWS)
    assert Patient.objects.count() + run.held_rows.count() == ROWS
    assert whole()


def test_the_page_s_import_goes_on_when_its_worker_was_killed(clerk: User, table: Path) -> None:
    with table.open("rb") as content:
        run = actions.take_file(content=content, name="people.csv", branch=make_branch(), actor=clerk)
    mapping = {"Фамилия": "last_name", "Имя": "first_name", "Дата рождения": "birth_date", "Телефон": "phone"}
    actions.plan_run(run_id=run.pk, mapping=mapping, is_dry=False, actor=clerk)
    import_patients.configure(lock=f"import-patients-{run.pk}").defer(run_id=str(run.pk))
    killed = manage("procrastinate", "worker")
    until(lambda: Patient.objects.count() >= BATCH, "some rows came in")
    page = log_in(clerk).get(reverse("patients-import-progress", args=[run.pk])).content.decode()
    assert f'max="{ROWS}"' in page
    kill(killed)
    before = Patient.objects.count()
    assert (0 < before < ROWS, whole()) == (True, True)
    assert ProcrastinateJob.objects.get(task_name="import_patients").status == "doing"
    log_in(clerk).post(reverse("patients-import-start", args=[run.pk]), {"mode": "import"})
    again = actions.go_through(run.pk)
    assert (again.state, again.rows_known, again.rows_seen) == (ImportState.DONE, before, ROWS)
    assert Patient.objects.count() + again.held_rows.count() == ROWS
    assert whole()
