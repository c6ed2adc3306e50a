"""Figures, screening codes and the proposed stage and grade, on plain values."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charting import teeth
from charting.perio import figures, rules
from charting.perio.staging import Earlier, Proposal, Risks, propose
from tests.charting.perio.factories import reading

DAY = date(2026, 11, 22)
FULL = Risks(present=28)


def proposal(*rows: figures.ToothReading, risks: Risks = FULL, earlier: tuple[Earlier, ...] = ()) -> Proposal:
    return propose(rows, risks, day=DAY, earlier=earlier)


def codes(found: Proposal) -> set[str]:
    return {reason.code for reason in found.reasons}


def test_attachment_loss_is_depth_plus_margin_and_unknown_without_either() -> None:
    row = reading(16, (3, 5, 2, 4, None, 3), (2, -1, -4, 0, 1, None))
    assert [row.loss(site) for site in rules.SITES] == [5, 4, 0, 4, None, None]


def test_an_exam_in_numbers() -> None:
    found = figures.figures([reading(16, (3, 4, 6, 2, 2, 2), bleeding="MV DV"), reading(11, (1, None, None, None, None, None), bleeding="V")])
    assert (found.teeth, found.sites, found.deepest) == (2, 8, 6)
    assert found.bleeding == Decimal("37.5")
    assert found.plaque == 0
    assert found.mean_depth == Decimal("2.9")
    assert found.by_depth == (5, 1, 1)


def test_nothing_measured_is_no_number() -> None:
    found = figures.figures([])
    assert (found.bleeding, found.mean_depth, found.mean_loss, found.deepest) == (None, None, None, None)


@given(
    st.lists(
        st.tuples(st.sampled_from(teeth.PERMANENT), st.lists(st.one_of(st.none(), st.integers(0, 20)), min_size=6, max_size=6)),
        unique_by=lambda row: row[0],
    )
)
def test_every_measured_site_falls_into_one_band(rows: list[tuple[int, list[int | None]]]) -> None:
    readings = [reading(tooth, tuple(depths)) for tooth, depths in rows]  # type: ignore[arg-type]
    found = figures.figures(readings)
    assert sum(found.by_depth) == found.sites == sum(len(row.measured) for row in readings)
    assert found.bleeding is None or 0 <= found.bleeding <= 100


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (reading(16), "0"),
        (reading(16, bleeding="V"), "1"),
        (reading(16, bleeding="V", calculus="L"), "2"),
        (reading(16, (4, 2, 2, 2, 2, 2)), "3"),
        (reading(16, (2, 2, 2, 2, 2, 6)), "4"),
        (reading(16, (4, 2, 2, 2, 2, 2), furcations={"V": 1}), "3*"),
    ],
)
def test_screening_takes_the_worst_of_a_sextant(row: figures.ToothReading, code: str) -> None:
    found = figures.screening([row, reading(15), reading(18, (9, 9, 9, 9, 9, 9))])
    assert found["17-14"] == code
    assert found["13-23"] == "X"


def test_changes_between_two_exams_are_told_site_by_site() -> None:
    found = figures.changes([reading(16, (5, 3, 3, 3, 3, None))], [reading(16, (3, 3, 4, 3, 3, 3)), reading(11)])
    assert [(change.tooth, change.site, change.by) for change in found] == [(16, "MV", -2), (16, "DV", 1)]


def test_health_and_gingivitis_are_told_apart_by_bleeding() -> None:
    assert proposal(reading(16), reading(11)).stage == "health"
    assert proposal(reading(16, bleeding="MV V"), reading(11)).stage == "gingivitis"


def test_pockets_without_margins_propose_nothing() -> None:
    nothing = (None,) * 6
    found = proposal(reading(16, (5, 5, 5, 5, 5, 5), nothing), reading(11, (5, 5, 5, 5, 5, 5), nothing))
    assert (found.stage, codes(found)) == ("", {"margins_needed"})


def lost(tooth: int, mm: int, depth: int = 3) -> figures.ToothReading:
    return reading(tooth, (depth,) * 6, (mm - depth,) * 6)


@pytest.mark.parametrize(("mm", "depth", "stage"), [(2, 3, "I"), (4, 3, "II"), (5, 3, "III"), (2, 5, "II"), (2, 6, "III"), (1, 1, "I")])
def test_the_stage_follows_loss_and_depth(mm: int, depth: int, stage: str) -> None:
    found = proposal(lost(16, mm, depth), lost(26, mm, depth))
    assert found.stage == stage
    assert found.grade == "B"
    assert "grade_assumed" in codes(found)


def test_loss_at_neighbours_only_is_no_case() -> None:
    assert proposal(lost(11, 2), lost(21, 2), reading(16)).stage == "health"


def test_what_makes_a_stage_iv() -> None:
    rows = (lost(16, 6), lost(26, 6))
    assert proposal(*rows).stage == "III"
    assert proposal(*rows, risks=Risks(present=19)).stage == "IV"
    assert proposal(*rows, risks=Risks(present=28, teeth_lost=5)).stage == "IV"
    loose = proposal(lost(16, 6), reading(26, (3,) * 6, (3,) * 6, mobility=2))
    assert (loose.stage, "mobile_teeth" in codes(loose)) == ("IV", True)
    assert proposal(lost(16, 2), reading(26, (3,) * 6, (-1,) * 6, furcations={"V": 2})).stage == "III"


@pytest.mark.parametrize(
    ("risks", "grade", "code"),
    [
        (Risks(28, age=60, bone_loss_percent=10), "A", "bone_loss_by_age"),
        (Risks(28, age=40, bone_loss_percent=40), "B", "bone_loss_by_age"),
        (Risks(28, age=30, bone_loss_percent=40), "C", "bone_loss_by_age"),
        (Risks(28, age=60, bone_loss_percent=10, cigarettes_a_day=10), "C", "smoking"),
        (Risks(28, cigarettes_a_day=5), "B", "smoking"),
        (Risks(28, hba1c=Decimal("7.0")), "C", "diabetes"),
        (Risks(28, hba1c=Decimal("6.8")), "B", "diabetes"),
    ],
)
def test_the_grade_follows_progression_and_risks(risks: Risks, grade: str, code: str) -> None:
    found = proposal(lost(16, 3), lost(26, 3), risks=risks)
    assert (found.grade, code in codes(found)) == (grade, True)


def test_loss_over_five_years_is_direct_evidence() -> None:
    past = Earlier(date(2021, 11, 20), [lost(16, 1), lost(26, 1)])
    assert proposal(lost(16, 3), lost(26, 3), earlier=(past,)).grade == "C"
    assert proposal(lost(16, 1), lost(26, 1), earlier=(past,)).grade == "A"
    assert proposal(lost(16, 3), lost(26, 3), earlier=(Earlier(date(2025, 11, 20), past.readings),)).grade == "B"


def test_the_extent_counts_teeth_as_severe_as_the_worst() -> None:
    healthy = [reading(number) for number in (11, 21, 13, 23, 33, 43, 31, 41)]
    assert proposal(lost(16, 5), lost(26, 5), *healthy).extent == "localised"
    assert proposal(lost(16, 5), lost(26, 5), lost(36, 5), lost(46, 5), *healthy).extent == "generalised"


def test_implants_say_nothing_of_periodontitis() -> None:
    worst = (9,) * 6
    assert codes(proposal(reading(16, worst, worst, is_implant=True))) == {"nothing_measured"}
