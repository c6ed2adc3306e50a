"""The rules that the database holds by itself: raw SQL is refused wherever the actions would refuse."""

import json
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

import lab_orders.rules
from charting import actions as charting
from charting import details, sites, teeth
from charting.models import Diagnosis, Performance
from charting.rules import FINDING_KINDS, SEVERITIES
from clinic.billing.models import Charge
from clinic.history.models import Record
from clinic.lib.ids import uuid7
from clinic.patients.models import Patient
from clinic.scheduling import rules as diary
from clinic.scheduling.models import Appointment
from insurance.models import GuaranteeLetter
from tests.charting.factories import make_code
from tests.insurance.factories import make_policy
from tests.inventory.factories import make_lot, make_material
from tests.lab_orders.test_actions import draft
from tests.migrating import migrating
from tests.patients.factories import make_patient
from tests.scheduling.factories import book, moscow, working_day
from tests.staff.factories import dr_orlova, make_branch
from tests.treatment_plans.factories import NOON, agreed, petrov, procedure
from treatment_plans import completion

pytestmark = pytest.mark.django_db
OTHERS = {"legal", "patients", "exports"}  # apps whose links to other records of a patient are none, or their own business
ON_TEETH = [kind for kind in FINDING_KINDS if kind not in sites.OF_MOUTH]
ROOTS = sorted(teeth.ROOT_CODES)


def run(statement: str, values: Iterable[Any] = ()) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, list(values))


def rule_of(statement: str, values: Iterable[Any] = ()) -> str:
    """The name of the rule that refuses the statement; nothing when none does."""
    try:
        run(statement, values)
    except IntegrityError as error:
        return str(error.__cause__.diag.constraint_name)  # type: ignore[union-attr]  # psycopg's own
    return ""


def copy(row: models.Model, **changes: object) -> str:
    """Which rule refuses a copy of the row with these columns."""
    table = row._meta.db_table
    told = json.dumps({"id": str(uuid7()), "version": 1, **changes}, default=str)
    return rule_of(f"INSERT INTO {table} SELECT (jsonb_populate_record(t, %s::jsonb)).* FROM {table} t WHERE id = %s", [told, row.pk])


# One patient along all links


class Two:
    """Petrov, with a line of his plan done, claimed and ordered from the laboratory, and Dupont with a little of everything."""

    def __init__(self) -> None:
        working_day()
        self.his = petrov()
        make_lot(make_material(), "10")
        self.policy = make_policy(patient=self.his)
        self.letter = GuaranteeLetter.objects.create(patient=self.his, policy=self.policy, number="1", letter_date=date(2026, 1, 15))
        self.visit = charting.open_visit(patient=self.his, dentist=dr_orlova(), branch=make_branch(), actor=dr_orlova(), at=NOON)
        alternative = agreed("filling", "crown", patient=self.his)
        self.done, self.planned = alternative.items.order_by("position")
        self.finding = charting.record_finding(patient=self.his, kind="caries", tooth=36, surfaces=["M"], actor=dr_orlova(), at=NOON)
        make_code("K02.1")
        self.diagnosis = charting.record_diagnosis(patient=self.his, code="K02.1", finding=self.finding, actor=dr_orlova(), at=NOON)
        completion.complete_item(item_id=self.done.pk, actor=dr_orlova(), at=NOON)
        self.done.refresh_from_db()
        self.order = draft(procedure_ids=[self.planned.procedure_id])
        self.hers = make_patient("Dupont", "Claire")
        self.her_visit = charting.open_visit(patient=self.hers, dentist=dr_orlova(), branch=make_branch(), actor=dr_orlova(), at=NOON)
        self.her_appointment = book(moscow(15), patient_id=self.hers.pk)
        self.her_finding = charting.record_finding(patient=self.hers, kind="caries", tooth=36, actor=dr_orlova(), at=NOON)
        self.her_procedure = procedure("filling", patient=self.hers, tooth=37)
        self.her_performance = charting.perform_procedure(procedure=procedure("crown", patient=self.hers, tooth=46), actor=dr_orlova(), at=NOON)


def test_what_a_record_points_at_is_of_its_patient() -> None:
    two = Two()
    performance, other = Performance.objects.get(patient=two.his), {"patient_id": two.hers.pk}
    settle = "UPDATE charting_finding SET resolved_at = %s, resolved_by_id = %s, resolved_through_id = %s WHERE id = %s"
    refused = {
        copy(two.visit, appointment_id=two.her_appointment.pk),
        copy(two.finding, visit_id=two.her_visit.pk),
        rule_of(settle, [NOON, dr_orlova().pk, two.her_performance.pk, two.finding.pk]),
        copy(two.diagnosis, finding_id=two.her_finding.pk, rank="secondary"),
        copy(two.planned.procedure.changes.get(), **other),
        copy(two.planned.procedure.teeth.get(), tooth=44, **other),
        copy(performance, procedure_id=two.her_procedure.pk),
        copy(two.her_appointment.state_changes.get(), patient_id=two.his.pk),
        copy(two.planned, procedure_id=two.her_procedure.pk, agreed_document_id=None),
        copy(two.order.items.get(), procedure_id=two.her_procedure.pk),
        copy(two.order.changes.get(), **other),
        copy(two.letter, number="2", **other),
        copy(Charge.objects.get(), performance_id=two.her_performance.pk),
    }
    tables = "charting_visit charting_finding charting_diagnosis charting_procedurechange charting_proceduretooth charting_performance"
    tables += " scheduling_appointmentstatechange treatment_plans_item lab_orders_laborderitem lab_orders_statechange"
    assert refused == {f"{table}_same_patient" for table in f"{tables} insurance_guaranteeletter billing_charge".split()}


def test_a_record_stays_with_its_patient() -> None:
    two = Two()
    rows: list[Any] = [two.her_appointment, two.visit, two.order, two.planned.alternative.plan, two.done.performance]
    for row in rows:
        table, other = row._meta.db_table, two.his if row.patient_id == two.hers.pk else two.hers
        assert rule_of(f"UPDATE {table} SET patient_id = %s WHERE id = %s", [other.pk, row.pk]) == f"{table}_same_patient"


def test_no_link_between_records_of_patients_is_left_without_its_rule() -> None:
    def is_about_a_patient(model: type[models.Model]) -> bool:
        return any(field.name == "patient" and field.related_model is Patient for field in model._meta.local_concrete_fields)

    ours = [model for model in apps.get_models() if issubclass(model, Record) and model._meta.app_label not in OTHERS]
    records = [model for model in ours if is_about_a_patient(model)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT proname, prosrc FROM pg_proc WHERE proname LIKE '%\\_same\\_patient'")
        rules = dict(cursor.fetchall())
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE '%\\_same\\_patient' AND tgenabled = 'A'")
        standing = {name for (name,) in cursor.fetchall()}
    for model in records:
        rule = f"{model._meta.db_table}_same_patient"
        assert rule in standing
        for field in model._meta.local_concrete_fields:
            if field.remote_field and is_about_a_patient(field.related_model):  # type: ignore[arg-type]  # a model, not a name
                assert f"FROM {field.related_model._meta.db_table} o WHERE o.id = NEW.{field.column} " in rules[rule]  # type: ignore[union-attr]


# Legal moves


PATHS = {
    "booked": (),
    "confirmed": ("confirmed",),
    "arrived": ("arrived",),
    "seated": ("seated",),
    "done": ("seated", "done"),
    "cancelled": ("cancelled",),
    "no_show": ("no_show",),
}
"""How an appointment comes to each state."""


def copied(first: Appointment, before: str, number: int) -> Appointment:
    """An appointment that came to this state and has no trail."""
    values = {"state": "booked", "cancel_reason": "ill", "starts_at": first.starts_at + timedelta(days=number + 1)}
    key = uuid7()
    assert copy(first, id=key, ends_at=first.ends_at + timedelta(days=number + 1), **values) == ""
    for state in PATHS[before]:
        run("UPDATE scheduling_appointment SET state = %s WHERE id = %s", [state, key])
    return Appointment.objects.get(pk=key)


def test_appointments_move_in_raw_sql_as_the_rules_allow() -> None:
    working_day()
    first = book()
    for number, before in enumerate(diary.TRANSITIONS):
        appointment = copied(first, before, number)
        for after in diary.TRANSITIONS:
            with transaction.atomic():
                refused = rule_of("UPDATE scheduling_appointment SET state = %s WHERE id = %s", [after, appointment.pk])
                transaction.set_rollback(True)
            allowed = after == before or diary.may_become([before], after)
            assert refused == ("" if allowed else "scheduling_appointment_moves"), (before, after)


def test_an_appointment_goes_back_by_one_step_and_no_further() -> None:
    working_day()
    seated = book()
    for state in ("arrived", "seated"):
        run("UPDATE scheduling_appointment SET state = %s WHERE id = %s", [state, seated.pk])
        run(
            "INSERT INTO scheduling_appointmentstatechange (id, version, created_at, appointment_id, patient_id, state, at, by_id, reason, is_undo)"
            " SELECT %s, 1, now(), id, patient_id, state, now(), dentist_id, '', false FROM scheduling_appointment WHERE id = %s",
            [uuid7(), seated.pk],
        )
    assert rule_of("UPDATE scheduling_appointment SET state = 'booked' WHERE id = %s", [seated.pk]) == "scheduling_appointment_moves"
    assert rule_of("UPDATE scheduling_appointment SET state = 'arrived' WHERE id = %s", [seated.pk]) == ""


LAB_PATHS = {
    "draft": (),
    "sent": ("sent",),
    "in_work": ("sent", "in_work"),
    "try_in": ("sent", "in_work", "try_in"),
    "returned": ("sent", "returned"),
    "fitted": ("sent", "returned", "fitted"),
    "remake": ("sent", "returned", "remake"),
    "cancelled": ("cancelled",),
}


def test_laboratory_orders_move_in_raw_sql_as_the_rules_allow() -> None:
    order = draft()
    for number, before in enumerate(lab_orders.rules.NEXT_STATES):
        key = uuid7()
        assert copy(order, id=key, number=90_000 + number) == ""
        for state in LAB_PATHS[before]:
            run("UPDATE lab_orders_laborder SET state = %s WHERE id = %s", [state, key])
        for after in lab_orders.rules.NEXT_STATES:
            with transaction.atomic():
                refused = rule_of("UPDATE lab_orders_laborder SET state = %s WHERE id = %s", [after, key])
                transaction.set_rollback(True)
            allowed = after == before or after in lab_orders.rules.MOVES[before]
            assert refused == ("" if allowed else "lab_orders_laborder_moves"), (before, after)


# What a tooth has, how far a finding goes


def test_roots_and_canals_are_those_of_the_tooth() -> None:
    finding = charting.record_finding(patient=petrov(), kind="apical_periodontitis", tooth=36, actor=dr_orlova(), at=NOON)
    for number, code in product((11, 14, 16, 24, 25, 36, 45, 54, 75, 83), ROOTS):
        fits = code in teeth.TEETH[number].roots + teeth.TEETH[number].canals
        assert copy(finding, tooth=number, roots=[code]) == ("" if fits else "charting_finding_roots_fit"), (number, code)
    act = procedure("crown", tooth=16).teeth.get()
    assert copy(act, tooth=36, roots=["MB", "DR"]) == "charting_procedure_roots_fit"
    assert copy(act, tooth=36, roots=["MR", "DR"]) == ""


def test_the_degree_is_one_of_the_finding() -> None:
    finding = charting.record_finding(patient=petrov(), kind="caries", tooth=36, actor=dr_orlova(), at=NOON)
    degrees = sorted({degree for known in SEVERITIES.values() for degree in known} | {"huge"})
    for kind, degree in product(ON_TEETH, degrees):
        fits = degree in SEVERITIES.get(kind, ())
        direction = details.DIRECTIONS.get(kind, ("",))[0]
        wanted = {""} if fits else {"charting_finding_severity_fits", "charting_finding_outcome_told"}
        assert copy(finding, kind=kind, severity=degree, direction=direction, tooth=75) in wanted, (kind, degree)
    assert copy(finding, kind="missing", severity="shed") == "charting_finding_only_primary_shed"


def test_a_loss_is_in_the_past_and_of_a_tooth_that_was_there() -> None:
    finding = charting.record_finding(patient=petrov(), kind="missing", severity="trauma", tooth=11, actor=dr_orlova(), at=NOON)
    rule = "charting_finding_since_fits"
    for since in ("1999", "2026", "2026-11", "2026-11-20", "1999-12-31"):
        assert copy(finding, since=since) == "", since
    for since in ("2027", "2026-12", "2026-11-29", "99", "1999-13", "1999-00", "1999-1", "2015-06-32", "June"):
        assert copy(finding, since=since) == rule, since
    assert copy(finding, since="1999", severity="agenesis") == rule
    assert copy(finding, since="1999", kind="impacted", severity="") == rule


def test_direction_amount_and_outcome_are_those_of_the_finding() -> None:
    finding = charting.record_finding(patient=petrov(), kind="drift", direction="mesial", tooth=36, actor=dr_orlova(), at=NOON)
    ways = sorted({way for known in details.DIRECTIONS.values() for way in known} | {"", "up"})
    for kind, way in product(ON_TEETH, ways):
        told = {"severity": SEVERITIES.get(kind, ("",))[0], "direction": way}
        fits = way in details.DIRECTIONS.get(kind, ("",))
        assert copy(finding, kind=kind, **told) == ("" if fits else "charting_finding_direction_fits"), (kind, way)
    for kind in ON_TEETH:
        told = {"severity": "" if kind == "electric_test" else SEVERITIES.get(kind, ("",))[0], "direction": details.DIRECTIONS.get(kind, ("",))[0]}
        scale = details.AMOUNTS.get(kind)
        for amount in (scale.least, scale.most) if scale else ():
            assert copy(finding, kind=kind, amount=amount, **told) == "", (kind, amount)
        for amount in (scale.least - 1, scale.most + 1) if scale else (1,):
            assert copy(finding, kind=kind, amount=amount, **told) == "charting_finding_amount_fits", (kind, amount)
    for kind in ("cold_test", "heat_test", "electric_test"):
        assert copy(finding, kind=kind, direction="") == "charting_finding_outcome_told"
    assert copy(finding, kind="electric_test", direction="", severity="none", amount=20) == "charting_finding_outcome_told"


# Codes in force


def test_a_new_diagnosis_takes_no_code_that_is_closed_on_its_day() -> None:
    code = make_code("K02.1")
    diagnosis = charting.record_diagnosis(patient=petrov(), code="K02.1", tooth=36, actor=dr_orlova(), at=NOON)
    closed, later = make_code("K02.8", closed_on=date(2026, 11, 20)), make_code("K02.9")
    run("UPDATE price_list_dictionarycode SET valid_from = '2026-11-21' WHERE id = %s", [later.pk])
    other = make_code("A16.07.002")
    run("UPDATE price_list_dictionarycode SET kind = '804n' WHERE id = %s", [other.pk])
    for wrong in (closed, later, other):
        assert copy(diagnosis, code_id=wrong.pk) == "charting_diagnosis_code_in_force"
    assert copy(diagnosis, code_id=closed.pk, made_at=NOON - timedelta(days=1)) == ""
    assert copy(diagnosis, code_id=later.pk, made_at="2026-11-20T21:00:00Z") == ""  # it is the 21st in Moscow
    run("UPDATE price_list_dictionarycode SET valid_to = '2026-11-01' WHERE id = %s", [code.pk])
    charting.withdraw_diagnosis(diagnosis=diagnosis, actor=dr_orlova(), at=NOON, reason="typing error")
    assert Diagnosis.objects.get(pk=diagnosis.pk).in_error_at == NOON


def test_a_service_takes_no_closed_code_but_keeps_the_one_it_has() -> None:
    service = procedure("crown").service
    code, closed = make_code("A16"), make_code("A17", closed_on=date(2026, 1, 1))
    run("UPDATE price_list_dictionarycode SET kind = '804n'")
    change = "UPDATE price_list_service SET nomenclature_code_id = %s WHERE id = %s"
    assert rule_of(change, [closed.pk, service.pk]) == "price_list_service_code_in_force"
    assert rule_of("UPDATE price_list_service SET ccam_code_id = %s WHERE id = %s", [code.pk, service.pk]) == "price_list_service_code_in_force"
    assert copy(service, code="X1", nomenclature_code_id=closed.pk) == "price_list_service_code_in_force"
    assert rule_of(change, [code.pk, service.pk]) == ""
    run("UPDATE price_list_dictionarycode SET valid_to = '2026-11-01' WHERE id = %s", [code.pk])
    assert rule_of("UPDATE price_list_service SET title_ru = 'Коронка' WHERE id = %s", [service.pk]) == ""


@pytest.mark.soak  # walks every migration since; neither these nor those will change
@pytest.mark.django_db(transaction=True)
def test_the_rules_come_and_go_over_filled_tables() -> None:
    with transaction.atomic():
        Two()
    before = {"charting": "0008_cancelled_visits", "scheduling": "0002_times_in_reach"}
    counts = "SELECT (SELECT count(*) FROM charting_finding), (SELECT count(*) FROM treatment_plans_item), (SELECT count(*) FROM billing_charge)"
    rules = "same_patient|moves|starts|code_in_force|visit_takes|visit_untouched"
    standing = f"SELECT count(*) FROM pg_trigger WHERE tgname ~ '_({rules})$' AND tgname NOT LIKE 'treatment_plans_alt%moves'"
    with migrating() as database:
        held, rows = database.rows(standing), database.rows(counts)
        for app, name in before.items():
            database.to(app, name)
        database.to("price_list", "0001_initial")
        assert database.rows(standing) == [(0,)]
        database.forward()
        assert (database.rows(standing), database.rows(counts)) == (held, rows)
