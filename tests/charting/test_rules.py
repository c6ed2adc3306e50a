"""The rules of the mouth: impossible places are refused, and the chart is the replay of its events."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charting import replay, rules, teeth
from charting.replay import FindingFact, Mouth, ProcedureFact
from charting.rules import Place

START = datetime(2026, 1, 1, tzinfo=UTC)
NOBODY: frozenset[Any] = frozenset()
Findings = list[FindingFact]
Procedures = list[ProcedureFact]

tooth_numbers = st.sampled_from(teeth.ALL)
instants = st.integers(0, 60).map(lambda day: START + timedelta(days=day))


@st.composite
def places(draw: st.DrawFn) -> Place:
    number = draw(tooth_numbers)
    return Place(number, frozenset(draw(st.lists(st.sampled_from(teeth.TEETH[number].surfaces), max_size=3))))


@st.composite
def finding_facts(draw: st.DrawFn) -> FindingFact:
    place, noted = draw(places()), draw(instants)
    days = sorted(draw(st.lists(st.integers(0, 30), max_size=4)))
    changes = tuple((noted + timedelta(days=day), ("resolved", "open")[number % 2]) for number, day in enumerate(days))
    return FindingFact(str(draw(st.uuids())), draw(st.sampled_from(rules.FINDING_KINDS)), "", place.tooth, place.surfaces, NOBODY, noted, changes)


@st.composite
def procedure_facts(draw: st.DrawFn) -> ProcedureFact:
    states = draw(st.lists(st.sampled_from([*rules.LAYER_OF_STATE, "cancelled"]), min_size=1, max_size=4))
    times = sorted(draw(st.lists(instants, min_size=len(states), max_size=len(states))))
    effect = draw(st.sampled_from(["filling", "crown", "extraction", "implant", "bridge", "root_canal"]))
    chosen = draw(st.lists(places(), min_size=1, max_size=3, unique_by=lambda place: place.tooth))
    return ProcedureFact(str(draw(st.uuids())), effect, tuple(chosen), tuple(zip(times, states, strict=True)))


@given(st.lists(finding_facts(), max_size=6), st.lists(procedure_facts(), max_size=6), instants, st.randoms())
def test_the_chart_does_not_depend_on_the_order_of_its_facts(findings: Findings, procedures: Procedures, at: datetime, random: Random) -> None:
    before = replay.mouth_at(findings, procedures, at)
    random.shuffle(findings)
    random.shuffle(procedures)
    assert replay.mouth_at(findings, procedures, at) == before


@given(st.lists(finding_facts(), max_size=6), st.lists(procedure_facts(), max_size=6), instants)
def test_the_chart_of_a_day_is_the_replay_of_the_events_up_to_it(findings: Findings, procedures: Procedures, at: datetime) -> None:
    """What happened later changes nothing about the mouth of a past day."""
    known = [replace(fact, changes=tuple(change for change in fact.changes if change[0] <= at)) for fact in findings if fact.noted_at <= at]
    acts = [replace(fact, changes=tuple(change for change in fact.changes if change[0] <= at)) for fact in procedures]
    assert replay.mouth_at(known, acts, at) == replay.mouth_at(findings, procedures, at)


@given(st.lists(finding_facts(), max_size=6), st.lists(procedure_facts(), max_size=6), instants)
def test_a_missing_tooth_shows_nothing_older_than_its_loss(findings: Findings, procedures: Procedures, at: datetime) -> None:
    mouth: Mouth = replay.mouth_at(findings, procedures, at)
    gone = {fact.tooth: fact.noted_at for fact in findings if fact.kind == "missing" and fact.holds(at)}
    for mark in mouth.marks:
        fact = next((f for f in findings if f.id == mark.source), None)
        if mark.tooth in gone and fact is not None and fact.kind != "missing":
            assert fact.noted_at >= gone[mark.tooth]


@given(places(), st.sampled_from(sorted(rules.ON_SURFACES)))
def test_every_real_place_takes_a_finding(place: Place, kind: str) -> None:
    assert rules.finding_problems(kind=kind, severity="", place=place, absent=NOBODY) == []


@given(tooth_numbers)
def test_no_tooth_has_the_other_ones_biting_surface(number: int) -> None:
    wrong = "O" if teeth.TEETH[number].is_anterior else "I"
    assert [problem.code for problem in rules.place_problems(Place(number, frozenset({wrong})))] == ["no_such_surface"]


@pytest.mark.parametrize("number", [0, 8, 9, 10, 19, 20, 29, 49, 50, 56, 66, 86, 91, 100, -11])
def test_there_is_no_such_tooth(number: int) -> None:
    assert rules.place_problems(Place(number))[0].code == "no_such_tooth"


@pytest.mark.parametrize(
    ("kind", "severity", "place", "code"),
    [
        ("caries", "huge", Place(16), "no_such_severity"),
        ("missing", "1", Place(16), "no_such_severity"),
        ("ghosts", "", Place(16), "no_such_finding"),
        ("caries", "deep", None, "tooth_needed"),
        ("pulpitis", "", Place(16, frozenset("O")), "finding_has_no_surfaces"),
        ("caries", "", Place(36, frozenset("O")), "tooth_absent"),
        ("apical_periodontitis", "", Place(11, roots=frozenset({"MB"})), "no_such_root"),
    ],
)
def test_an_impossible_finding_is_named(kind: str, severity: str, place: Place | None, code: str) -> None:
    assert [problem.code for problem in rules.finding_problems(kind=kind, severity=severity, place=place, absent=frozenset({36}))] == [code]


@pytest.mark.parametrize(
    ("scope", "effect", "chosen", "codes"),
    [
        ("mouth", "none", [Place(16)], ["no_teeth_for_mouth"]),
        ("mouth", "none", [], []),
        ("tooth", "crown", [], ["teeth_needed"]),
        ("tooth", "implant", [Place(36)], []),
        ("tooth", "implant", [Place(75)], ["for_permanent"]),
        ("tooth", "crown", [Place(16), Place(16)], ["tooth_twice"]),
        ("surfaces", "filling", [Place(16)], ["surfaces_needed"]),
        ("surfaces", "filling", [Place(16, frozenset("MOD"))], []),
        ("arch", "denture", [Place(16), Place(46)], ["one_arch_needed"]),
        ("span", "bridge", [Place(15, role="abutment"), Place(45, role="pontic")], ["one_arch_needed"]),
        ("span", "bridge", [Place(15, role="abutment"), Place(17, role="pontic")], ["span_has_gap"]),
        ("span", "bridge", [Place(15), Place(16)], ["bridge_needs_abutment", "bridge_needs_pontic"]),
        ("span", "bridge", [Place(35, role="abutment"), Place(36, role="pontic"), Place(37, role="abutment")], []),
        ("tooth", "crown", [Place(19)], ["no_such_tooth"]),
        ("tooth", "crown", [Place(16, frozenset("O"))], ["act_has_no_surfaces"]),
        ("tooth", "extraction", [Place(46, roots=frozenset({"MR"}))], []),
        ("surfaces", "filling", [Place(16, frozenset("O"), role="pontic")], ["no_such_role"]),
        ("span", "bridge", [Place(35, role="abutment"), Place(36, role="pontic"), Place(37, role="boss")], ["no_such_role"]),
    ],
)
def test_a_service_is_placed_only_where_it_can_be(scope: str, effect: str, chosen: list[Place], codes: list[str]) -> None:
    problems = rules.procedure_problems(scope=scope, effect=effect, places=chosen)
    assert [problem.code for problem in problems] == codes


@pytest.mark.parametrize("kind", ["caries", "pulpitis", "apical_periodontitis", "impacted"])
def test_an_implant_does_not_decay(kind: str) -> None:
    place = Place(36)
    found = rules.finding_problems(kind=kind, severity="", place=place, absent=NOBODY, implants=frozenset({36}))
    assert [problem.code for problem in found] == ["tooth_is_implant"]
    assert rules.finding_problems(kind="mobility", severity="1", place=place, absent=NOBODY, implants=frozenset({36})) == []


@pytest.mark.parametrize(
    ("dentition", "tooth", "code"),
    [
        ("any", 36, None),
        ("any", 75, None),
        ("permanent", 36, None),
        ("permanent", 75, "for_permanent"),
        ("primary", 75, None),
        ("primary", 36, "for_primary"),
    ],
)
def test_a_service_for_one_dentition_is_put_on_no_tooth_of_the_other(dentition: str, tooth: int, code: str | None) -> None:
    problems = rules.procedure_problems(scope="tooth", effect="crown", places=[Place(tooth)], dentition=dentition)
    assert [problem.code for problem in problems] == ([code] if code else [])


def test_a_filling_heals_only_the_surfaces_it_covers() -> None:
    treated = Place(16, frozenset("MO"))
    assert rules.heals(effect="filling", treated=treated, finding_kind="caries", finding_surfaces=frozenset("O"))
    assert not rules.heals(effect="filling", treated=treated, finding_kind="caries", finding_surfaces=frozenset("OD"))
    assert rules.heals(effect="crown", treated=Place(16), finding_kind="caries", finding_surfaces=frozenset("OD"))
    assert not rules.heals(effect="crown", treated=Place(16), finding_kind="apical_periodontitis", finding_surfaces=NOBODY)


def test_an_implant_stands_where_a_tooth_was_pulled() -> None:
    pulled = ProcedureFact("a", "extraction", (Place(36),), ((START, "planned"), (START + timedelta(days=1), "done")))
    implant = ProcedureFact("b", "implant", (Place(36),), ((START + timedelta(days=90), "done"),))
    caries = FindingFact("c", "caries", "deep", 36, frozenset("O"), NOBODY, START)
    seen = [replay.mouth_at([caries], [pulled, implant], START + timedelta(days=day)) for day in (0, 2, 91)]
    assert [mouth.presence.get(36) for mouth in seen] == [None, "missing", "implant"]
    assert [[mark.what for mark in mouth.on(36)] for mouth in seen] == [["caries", "extraction"], ["extraction"], ["extraction", "implant"]]


def stage(kind: str, day: int, tooth: int = 17) -> FindingFact:
    return FindingFact(f"{kind}{day}", kind, "", tooth, NOBODY, NOBODY, START + timedelta(days=day))


def test_the_latest_stage_of_eruption_holds() -> None:
    facts = [stage("unerupted", 0), stage("erupting", 10), stage("erupted", 20)]
    mouths = [replay.mouth_at(facts, [], START + timedelta(days=day)) for day in (0, 10, 20)]
    assert [mouth.presence.get(17) for mouth in mouths] == ["unerupted", "erupting", None]
    assert [[mark.what for mark in mouth.on(17)] for mouth in mouths] == [["unerupted"], ["erupting"], ["erupted"]]
    assert [17 in mouth.absent for mouth in mouths] == [True, False, False]


def seen(kind: str, day: int, *, severity: str = "", direction: str = "", amount: int | None = None) -> FindingFact:
    since = START + timedelta(days=day)
    return FindingFact(f"{kind}{direction}{day}", kind, severity, 17, NOBODY, NOBODY, since, direction=direction, amount=amount)


@pytest.mark.parametrize(
    ("facts", "shown"),
    [
        ([seen("cold_test", 0, severity="normal"), seen("cold_test", 5, severity="none")], ["cold_test5"]),
        ([seen("electric_test", 0, amount=6), seen("cold_test", 5, severity="none")], ["electric_test0", "cold_test5"]),
        (
            [seen("percussion", 0, severity="normal", direction="vertical"), seen("percussion", 5, severity="painful", direction="horizontal")],
            ["percussionvertical0", "percussionhorizontal5"],
        ),
        ([seen("drift", 0, direction="mesial", amount=2), seen("drift", 5, direction="distal", amount=1)], ["driftdistal5"]),
        ([seen("drift", 0, direction="mesial"), seen("drift", 5, direction="lingual")], ["driftmesial0", "driftlingual5"]),
        ([seen("mobility", 0, severity="1"), seen("mobility", 5, severity="3")], ["mobility5"]),
        ([seen("caries", 0, severity="medium"), seen("caries", 5, severity="deep")], ["caries0", "caries5"]),
    ],
)
def test_the_later_of_two_statements_about_the_same_holds(facts: Findings, shown: list[str]) -> None:
    assert [mark.source for mark in replay.mouth_at(facts, [], START + timedelta(days=9)).on(17)] == shown
    assert [mark.source for mark in replay.mouth_at(facts, [], START + timedelta(days=1)).on(17)] == [facts[0].id]


def test_what_was_stated_anew_does_not_come_back_when_that_is_resolved() -> None:
    resolved = replace(seen("mobility", 5, severity="3"), changes=((START + timedelta(days=8), "resolved"),))
    mouths = [replay.mouth_at([seen("mobility", 0, severity="1"), resolved], [], START + timedelta(days=day)) for day in (0, 5, 8)]
    assert [[mark.severity for mark in mouth.on(17)] for mouth in mouths] == [["1"], ["3"], []]


@pytest.mark.parametrize(("kind", "codes"), [("erupting", []), ("erupted", []), ("impacted", []), ("missing", []), ("caries", ["tooth_absent"])])
def test_what_may_be_found_of_a_tooth_that_had_not_come_through(kind: str, codes: list[str]) -> None:
    absent = frozenset({17})
    found = rules.finding_problems(kind=kind, severity="", place=Place(17), absent=absent, unerupted=absent)
    assert [problem.code for problem in found] == codes
    gone = rules.finding_problems(kind=kind, severity="", place=Place(17), absent=absent)
    assert [problem.code for problem in gone] == ["tooth_absent"]


@pytest.mark.parametrize(("reason", "missing"), [("", 1), ("extracted", 1), ("unknown", 1), ("agenesis", 0), ("trauma", 0), ("shed", 0)])
def test_only_teeth_that_decay_may_have_taken_are_missing_for_the_index(reason: str, missing: int) -> None:
    fact = FindingFact("a", "missing", reason, 75, NOBODY, NOBODY, START)
    assert replay.caries_index(replay.mouth_at([fact], [], START), primary=True).missing == missing


def test_the_caries_index_counts_each_tooth_once() -> None:
    facts = [
        FindingFact("a", "caries", "deep", 16, frozenset("O"), NOBODY, START),
        FindingFact("b", "missing", "", 46, NOBODY, NOBODY, START),
        FindingFact("c", "missing", "", 48, NOBODY, NOBODY, START),
        FindingFact("d", "caries", "medium", 55, frozenset("O"), NOBODY, START),
    ]
    fillings = [ProcedureFact(str(number), "filling", (Place(number, frozenset("O")),), ((START, "done"),)) for number in (16, 26)]
    mouth = replay.mouth_at(facts, fillings, START)
    index, primary = replay.caries_index(mouth), replay.caries_index(mouth, primary=True)
    assert (index.decayed, index.missing, index.filled, index.total) == (1, 1, 1, 3)
    assert (primary.decayed, primary.total) == (1, 1)
