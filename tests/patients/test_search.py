"""Found by whatever people remember."""

from datetime import date
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.lib.errors import NotAllowed
from clinic.patients.models import Identifier, Patient
from clinic.patients.search import Person, likely_duplicates, search_patients
from clinic.staff.roles import Role
from tests.patients.factories import make_patient
from tests.staff.factories import make_user, registrar_belova

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)


@pytest.fixture
def people() -> dict[str, Patient]:
    return {
        "Щербакова": make_patient("Щербакова", "Юлия", patronymic="Фёдоровна", birth_name="Королёва", phone="+79165554433", card_number=777),
        "Lefèvre": make_patient("Lefèvre-Müller", "Hélène", phone="+33612345678", birth_date=date(1970, 12, 1)),
        "O'Connor": make_patient("O'Connor", "Пётр", birth_date=date(1999, 9, 9)),
        "Khatchatourian": make_patient("Khatchatourian", "Sergueï", birth_date=date(2001, 5, 3)),
    }


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("щербак", "Щербакова"),
        ("ербако", "Щербакова"),
        ("юлия щер", "Щербакова"),
        ("федоровна", "Щербакова"),
        ("королева", "Щербакова"),
        ("Shcherbakova", "Щербакова"),
        ("Chtcherbakova Ioulia", "Щербакова"),
        ("Yuliya", "Щербакова"),
        ("щ ю", "Щербакова"),
        ("5554", "Щербакова"),
        ("8 916 555", "Щербакова"),
        ("8916", "Щербакова"),
        ("8 9165", "Щербакова"),
        ("0612", "Lefèvre"),
        ("777", "Щербакова"),
        ("14.03.1985", "Щербакова"),
        ("14 mars 1985", "Щербакова"),
        ("14 марта 1985 г.", "Щербакова"),
        ("March 14, 1985", "Щербакова"),
        ("14031985", "Щербакова"),
        ("№ 777", "Щербакова"),
        ("n°777", "Щербакова"),
        ("06.12.34.56.78", "Lefèvre"),
        ("+33 (0)6 12 34 56 78", "Lefèvre"),
        ("mueller", "Lefèvre"),
        ("1er décembre 1970", "Lefèvre"),
        ("oconnor", "O'Connor"),
        ("O’Connor", "O'Connor"),
        ("piotr", "O'Connor"),
        ("петр", "O'Connor"),
        ("lefevre", "Lefèvre"),
        ("LEFÈVRE", "Lefèvre"),
        ("muller hel", "Lefèvre"),
        ("Мюллер", "Lefèvre"),
        ("06 12 34 56", "Lefèvre"),
        ("1/12/1970", "Lefèvre"),
        ("Хачатурян", "Khatchatourian"),
        ("сергей хач", "Khatchatourian"),
        ("3 мая 2001", "Khatchatourian"),
    ],
)
def test_it_finds(people: dict[str, Patient], typed: str, name: str) -> None:
    found = search_patients(user=registrar_belova(), text=typed, today=TODAY)
    assert [line.pk for line in found[:1]] == [people[name].pk]


@pytest.mark.parametrize("typed", ["", "  ", "%", "_", "' OR 1=1 --", "Щербакова Hélène", "99999999"])
def test_it_finds_nothing_where_there_is_nothing(people: dict[str, Patient], typed: str) -> None:
    assert search_patients(user=registrar_belova(), text=typed, today=TODAY) == []


def test_it_puts_last_names_that_begin_with_the_word_first() -> None:
    make_patient("Абрамов", "Руслан", patronymic="Иванович")
    ivanov = make_patient("Иванов", "Яков")
    assert search_patients(user=registrar_belova(), text="иванов", today=TODAY)[0].pk == ivanov.pk


def test_names_that_begin_with_the_word_leave_no_place_for_others_only_when_they_fill_the_page() -> None:
    user = registrar_belova()
    others = [make_patient("Абрамов", "Руслан", patronymic="Иванович"), make_patient("Степанов-Иванов", "Пётр")]
    first = [make_patient("Иванов", name) for name in ("Яков", "Борис", "Олег")]
    assert {line.pk for line in search_patients(user=user, text="иванов", today=TODAY)} == {patient.pk for patient in (*first, *others)}
    found = search_patients(user=user, text="иванов", today=TODAY, limit=3)
    assert [line.first_name for line in found] == ["Борис", "Олег", "Яков"]


def test_it_finds_a_number_with_letters_of_the_former_system(people: dict[str, Patient]) -> None:
    Patient.objects.filter(pk=people["Щербакова"].pk).update(external_number="АБ-K77/12")
    for typed in ("k77", "k7"):
        found = search_patients(user=registrar_belova(), text=typed, today=TODAY)
        assert [line.pk for line in found] == [people["Щербакова"].pk], typed


def test_it_asks_the_database_once_for_the_words_and_once_for_the_patients(people: dict[str, Patient]) -> None:
    user = registrar_belova()
    search_patients(user=user, text="сергей хач", today=TODAY)
    with CaptureQueriesContext(connection) as captured:
        search_patients(user=user, text="сергей хач", today=TODAY)
    assert len(captured) == 3, "two of them its own, one for the look"


def test_no_search_walks_through_everybody(people: dict[str, Patient]) -> None:
    user = registrar_belova()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for typed in ("хач", "сергей хач", "щ ю", "5554", "14.03.1985"):
            with CaptureQueriesContext(connection) as captured:
                search_patients(user=user, text=typed, today=TODAY)
            statement = next(query["sql"] for query in captured if "hits AS MATERIALIZED" in query["sql"])
            cursor.execute(f"EXPLAIN {statement}")
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert "Seq Scan" not in plan, f"{typed}\n{plan}"


def test_it_searches_for_those_who_may_see_patients() -> None:
    with pytest.raises(NotAllowed):
        search_patients(user=make_user(Role.MARKETER), text="иванов", today=TODAY)


@pytest.mark.parametrize(
    ("person", "reason"),
    [
        (Person("Chtcherbakova", "Ioulia", "", date(1985, 3, 14)), "name"),
        (Person("Юлия", "Щербакова", "", date(1985, 3, 14)), "name"),
        (Person("Щербокова", "Юлия", "Федоровна", date(1985, 3, 14)), "name"),
        (Person("Щербакова", "Юлия", "Фёдоровна"), "same_name"),
        (Person("Другая", "Женщина", "", date(1999, 1, 1), contacts=("+79165554433",)), "contact"),
        (Person("Другая", "Женщина", "", date(1999, 1, 1), identifiers=(("snils", "11223344595"),)), "identifier"),
    ],
)
def test_it_suspects_the_same_person(people: dict[str, Patient], person: Person, reason: str) -> None:
    Identifier.objects.create(patient=people["Щербакова"], kind="snils", number="11223344595")
    found = likely_duplicates(person)
    assert [likeness.patient for likeness in found] == [people["Щербакова"]]
    assert reason in found[0].reasons


SAME = [
    ("Иванов Пётр Сергеевич", "Ivanov Piotr"),
    ("Иванов Пётр Сергеевич", "Piotr Ivanov"),
    ("Иванов Пётр Сергеевич", "Петр Иванов"),
    ("Кузнецова Екатерина Александровна", "Kuznecova Jekaterina"),
    ("Кузнецова Екатерина Александровна", "Kuznetcova Catherine"),
    ("Хрущёв Никита", "Khrouchtchev Nikita"),
    ("Щукина Евгения Юрьевна", "Chtchoukina Evguenia"),
    ("Жуков Алексей", "Joukov Alexeï"),
    ("Ковальчук Сергій Андрійович", "Kovalchuk Serhii"),
    ("Dubois Jean-Pierre", "Дюбуа Жан-Пьер"),
    ("Dupont François", "Дюпон Франсуа"),
    ("Lefèvre Hélène", "Лефевр Элен"),
    ("Lefèvre Hélène", "HELENE LEFEBVRE"),
    ("Müller Jörg", "Mueller Joerg"),
]


@pytest.mark.parametrize(("one", "other"), [*SAME, *[pair[::-1] for pair in SAME]])
def test_it_suspects_the_same_person_in_another_spelling(one: str, other: str) -> None:
    last, first, *rest = one.split()
    patient = make_patient(last, first, patronymic=" ".join(rest))
    last, first, *rest = other.split()
    assert [likeness.patient for likeness in likely_duplicates(Person(last, first, " ".join(rest), date(1985, 3, 14)))] == [patient]


def test_it_suspects_who_changed_her_name() -> None:
    bride = make_patient("Иванова", "Мария", patronymic="Петровна")
    assert likely_duplicates(Person("Сидорова", "Мария", "Петровна", bride.birth_date, birth_name="Иванова"))[0].patient == bride


TWO = [("Dupont Marie", "Martin Marie"), ("Иванова Анна", "Смирнова Анна"), ("Смирнов Андрей", "Смирнов Виктор")]


@pytest.mark.parametrize(("one", "other"), TWO)
def test_born_on_one_day_they_are_still_two(one: str, other: str) -> None:
    (last, first), (other_last, other_first) = one.split(), other.split()
    make_patient(last, first)
    assert likely_duplicates(Person(other_last, other_first, "", date(1985, 3, 14))) == []


def test_it_suspects_exchanged_day_and_month(people: dict[str, Patient]) -> None:
    assert likely_duplicates(Person("Lefevre-Muller", "Helene", "", date(1970, 1, 12)))[0].patient == people["Lefèvre"]


def test_it_suspects_nobody_without_a_reason(people: dict[str, Patient]) -> None:
    assert likely_duplicates(Person("Щербакова", "Юлия", "Фёдоровна", date(1985, 3, 15))) == []
    own: UUID = people["Щербакова"].pk
    assert likely_duplicates(Person("Щербакова", "Юлия", "Фёдоровна", date(1985, 3, 14), id=own)) == []


FRENCH = [
    ("Martin Jean", "Мартен Жан"),
    ("Moreau Jacques", "Моро Жак"),
    ("Petit Jules", "Пети Жюль"),
    ("Roux Jeanne", "Ру Жанна"),
    ("Simon Anne", "Симон Анна"),
    ("Blanc Jérôme", "Блан Жером"),
]


@pytest.mark.parametrize(("one", "other"), [*FRENCH, *[pair[::-1] for pair in FRENCH]])
def test_a_french_first_name_is_found_by_its_cyrillic_spelling(one: str, other: str) -> None:
    last, first = one.split()
    patient = make_patient(last, first)
    make_patient("Соколов", "Юрий")
    typed = other.split()[1]
    for text in (typed, typed.lower(), typed.upper()):
        assert [found.pk for found in search_patients(user=registrar_belova(), text=text, today=date(2026, 11, 22))] == [patient.pk]


@pytest.mark.parametrize("typed", ["Jurij", "Yuri", "Youri", "юрий"])
def test_a_latin_j_stays_what_other_languages_write_for_y(typed: str) -> None:
    patient = make_patient("Соколов", "Юрий")
    make_patient("Martin", "Jean")
    assert [found.pk for found in search_patients(user=registrar_belova(), text=typed, today=date(2026, 11, 22))] == [patient.pk]


@pytest.mark.parametrize(
    ("typed", "last_name"),
    [("Алия", "Әлиева"), ("Алиева", "Әлиева"), ("Әлия", "Алиева"), ("Кунанбаев", "Құнанбаев"), ("Құнанбаев", "Кунанбаев"), ("Огиз", "Өгіз"),
     ("ижак", "Їжак"), ("їжак", "Ижак"), ("Евгенов", "Євгенов"), ("Галаган", "Ґалаґан"), ("Мингалиев", "Миңгалиев"), ("хасанов", "Һасанов"),
     ("жамилов", "Җәмилов"), ("Шевчик", "Шевчік")],
)  # fmt: skip
def test_letters_of_neighbouring_languages_are_found_by_russian_ones(typed: str, last_name: str) -> None:
    wanted = make_patient(last_name, "Алия" if typed != "Әлия" else "Әлия")
    make_patient("Посторонний", "Пётр")
    assert [line.pk for line in search_patients(user=registrar_belova(), text=typed, today=TODAY)] == [wanted.pk]


def test_the_middle_of_a_phone_is_found_as_well_as_its_beginning() -> None:
    begins, holds = make_patient("Орлов", phone="+79165554433"), make_patient("Ким", phone="+79253891655")
    assert {line.pk for line in search_patients(user=registrar_belova(), text="8916", today=TODAY)} == {begins.pk, holds.pk}
