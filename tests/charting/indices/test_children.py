"""The simplified screening of 7 to 17 years: six index teeth, codes by age, refused in words at any other age; by rules, records, pages and API."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from charting.indices import actions, queries, rules
from charting.indices.models import OralIndex
from charting.perio.rules import Dentition
from clinic.lib.errors import InvalidInput
from clinic.patients.models import Patient
from tests.charting.factories import NOW, make_finding, patient_petrov
from tests.staff.factories import dr_orlova, log_in

pytestmark = pytest.mark.django_db
JSON = "application/json"
WHOLE = Dentition()


def codes(text: str) -> dict[str, str]:
    return dict(zip(map(str, rules.CHILD_TEETH), text.split(), strict=True))


def child(years: int | None) -> Patient:
    """Petrov, whole years old today."""
    today = timezone.now().date()
    born = None if years is None else date(today.year - years, today.month, 1)
    Patient.objects.filter(pk=patient_petrov().pk).update(birth_date=born)
    return patient_petrov()


def keep(patient: Patient, kind: str, scores: rules.Scores) -> OralIndex:
    return actions.record_index(patient=patient, kind=kind, scores=scores, actor=dr_orlova(), at=timezone.now())


@pytest.mark.parametrize(
    ("kind", "age", "code"),
    [
        ("sbpe", 6, "too_young"),
        ("sbpe", 7, None),
        ("sbpe", 17, None),
        ("sbpe", 18, "grown_up"),
        ("sbpe", None, "no_birth_date"),
        ("bpe", 6, "too_young"),
        ("bpe", 17, "not_grown_up"),
        ("bpe", 18, None),
        ("bpe", None, None),
        ("pma", 3, None),
    ],
)
def test_each_age_has_its_screening(kind: str, age: int | None, code: str | None) -> None:
    found = rules.problem_of_age(kind, age)
    assert (found and found.code) == code


@pytest.mark.parametrize(
    ("scores", "age", "code"),
    [
        ("0 1 2 X 0 0", 7, None),
        ("0 1 3 0 0 0", 11, "code_of_older"),
        ("2* 0 0 0 0 0", 11, "code_of_older"),
        ("0 1 3 0 4* X", 12, None),
        ("5 0 0 0 0 0", 12, "no_such_sbpe"),
        ("X X X X X X", 9, "nothing_scored"),
    ],
)
def test_codes_of_depth_begin_at_twelve(scores: str, age: int, code: str | None) -> None:
    found = rules.problem_of("sbpe", codes(scores), WHOLE, age=age)
    assert (found and found.code) == code


def test_all_six_index_teeth_are_told() -> None:
    some = codes("0 0 0 0 0 0")
    del some["16"]
    found = rules.problem_of("sbpe", some, WHOLE, age=9)
    assert found and (found.code, found.values) == ("index_teeth_left", {"left": "16"})
    assert rules.filled_in("sbpe", Dentition(absent=frozenset({11, 36}), implants=frozenset({26}))) == {"11": "X", "26": "X", "36": "X"}


@pytest.mark.parametrize(
    ("scores", "advice"),
    [
        ("0 0 X 0 0 0", rules.Advice("none")),
        ("0 1 0 0 1 0", rules.Advice("hygiene", ("11", "31"))),
        ("2 1 0 0 0 0", rules.Advice("scaling", ("16",))),
        ("3 0 3 0 0 0", rules.Advice("review", ("16", "26"))),
        ("3 0 4 0 0 0", rules.Advice("full", ("16", "26"))),
        ("2* 0 0 0 0 0", rules.Advice("full", ("16",))),
    ],
)
def test_what_the_screening_of_a_child_speaks_for(scores: str, advice: rules.Advice) -> None:
    assert rules.advice("sbpe", codes(scores)) == advice


@pytest.mark.parametrize(
    ("years", "kind", "scores", "words"),
    [
        (6, "sbpe", codes("0 0 0 0 0 0"), "Before 7 years"),
        (9, "sbpe", codes("3 0 0 0 0 0"), "is given from 12 years on; at 9 the codes are 0, 1 and 2"),
        (30, "sbpe", codes("0 0 0 0 0 0"), "take the one of sextants"),
        (None, "sbpe", codes("0 0 0 0 0 0"), "the birth date is not known"),
        (9, "bpe", dict.fromkeys(["17-14", "13-23", "24-27", "47-44", "43-33", "34-37"], "0"), "take the one of index teeth"),
    ],
)
def test_another_age_is_refused_in_words(years: int | None, kind: str, scores: dict[str, str], words: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        keep(child(years), kind, scores)
    assert words in str(refused.value.fields["scores"])
    assert not OralIndex.objects.exists()


def test_the_age_is_that_of_the_day_of_scoring() -> None:
    patient = child(18)
    then = NOW - timedelta(days=500)
    row = actions.record_index(patient=patient, kind="sbpe", scores=codes("3 0 0 0 0 0"), taken_at=then, actor=dr_orlova(), at=NOW)
    assert (row.taken_at, queries.age_at(patient, then)) == (then, 16)


@pytest.mark.parametrize("scores", [codes("0 0 0 0 0 7"), {"16": "0"}, {**codes("0 0 0 0 0 0"), "17": "0"}, {"17-14": "0"}])
def test_the_database_knows_teeth_and_codes(scores: dict[str, str]) -> None:
    with pytest.raises(IntegrityError, match="charting_index_scores"), transaction.atomic():
        OralIndex.objects.create(patient=patient_petrov(), kind="sbpe", scores=scores, taken_at=NOW, taken_by=dr_orlova())


def test_pages_offer_the_screening_of_the_age() -> None:
    browser, patient = log_in(dr_orlova()), child(9)
    make_finding("missing", 36)
    listed = browser.get(reverse("indices", args=[patient.pk])).content.decode()
    assert ("/indices/sbpe/" in listed, "/indices/bpe/" in listed) == (True, False)
    sheet = browser.get(reverse("index-new", args=[patient.pk, "sbpe"]))
    setup = sheet.context["setup"]
    assert [place["key"] for place in setup["places"]] == ["16", "11", "26", "46", "31", "36"]
    assert (setup["filled"], setup["most"], setup["star"]) == ({"36": "X"}, 2, False)
    refused = browser.get(reverse("index-new", args=[patient.pk, "bpe"])).content.decode()
    assert "take the one of index teeth" in refused
    assert "index-sheet" not in refused
    keep(patient, "sbpe", codes("2 1 0 0 0 X"))
    assert "2 1 0 / 0 0 X" in browser.get(reverse("indices", args=[patient.pk])).content.decode()
    child(30)
    grown = browser.get(reverse("indices", args=[patient.pk])).content.decode()
    assert "2 1 0 / 0 0 X" in grown
    assert ("/indices/sbpe/" in grown, "/indices/bpe/" in grown) == (False, True)


def test_the_api_keeps_and_refuses_it_alike() -> None:
    browser, patient = log_in(dr_orlova()), child(15)
    path = f"/api/v1/patients/{patient.pk}"
    places = browser.get(f"{path}/index-places?kind=sbpe").json()
    assert [place["teeth"] for place in places["places"]] == [[16], [11], [26], [46], [31], [36]]
    wrong = browser.get(f"{path}/index-places?kind=bpe")
    assert (wrong.status_code, list(wrong.json()["fields"])) == (422, ["kind"])
    made = browser.post(f"{path}/indices", {"kind": "sbpe", "scores": codes("3 0 0 0 0 0")}, content_type=JSON)
    assert made.status_code == 201
    assert (made.json()["value"], made.json()["text"], made.json()["advice"]["code"]) == ("3", "3 0 0 / 0 0 0", "review")
    assert "16" in made.json()["advice"]["text"]
    assert [point["value"] for point in browser.get(f"{path}/index-trends").json()["sbpe"]] == ["3"]
