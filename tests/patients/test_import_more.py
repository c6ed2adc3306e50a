"""Guardians, payers, allergies, foreign passports and insurance cards come in with the patients, in three languages of headings."""

from datetime import date
from pathlib import Path

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from clinic.patients.importing import decisions, rules
from clinic.patients.models import Alert, HeldRow, Patient, Relation
from tests.patients.factories import petrov
from tests.patients.test_import import run_command, write
from tests.scheduling.factories import NOW
from tests.staff.factories import log_in, make_branch, registrar_belova

TODAY = date(2026, 11, 22)
RUSSIAN = (
    "Фамилия;Имя;Дата рождения;Законный представитель;Телефон представителя;Плательщик;Аллергии;Медицинские отметки;Загранпаспорт;Полис ДМС\n"
    "Соколова;Мария;01.02.2018;Соколова Анна Игоревна;8 916 555-44-33;Соколова Анна Игоревна;пенициллин;кардиостимулятор;75 1234567;VHI-00-123456\n"
    "Лебедев;Олег;05.06.1980;;;Лебедев Олег;нет;-;;\n"
)


@pytest.mark.parametrize(
    "columns",
    [
        ["Законный представитель", "Телефон представителя", "Плательщик", "Телефон плательщика", "Аллергии", "Противопоказания", "Загранпаспорт"],
        ["Guardian", "Guardian phone", "Payer", "Payer phone", "Allergies", "Medical alert", "Foreign passport"],
        ["Représentant légal", "Téléphone du responsable légal", "Payeur", "Tél. payeur", "Allergies connues", "Antécédents médicaux", "Passeport"],
    ],
)
def test_it_guesses_them_in_three_languages(columns: list[str]) -> None:
    wanted = ["guardian", "guardian_phone", "payer", "payer_phone", "allergies", "medical_alert", "foreign_passport"]
    assert rules.guess_mapping(columns) == dict(zip(columns, wanted, strict=True))


@pytest.mark.parametrize("column", ["Полис ДМС", "Номер полиса ДМС", "Insurance policy", "Carte mutuelle", "N° adhérent"])
def test_a_private_policy_is_no_state_policy(column: str) -> None:
    assert rules.guess_mapping([column, "Полис ОМС"]) == {column: "insurance_card", "Полис ОМС": "oms"}


@pytest.mark.django_db
def test_they_are_saved_with_the_patient(tmp_path: Path) -> None:
    registrar_belova(make_branch())
    path = write(tmp_path, RUSSIAN)
    assert run_command(path, "--dry-run")["imported"] == 2
    assert (Relation.objects.count(), Alert.objects.count()) == (0, 0)
    assert run_command(path)["imported"] == 2
    maria = Patient.objects.get(first_name="Мария")
    mother = maria.relations.get()
    assert (mother.name, mother.phone, mother.is_guardian, mother.is_payer) == ("Соколова Анна Игоревна", "+79165554433", True, True)
    assert {(alert.kind, alert.text) for alert in maria.active_alerts} == {("allergy", "пенициллин"), ("other", "кардиостимулятор")}
    assert set(maria.identifiers.values_list("kind", "number")) == {("foreign_passport", "751234567"), ("insurance_card", "VHI00123456")}
    oleg = Patient.objects.get(first_name="Олег")
    assert (oleg.relations.count(), oleg.alerts.count()) == (0, 0)
    assert (run_command(path)["known"], Relation.objects.count(), Alert.objects.count()) == (2, 1, 2)


@pytest.mark.django_db
def test_what_is_wrong_is_said_in_words(tmp_path: Path) -> None:
    registrar_belova(make_branch())
    head = "Last name;First name;Guardian;Guardian phone;Allergies;Foreign passport;Insurance card\n"
    rows = ["Ann;A;;+7 916 555-44-33;;;", "Bob;B;Mother;12;;;", f"Cid;C;;;{'x' * 301};;", "Dan;D;;;;AB;", "Eve;E;;;;;??"]
    figures = run_command(write(tmp_path, head + "\n".join(rows)), "--dry-run")
    assert (figures["imported"], figures["failed"]) == (0, 5)
    sheet = load_workbook(tmp_path / "list.errors.xlsx").active
    assert sheet is not None
    reasons = [str(row[2].value) for row in sheet.iter_rows(min_row=2)]
    wanted = [
        "Guardian: full name: Fill this in",
        "Guardian: phone: This is not a phone",
        "Allergies: This is too long",
        "Foreign passport:",
        "card:",
    ]
    assert all(part in reason for part, reason in zip(wanted, reasons, strict=True)), reasons


@pytest.mark.django_db
def test_a_row_that_is_a_patient_adds_what_is_missing_once(tmp_path: Path) -> None:
    desk, patient = registrar_belova(make_branch()), petrov()
    Alert.objects.create(patient=patient, kind="allergy", text="Пенициллин", recorded_at=NOW, recorded_by=desk)
    head = "Фамилия;Имя;Отчество;Дата рождения;Аллергия;Противопоказания;Плательщик\n"
    run_command(write(tmp_path, f"{head}Петров;Иван;Сергеевич;14.03.1985;пенициллин;диабет;ООО Ромашка\n"))
    row = HeldRow.objects.get()
    page = log_in(desk).get(reverse("patients-import-run", args=[row.run_id])).content.decode()
    assert "диабет" in page
    assert "ООО Ромашка" in page
    decisions.join_to(row_id=row.pk, patient_id=patient.pk, actor=desk, at=NOW)
    assert set(patient.alerts.values_list("kind", "text")) == {("allergy", "Пенициллин"), ("other", "диабет")}
    payer = patient.relations.get()
    assert (payer.name, payer.kind, payer.is_payer, payer.is_guardian) == ("ООО Ромашка", "other", True, False)


def test_rows_held_before_these_columns_are_still_read() -> None:
    kept = {"fields": {"last_name": "А", "first_name": "Б"}, "phones": [], "emails": [], "identifiers": [["snils", "11223344595"]]}
    assert (rules.from_json(2, kept).relations, rules.from_json(2, kept).alerts) == ([], [])
    row = rules.judge(2, {"last_name": "А", "first_name": "Б", "guardian": "В", "allergies": "йод"}, region="RU", today=TODAY)
    assert rules.from_json(2, rules.to_json(row)) == row
