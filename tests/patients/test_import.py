"""Patients from another system: whatever the file is, nothing is half-imported and nothing twice."""

import json
import zipfile
from datetime import date, datetime
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from clinic.patients.importing import actions, rules, sheets
from clinic.patients.models import HeldRow, ImportRun, Patient
from clinic.staff.roles import Role
from tests.patients.factories import petrov
from tests.staff.factories import log_in, make_branch, make_user, registrar_belova

TODAY = date(2026, 11, 22)
RUSSIAN = "Фамилия;Имя;Отчество;Дата рождения;Пол;Моб. телефон;СНИЛС;Откуда узнали\n"
PEOPLE = (
    "Щербакова;Юлия;Фёдоровна;14.03.1985;ж;8 (916) 555-44-33;112-233-445 95;сайт\n"
    "Иванов;Пётр;;1 мая 1970;м;+7 495 123-45-67, 8 916 111-22-33;;\n"
    "Ошибкин;Олег;;31.02.1990;м;123;;\n"
    ";Безымянный;;;;;;\n"
)


def write(folder: Path, text: str, encoding: str = "utf-8", name: str = "list.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def write_xlsx(folder: Path, rows: list[list[object]]) -> Path:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    path = folder / "list.xlsx"
    book.save(path)
    return path


def run_command(path: Path, *options: str) -> dict[str, object]:
    out = StringIO()
    call_command("import_patients", str(path), "--user", "belova", "--json", "--errors", str(path.with_suffix(".errors.xlsx")), *options, stdout=out)
    figures: dict[str, object] = json.loads(out.getvalue())
    return figures


@pytest.mark.parametrize(
    ("columns", "mapping"),
    [
        (["Фамилия", "Имя", "Дата рожд.", "Телефон"], {"Фамилия": "last_name", "Имя": "first_name", "Телефон": "phone"}),
        (["NOM", "Prénom", "Né(e) le", "Tél. portable"], {"NOM": "last_name", "Prénom": "first_name", "Tél. portable": "phone"}),
        (["Last Name", "First name", "DOB", "E-mail"], {"Last Name": "last_name", "First name": "first_name", "DOB": "birth_date"}),
        (["ФИО пациента", "№ карты"], {"ФИО пациента": "full_name", "№ карты": "external_number"}),
        (["Name", "Email address", "Patient ID"], {"Name": "full_name", "Email address": "email", "Patient ID": "external_number"}),
        (["Surname", "Forename", "Дом. тел."], {"Surname": "last_name", "Forename": "first_name", "Дом. тел.": "phone2"}),
    ],
)  # fmt: skip
def test_it_guesses_what_columns_mean(columns: list[str], mapping: dict[str, str]) -> None:
    assert rules.guess_mapping(columns).items() >= mapping.items()


@given(st.lists(st.text(max_size=20), max_size=12, unique=True))
def test_it_never_gives_a_field_to_two_columns(columns: list[str]) -> None:
    fields = list(rules.guess_mapping(columns).values())
    assert len(fields) == len(set(fields))


@given(st.dictionaries(st.sampled_from(rules.FIELDS), st.none() | st.text() | st.integers() | st.floats() | st.dates() | st.datetimes()))
def test_it_judges_any_cells_without_failing(cells: dict[str, object]) -> None:
    row = rules.judge(2, cells, region="RU", today=TODAY)
    assert row.errors or (row.values["last_name"] and row.values["first_name"])
    assert all(len(str(value)) <= 300 for value in row.values.values())


def test_it_reads_cells_of_three_countries() -> None:
    cells: dict[str, object] = {"full_name": "Dupont Marie Anne", "phone": 612345678.0, "birth_date": datetime(1985, 3, 14), "sex": "Mme"}  # noqa: DTZ001
    row = rules.judge(2, cells, region="FR", today=TODAY)
    assert (row.values["last_name"], row.values["patronymic"], row.values["sex"]) == ("Dupont", "Anne", "female")
    assert (row.phones, row.values["birth_date"]) == (["+33612345678"], date(1985, 3, 14))


@pytest.mark.django_db
@pytest.mark.parametrize(("encoding", "delimiter"), [("utf-8", ";"), ("cp1251", ";"), ("utf-8-sig", "\t"), ("utf-16", ";")])
def test_it_imports_valid_rows_and_lists_the_others(tmp_path: Path, encoding: str, delimiter: str) -> None:
    registrar_belova(make_branch())
    path = write(tmp_path, (RUSSIAN + PEOPLE).replace(";", delimiter), encoding)
    dry = run_command(path, "--dry-run")
    assert (dry["imported"], dry["failed"], Patient.objects.count()) == (2, 2, 0)
    assert run_command(path)["imported"] == 2
    yulia = Patient.objects.get(last_name="Щербакова")
    assert (yulia.birth_date, yulia.sex, yulia.source_detail) == (date(1985, 3, 14), "female", "сайт")
    assert yulia.identifiers.get().number == "11223344595"
    assert Patient.objects.get(last_name="Иванов").contacts.count() == 2
    sheet = load_workbook(path.with_suffix(".errors.xlsx")).active
    assert sheet is not None
    assert [(row[0].value, row[1].value) for row in sheet.iter_rows(min_row=2)] == [(4, "error"), (5, "error")]


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\nФамилия;Имя\nЦой;Яна\n",
        '"sep=;"\r\nФамилия;Имя\r\nЦой;Яна\r\n',
        '"Фамилия";"Имя";"Адрес, дом, квартира"\nЦой;Яна;"Мира, 1, 2"\n',
        "Фамилия;Имя;e-mail, телефон, адрес, город\nЦой;Яна;\n",
        "Фамилия|Имя\nЦой|Яна\n",
    ],
)
def test_it_sees_what_parts_the_columns(tmp_path: Path, text: str) -> None:
    path = write(tmp_path, text, "cp1251")
    assert sheets.columns_of(path)[:2] == ["Фамилия", "Имя"]
    assert [row[:2] for row in sheets.read(path)][1:] == [("Цой", "Яна")]


@pytest.mark.parametrize(
    "text",
    [
        'Фамилия;Имя;Адрес\nЦой;Яна;"ул. Мира\nИванов;Пётр;Арбат 1\nПетров;Иван;\n',
        'Фамилия;Имя;Адрес\n"Цой;Яна;Мира\nИванов;Пётр;Арбат 1\n',
        'Фамилия;Имя\n"Цой;Яна\nИванов;Пётр\n',
    ],
)
def test_an_open_quotation_mark_swallows_nobody(tmp_path: Path, text: str) -> None:
    with pytest.raises(sheets.UnreadableSheet) as refusal:
        list(sheets.read(write(tmp_path, text)))
    assert "Цой" in str(refusal.value.message)


def test_a_cell_may_have_lines(tmp_path: Path) -> None:
    path = write(tmp_path, 'Фамилия;Имя;Адрес\nЦой;Яна;"ул. Мира; 1\nкв. 5; домофон 5"\nИванов;"Пётр ""Великий""";Арбат\n')
    assert [row[2] for row in sheets.read(path)][1:] == ["ул. Мира; 1\nкв. 5; домофон 5", "Арбат"]
    path = write(tmp_path, 'ФИО;Заметка\nЦой Яна;"первая; строка\nвторая; строка\nтретья"\n')
    assert len(list(sheets.read(path))) == 2


@pytest.mark.parametrize("state", ["hidden", "visible"])
def test_it_reads_the_sheet_that_is_shown_and_filled(tmp_path: Path, state: str) -> None:
    book = Workbook()
    if state == "hidden":
        book.worksheets[0].sheet_state = "hidden"
        book.worksheets[0].append(["служебное"])
    people = book.create_sheet("Пациенты")
    people.append(["Фамилия", "Имя"])
    book.active = people
    book.save(tmp_path / "list.xlsx")
    assert sheets.columns_of(tmp_path / "list.xlsx") == ["Фамилия", "Имя"]


def test_it_reads_letters_that_come_late(tmp_path: Path) -> None:
    path = write(tmp_path, "Last;First\n" + "Smith;John\n" * 40_000 + "Иванов;Пётр\n", "cp1251")
    assert [*sheets.read(path)][-1] == ("Иванов", "Пётр")


@pytest.mark.django_db
def test_two_people_under_one_number_are_both_kept(tmp_path: Path) -> None:
    """A number may be another system's, or a family's; who merely married or was misspelt is still the same."""
    registrar_belova(make_branch())
    head = "Код;Фамилия;Имя;Дата рождения\n"
    first = write(tmp_path, f"{head}1;Лебедев;Иван;01.02.1980\n2;Орлова;Дарья;01.02.1990\n2;Орлов;Пётр;03.04.2015\n", name="one.csv")
    figures = run_command(first)
    assert (figures["imported"], figures["known"], figures["doubtful"]) == (2, 0, 1)
    second = write(tmp_path, f"{head}1;Щукина;Юлия;05.06.1970\n2;Котова;Дарья;01.02.1990\n", name="two.csv")
    figures = run_command(second)
    assert (figures["imported"], figures["known"], figures["doubtful"]) == (0, 1, 1)
    assert run_command(second) | {"errors": ""} == figures | {"errors": ""}
    held = {(row.values["fields"]["last_name"], row.candidates[0]["reasons"][0]) for row in HeldRow.objects.all()}
    assert held == {("Орлов", "number"), ("Щукина", "number")}


@pytest.mark.django_db
def test_it_sees_one_document_twice_in_a_file(tmp_path: Path) -> None:
    registrar_belova(make_branch())
    path = write(tmp_path, "Фамилия;Имя;Дата рождения;СНИЛС\nИванова;Анна;01.02.1990;112-233-445 95\nПетрова;Анна;02.01.1991;11223344595\n")
    figures = run_command(path)
    assert (figures["imported"], figures["doubtful"]) == (1, 1)
    assert HeldRow.objects.get().candidates[0]["reasons"] == ["row_document"]


@pytest.mark.django_db
def test_it_adds_nothing_twice(tmp_path: Path) -> None:
    registrar_belova(make_branch())
    path = write(tmp_path, RUSSIAN + PEOPLE)
    run_command(path)
    again = run_command(path)
    assert (again["imported"], again["known"], Patient.objects.count()) == (0, 2, 2)


@pytest.mark.django_db
def test_it_knows_a_patient_of_the_former_system_in_another_file(tmp_path: Path) -> None:
    registrar_belova(make_branch())
    run_command(write_xlsx(tmp_path, [["ФИО", "Номер карты"], ["Лебедев Иван Ильич", 77]]))
    second = run_command(write_xlsx(tmp_path, [["Номер карты", "ФИО"], [78, "Орлов Пётр"], [77, "Лебедев Иван Ильич"]]))
    assert (second["imported"], second["known"]) == (1, 1)


@pytest.mark.django_db
def test_it_holds_likely_duplicates_back(tmp_path: Path) -> None:
    registrar_belova(make_branch())
    petrov()
    figures = run_command(write(tmp_path, "Nom;Prénom;Date de naissance\nPetrov;Ivan;14/03/1985\nDupont;Anne;01/02/1990\nDUPONT;anne;01/02/1990\n"))
    assert (figures["imported"], figures["doubtful"]) == (1, 2)


@pytest.mark.django_db
def test_it_takes_corrections_of_the_mapping(tmp_path: Path) -> None:
    registrar_belova(make_branch())
    path = write(tmp_path, "a;b\nИванов;Иван\n")
    with pytest.raises(CommandError, match="which columns hold"):
        run_command(path)
    with pytest.raises(CommandError, match="the fields are"):
        run_command(path, "--map", "a=shoe_size")
    assert run_command(path, "--map", "a=last_name", "--map", "b=first_name")["imported"] == 1


def bomb(folder: Path) -> Path:
    path = folder / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (64 * 2**20))
    return path


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "XLS"),
        (b"PK\x03\x04 nothing more", "cannot|can be opened"),
        (b"\x00\x01\x02\x03", "neither"),
        ("Фамилия;;Имя\nа;б;в".encode(), "merged"),
        ("Имя;Имя\nа;б".encode(), "twice"),
        ((";".join(f"c{number}" for number in range(150)) + "\n" + ";".join("x" * 150)).encode(), "100 columns"),
    ],
)
def test_it_says_what_is_wrong_with_a_file(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(content)
    with pytest.raises(sheets.UnreadableSheet, match=words):
        sheets.columns_of(path)


def test_it_does_not_unpack_a_bomb(tmp_path: Path) -> None:
    with pytest.raises(sheets.UnreadableSheet, match="far larger"):
        sheets.columns_of(bomb(tmp_path))


@pytest.mark.django_db
def test_it_imports_through_the_page_in_steps() -> None:
    desk = log_in(registrar_belova(make_branch()))
    refused = desk.post(reverse("patients-import"), {"file": SimpleUploadedFile("list.xlsx", b"%PDF-1.7")})
    assert refused.status_code == 422
    assert "This is a PDF" in refused.content.decode()
    desk.post(reverse("patients-import"), {"file": SimpleUploadedFile("list.csv", (RUSSIAN + PEOPLE).encode("cp1251"))})
    run = ImportRun.objects.get()
    assert "Моб. телефон" in desk.get(reverse("patients-import-run", args=[run.pk])).content.decode()
    start = reverse("patients-import-start", args=[run.pk])
    assert desk.post(start, {"mode": "dry", "column-0": "last_name"}).status_code == 422
    for mode, saved in (("dry", 0), ("import", 2)):
        assert desk.post(start, {"mode": mode}).status_code == 302
        assert "progress" in desk.get(reverse("patients-import-run", args=[run.pk])).content.decode()
        actions.go_through(run.pk)
        assert Patient.objects.count() == saved
    assert desk.get(reverse("patients-import-progress", args=[run.pk])).headers["HX-Refresh"] == "true"
    report = load_workbook(BytesIO(desk.get(reverse("patients-import-report", args=[run.pk])).content)).active
    assert report is not None
    assert report.max_row == 3
    actions.go_through(run.pk)
    run.refresh_from_db()
    assert (run.rows_known, Patient.objects.count()) == (2, 2)


@pytest.mark.django_db
def test_a_workbook_comes_in_through_the_page_too(tmp_path: Path) -> None:
    desk = log_in(registrar_belova(make_branch()))
    content = write_xlsx(tmp_path, [["Фамилия", "Имя"], ["Орлов", "Пётр"]]).read_bytes()
    assert desk.post(reverse("patients-import"), {"file": SimpleUploadedFile("list.xlsx", content)}).status_code == 302
    run = ImportRun.objects.get()
    desk.post(reverse("patients-import-start", args=[run.pk]), {"mode": "import", "column-0": "last_name", "column-1": "first_name"})
    assert actions.go_through(run.pk).rows_imported == 1


@pytest.mark.django_db
def test_it_imports_for_those_who_may() -> None:
    assert log_in(make_user(Role.DENTIST)).get(reverse("patients-import")).status_code == 403


def rewritten(folder: Path, old: bytes, new: bytes) -> Path:
    """A workbook whose sheet says something that no program wrote."""
    good = write_xlsx(folder, [["Фамилия", "Имя"], ["Орлов", "Пётр"]])
    bad = folder / "bad.xlsx"
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(bad, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content.replace(old, new) if name.startswith("xl/worksheets/") else content)
    return bad


def test_it_reads_a_sheet_that_is_formatted_down_to_the_last_row(tmp_path: Path) -> None:
    path = rewritten(tmp_path, b'ref="A1:B2"', b'ref="A1:XFD1048576"')
    assert list(sheets.read(path)) == [("Фамилия", "Имя"), ("Орлов", "Пётр")]


@pytest.mark.parametrize(("old", "new"), [(b'r="2"', b'r="99999999999"'), (b'r="B2"', b'r="ZZZZZZZ2"'), (b"<sheetData>", b"<sheetData><x")])
def test_it_refuses_a_sheet_without_end_or_with_impossible_cells(tmp_path: Path, old: bytes, new: bytes) -> None:
    with pytest.raises(sheets.UnreadableSheet):
        list(sheets.read(rewritten(tmp_path, old, new)))


def test_it_refuses_a_workbook_whose_shared_strings_would_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "LARGEST_PART_IN_MEMORY", 100)
    with pytest.raises(sheets.UnreadableSheet, match="far larger"):
        list(sheets.read(write_xlsx(tmp_path, [["Фамилия", "Имя"]])))
