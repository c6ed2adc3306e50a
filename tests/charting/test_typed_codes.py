"""A diagnosis is found whatever board its code is typed on."""

import pytest

from charting import queries, typed_codes
from tests.charting.factories import NOW, make_code

DAY = NOW.date()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("K02.1", ["K02.1"]),
        ("к02,1", ["К02.1", "K02.1", "R02.1"]),
        ("Л04", ["Л04", "K04"]),
        ("кариес", ["кариес"]),
        ("16", ["16"]),
    ],
)
def test_what_is_meant_by_a_word(typed: str, meant: list[str]) -> None:
    assert typed_codes.readings(typed) == meant


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["k02.1", "К02.1", "к02,1", "Л02.1", " K02,1 "])
def test_a_code_is_taken_and_found_from_every_board(typed: str) -> None:
    code = make_code("K02.1")
    make_code("R02.1", "Другое")
    assert queries.code_on(typed, DAY) == code
    assert queries.search_codes(typed, DAY)[0] == code
    assert queries.search_codes(f"{typed.strip()} кариес", DAY) == [code]


@pytest.mark.django_db
def test_an_unknown_code_is_refused() -> None:
    make_code("K02.1")
    with pytest.raises(queries.ClosedCode):
        queries.code_on("К99", DAY)
