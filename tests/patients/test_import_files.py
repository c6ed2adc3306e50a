"""Sheets as people make them: titles over the headings, merged cells, formulas, error cells, other calendars, numbers that lost their zeros."""

import zipfile
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from django.urls import reverse
from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from clinic.files import actions as files
from clinic.patients.importing import rules, sheets
from clinic.patients.models import HeldRow, Identifier, ImportRun, Patient
from tests.patients.test_import import write, write_xlsx
from tests.patients.test_import_rows import imported
from tests.staff.factories import log_in, registrar_belova

pytestmark = pytest.mark.django_db
HEAD: list[object] = ["Фамилия", "Имя", "Дата рождения"]
NAMES = HEAD[:2]
MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TOP = b'<?xml version="1.0"?><!DOCTYPE x ['
STRING = b']><sst xmlns="' + MAIN + b'"><si><t>&%s;</t></si></sst>'
LAUGHS = b"".join(b'<!ENTITY a%d "%s">' % (level, b"&a%d;" % (level - 1) * 50) for level in range(1, 9))
HOSTILE_PARTS = [
    TOP + b'<!ENTITY a0 "ha">' + LAUGHS + STRING % b"a8",
    TOP + b'<!ENTITY a SYSTEM "file:///etc/hostname">' + STRING % b"a",
    b"<sst>",
    b"\xff\xfe",
    b"",
]


def saved(folder: Path, rows: list[list[object]], *, merged: tuple[str, ...] = (), formats: dict[str, str] | None = None) -> Path:
    """A workbook with merged cells and cells of a number format."""
    book = Workbook()
    page = book.worksheets[0]
    for row in rows:
        page.append(row)
    for cells in merged:
        page.merge_cells(cells)
    for cell, shown in (formats or {}).items():
        page[cell].number_format = shown
    book.save(folder / "list.xlsx")
    return folder / "list.xlsx"


def told(run: ImportRun) -> list[tuple[object, str, str]]:
    """Row, what and why of the sheet of rows to look at."""
    assert run.report is not None
    page = load_workbook(BytesIO(files.read(run.report))).worksheets[0]
    return [(row[0].value, str(row[1].value), str(row[2].value)) for row in page.iter_rows(min_row=2)]


def test_a_number_that_may_have_lost_its_zeros_is_told_of(tmp_path: Path) -> None:
    path = saved(tmp_path, [[*NAMES, "Загранпаспорт", "Полис ДМС"], ["Орлов", "Пётр", 750123456, None], ["Ким", "Яна", None, "0012345"]])
    assert imported(path, is_dry=True).rows_noted == 1
    run = imported(path)
    assert (run.rows_imported, run.rows_noted, Identifier.objects.count()) == (2, 1, 2)
    [(row, what, why)] = told(run)
    assert (row, what) == (2, "imported, to be checked")
    assert "Foreign passport: It came from a number cell: zeros in front may be lost." in why
    page = log_in(registrar_belova()).get(reverse("patients-import-run", args=[run.pk])).content.decode()
    assert "Imported, to be checked" in page
    assert reverse("patients-import-report", args=[run.pk]) in page
    assert imported(path).rows_noted == 1


def test_a_number_whose_format_shows_the_zeros_is_not(tmp_path: Path) -> None:
    run = imported(saved(tmp_path, [[*NAMES, "Загранпаспорт"], ["Орлов", "Пётр", 12345]], formats={"C2": "000000000"}))
    assert (run.rows_noted, Identifier.objects.get().number) == (0, "000012345")


def test_a_row_held_back_says_so_too(tmp_path: Path) -> None:
    run = imported(saved(tmp_path, [[*HEAD, "Полис ДМС"], ["Ким", "Яна", "1.2.1990", None], ["Ким", "Яна", "1.2.1990", 12345]]))
    assert (run.rows_doubtful, HeldRow.objects.count()) == (1, 1)
    assert "zeros in front may be lost" in told(run)[0][2]


def test_a_formula_without_a_result_is_named_and_one_with_a_result_is_read(tmp_path: Path) -> None:
    path = saved(tmp_path, [HEAD, ["Орлов", '="Пё"&"тр"', "1.1.1980"], ["Ким", "Яна", "=DATE(1990,2,1)"], ["Цой", "Ян", "2.2.1980"]])
    run = imported(path)
    assert (run.rows_imported, run.rows_failed) == (1, 2)
    assert [row for row, _what, why in told(run) if "the file does not hold its result" in why] == [2, 3]
    assert "Fill this in" not in told(run)[0][2]
    part = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(path) as archive:
        content = archive.read(part).replace(b"<f>DATE(1990,2,1)</f><v></v>", b"<f>DATE(1990,2,1)</f><v>32905</v>")
    rows = list(sheets.read(with_part(path, part, content.replace(b"<f>DATE(1990,2,1)</f><v />", b"<f>DATE(1990,2,1)</f><v>32905</v>"))))
    assert rows[1:3] == [("Орлов", rules.Lost.RESULT, "1.1.1980"), ("Ким", "Яна", 32905)]


def test_a_cell_that_holds_an_error_is_no_name(tmp_path: Path) -> None:
    run = imported(saved(tmp_path, [[*NAMES, "Отчество"], ["Орлов", "Пётр", "#N/A"]]))
    assert (run.rows_failed, Patient.objects.count()) == (1, 0)
    assert told(run)[0][2].startswith("Patronymic: The cell holds a formula")


def test_titles_and_groups_over_the_headings_are_passed_by(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["Пациенты клиники на 01.11.2026"],
        [],
        ["Пациент", None, "Контакты"],
        [*NAMES, "Телефон"],
        ["Ким", "Яна", "8 (916) 555-44-33"],
    ]
    path = saved(tmp_path, rows, merged=("A1:C1", "A3:B3"))
    assert sheets.columns_of(path) == ["Фамилия", "Имя", "Телефон"]
    run = imported(path)
    assert (run.rows_total, run.rows_imported) == (1, 1)
    assert Patient.objects.get().contacts.get().value == "+79165554433"
    assert imported(path).rows_known == 1
    csv = write(tmp_path, "Список\n\nФамилия;Имя\nЛис;Яна\nОшибкин;\n", "cp1251")
    assert [row for row, _what, _why in told(imported(csv))] == [5]


def test_headings_merged_downwards_and_cells_shared_by_rows_count_for_each_row(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        [*NAMES, "Контакты"],
        [None, None, "Телефон", "E-mail"],
        ["Котова", "Анна", "8 916 555-44-33", "a@b.ru"],
        [None, "Олег", None, None],
        [None, None, None, None],
        ["Ким", "Яна", None, None],
    ]
    run = imported(saved(tmp_path, rows, merged=("A1:A2", "B1:B2", "C1:D1", "A3:A5", "C3:C4")))
    assert (run.rows_total, run.rows_imported, run.rows_failed) == (3, 3, 0)
    assert Patient.objects.get(first_name="Олег").last_name == "Котова"
    assert Patient.objects.get(first_name="Олег").contacts.get().value == "+79165554433"
    assert not Patient.objects.get(first_name="Яна").contacts.exists()


def test_headings_that_nobody_knows_stay_where_they_are() -> None:
    assert rules.heading_place([["a", "b"], ["Ким", "Яна"]]) == 0
    assert rules.heading_place([["Фамилия", "Имя"], ["Name", "Email"]]) == 0
    assert rules.heading_place([]) == 0


def test_days_count_from_the_calendar_of_the_workbook(tmp_path: Path) -> None:
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    for row in (HEAD, ["Орлов", "Пётр", datetime(1980, 3, 14)]):  # noqa: DTZ001
        book.worksheets[0].append(row)
    book.save(tmp_path / "list.xlsx")
    imported(tmp_path / "list.xlsx")
    assert Patient.objects.get().birth_date == date(1980, 3, 14)


@pytest.mark.parametrize(
    ("text", "born"),
    [
        ("1/2/03", date(2003, 2, 1)),
        ("31.02.1990", None),
        ("31120", None),
        ("29.02.1900", None),
        ("1990-02-01 00:00:00", date(1990, 2, 1)),
        ("٣١.١٢.١٩٩٠", date(1990, 12, 31)),
        ("23.11.2126", None),
        ("00.00.0000", None),
    ],
)
def test_a_date_is_read_or_named(tmp_path: Path, text: str, born: date | None) -> None:
    run = imported(write(tmp_path, f"Фамилия;Имя;Дата рождения\nОрлов;Пётр;{text}\n", "utf-8-sig"))
    assert (run.rows_failed, [patient.birth_date for patient in Patient.objects.all()]) == ((0, [born]) if born else (1, []))


@pytest.mark.parametrize("text", ["8 (916) 555-44-33", "+33 6 12 34 56 78", "8\u00a0916\u2011555\u201144\u201133", "＋７９１６５５５４４３３"])
def test_a_phone_is_read_as_people_write_it(tmp_path: Path, text: str) -> None:
    assert imported(write(tmp_path, f"Фамилия;Имя;Телефон\nОрлов;Пётр;{text}\n")).rows_imported == 1


def test_long_names_and_strange_signs_stay_outside_in_words_or_come_in_clean(tmp_path: Path) -> None:
    rows = [f"{'Ж' * 400};Пётр", "Орлов\u202e;Пётр", "Яш\x00ин;Лев", "👩‍⚕️;Яна", "'; DROP TABLE patients_patient; --;Ян"]
    beyond_the_sample = f"Кот|Том|{'мяу ' * 200}\n" * 250
    run = imported(write(tmp_path, "Фамилия|Имя|Звук\n" + beyond_the_sample + "\n".join(rows).replace(";", "|")))
    assert (run.rows_failed, run.rows_seen) == (1, 255)
    assert [why for _row, what, why in told(run) if what == "error"] == ["Last name: This is too long."]
    names = set(Patient.objects.values_list("last_name", flat=True))
    assert names >= {"Кот", "Орлов", "Яш ин"}
    assert not any(sign in name for name in names for sign in "\u202e\x00")


def test_a_sheet_of_300_columns_is_refused_and_one_with_300_empty_ones_read(tmp_path: Path) -> None:
    with pytest.raises(sheets.UnreadableSheet, match="100 columns"):
        list(sheets.read(saved(tmp_path, [[*HEAD, *range(300)]])))
    assert sheets.columns_of(saved(tmp_path, [[*HEAD, *[None] * 300], ["a", "b", "", *[" "] * 300]])) == HEAD


def with_part(good: Path, name: str, content: bytes) -> Path:
    """A workbook with another part in place of its own."""
    bad = good.with_name("bad.xlsx")
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(bad, "w", zipfile.ZIP_DEFLATED) as target:
        for part in {*source.namelist(), name}:
            target.writestr(part, content if part == name else source.read(part))
    return bad


@pytest.mark.parametrize("content", HOSTILE_PARTS)
def test_hostile_parts_of_a_workbook_are_refused_or_read_as_nothing(tmp_path: Path, content: bytes) -> None:
    host = Path("/etc/hostname").read_text().strip()
    try:
        rows = list(sheets.read(with_part(write_xlsx(tmp_path, [HEAD]), "xl/sharedStrings.xml", content)))
    except sheets.UnreadableSheet:
        rows = []
    assert host not in str(rows)
    assert len(str(rows)) < 1000


def test_links_to_other_workbooks_are_left_alone(tmp_path: Path) -> None:
    link = b'<externalLink xmlns="' + MAIN + b'"/>'
    assert len(list(sheets.read(with_part(write_xlsx(tmp_path, [HEAD]), "xl/externalLinks/externalLink1.xml", link)))) == 1
