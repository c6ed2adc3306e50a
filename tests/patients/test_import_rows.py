"""Which row is meant, and what a cell has lost: row numbers, zeros in front, phones that somebody has already."""

from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from openpyxl import Workbook, load_workbook
from procrastinate.contrib.django.models import ProcrastinateJob

from clinic.files import actions as files
from clinic.patients.importing import actions, rules, sheets
from clinic.patients.models import HeldRow, Identifier, ImportRun, Patient
from tests.patients.factories import make_patient
from tests.patients.test_import import TODAY, write, write_xlsx
from tests.patients.test_import_api import PATH, send, upload
from tests.staff.factories import log_in, make_branch, registrar_belova

pytestmark = pytest.mark.django_db
HEADINGS = "Фамилия;Имя;Дата рождения;Телефон\n"


def imported(path: Path, *, is_dry: bool = False) -> ImportRun:
    clerk = registrar_belova(make_branch())
    run = actions.find_or_take_file(path, branch=make_branch(), actor=clerk)
    actions.plan_run(run_id=run.pk, mapping=run.mapping, is_dry=is_dry, actor=clerk)
    return actions.go_through(run.pk)


def reported(run: ImportRun) -> list[object]:
    assert run.report is not None
    return [row[0].value for row in load_workbook(BytesIO(files.read(run.report))).worksheets[0].iter_rows(min_row=2)]


def test_the_sheet_of_errors_names_the_rows_that_a_sheet_program_shows(tmp_path: Path) -> None:
    text = "\n" + HEADINGS + "Орлов;Пётр;1.1.1980;\n\n;;;\nОшибкин;Олег;31.02.1990;\n\nБезродный;;1.1.1980;\n"
    assert reported(imported(write(tmp_path, text))) == [6, 8]
    rows: list[list[object]] = [[], ["Фамилия", "Имя", "Дата рождения"], [], ["Ошибкин", "Олег", "31.02.1990"]]
    assert reported(imported(write_xlsx(tmp_path, rows))) == [4]


def test_a_file_with_empty_rows_run_again_adds_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, HEADINGS + "\nОрлов;Пётр;1.1.1980;\n\nКим;Яна;2.2.1980;\n")
    assert imported(path).rows_imported == 2
    assert (imported(path).rows_known, Patient.objects.count()) == (2, 2)


def test_a_number_keeps_the_zeros_that_its_format_shows(tmp_path: Path) -> None:
    book = Workbook()
    page = book.worksheets[0]
    page.append(["Паспорт", "Телефон", "Полис ДМС", "Сумма"])
    page.append([304123456, 9161234567, 4567, 12])
    for cell, shown in zip(page[2], ("00 00 000000", "General", '000000"-A"', "0.00"), strict=True):
        cell.number_format = shown
    book.save(tmp_path / "list.xlsx")
    assert list(sheets.read(tmp_path / "list.xlsx"))[1] == ("0304123456", 9161234567, "004567", 12)


@pytest.mark.parametrize(
    ("kind", "cell", "number", "error"),
    [
        ("ru_passport", 304123456, "0304123456", ""),
        ("ru_passport", "304123456", "", "ru_passport"),
        ("ru_passport", 4123456, "", "ru_passport"),
        ("snils", 8765430300, "08765430300", ""),
        ("oms", 100000000000009, "0100000000000009", ""),
        ("oms", 7700006054010009.0, "", "digits_lost"),
    ],
)
def test_a_zero_that_a_number_lost_is_put_back_where_the_length_is_known(kind: str, cell: object, number: str, error: str) -> None:
    judged = rules.judge(2, {"last_name": "Ким", "first_name": "Яна", kind: cell}, region="RU", today=TODAY)
    assert (judged.identifiers, judged.errors.get(kind, "")) == ([(kind, number)] if number else [], error)


def test_a_french_postal_code_gets_its_zero_back() -> None:
    names = {"last_name": "Morel", "first_name": "Anne"}
    assert rules.judge(2, {**names, "postal_code": 1000}, region="FR", today=TODAY).values["postal_code"] == "01000"
    assert rules.judge(2, {**names, "postal_code": "1000"}, region="FR", today=TODAY).values["postal_code"] == "1000"


def test_a_phone_that_a_patient_has_already_makes_a_likely_duplicate_and_one_of_the_same_file_a_family(tmp_path: Path) -> None:
    known = make_patient("Сидорова", "Анна", phone="+79165554433")
    text = HEADINGS + "Котова;Анна;3.3.1991;8 916 555-44-33\nМать;Ольга;1.1.1980;8 916 000-00-01\nДочь;Нина;1.1.2015;8 916 000-00-01\n"
    run = imported(write(tmp_path, text))
    assert (run.rows_imported, run.rows_doubtful) == (2, 1)
    assert HeldRow.objects.get().candidates == [{"patient": str(known.pk), "reasons": ["contact"]}]
    assert not Identifier.objects.exists()


def test_a_family_of_one_file_is_one_also_when_its_rows_stand_far_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clinic.patients.importing.running.BATCH", 1)
    run = imported(write(tmp_path, HEADINGS + "Мать;Ольга;1.1.1980;8 916 000-00-01\nДочь;Нина;1.1.2015;8 916 000-00-01\n"))
    assert (run.rows_imported, run.rows_doubtful) == (2, 0)


def test_an_import_started_twice_is_one(desk: Client) -> None:
    run = upload(desk, (HEADINGS + "Орлов;Пётр;1.1.1980;\n").encode()).json()
    start = f"{PATH}/{run['id']}/start"
    first, second = (send(desk, "post", start, {"mode": "import"}) for _time in range(2))
    assert (first.status_code, second.status_code, second.json()["state"]) == (200, 200, "running")
    assert ProcrastinateJob.objects.filter(task_name="import_patients").count() == 1
    other = send(desk, "post", start, {"mode": "dry"})
    assert (other.status_code, other.json()["code"]) == (409, "still_running")


@pytest.fixture
def desk() -> Client:
    return log_in(registrar_belova(make_branch()))
