"""Published dictionaries: reading, versions, closing, refusing; against the official files where they are at hand."""

from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from clinic.history.models import Event
from clinic.lib.errors import InvalidInput, NotAllowed
from clinic.price_list import queries
from clinic.price_list.dictionaries import actions, rules
from clinic.price_list.models import DictionaryCode, DictionaryImport
from clinic.staff.roles import Role
from tests.staff.factories import make_user

pytestmark = pytest.mark.django_db
REFERENCE = Path(__file__).resolve().parents[3] / "shared" / "reference"
FIRST, SECOND = date(2026, 1, 1), date(2026, 7, 1)
HEADER = "ID;S_CODE;NAME;REL;DATEOUT\n"
ONE = HEADER + "1;A16.07.002;Восстановление зуба пломбой;1;\n2;A16.07.001;Удаление зуба;1;\n3;B01.064.001;Прием;0;01.01.2018\n"
TWO = HEADER + "1;A16.07.002;Восстановление зуба пломбой I, V, VI класс;1;\n4;A16.07.003;Вкладка;1;\n"


def load(text: str, day: date, *, version: str = "1", is_whole: bool = True, is_dry_run: bool = False) -> DictionaryImport:
    return actions.import_dictionary(
        actor=None, kind="804n", content=text.encode(), version=version, valid_from=day, is_whole=is_whole, is_dry_run=is_dry_run
    )


def open_codes(day: date) -> set[str]:
    return {code.code for code in queries.codes("804n", day)}


def test_it_dates_what_a_new_version_adds_changes_and_closes() -> None:
    first, second = load(ONE, FIRST), load(TWO, SECOND, version="2")
    assert (first.added, first.changed, first.closed) == (2, 0, 1)
    assert (second.added, second.changed, second.closed) == (1, 1, 1)
    assert open_codes(date(2026, 6, 30)) == {"A16.07.001", "A16.07.002"}
    assert open_codes(SECOND) == {"A16.07.002", "A16.07.003"}
    titles = [code.title for code in DictionaryCode.objects.filter(code="A16.07.002").order_by("valid_from")]
    assert titles == ["Восстановление зуба пломбой", "Восстановление зуба пломбой I, V, VI класс"]


def test_a_closed_code_keeps_its_row_with_its_end() -> None:
    load(ONE, FIRST)
    closed = DictionaryCode.objects.get(code="B01.064.001")
    assert closed.valid_to == date(2018, 1, 1)
    assert "B01.064.001" in open_codes(date(2017, 1, 1))


def test_a_part_of_a_dictionary_closes_nothing_by_silence() -> None:
    load(ONE, FIRST)
    assert load(TWO, SECOND, is_whole=False).closed == 0
    assert "A16.07.001" in open_codes(SECOND)


def test_a_dry_run_changes_nothing() -> None:
    assert load(ONE, FIRST, is_dry_run=True).added == 2
    assert DictionaryImport.objects.count() == DictionaryCode.objects.count() == 0


def test_it_refuses_the_same_file_and_an_older_day() -> None:
    load(ONE, SECOND)
    with pytest.raises(actions.AlreadyImported):
        load(ONE, SECOND)
    with pytest.raises(actions.OlderThanKnown):
        load(TWO, FIRST)


def many(count: int) -> str:
    return HEADER + "".join(f"{number};A16.{number:03};Услуга {number};1;\n" for number in range(count))


def test_it_does_not_take_a_file_cut_short_for_the_whole_dictionary() -> None:
    load(many(40), FIRST)
    with pytest.raises(InvalidInput) as refusal:
        load(many(5), SECOND)
    assert "35" in str(refusal.value.fields["is_whole"])
    assert len(open_codes(SECOND)) == 40
    assert load(many(5), SECOND, is_whole=False).closed == 0


def test_the_right_file_comes_back_after_a_wrong_one() -> None:
    load(many(40), FIRST)
    assert load(many(25), SECOND, version="wrong").closed == 15
    assert load(many(40), SECOND, version="right again").added == 15
    assert len(open_codes(SECOND)) == 40


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7\x98\xff", b"PK\x03\x04\x98\x00", b"ID;S_CODE;NAME;REL;DATEOUT\n1;\x98;x;1;\n", b'ID;S_CODE;"' + b"x" * 200_000]
)
def test_it_refuses_what_is_no_text(content: bytes) -> None:
    with pytest.raises(InvalidInput) as refusal:
        actions.import_dictionary(actor=None, kind="804n", content=content, version="1", valid_from=FIRST)
    assert "file" in refusal.value.fields


def test_a_title_keeps_its_odd_line_ends() -> None:
    row = rules.read("804n", HEADER + '1;A;"Прием\u2028врача\u0085\nповторный";1;\n').rows[0]
    assert row.title == "Прием\u2028врача\u0085\nповторный"


@pytest.mark.parametrize(
    "text",
    ["", "PK\x03\x04", "a;b\n1;2\n", HEADER, HEADER + "1;A;x;1;32.13.2020\n", HEADER + "1;A;x\n", HEADER + ";;;;;;;\n"],
    ids=["empty", "zip", "other columns", "no rows", "bad date", "short line", "long line"],
)
def test_it_refuses_another_file_and_imports_nothing(text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        load(text, FIRST)
    assert "file" in refusal.value.fields
    assert DictionaryImport.objects.count() == 0


def test_it_reads_windows_1251() -> None:
    assert rules.read("804n", rules.decode(ONE.encode("cp1251"))).rows[1].title == "Удаление зуба"


def test_it_asks_for_the_right() -> None:
    with pytest.raises(NotAllowed):
        actions.import_dictionary(actor=make_user(Role.DENTIST), kind="804n", content=ONE.encode(), version="1", valid_from=FIRST)


def test_the_command_reports_and_refuses(tmp_path: Path) -> None:
    file = tmp_path / "nomenclature_2.10.csv"
    file.write_text(ONE)
    call_command("import_dictionary", "804n", str(file), "--json")
    assert DictionaryImport.objects.get().dictionary_version == "2.10"
    with pytest.raises(CommandError, match="already"):
        call_command("import_dictionary", "804n", str(file))
    with pytest.raises(CommandError, match="cannot read"):
        call_command("import_dictionary", "804n", str(tmp_path / "absent.csv"))


OFFICIAL = [
    ("icd10", "ru/nsi/1.2.643.5.1.13.13.11.1005_2.27.csv", 14937, "K02.1"),
    ("804n", "ru/nsi/1.2.643.5.1.13.13.11.1070_2.10.csv", 10450, "A16.07.002"),
    ("ccam", "fr/ccam/ccam_dentaire_v78.10_extrait.csv", 824, "HBMD050"),
]


@pytest.mark.parametrize(("kind", "file", "added", "code"), OFFICIAL)
def test_it_loads_the_official_files(kind: str, file: str, added: int, code: str) -> None:
    path = REFERENCE / file
    if not path.exists():
        pytest.skip("the reference data is not on this machine")
    done = actions.import_dictionary(actor=None, kind=kind, content=path.read_bytes(), version=rules.version_in_name(path.name), valid_from=FIRST)
    assert done.added == added
    assert DictionaryCode.objects.filter(kind=kind, code=code, valid_to=None).exists()


def test_the_command_works_in_the_name_of_a_person(tmp_path: Path) -> None:
    file = tmp_path / "804n_v2.0.csv"
    file.write_bytes(ONE.encode())
    person = make_user(Role.SYSTEM_ADMINISTRATOR, username="seteva")
    call_command("import_dictionary", "804n", str(file), "--actor", "seteva", stdout=StringIO())
    assert DictionaryImport.objects.get().imported_by == person
    assert Event.objects.filter(tbl="price_list_dictionaryimport", op="I").get().actor == str(person.pk)


@pytest.mark.parametrize("name", ["nobody", "orlova"])
def test_the_command_refuses_a_person_who_may_not(tmp_path: Path, name: str) -> None:
    make_user(Role.DENTIST, username="orlova")
    file = tmp_path / "804n_v2.0.csv"
    file.write_bytes(ONE.encode())
    with pytest.raises(CommandError, match=name):
        call_command("import_dictionary", "804n", str(file), "--actor", name)
