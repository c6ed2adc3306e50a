"""The table of what can be done on a tooth in which state: each row as the clinic knows it, and the way it is told."""

from datetime import datetime
from typing import TypedDict

import pytest
from django.db import IntegrityError, transaction

from charting import actions, acts, words
from charting.models import ProcedureTooth
from charting.rules import ROLES, TREATED, Place, Problem
from clinic.lib.errors import InvalidInput
from clinic.patients.models import Patient
from clinic.price_list.models import ChartEffect, Service
from clinic.staff.models import User
from tests.charting.factories import NOW, make_finding, make_procedure, make_service, patient_petrov, perform, place
from tests.staff.factories import dr_orlova

# Columns: present, missing, unerupted, impacted, root, implant, erupting. Y done; p planned now, done after another act; . never.
TABLE = {
    "none": "YYYYYYY",
    "filling": "Y..YY.Y",
    "inlay": "Y..Y..Y",
    "veneer": "Y..Y..Y",
    "sealant": "Y..Y..Y",
    "crown": "YppYYYY",
    "root_canal": "Y..YY.Y",
    "post": "Y..YY.Y",
    "extraction": "Y.YYYYY",
    "implant": "pYppppp",
    "abutment": "YppYYYY",
    "pontic": "pYYpYYp",
    "denture": "YYYYYYY",
    "splint": "YYYYYYY",
    "bracket": "Y.YY.YY",
    "band": "Y.YY.YY",
    "bonded": "Y.pY.YY",
    "replaced": "pYYYYYp",
    "clasp": "YppYpYY",
    "plate": "YYYYYYY",
    "removal": "YYYYYYY",
}


def test_the_table_knows_every_act() -> None:
    with_roles = {effect for effect, roles in ROLES.items() if TREATED not in roles}
    roles = {role for known in ROLES.values() for role in known} - {TREATED}
    assert set(TABLE) == set(ChartEffect.values) - {"bridge"} - with_roles | roles


@pytest.mark.parametrize("act", TABLE)
def test_an_act_goes_where_it_can(act: str) -> None:
    told = {"": "Y", "p": "p", "np": "."}
    found = ""
    for state in acts.STATES:
        planned, performed = (acts.refusal(act, state, moment) for moment in (acts.Moment.PLANNED, acts.Moment.PERFORMED))
        found += told[("n" if planned else "") + ("p" if performed else "")]
    assert found == TABLE[act]


@pytest.mark.parametrize("code", sorted({code for table in (acts.NEVER, acts.NOT_NOW) for row in table.values() for code in row.values()}))
def test_each_refusal_is_a_sentence_that_names_the_tooth(code: str) -> None:
    assert "36" in words.problem_text(Problem(code, "teeth", {"tooth": 36}))


@pytest.mark.parametrize(
    ("act", "state", "refused"),
    [("implant", "present", None), ("pontic", "present", None), ("crown", "missing", "tooth_absent"), ("crown", "implant", None)],
)
def test_what_is_found_in_the_mouth_tells_the_chart_how_the_tooth_is(act: str, state: str, refused: str | None) -> None:
    assert acts.refusal(act, state, acts.Moment.EXISTING) == refused


@pytest.mark.django_db
def test_an_implant_waits_for_the_extraction_and_follows_it_in_the_same_visit() -> None:
    implant, crown = make_procedure("implant", place(36), days_ago=3), make_procedure("crown", place(36), days_ago=3)
    with pytest.raises(actions.ToothGone, match="Tooth 36 is still there"):
        perform(implant)
    perform(make_procedure("extraction", place(36), days_ago=3))
    with pytest.raises(actions.ToothGone, match="not in the mouth"):
        perform(crown)
    assert perform(implant).procedure == implant
    assert perform(crown).procedure == crown
    with pytest.raises(actions.ToothGone, match="An implant stands"):
        perform(make_procedure("implant", place(36)))


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["retained_root", "impacted", "unerupted"])
def test_what_lies_in_the_bone_comes_out_before_an_implant_goes_in(state: str) -> None:
    make_finding(state, 36, days_ago=5)
    implant = make_procedure("implant", place(36))
    with pytest.raises(actions.ToothGone, match="extract it first"):
        perform(implant)
    perform(make_procedure("extraction", place(36)))
    assert perform(implant).procedure == implant


@pytest.mark.django_db
def test_a_crown_is_planned_over_a_gap_before_the_implant() -> None:
    make_finding("missing", 36, days_ago=5)
    crown, implant = make_procedure("crown", place(36)), make_procedure("implant", place(36))
    with pytest.raises(actions.ToothGone):
        perform(crown)
    perform(implant)
    assert perform(crown).procedure == crown


class Who(TypedDict):
    """Whose mouth, by whom and when."""

    patient: Patient
    actor: User
    at: datetime


def for_primary() -> Service:
    service = make_service("filling")
    with transaction.atomic():
        return Service.objects.create(
            code="C-primary", title_ru="Пломба временного зуба", category=service.category, scope="tooth", dentition="primary"
        )


@pytest.mark.django_db
def test_a_service_for_primary_teeth_is_refused_on_a_permanent_one_by_the_action_and_by_the_database() -> None:
    service, who = for_primary(), Who(patient=patient_petrov(), actor=dr_orlova(), at=NOW)
    with pytest.raises(InvalidInput, match="permanent tooth"):
        actions.add_procedure(service=service, places=[Place(36)], **who)
    procedure = actions.add_procedure(service=service, places=[Place(75)], **who)
    with pytest.raises(IntegrityError, match="dentition"), transaction.atomic():
        ProcedureTooth.objects.create(procedure=procedure, patient=procedure.patient, tooth=36)
    implant = make_procedure("implant", place(46))
    with pytest.raises(IntegrityError, match="dentition"), transaction.atomic():
        ProcedureTooth.objects.create(procedure=implant, patient=implant.patient, tooth=75)
