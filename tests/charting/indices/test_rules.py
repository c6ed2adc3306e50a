"""Formulas of the indices, their bands, the advice of a screening, what cannot be scored; on plain values."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charting import teeth
from charting.indices import rules
from charting.perio.figures import SEXTANTS
from charting.perio.rules import Dentition

WHOLE = Dentition()


def screening(codes: str) -> dict[str, str]:
    return dict(zip(SEXTANTS, codes.split(), strict=True))


def score_all(kind: str, mouth: Dentition, score: int) -> dict[str, int]:
    return {place.key: score for place in rules.places(kind, mouth)}


@pytest.mark.parametrize(
    ("codes", "advice", "sextants"),
    [
        ("0 0 0 X 0 0", "none", ()),
        ("0 1 0 0 1 0", "hygiene", ("13-23", "43-33")),
        ("0 1 2 0 0 0", "scaling", ("24-27",)),
        ("0 3 2 0 0 0", "sextant", ("13-23",)),
        ("3 1 3 0 0 0", "full", ("17-14", "24-27")),
        ("0 0 4 0 0 0", "full", ("24-27",)),
        ("2* 0 0 0 0 0", "full", ("17-14",)),
        ("X X X X X X", "none", ()),
    ],
)
def test_what_a_screening_speaks_for(codes: str, advice: str, sextants: tuple[str, ...]) -> None:
    assert rules.advice("bpe", screening(codes)) == rules.Advice(advice, sextants)


@given(st.lists(st.sampled_from(["0", "1", "2", "3", "4", "0*", "3*", "4*", "X"]), min_size=6, max_size=6))
def test_a_worse_code_never_asks_for_less(codes: list[str]) -> None:
    order = ("none", "hygiene", "scaling", "sextant", "full")
    before = dict(zip(SEXTANTS, codes, strict=True))
    first, second = (rules.advice("bpe", scores) for scores in (before, {**before, "17-14": "4"}))
    assert first and second
    assert order.index(second.code) >= order.index(first.code)


def test_ohis_is_mean_debris_plus_mean_calculus() -> None:
    debris, calculus = (2, 1, 2, 1, 0, 2), (1, 0, 1, 0, 0, 1)
    scores = {place.key: score for place, score in zip(rules.places("ohis", WHOLE), debris + calculus, strict=True)}
    found = rules.result("ohis", scores)
    assert (found.value, found.band) == (Decimal("1.8"), "fair")
    assert found.parts == {"debris": Decimal("1.3"), "calculus": Decimal("0.5")}
    assert [place.key for place in rules.places("ohis", WHOLE)][:6] == ["16 debris", "11 debris", "26 debris", "36 debris", "31 debris", "46 debris"]
    assert [place.side for place in rules.places("ohis", WHOLE)][:6] == ["V", "V", "V", "L", "V", "L"]


def test_a_missing_index_tooth_has_its_substitute_or_is_left_out() -> None:
    mouth = Dentition(absent=frozenset({16, 11, 36, 37, 38}), implants=frozenset({26}))
    assert [place.teeth for place in rules.places("ohis", mouth)][:5] == [(17,), (21,), (27,), (31,), (46,)]


@pytest.mark.parametrize(
    ("kind", "score", "value", "band"),
    [("pma", 0, "0.0", "none"), ("pma", 1, "33.3", "moderate"), ("pma", 3, "100.0", "severe"), ("api", 1, "100.0", "poor")],
)
def test_percentages(kind: str, score: int, value: str, band: str) -> None:
    found = rules.result(kind, score_all(kind, WHOLE, score))
    assert (found.value, found.band) == (Decimal(value), band)


@pytest.mark.parametrize(("plaque", "band"), [(7, "optimal"), (8, "good"), (12, "moderate"), (21, "poor")])
def test_the_bands_of_the_plaque_between_teeth(plaque: int, band: str) -> None:
    spaces = rules.places("api", WHOLE)
    scores = {place.key: int(number < plaque) for number, place in enumerate(spaces)}
    assert (len(spaces), rules.result("api", scores).band) == (30, band)


def test_no_space_is_scored_beside_a_gap_or_an_implant() -> None:
    keys = {place.key for place in rules.places("api", Dentition(absent=frozenset({16}), implants=frozenset({46})))}
    assert not keys & {"17-16", "16-15", "17-15", "47-46", "46-45"}
    assert "18-17" in keys


def test_primary_teeth_are_scored_where_they_stand() -> None:
    mouth = Dentition(absent=frozenset({15, 14}), primary=frozenset({55, 54}))
    assert {"55", "54"} <= {place.key for place in rules.places("pma", mouth)}
    assert {"16-55", "55-54", "54-13"} <= {place.key for place in rules.places("api", mouth)}


def test_a_sextant_with_one_tooth_is_spare() -> None:
    gone = frozenset({17, 16, 15})
    assert rules.empty_sextants(Dentition(absent=gone)) == ("17-14",)
    assert rules.empty_sextants(Dentition(absent=gone, primary=frozenset({55}))) == ()


@pytest.mark.parametrize(
    ("kind", "scores", "code"),
    [
        ("bpe", {"17-14": "1"}, "sextants_left"),
        ("bpe", screening("5 0 0 0 0 0"), "no_such_bpe"),
        ("bpe", screening("X* 0 0 0 0 0"), "no_such_bpe"),
        ("ohis", {"16 debris": 1, "11 calculus": 1}, "too_few_teeth"),
        ("ohis", {"15 debris": 1}, "no_such_place"),
        ("ohis", {"16 debris": 4}, "no_such_ohis"),
        ("pma", {"16": True}, "no_such_pma"),
        ("pma", {"16": "2"}, "no_such_pma"),
        ("pma", {}, "nothing_scored"),
        ("pma", {"55": 1}, "no_such_place"),
        ("api", {"17-16": 2}, "no_such_api"),
        ("api", {"17-15": 1}, "no_such_place"),
    ],
)
def test_what_cannot_be_scored(kind: str, scores: dict[str, int | str], code: str) -> None:
    found = rules.problem_of(kind, scores, WHOLE)
    assert found is not None
    assert found.code == code


@given(st.sampled_from(["ohis", "pma", "api"]), st.sets(st.sampled_from(teeth.PERMANENT), max_size=20), st.data())
def test_whatever_is_scored_in_whatever_mouth_falls_into_a_band(kind: str, gone: set[int], data: st.DataObject) -> None:
    mouth = Dentition(absent=frozenset(gone))
    most = 1 if kind == "api" else 3
    scores = {place.key: data.draw(st.integers(0, most)) for place in rules.places(kind, mouth)}
    if rules.problem_of(kind, scores, mouth) is None:
        found = rules.result(kind, scores)
        assert found.band
        assert 0 <= found.value <= rules.TOPS[kind]
