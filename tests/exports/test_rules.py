"""The dental formula: every sign of the form's legend, from a replayed mouth."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charting import replay, teeth
from charting.rules import FINDING_KINDS, Place
from exports import rules

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def finding(kind: str, tooth: int, severity: str = "") -> replay.FindingFact:
    return replay.FindingFact(f"{kind}{tooth}", kind, severity, tooth, frozenset(), frozenset(), NOW - timedelta(days=2))


def act(effect: str, *places: Place, state: str = "done", days_ago: int = 1) -> replay.ProcedureFact:
    return replay.ProcedureFact(f"{effect}{places}", effect, places, ((NOW - timedelta(days=days_ago), state),))


def signs(tooth: int, *facts: replay.FindingFact | replay.ProcedureFact, language: str = "ru", diagnoses: tuple[tuple[str, int], ...] = ()) -> str:
    findings = [fact for fact in facts if isinstance(fact, replay.FindingFact)]
    procedures = [fact for fact in facts if isinstance(fact, replay.ProcedureFact)]
    formula = rules.formula_of(replay.mouth_at(findings, procedures, NOW), diagnoses)
    return next(cell.text(language) for row in formula.rows for cell in row if cell.tooth == tooth)


@pytest.mark.parametrize(
    ("kind", "severity", "letter"),
    [
        ("missing", "", "О"),
        ("unerupted", "", "О"),
        ("retained_root", "", "R"),
        ("caries", "deep", "С"),
        ("pulpitis", "acute", "Р"),
        ("apical_periodontitis", "chronic", "Pt"),
        ("mobility", "1", "I"),
        ("mobility", "2", "II"),
        ("mobility", "3", "III"),
        ("plaque", "slight", ""),
    ],
)
def test_a_finding_has_its_letter(kind: str, severity: str, letter: str) -> None:
    assert signs(16, finding(kind, 16, severity)) == letter


@pytest.mark.parametrize(
    ("effect", "letter"),
    [("filling", "П"), ("inlay", "П"), ("crown", "К"), ("implant", "И"), ("denture", "И"), ("extraction", "О"), ("sealant", "")],
)
def test_a_finished_act_has_its_letter(effect: str, letter: str) -> None:
    assert signs(16, act(effect, Place(16))) == letter


def test_what_is_only_planned_is_not_in_the_formula() -> None:
    assert signs(16, act("crown", Place(16), state="planned")) == ""


def test_a_tooth_has_several_letters_in_the_order_of_the_legend() -> None:
    assert signs(16, finding("mobility", 16, "2"), act("filling", Place(16)), finding("caries", 16)) == "С П II"


def test_a_bridge_has_crowns_at_its_ends_and_an_artificial_tooth_in_the_gap() -> None:
    bridge = act("bridge", Place(14, role="abutment"), Place(15, role="pontic"), Place(16, role="abutment"))
    gap = finding("missing", 15)
    assert [signs(tooth, bridge, gap) for tooth in (14, 15, 16)] == ["К", "И", "К"]


def test_a_crown_on_an_implant_keeps_both_letters() -> None:
    assert signs(36, finding("missing", 36), act("implant", Place(36)), act("crown", Place(36), days_ago=0)) == "К И"


def test_a_pulled_tooth_loses_its_letters() -> None:
    assert signs(16, finding("caries", 16), act("extraction", Place(16), days_ago=0)) == "О"


def test_periodontal_disease_comes_from_the_diagnosis_of_the_tooth() -> None:
    assert signs(41, diagnoses=(("K05.3", 41),)) == "А"
    assert signs(42, diagnoses=(("K05.3", 41),)) == ""
    assert signs(41, diagnoses=(("K02.1", 41),)) == ""


def test_other_languages_have_their_own_letters() -> None:
    assert signs(16, finding("missing", 16), language="fr") == "Abs"
    assert signs(16, act("crown", Place(16)), language="en") == "Cr"
    assert all(len(set(letters.values())) == len(rules.ORDER) for letters in rules.LETTERS.values())


def test_primary_rows_appear_when_there_is_something_to_say() -> None:
    empty = replay.mouth_at([], [], NOW)
    assert len(rules.formula_of(empty).rows) == 2
    assert len(rules.formula_of(empty, with_primary=True).rows) == 4
    assert len(rules.formula_of(replay.mouth_at([finding("caries", 75)], [], NOW)).rows) == 4


@given(st.lists(st.tuples(st.sampled_from(FINDING_KINDS), st.sampled_from(teeth.ALL)), max_size=12))
def test_an_absent_tooth_never_has_other_letters(found: list[tuple[str, int]]) -> None:
    mouth = replay.mouth_at([finding(kind, tooth) for kind, tooth in found], [], NOW)
    for row in rules.formula_of(mouth, with_primary=True).rows:
        for cell in row:
            assert rules.ABSENT not in cell.signs or cell.signs == (rules.ABSENT,)
            assert (cell.tooth in mouth.absent) == (rules.ABSENT in cell.signs)


def test_a_supernumerary_tooth_stands_beside_its_neighbour_and_only_when_it_was_found() -> None:
    empty = replay.mouth_at([], [], NOW)
    assert rules.formula_of(empty).extras == ()
    found = [finding("supernumerary", 111), finding("supernumerary", 148), finding("caries", 111)]
    formula = rules.formula_of(replay.mouth_at(found, [act("extraction", Place(148))], NOW))
    assert [(cell.tooth, cell.text("ru")) for cell in formula.extras] == [(111, "С"), (148, "О")]
    upper = formula.beside(formula.upper)
    assert [cell.tooth if cell else None for cell in upper] == [None] * 7 + [111] + [None] * 8
    assert formula.beside(formula.lower)[0] == formula.extras[1]
    assert set(formula.used) == {rules.CARIES, rules.ABSENT}


def test_one_beside_a_primary_tooth_brings_its_row() -> None:
    formula = rules.formula_of(replay.mouth_at([finding("supernumerary", 151)], [], NOW))
    assert [formula.beside(row) != () for row in formula.rows] == [True, False, False, False]
