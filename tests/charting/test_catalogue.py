"""The chart's catalogue: what a clinic may choose for its signs, codes and letters, and what follows from it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from charting import actions, catalogue, queries, rules, signs, teeth
from charting.models import ChartSign, Finding, FindingKind, Procedure
from charting.palette import palette
from clinic.lib.errors import InvalidInput, NotAllowed, NotFound, StaleVersion
from clinic.price_list.models import ChartEffect
from clinic.staff.roles import Role
from exports import rules as form
from tests.charting.factories import NOW, make_code, make_finding, make_procedure, make_service, patient_petrov, place
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user

pytestmark = pytest.mark.django_db
JSON = "application/json"


def choose(subject: str = "finding:caries", *, version: int = 0, **details: Any) -> signs.Sign:
    return actions.set_sign(subject=subject, details=details, version=version, actor=make_user(Role.MANAGER))


def refused(subject: str = "finding:caries", **details: Any) -> set[str]:
    with pytest.raises(InvalidInput) as refusal:
        choose(subject, **details)
    return set(refusal.value.fields)


@pytest.mark.parametrize("language", ["en", "ru", "fr"])
def test_what_is_shipped_is_typed_by_one_code_each_and_names_only_what_there_is(language: str) -> None:
    typed = signs.SHIPPED_TYPED[language]
    assert set(typed) <= set(catalogue.SUBJECTS)
    assert {f"effect:{effect}" for effect in ChartEffect.values if effect != "none"} <= set(typed)
    assert len(set(typed.values())) == len(typed)
    assert all(signs.TYPED_FORM.fullmatch(code) for code in typed.values())
    assert {key.rsplit(":", key.count(":") - 1)[0] for key in signs.SHIPPED_DIAGNOSES} <= set(catalogue.SUBJECTS)


def test_the_form_says_what_it_said_before_any_choice() -> None:
    shipped = {subject: sign.letter for subject, sign in catalogue.signs_now().items() if sign.letter}
    assert shipped == {
        "finding:caries": "caries",
        "finding:pulpitis": "pulpitis",
        "finding:apical_periodontitis": "periodontitis",
        "effect:filling": "filled",
        "effect:inlay": "filled",
        "effect:crown": "crown",
        "effect:denture": "artificial",
        "effect:implant": "artificial",
    }


def test_a_choice_is_versioned_and_an_old_one_is_refused() -> None:
    first = choose(colour="blue", hatch="dots", symbol="▲", typed="К")
    assert (first.version, first.typed, first.look) == (1, "к", {"colour": "blue", "hatch": "dots", "symbol": "▲"})
    with pytest.raises(StaleVersion):
        choose(colour="green")
    assert choose(version=1, colour="green").version == 2
    assert catalogue.sign_of("finding:caries").hatch == "dots"
    assert [row.colour for row in ChartSign.history.order_by("history_id")] == ["blue", "green"]


def test_only_who_sets_the_clinic_up_chooses() -> None:
    with pytest.raises(NotAllowed):
        actions.set_sign(subject="finding:caries", details={"colour": "blue"}, actor=dr_orlova())
    with pytest.raises(NotFound):
        choose("finding:nonsense")


@pytest.mark.parametrize(
    ("subject", "details", "field"),
    [
        ("finding:caries", {"colour": "pink"}, "colour"),
        ("finding:caries", {"symbol": "☠"}, "symbol"),
        ("finding:caries", {"typed": "k2"}, "typed"),
        ("finding:caries", {"typed": "карандашик"}, "typed"),
        ("finding:caries", {"typed": "pul"}, "typed"),
        ("finding:caries", {"typed": "Пул"}, "typed"),
        ("finding:caries", {"letter": "crown"}, "letter"),
        ("effect:crown", {"letter": "caries"}, "letter"),
        ("effect:crown", {"hatch": "dots"}, "hatch"),
        ("effect:crown", {"diagnosis": "K02.1"}, "diagnosis"),
        ("effect:crown", {"surfaces": ["O"]}, "surfaces"),
        ("finding:mobility", {"surfaces": ["O"]}, "surfaces"),
        ("finding:caries", {"teeth": [19]}, "teeth"),
        ("finding:caries", {"diagnosis": "K99.9"}, "diagnosis"),
    ],
)
def test_a_clinic_never_widens_what_the_rules_and_the_form_allow(subject: str, details: dict[str, Any], field: str) -> None:
    make_code()
    assert field in refused(subject, **details)
    assert not ChartSign.objects.exists()


@pytest.mark.parametrize(
    "values",
    [
        {"subject": "colour:blue"},
        {"subject": "finding:caries", "letter": "crown"},
        {"subject": "effect:crown", "hatch": "dots"},
        {"subject": "effect:crown", "diagnosis": "K02.1"},
        {"subject": "finding:caries", "colour": "pink"},
        {"subject": "finding:caries", "symbol": "x"},
        {"subject": "finding:caries", "typed": "k2"},
        {"subject": "finding:caries", "teeth": [19]},
        {"subject": "finding:caries", "surfaces": ["X"]},
    ],
)
def test_the_database_holds_the_limits_too(values: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ChartSign.objects.bulk_create([ChartSign(**values)])


def test_narrowed_teeth_and_surfaces_are_refused_in_words() -> None:
    choose(teeth=[16, 17], surfaces=["O", "M"])
    assert make_finding("caries", 16, "O").pk
    with pytest.raises(InvalidInput, match="not on tooth 36"):
        make_finding("caries", 36, "O")
    with pytest.raises(InvalidInput, match="surfaces MO"):
        make_finding("caries", 17, "D")
    choose("effect:filling", teeth=[16])
    assert make_procedure("filling", place(16, "D")).pk
    with pytest.raises(InvalidInput):
        make_procedure("filling", place(17, "D"))
    assert (Finding.objects.count(), Procedure.objects.count()) == (1, 1)


def test_what_is_not_offered_leaves_the_palette_and_is_not_charted_anew() -> None:
    make_service("filling")
    before = {entry.key for entry in palette().entries}
    choose(is_offered=False)
    choose("effect:filling", is_offered=False)
    gone = before - {entry.key for entry in palette().entries}
    assert {key for key in gone if key.startswith("finding:")} == {"finding:caries", *(f"finding:caries:{d}" for d in rules.SEVERITIES["caries"])}
    assert any(key.startswith("service:") for key in gone)
    with pytest.raises(InvalidInput, match="not offered"):
        make_finding("caries", 16, "O")


def test_codes_are_those_of_the_reader_until_the_clinic_chooses_one() -> None:
    def typed() -> dict[str, str]:
        return {entry.key: entry.typed for entry in palette().entries}

    assert (typed()["finding:caries"], typed()["finding:caries:deep"]) == ("car", "car4")
    with translation.override("ru"):
        assert typed()["finding:caries:medium"] == "кар3"
    choose(typed="к")
    assert typed()["finding:caries:initial"] == "к1"


def test_the_chart_shows_a_choice_at_once_also_to_who_has_it_open() -> None:
    patient = patient_petrov()
    make_finding("caries", 16, "O", days_ago=1)
    before = queries.mark_of(patient)
    assert queries.chart_at(patient, NOW).signs["finding:caries"].look == {}
    choose(colour="purple")
    assert queries.mark_of(patient) != before
    answer = log_in(dr_orlova(make_branch())).get(f"/api/v1/patients/{patient.pk}/chart").json()
    assert answer["signs"] == {"finding:caries": {"colour": "purple"}}
    assert answer["entries"][0]["diagnosis_hint"] == "K02.1"


def test_the_letter_follows_the_choice_and_a_paper_of_then_the_letter_of_then() -> None:
    make_finding("recession", 31, "V", days_ago=1)
    mouth = queries.chart_at(patient_petrov(), NOW).mouth
    before = timezone.now()
    choose("finding:recession", letter="periodontal")
    now = signs.letters_of(catalogue.signs_now())
    then = signs.letters_of(catalogue.signs_at(before))
    assert form.signs_of(mouth, 31, now) == (form.PERIODONTAL,)
    assert form.signs_of(mouth, 31, then) == form.signs_of(mouth, 31) == ()
    assert catalogue.signs_at(timezone.now() + timedelta(seconds=1))["finding:recession"].letter == "periodontal"


def test_what_the_state_of_a_tooth_says_has_no_letter_to_choose() -> None:
    make_finding("missing", 31, days_ago=1)
    choose("finding:missing", letter="caries", colour="black")
    assert ChartSign.objects.get().letter == ""
    mouth = queries.chart_at(patient_petrov(), NOW).mouth
    assert form.signs_of(mouth, 31, signs.letters_of(catalogue.signs_now())) == (form.ABSENT,)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("16", [16]), ("14-18, 24", [14, 15, 16, 17, 18, 24]), ("11–21;85", [11, 21, 85]), ("", []), (" 36 - 38 ,", [36, 37, 38])],
)
def test_teeth_are_typed_as_ranges(text: str, numbers: list[int]) -> None:
    assert catalogue.read_ranges(text) == numbers


@pytest.mark.parametrize("text", ["19", "14-44", "a", "14-", "-", "14-19"])
def test_ranges_that_are_none_are_named(text: str) -> None:
    if text == "14-":
        assert catalogue.read_ranges(text) == [14]
    else:
        with pytest.raises(ValueError, match=r"\S"):
            catalogue.read_ranges(text)


def test_ranges_come_back_as_they_were() -> None:
    for numbers in ([], [16], list(teeth.UPPER_ROW), [18, 16, 15, 85, 84, 31]):
        assert catalogue.read_ranges(catalogue.ranges(numbers)) == sorted(numbers)


@pytest.fixture
def manager() -> Client:
    return log_in(make_user(Role.MANAGER, branch=make_branch()))


def test_the_page_lists_and_the_panel_saves(manager: Client) -> None:
    make_service("filling")
    page = manager.get(reverse("chart-catalogue")).text
    assert page.count("data-panel") >= len(FindingKind.values) + len(signs.SHIPPED_TYPED["en"]) - len(FindingKind.values)
    address = reverse("chart-sign", args=["finding:caries"])
    assert "K02.1" in manager.get(address).text
    sent = {"version": 0, "colour": "blue", "typed": "к", "teeth": "14-18", "surfaces": ["O"], "letter": "caries", "is_offered": "on"}
    assert manager.post(address, sent).status_code == 302
    row = ChartSign.objects.get()
    assert (row.colour, row.typed, row.teeth, row.surfaces) == ("blue", "к", [14, 15, 16, 17, 18], ["O"])
    stale = manager.post(address, {**sent, "colour": "green"})
    assert (stale.status_code, "Stands now" in stale.text) == (422, True)
    assert "names no teeth" in manager.post(address, {**sent, "version": 1, "teeth": "99"}).text
    assert manager.get(reverse("chart-sign", args=["finding:nonsense"])).status_code == 404


def test_the_api_reads_and_changes(manager: Client) -> None:
    make_service("filling")
    found = manager.get("/api/v1/chart-catalogue").json()
    assert {row["subject"] for row in found["findings"]} == {f"finding:{kind}" for kind in FindingKind.values}
    assert [service["title"] for row in found["effects"] if row["subject"] == "effect:filling" for service in row["services"]] == ["Service filling"]
    changed = manager.put("/api/v1/chart-catalogue/effect:filling", {"colour": "green", "letter": "crown"}, content_type=JSON)
    assert (changed.status_code, changed.json()["version"], changed.json()["letter"]) == (200, 1, "crown")
    assert manager.put("/api/v1/chart-catalogue/effect:filling", {"colour": "green"}, content_type=JSON).json()["code"] == "stale"
    caries = manager.put("/api/v1/chart-catalogue/finding:caries", {"colour": "green"}, content_type=JSON).json()
    assert (caries["colour"], caries["letter"]) == ("green", signs.shipped("finding:caries").letter)
    assert manager.put("/api/v1/chart-catalogue/effect:none", {}, content_type=JSON).status_code == 404
    assert manager.put("/api/v1/chart-catalogue/effect:crown", {"hatch": "dots"}, content_type=JSON).json()["fields"].keys() == {"hatch"}
