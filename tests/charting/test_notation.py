"""Four ways to write a tooth, one to one with the stored code."""

import pytest
from django.test import Client

from charting import notation, teeth, words
from clinic.staff.models import Notation
from clinic.staff.roles import Role
from tests.charting.factories import make_finding, make_procedure, make_visit, patient_petrov, perform, place
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user

UPPER_RIGHT_MOLAR = {"fdi": "16", "universal": "3", "palmer": "6┘", "haderup": "6+"}
CORNERS = {
    "universal": {18: "1", 28: "16", 38: "17", 48: "32", 55: "A", 65: "J", 75: "K", 85: "T", 31: "24", 41: "25"},
    "palmer": {18: "8┘", 21: "└1", 36: "┌6", 48: "8┐", 55: "E┘", 61: "└A", 75: "┌E", 81: "A┐"},
    "haderup": {18: "8+", 21: "+1", 36: "-6", 48: "8-", 55: "05+", 61: "+01", 75: "-05", 81: "01-"},
}


@pytest.mark.parametrize("written", Notation.values)
def test_every_tooth_has_one_code_and_every_code_one_tooth(written: str) -> None:
    codes = {number: notation.code(number, written) for number in teeth.KNOWN}
    assert len(set(codes.values())) == len(teeth.KNOWN) == 104
    assert {notation.parse(code.lower(), written) for code in codes.values()} == set(teeth.KNOWN)
    assert all(notation.parse(code, written) == number for number, code in codes.items())


@pytest.mark.parametrize(("written", "codes"), CORNERS.items())
def test_the_corners_of_the_mouth(written: str, codes: dict[int, str]) -> None:
    assert {number: notation.code(number, written) for number in codes} == codes


@pytest.mark.parametrize(
    ("written", "codes"),
    {
        "fdi": {116: "16S", 111: "11S", 185: "85S"},
        "universal": {118: "51", 116: "53", 148: "82", 155: "AS", 185: "TS"},
        "palmer": {116: "6S┘", 121: "└1S", 175: "┌ES"},
        "haderup": {116: "6S+", 136: "-6S", 155: "05S+"},
    }.items(),
)
def test_a_supernumerary_tooth_is_written_by_its_neighbour(written: str, codes: dict[int, str]) -> None:
    assert {number: notation.code(number, written) for number in codes} == codes
    assert all(notation.parse(code.replace("S", "с"), written) == number for number, code in codes.items())


def test_palmer_is_typed_by_letters_too() -> None:
    assert [notation.parse(text, Notation.PALMER) for text in ("UR6", "ul1", "LLE", "lr8", "6", "UR9")] == [16, 21, 75, 48, None, None]


@pytest.mark.parametrize(("written", "code"), UPPER_RIGHT_MOLAR.items())
def test_words_for_a_reader_are_in_the_reader_s_notation_and_those_of_records_are_not(written: str, code: str) -> None:
    with notation.shown_in(written):
        assert words.part_shown(tooth=16, surfaces=["O", "M"]) == f"{code} MO"
        assert words.part_names(tooth=16, surfaces=["O", "M"]) == "16 MO"
    assert words.part_shown(tooth=16, surfaces=["O", "M"]) == "16 MO"


@pytest.mark.parametrize(
    ("written", "text", "places"),
    [
        ("fdi", "36 OD, 37", [(36, {"O", "D"}), (37, set())]),
        ("fdi", "36од;37", [(36, {"O", "D"}), (37, set())]),
        ("fdi", "11 v5", [(11, {"V5"})]),
        ("fdi", "36 orv, 37rmrd, 47 кв", [(36, {"O", "RV"}), (37, {"RM", "RD"}), (47, {"RV"})]),
        ("fdi", "", []),
        ("fdi", " , ", []),
        ("fdi", "11S M, 16s", [(111, {"M"}), (116, set())]),
        ("universal", "3 MO, 14, t o", [(16, {"M", "O"}), (26, set()), (85, {"O"})]),
        ("universal", "do", [(52, {"O"})]),
        ("palmer", "UR6 MO; LLe", [(16, {"M", "O"}), (75, set())]),
        ("haderup", "6+mo, -05, 05-", [(16, {"M", "O"}), (75, set()), (85, set())]),
    ],
)
def test_it_reads_teeth_as_they_are_typed(written: str, text: str, places: list[tuple[int, set[str]]]) -> None:
    with notation.shown_in(written):
        assert [(tooth, set(surfaces)) for tooth, surfaces in notation.read_places(text)] == places


@pytest.mark.parametrize("text", ["99", "36 O 37", "tooth", "3", "36-37", "<b>"])
def test_it_refuses_what_is_no_tooth(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        notation.read_places(text)


@pytest.fixture
def american(db: None) -> Client:
    person = dr_orlova(make_branch())
    person.notation = Notation.UNIVERSAL
    person.save(update_fields=["notation"])
    return log_in(person)


def test_the_chart_speaks_to_a_person_in_their_notation_and_takes_fdi(american: Client) -> None:
    patient = patient_petrov()
    body = {"kind": "caries", "severity": "deep", "tooth": 16, "surfaces": ["O"]}
    assert american.post(f"/api/v1/patients/{patient.pk}/findings", body, content_type="application/json").json()["tooth"] == 16
    chart = american.get(f"/api/v1/patients/{patient.pk}/chart").json()
    assert [entry["part"] for entry in chart["entries"]] == ["3 O"]
    assert next(tooth["label"] for tooth in chart["teeth"] if tooth["number"] == 16).startswith("Tooth 3, first molar, upper right: caries, deep O")
    colleague = log_in(make_user(Role.DENTIST, username="sokolov", branch=make_branch()))
    assert [entry["part"] for entry in colleague.get(f"/api/v1/patients/{patient.pk}/chart").json()["entries"]] == ["16 O"]


def test_a_refusal_names_the_tooth_as_its_reader_does(american: Client) -> None:
    patient = patient_petrov()
    make_finding("missing", 16)
    body = {"kind": "caries", "tooth": 16}
    refusal = american.post(f"/api/v1/patients/{patient.pk}/findings", body, content_type="application/json").json()
    assert refusal["fields"]["tooth"] == "Tooth 3 is not in the mouth on this day."


def test_a_paper_is_written_by_fdi(american: Client) -> None:
    visit = make_visit()
    perform(make_procedure("filling", place(16, "O")))
    assert "16 O" in american.get(f"/visits/{visit.pk}/print/").content.decode()
    assert "3 O" in american.get(f"/visits/{visit.pk}/").content.decode()


def test_a_person_chooses_the_notation_of_the_account(american: Client) -> None:
    american.post("/account/notation/", {"notation": "palmer"})
    assert american.get("/api/v1/me").json()["notation"] == "palmer"
    assert american.patch("/api/v1/me", {"notation": "haderup"}, content_type="application/json").json()["notation"] == "haderup"
    assert american.patch("/api/v1/me", {"notation": "roman"}, content_type="application/json").status_code == 422
    american.post("/account/notation/", {"notation": "roman"})
    assert dr_orlova().notation == "haderup"
