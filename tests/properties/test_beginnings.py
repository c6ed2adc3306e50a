"""How rows begin and how procedures and registers move, by raw SQL: no row comes into the world in a later state."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import models, transaction

import lab_orders.rules
from charting import actions as charting
from charting import rules as mouth
from charting.models import ProcedureState
from clinic.lib.ids import uuid7
from clinic.scheduling import rules as diary
from insurance import claims
from tests.charting.imaging.pictures import add, jpeg
from tests.insurance.factories import claimed, make_policy
from tests.insurance.test_claims import register
from tests.lab_orders.test_actions import draft
from tests.properties.test_referee import copy, rule_of, run
from tests.scheduling.factories import book, make_shift, working_day
from tests.staff.factories import dr_orlova
from tests.treatment_plans.factories import NOON, agreed, petrov, plan_with, procedure

pytestmark = pytest.mark.django_db


def refused(row: models.Model, **changes: object) -> bool:
    """Whether a copy in that state is refused because nothing begins so."""
    with transaction.atomic():
        rule = copy(row, **changes)
        transaction.set_rollback(True)
    assert rule in ("", f"{row._meta.db_table}_starts"), rule
    return bool(rule)


def test_appointments_begin_booked() -> None:
    working_day()
    first = book()
    later = {"starts_at": first.starts_at + timedelta(days=1), "ends_at": first.ends_at + timedelta(days=1), "cancel_reason": "x"}
    assert {state for state in diary.TRANSITIONS if not refused(first, state=state, **later)} == {diary.BOOKED}


def test_procedures_begin_as_the_rules_say() -> None:
    act = procedure("crown")
    assert {state for state in ProcedureState.values if not refused(act, state=state)} == mouth.STARTING_STATES


def test_laboratory_orders_begin_as_drafts() -> None:
    order = draft()
    assert {state for state in lab_orders.rules.NEXT_STATES if not refused(order, state=state, number=90_001)} == {"draft"}


def test_alternatives_and_their_lines_begin_open() -> None:
    alternative = plan_with("crown").alternatives.get()
    states = ("draft", "presented", "accepted", "rejected", "cancelled")
    assert [state for state in states if not refused(alternative, state=state)] == ["draft"]
    line = agreed("filling").items.get()
    fresh: dict[str, Any] = {"agreed_document_id": None, "procedure_id": procedure("crown", tooth=46).pk}
    assert not refused(line, **fresh)
    assert refused(line, **fresh, cancelled_at=NOON, cancelled_by_id=dr_orlova().pk)
    assert copy(line, **{**fresh, "agreed_document_id": line.agreed_document_id}) == "treatment_plans_item_agreement_signed"


def test_records_of_the_mouth_begin_neither_settled_nor_withdrawn_nor_signed() -> None:
    visit = charting.open_visit(patient=petrov(), dentist=dr_orlova(), branch=petrov().branch, actor=dr_orlova(), at=NOON)
    finding = charting.record_finding(patient=petrov(), kind="caries", tooth=36, actor=dr_orlova(), at=NOON)
    performance = charting.perform_procedure(procedure=procedure("crown", tooth=46), actor=dr_orlova(), at=NOON)
    by = dr_orlova().pk
    error = {"in_error_at": NOON, "in_error_by_id": by, "error_reason": "x"}
    assert refused(finding, resolved_at=NOON, resolved_by_id=by)
    assert refused(finding, **error)
    assert refused(visit, signed_at=NOON, signed_by_id=by, content_hash="0" * 64)
    assert refused(visit, cancelled_at=NOON, cancelled_by_id=by)
    assert refused(visit, locked_at=NOON)
    assert refused(performance, reversed_at=NOON, reversed_by_id=by)
    assert refused(add(jpeg(), patient=petrov()), **error)
    assert not refused(finding)
    assert not refused(visit)


def test_shifts_begin_standing() -> None:
    shift = make_shift()
    assert refused(shift, cancelled_at=NOON)


def test_procedures_move_in_raw_sql_as_the_rules_allow() -> None:
    act = procedure("crown")
    for before in mouth.STARTING_STATES:
        for after in ProcedureState.values:
            with transaction.atomic():
                key = uuid7()
                assert copy(act, id=key, state=before) == ""
                rule = rule_of("UPDATE charting_procedure SET state = %s WHERE id = %s", [after, key])
                transaction.set_rollback(True)
            allowed = after == before or mouth.may_change(before, after)
            assert rule == ("" if allowed else "charting_procedure_moves"), (before, after)


def test_done_comes_and_goes_by_a_performance_only() -> None:
    act = procedure("crown")
    move = "UPDATE charting_procedure SET state = %s WHERE id = %s"
    performance = charting.perform_procedure(procedure=act, actor=dr_orlova(), at=NOON)
    assert rule_of(move, ["proposed", act.pk]) == "charting_procedure_moves"
    run("UPDATE charting_performance SET reversed_at = now(), reversed_by_id = performer_id WHERE id = %s", [performance.pk])
    for after in ProcedureState.values:
        with transaction.atomic():
            rule = rule_of(move, [after, act.pk])
            transaction.set_rollback(True)
        assert rule == ("" if after in ("done", performance.state_before) else "charting_procedure_moves"), after


def test_registers_begin_as_drafts_and_go_forward() -> None:
    make_policy()
    claimed()
    claim = register()
    assert refused(claim, number=77, state="sent", sent_at=NOON, sent_by_id=dr_orlova().pk)
    assert not refused(claim, number=78, period_to=date(2027, 1, 1))
    by = claim.made_by
    sent = claims.mark_sent(claim_id=claim.pk, version=claim.version, actor=by, at=NOON)
    paid = claims.mark_paid(claim_id=claim.pk, version=sent.version, actor=by, at=NOON)
    assert rule_of("UPDATE insurance_claim SET state = 'sent', paid_at = NULL, paid_by_id = NULL WHERE id = %s", [paid.pk]) == "insurance_claim_moves"
