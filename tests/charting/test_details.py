"""What is told of a finding beyond its place: refused where it cannot be, said in words, offered by the palette, counted by the indices."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from charting import details, finding_words, handout, queries, replay, rules, sites
from charting.models import Finding, FindingKind
from charting.palette import palette
from tests.charting.factories import make_procedure, patient_petrov, place
from tests.staff.factories import dr_orlova, log_in, make_branch

START = datetime(2026, 1, 1, tzinfo=UTC)


def told(*given: Any) -> list[str]:
    return [problem.code for problem in details.problems(details.Told(*given), day=date(2026, 11, 22), born=date(1991, 3, 5))]


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        (("drift", "", "mesial"), []),
        (("drift", "", "mesial", 3), []),
        (("drift", "", ""), ["direction_needed"]),
        (("drift", "", "vertical"), ["no_such_direction"]),
        (("caries", "deep", "mesial"), ["no_such_direction"]),
        (("rotation", "", "lingual"), ["no_such_direction"]),
        (("rotation", "", "distal", 181), ["amount_out_of_range"]),
        (("extrusion", "", "", 0), ["amount_out_of_range"]),
        (("caries", "deep", "", 3), ["finding_has_no_amount"]),
        (("cold_test", "lingering"), []),
        (("cold_test", ""), ["outcome_needed"]),
        (("percussion", "", ""), ["direction_needed", "outcome_needed"]),
        (("percussion", "painful", "vertical"), []),
        (("electric_test", "", "", 0), []),
        (("electric_test", "none"), []),
        (("electric_test",), ["current_needed"]),
        (("electric_test", "none", "", 20), ["no_response_no_current"]),
        (("electric_test", "", "", -1), ["amount_out_of_range"]),
        (("missing", "extracted", "", None, "2015"), []),
        (("missing", "", "", None, "2026"), []),
        (("missing", "trauma", "", None, "2024-02-29"), []),
        (("missing", "shed", "", None, "1991-03"), []),
        (("missing", "trauma", "", None, "2023-02-29"), ["no_such_day"]),
        (("missing", "trauma", "", None, "2023-13"), ["no_such_day"]),
        (("missing", "trauma", "", None, "15"), ["no_such_day"]),
        (("missing", "trauma", "", None, "long ago"), ["no_such_day"]),
        (("missing", "extracted", "", None, "2026-11-23"), ["day_in_future"]),
        (("missing", "extracted", "", None, "2027"), ["day_in_future"]),
        (("missing", "extracted", "", None, "1990"), ["before_birth"]),
        (("missing", "agenesis", "", None, "2015"), ["never_there"]),
        (("caries", "deep", "", None, "2015"), ["finding_has_no_day"]),
    ],
)
def test_what_cannot_be_is_named(given: tuple[Any, ...], codes: list[str]) -> None:
    assert told(*given) == codes


@pytest.mark.parametrize("kind", [*rules.POSITIONS, "cold_test", "heat_test", "electric_test", "periapical_lesion"])
def test_an_implant_neither_moves_nor_feels(kind: str) -> None:
    found = rules.finding_problems(kind=kind, severity="", place=rules.Place(36), absent=frozenset(), implants=frozenset({36}))
    assert [problem.code for problem in found] == ["tooth_is_implant"]


@pytest.mark.parametrize(("severity", "decayed"), [("initial", 0), ("icdas2", 0), ("icdas3", 0), ("icdas4", 1), ("icdas6", 1), ("medium", 1)])
def test_enamel_alone_is_not_counted_as_decay(severity: str, decayed: int) -> None:
    fact = replay.FindingFact("a", "caries", severity, 16, frozenset("O"), frozenset(), START)
    assert replay.caries_index(replay.mouth_at([fact], [], START)).decayed == decayed


@pytest.fixture
def dentist(db: None) -> Client:
    return log_in(dr_orlova(make_branch()))


def record(dentist: Client, **body: object) -> Any:
    return dentist.post(f"/api/v1/patients/{patient_petrov().pk}/findings", body, content_type="application/json")


@pytest.mark.parametrize(
    ("body", "field", "sentence"),
    [
        ({"kind": "tipping", "tooth": 16}, "direction", "Say the direction of this finding."),
        ({"kind": "percussion", "tooth": 16, "direction": "vertical"}, "severity", "Say how the tooth answered this test."),
        ({"kind": "electric_test", "tooth": 16, "amount": 900}, "amount", "This is measured from 0 to 200 µA."),
        ({"kind": "caries", "tooth": 16, "amount": 9}, "amount", "Nothing is measured of this finding: leave the number out."),
        ({"kind": "missing", "tooth": 16, "since": "2999"}, "since", "This date is still to come."),
        (
            {"kind": "missing", "severity": "shed", "tooth": 16},
            "severity",
            "Tooth 16 is a permanent tooth: only primary teeth are shed.",
        ),
        ({"kind": "extrusion", "tooth": 16, "amount": 10**12}, "amount", "This is measured from 1 to 15 mm."),
    ],
)
def test_a_refusal_is_a_sentence_under_its_field(dentist: Client, body: dict[str, object], field: str, sentence: str) -> None:
    answer = record(dentist, **body)
    assert (answer.status_code, answer.json()["fields"]) == (422, {field: sentence})
    assert not Finding.objects.exists()


@pytest.mark.parametrize(
    ("body", "titles"),
    [
        ({"kind": "drift", "tooth": 16, "direction": "mesial", "amount": 3}, ("drift, mesially, 3 mm", "медиально, 3 мм", "en mésial, 3 mm")),
        ({"kind": "rotation", "tooth": 13, "direction": "distal", "amount": 45}, ("rotation, distally, 45°", "дистально, 45°", "en distal, 45°")),
        (
            {"kind": "missing", "tooth": 16, "severity": "extracted", "since": "2015-06"},
            ("extracted, 06/2015", "удалён, 06.2015", "extraite, 06/2015"),
        ),
        ({"kind": "missing", "tooth": 55, "severity": "shed", "since": "2002-06-03"}, ("shed, 3 Jun 2002", "03.06.2002", "03/06/2002")),
        ({"kind": "electric_test", "tooth": 16, "amount": 25}, ("electric pulp test, 25 µA", "25 мкА", "25 µA")),
        ({"kind": "percussion", "tooth": 16, "direction": "vertical", "severity": "painful"}, ("vertical, painful", "болезненная", "douloureuse")),
        (
            {"kind": "caries", "tooth": 16, "surfaces": ["M", "O"], "severity": "icdas5"},
            ("Black class II", "класс по Блэку II", "classe II de Black"),
        ),
    ],
)
def test_it_is_told_in_three_languages(dentist: Client, body: dict[str, object], titles: tuple[str, str, str]) -> None:
    assert record(dentist, **body).status_code == 201
    for language, title in zip(("en", "ru", "fr"), titles, strict=True):
        with translation.override(language):
            finding = Finding.objects.get()
            assert title in f"{finding_words.title(finding)}, {finding_words.about(finding)}"


def test_a_filling_has_the_class_of_its_cavity(dentist: Client) -> None:
    make_procedure("filling", place(16, "MO"), days_ago=1)
    make_procedure("crown", place(26), days_ago=1)
    make_procedure("root_canal", place(36), days_ago=1)
    entries = dentist.get(f"/api/v1/patients/{patient_petrov().pk}/chart").json()["entries"]
    assert [entry["about"] for entry in entries] == ["Black class II", "", ""]


def test_the_same_key_with_another_direction_is_another_finding(dentist: Client) -> None:
    body = {"id": "0192f0c1-0000-7000-8000-000000000001", "kind": "drift", "tooth": 16, "direction": "mesial"}
    assert [record(dentist, **body).status_code for _ in range(2)] == [201, 201]
    assert record(dentist, **{**body, "direction": "distal"}).status_code == 409
    assert Finding.objects.count() == 1


def test_the_palette_offers_every_finding_as_it_can_be_recorded(dentist: Client) -> None:
    entries = [entry for entry in palette().entries if entry.type == "finding"]
    assert len({entry.key for entry in entries}) == len(entries)
    assert {entry.kind for entry in entries} == set(FindingKind.values)
    for number, entry in enumerate(entries):
        tooth = None if entry.kind in rules.ON_MOUTH else 16
        site = sites.SITES[entry.kind][number % 3] if entry.scope == "mucosa" else entry.site
        amount = entry.amount.least if entry.amount and entry.amount.is_needed else None
        found = told(entry.kind, entry.severity, entry.direction, amount)
        assert found == [], entry
        if number % 9 == 0 and entry.kind not in rules.PRESENCES:
            body = {
                "kind": entry.kind,
                "severity": entry.severity,
                "direction": entry.direction,
                "amount": amount,
                "tooth": tooth,
                "site": site,
            }
            assert record(dentist, **body).status_code == 201, entry
    served = dentist.get("/api/v1/chart-palette").json()["entries"]
    assert next(entry["amount"] for entry in served if entry["key"] == "finding:electric_test") == {
        "unit": "µA",
        "least": 0,
        "most": 200,
        "is_needed": True,
    }


def test_a_patient_reads_only_of_tests_that_found_something(dentist: Client) -> None:
    record(dentist, kind="cold_test", severity="normal", tooth=16)
    record(dentist, kind="electric_test", amount=4, tooth=16)
    record(dentist, kind="cold_test", severity="none", tooth=26)
    record(dentist, kind="caries", severity="icdas6", surfaces=["O"], tooth=36)
    written = handout.write(queries.chart_at(patient_petrov(), Finding.objects.latest("noted_at").noted_at), "en")
    assert [line.text.partition(":")[0] for line in written.found] == [
        "The tooth does not feel cold",
        "The decay is deep and lies near the nerve. It should be treated soon.",
    ]
