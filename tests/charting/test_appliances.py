"""Dentures, plates, braces and retainers: one act over several teeth, each of which is something in it."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import translation

from charting import act_words, actions, queries, replay, rules, story, teeth
from charting.models import Procedure, ProcedureTooth, ToothRole
from charting.replay import ProcedureFact, mouth_at
from charting.rules import Place, procedure_problems, usual_roles
from clinic.history.models import Event
from clinic.lib.errors import InvalidInput
from clinic.price_list.models import ChartEffect, Service
from exports import rules as form
from tests.charting.factories import NOW, make_code, make_finding, make_procedure, make_service, patient_petrov, perform, place
from tests.charting.test_round_trip import paper_of
from tests.staff.factories import dr_orlova, log_in, make_branch

NOTE = {"complaint": "Нет зубов.", "objective": "Дефект зубного ряда.", "treatment": "Протез наложен.", "recommendations": "Привыкать."}
FRONT = (13, 12, 11, 21, 22, 23)
APPLIANCES: dict[str, dict[int, str]] = {
    "denture": {14: "clasp", 15: "replaced", 16: "replaced", 17: "clasp", 24: "clasp"},
    "plate": {16: "clasp", 26: "clasp", 12: "replaced", **dict.fromkeys((13, 11, 21, 22, 23), "treated")},
    "braces": {46: "band", 36: "band", **dict.fromkeys((45, 44, 43, 42, 41, 31, 32, 33, 34, 35), "bracket")},
    "retainer": dict.fromkeys((33, 32, 31, 41, 42, 43), "bonded"),
}


def service_of(effect: str) -> Service:
    return make_service(effect, scope="arch")


def worn(effect: str, roles: dict[int, str], *, state: str = "existing_elsewhere", days_ago: int = 0) -> Procedure:
    places = [Place(tooth, role=role) for tooth, role in roles.items()]
    at = NOW - timedelta(days=days_ago)
    return actions.add_procedure(patient=patient_petrov(), service=service_of(effect), places=places, state=state, actor=dr_orlova(), at=at)


def fact(effect: str, places: dict[int, str], *, state: str = "done", days_ago: int = 1) -> ProcedureFact:
    at = NOW - timedelta(days=days_ago)
    return ProcedureFact(f"{effect}{days_ago}", effect, tuple(Place(tooth, role=role) for tooth, role in places.items()), ((at, state),))


@pytest.fixture
def dentist() -> Client:
    return log_in(dr_orlova(make_branch()))


@pytest.mark.django_db
@pytest.mark.parametrize("effect", APPLIANCES)
def test_every_tooth_comes_back_as_what_it_was_given(dentist: Client, effect: str) -> None:
    given, patient = APPLIANCES[effect], patient_petrov()
    body: dict[str, Any] = {
        "service": str(service_of(effect).pk),
        "state": "existing_here",
        "teeth": [{"tooth": tooth, "role": role} for tooth, role in given.items()],
    }
    answer = dentist.post(f"/api/v1/patients/{patient.pk}/procedures", body, content_type="application/json")
    assert answer.status_code == 201, answer.content
    chart = dentist.get(f"/api/v1/patients/{patient.pk}/chart").json()
    assert {mark["tooth"]: mark["role"] for mark in chart["marks"] if mark["what"] == effect} == given
    [entry] = chart["entries"]
    assert sorted(entry["teeth"]) == sorted(given)
    labels = {tooth["number"]: tooth["label"] for tooth in chart["teeth"]}
    assert all(act_words.role_told(row) in labels[row.tooth] for row in ProcedureTooth.objects.all())
    kept = [event.body or {} for event in Event.objects.filter(tbl=ProcedureTooth._meta.db_table, op="I")]
    assert {row["tooth"]: row["role"] for row in kept} == given


@pytest.mark.django_db
def test_the_card_says_what_the_teeth_are(dentist: Client) -> None:
    visit = actions.open_visit(patient=patient_petrov(), dentist=dr_orlova(), branch=make_branch(), actor=dr_orlova(), at=NOW)
    for tooth in (15, 16):
        make_finding("missing", tooth, days_ago=3)
    denture = worn("denture", APPLIANCES["denture"], state="planned", days_ago=2)
    actions.perform_procedure(procedure=denture, visit=visit, actor=dr_orlova(), at=NOW)
    actions.record_diagnosis(patient=patient_petrov(), code=make_code().code, visit=visit, actor=dr_orlova(), at=NOW)
    visit = actions.write_visit(visit=visit, version=visit.version, sections=NOTE, actor=dr_orlova())
    actions.sign_visit(visit=visit, version=visit.version, actor=dr_orlova(), at=NOW)
    assert "17, 16, 15, 14, 24 (кламмеры: 17, 14, 24; замещены: 16, 15)" in paper_of(dentist, patient_petrov())


@pytest.mark.django_db
def test_a_bridge_is_told_as_before() -> None:
    bridge = make_procedure("bridge", place(35, role="abutment"), place(36, role="pontic"), place(37, role="abutment"))
    assert story.procedure_part(bridge) == "35, 36, 37 (pontics: 36)"
    with translation.override("ru"):
        assert story.procedure_part(bridge) == "35, 36, 37 (промежуточные: 36)"


@pytest.mark.django_db
def test_the_database_knows_what_a_tooth_can_be_in_which_act() -> None:
    """The trigger and the rules agree on every pair."""
    for effect, role in product(ChartEffect.values, ToothRole.values):
        act = Procedure.objects.create(
            patient=patient_petrov(), service=make_service(effect, scope="tooth"), recorded_at=NOW, recorded_by=dr_orlova()
        )
        try:
            with transaction.atomic():
                ProcedureTooth.objects.create(procedure=act, patient=patient_petrov(), tooth=16, role=role)
            is_taken = True
        except IntegrityError as refusal:
            assert "is no role in an act" in str(refusal)
            is_taken = False
        assert is_taken == (role in rules.roles_in(effect)), (effect, role)


@pytest.mark.parametrize(
    ("effect", "roles", "codes"),
    [
        ("denture", {14: "clasp", 24: "clasp"}, ["denture_replaces_none"]),
        ("denture", {14: "clasp", 36: "replaced"}, ["one_arch_needed"]),
        ("denture", {14: "bracket", 15: "replaced"}, ["no_such_role"]),
        ("braces", {11: "bracket"}, ["wire_joins_several"]),
        ("braces", {11: "treated", 21: "treated"}, ["no_such_role", "no_such_role"]),
        ("retainer", {33: "bonded"}, ["wire_joins_several"]),
        ("retainer", {33: "bonded", 13: "bonded"}, ["one_arch_needed"]),
        ("filling", {33: "clasp"}, ["no_such_role"]),
        ("plate", {55: "clasp", 16: "clasp", 11: "treated"}, []),
    ],
)
@pytest.mark.parametrize("scope", ["arch", "span"])
def test_what_cannot_be_is_refused(scope: str, effect: str, roles: dict[int, str], codes: list[str]) -> None:
    places = [Place(tooth, role=role) for tooth, role in roles.items()]
    found = [
        problem.code for problem in procedure_problems(scope=scope, effect=effect, places=places) if effect != "filling" or problem.field == "teeth"
    ]
    assert found == codes


@pytest.mark.django_db
def test_a_refusal_says_what_the_tooth_can_be() -> None:
    with pytest.raises(InvalidInput, match=r"Tooth 11: “clasp” is nothing that a tooth can be in this act. It is one of: bracket, band."):
        worn("braces", {11: "clasp", 21: "bracket"})
    with pytest.raises(InvalidInput, match="Tooth 12 is not in the mouth"):
        make_finding("missing", 12)
        worn("retainer", dict.fromkeys(FRONT, "bonded"), state="planned")


@pytest.mark.parametrize(
    ("effect", "numbers", "absent", "roles"),
    [
        ("bridge", (14, 15, 16), (), ["abutment", "pontic", "abutment"]),
        ("bridge", (14, 15, 16), (16,), ["abutment", "abutment", "pontic"]),
        ("denture", (17, 16, 15, 14), (16, 15), ["clasp", "replaced", "replaced", "clasp"]),
        ("denture", teeth.UPPER_ROW, (), ["replaced"] * 16),
        ("denture", (17, 16), (17, 16), ["replaced", "replaced"]),
        ("plate", (16, 13, 12, 23, 26), (12,), ["clasp", "treated", "treated", "treated", "clasp"]),
        ("plate", FRONT, (), ["treated"] * 6),
        ("braces", (16, 15, 11, 75), (), ["band", "bracket", "bracket", "band"]),
        ("retainer", (33, 43), (), ["bonded", "bonded"]),
        ("splint", (33, 43), (), ["treated", "treated"]),
    ],
)
def test_what_a_tooth_usually_is(effect: str, numbers: tuple[int, ...], absent: tuple[int, ...], roles: list[str]) -> None:
    assert usual_roles(effect, numbers, frozenset(absent)) == roles


def test_what_is_taken_off_is_off_from_then_on() -> None:
    put, off, again = (
        fact("braces", APPLIANCES["braces"], days_ago=3),
        fact("removal", {46: "treated", 45: "treated"}, days_ago=2),
        fact("crown", {46: "treated"}),
    )
    drawn = {mark.tooth for mark in mouth_at([], [put, off], NOW - timedelta(days=2, hours=1)).marks if mark.what == "braces"}
    assert drawn == set(APPLIANCES["braces"])
    later = mouth_at([], [again, off, put], NOW)
    assert {mark.tooth for mark in later.marks if mark.what == "braces"} == set(APPLIANCES["braces"]) - {45, 46}
    assert [mark.what for mark in later.on(46)] == ["removal", "crown"]
    planned = fact("removal", {46: "treated"}, state="planned")
    assert "braces" in [mark.what for mark in mouth_at([], [put, planned], NOW).on(46)]


def test_a_clasp_goes_with_its_tooth_and_the_denture_stays() -> None:
    pulled = fact("extraction", {14: "treated", 16: "treated"}, days_ago=1)
    mouth = mouth_at([], [fact("denture", APPLIANCES["denture"], days_ago=2), pulled], NOW)
    assert [mark.role for mark in mouth.on(14) if mark.what == "denture"] == []
    assert [mark.role for mark in mouth.on(16) if mark.what == "denture"] == ["replaced"]


@pytest.mark.parametrize(
    ("effect", "role", "letter"),
    [
        ("denture", "replaced", "И"),
        ("denture", "clasp", ""),
        ("denture", "treated", "И"),
        ("plate", "replaced", "И"),
        ("plate", "clasp", ""),
        ("braces", "band", ""),
        ("retainer", "bonded", ""),
    ],
)
def test_the_form_calls_only_replaced_teeth_artificial(effect: str, role: str, letter: str) -> None:
    mouth = replay.mouth_at([], [fact(effect, {16: role})], NOW)
    assert " ".join(form.LETTERS["ru"][sign] for sign in form.signs_of(mouth, 16)) == letter


@pytest.mark.django_db
def test_braces_are_put_on_and_taken_off_at_the_chair(dentist: Client) -> None:
    braces = worn("braces", APPLIANCES["braces"], state="planned", days_ago=5)
    perform(braces, days_ago=4)
    off = worn("removal", dict.fromkeys(APPLIANCES["braces"], "treated"), state="planned", days_ago=2)
    perform(off, days_ago=1)
    entries = {entry.id: entry.is_current for entry in story.entries_of(queries.chart_at(patient_petrov(), NOW))}
    assert entries == {str(braces.pk): False, str(off.pk): True}
    before = story.entries_of(queries.chart_at(patient_petrov(), NOW - timedelta(days=3)))
    assert [entry.is_current for entry in before] == [True]
