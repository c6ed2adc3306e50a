"""Supernumerary teeth: found beside a tooth, charted like any other, gone when pulled or entered in error."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from charting import actions, notation, queries, rules, story, teeth
from charting.models import Finding
from charting.rules import Place
from clinic.lib.errors import InvalidInput
from tests.charting.factories import NOW, make_procedure, patient_petrov, perform, place
from tests.staff.factories import dr_orlova, log_in, make_branch

pytestmark = pytest.mark.django_db
MESIODENS = 111


def found(tooth: int = MESIODENS, kind: str = "supernumerary", *, days_ago: int = 0, **told: Any) -> Finding:
    told = {"direction": "mesial"} | told if kind == "supernumerary" else told
    return actions.record_finding(patient=patient_petrov(), kind=kind, tooth=tooth, actor=dr_orlova(), at=NOW - timedelta(days=days_ago), **told)


def standing(days_ago: int = 0) -> dict[int, str]:
    """The supernumerary teeth that the chart names, with their state."""
    chart = queries.chart_at(patient_petrov(), NOW - timedelta(days=days_ago))
    return {tooth.number: tooth.presence for tooth in story.teeth_of(chart, story.entries_of(chart), {}) if tooth.number in teeth.SUPERNUMERARY}


@pytest.fixture
def dentist() -> Client:
    return log_in(dr_orlova(make_branch()))


def test_one_has_the_place_and_the_parts_of_a_simple_tooth_beside_another() -> None:
    tooth = teeth.TEETH[116]
    assert (tooth.neighbour, tooth.arch, tooth.is_right, tooth.surfaces) == (16, "upper", True, teeth.POSTERIOR_SURFACES)
    assert (tooth.roots, tooth.canals, tooth.neighbours) == (("R",), ("C",), (16,))
    assert teeth.TEETH[151].is_primary
    assert not set(teeth.SUPERNUMERARY) & set(teeth.ALL)


def test_nothing_is_there_until_it_was_found_and_all_is_possible_afterwards(dentist: Client) -> None:
    with pytest.raises(InvalidInput, match="Tooth 11S is not in the mouth"):
        found(kind="caries")
    with pytest.raises(InvalidInput, match="Tooth 11S is not in the mouth"):
        make_procedure("extraction", place(MESIODENS), state="planned")
    found(days_ago=5)
    found(kind="caries", days_ago=4, surfaces=["M"], severity="deep")
    make_procedure("extraction", place(MESIODENS), state="planned", days_ago=3)
    assert standing() == {MESIODENS: "present"}
    assert standing(days_ago=6) == {}
    chart = dentist.get(f"/api/v1/patients/{patient_petrov().pk}/chart").json()
    label = next(tooth["label"] for tooth in chart["teeth"] if tooth["number"] == MESIODENS)
    assert label.startswith("Tooth 11S, supernumerary, beside: central incisor, upper right: supernumerary tooth, mesially (finding); caries, deep M")


@pytest.mark.parametrize(
    ("tooth", "direction", "message"),
    [
        (11, "mesial", "Tooth 11 is no supernumerary tooth"),
        (111, "", "Say the direction"),
        (111, "up", "is no direction"),
        (119, "mesial", "There is no tooth"),
        (211, "mesial", "There is no tooth"),
    ],
)
def test_what_cannot_be_is_refused(tooth: int, direction: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        found(tooth, direction=direction)


def test_one_is_found_once_and_its_state_by_itself() -> None:
    found(days_ago=3)
    with pytest.raises(InvalidInput, match="There is a supernumerary tooth 11S already"):
        found()
    found(kind="impacted", days_ago=2)
    assert standing() == {MESIODENS: "impacted"}
    assert standing(days_ago=3) == {MESIODENS: "present"}


def test_pulled_it_is_gone_from_that_day_and_can_be_found_again() -> None:
    found(days_ago=9)
    perform(make_procedure("extraction", place(MESIODENS), state="planned", days_ago=8), days_ago=7)
    assert (standing(days_ago=8), standing(days_ago=6)) == ({MESIODENS: "present"}, {MESIODENS: "missing"})
    with pytest.raises(InvalidInput, match="not in the mouth"):
        found(kind="caries", days_ago=6)
    found(days_ago=5)
    assert standing() == {MESIODENS: "present"}


def test_entered_in_error_it_was_never_there_nor_what_was_found_of_it() -> None:
    tooth = found(days_ago=5)
    found(kind="caries", days_ago=4)
    actions.mark_in_error(finding=tooth, actor=dr_orlova(), at=NOW, reason="Снимок другого пациента")
    chart = queries.chart_at(patient_petrov(), NOW)
    assert standing() == {}
    assert chart.mouth.marks == ()
    assert [entry.is_current for entry in story.entries_of(chart)] == [False]


def test_it_counts_neither_as_a_tooth_of_the_index_nor_as_one_to_be_probed() -> None:
    found()
    found(kind="caries", severity="deep")
    chart = queries.chart_at(patient_petrov(), NOW)
    assert queries.dmft(patient_petrov(), NOW)[0].total == 0
    assert chart.mouth.absent == frozenset()
    problems = rules.finding_problems(kind="caries", severity="", place=Place(112), absent=chart.mouth.not_there)
    assert [problem.code for problem in problems] == ["tooth_absent"]


def test_papers_write_it_by_its_neighbour(dentist: Client) -> None:
    found(days_ago=1)
    with notation.shown_in("universal"):
        assert notation.code(MESIODENS) == "58"
        assert notation.fdi(MESIODENS) == "11S"
    page = dentist.get(f"/patients/{patient_petrov().pk}/handout/").content.decode()
    assert "11S, " in page


def test_the_database_knows_their_codes_and_parts() -> None:
    finding = found()
    for column, value in (("tooth", 119), ("tooth", 100), ("tooth", 211), ("roots", "{MB}"), ("surfaces", "{O}")):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE charting_finding SET {column} = %s WHERE id = %s", [value, finding.pk])
