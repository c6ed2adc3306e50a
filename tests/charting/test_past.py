"""The mouth of a past day is what it was, whatever happened to it since."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from charting import actions, queries, schemas, story
from charting.models import Finding, FindingChange, Procedure
from clinic.staff.roles import Role
from tests.charting.factories import NOW, make_finding, make_procedure, patient_petrov, perform, place
from tests.migrating import migrating
from tests.staff.factories import dr_orlova, log_in, make_user

DAY = timedelta(days=1)
NOON = NOW - DAY
CHANGES = "SELECT finding_id, patient_id, state, changed_at, changed_by_id FROM charting_findingchange ORDER BY finding_id, id"


def filled_and_taken_back() -> Finding:
    """Caries in 16, filled two days ago, taken back now."""
    finding = make_finding("caries", 16, "O", days_ago=5)
    performance = perform(make_procedure("filling", place(16, "O"), days_ago=4), days_ago=2)
    actions.reverse_performance(performance=performance, actor=dr_orlova(), at=NOW, reason="wrong tooth")
    return finding


def marks(at: datetime) -> list[tuple[str, str]]:
    return [(mark.layer, mark.what) for mark in queries.chart_at(patient_petrov(), at).mouth.marks]


@pytest.mark.django_db
def test_between_completion_and_reversal_the_filling_shows_afterwards_caries_again() -> None:
    filled_and_taken_back()
    assert marks(NOW - 3 * DAY) == [("condition", "caries"), ("planned", "filling")]
    assert marks(NOON) == [("done", "filling")]
    assert marks(NOW) == [("condition", "caries"), ("planned", "filling")]
    told = [[entry.meta for entry in story.entries_of(queries.chart_at(patient_petrov(), at)) if entry.type == "finding"] for at in (NOON, NOW)]
    assert ["resolved" in told[0][0], "open again" in told[1][0]] == [True, True]


@pytest.mark.django_db
def test_the_api_tells_the_same_of_each_instant() -> None:
    filled_and_taken_back()
    browser = log_in(make_user(Role.DENTIST, username="reader"))
    for at, expected in ((NOON, ["filling"]), (NOW, ["caries", "filling"])):
        answer = browser.get(f"/api/v1/patients/{patient_petrov().pk}/chart", {"at": at.isoformat()}).json()
        assert [mark["what"] for mark in answer["marks"]] == expected
        assert answer["dmft"]["decayed"] == ("caries" in expected)


@pytest.mark.django_db
def test_a_tooth_that_was_noted_missing_by_mistake_is_missing_only_meanwhile() -> None:
    finding = make_finding("missing", 46, days_ago=5)
    actions.resolve_finding(finding=finding, actor=dr_orlova(), at=NOW - 3 * DAY)
    actions.reopen_finding(finding=finding, actor=dr_orlova(), at=NOON)
    assert [46 in queries.absent_teeth(patient_petrov(), NOW - days * DAY) for days in (4, 2, 0)] == [True, False, True]


@pytest.mark.django_db
def test_the_tooth_that_is_asked_for_costs_one_query(django_assert_num_queries: object) -> None:
    filled_and_taken_back()
    make_finding("missing", 46)
    patient = patient_petrov()
    with django_assert_num_queries(1):  # type: ignore[operator]  # pytest-django's fixture
        assert queries.absent_teeth(patient, NOW) == {46}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("UPDATE charting_finding SET resolved_at = now(), resolved_by_id = noted_by_id", "charting_finding_in_step"),
        ("UPDATE charting_procedure SET state = 'planned'", "charting_procedure_in_step"),
        ("UPDATE charting_procedure SET recorded_at = now()", "charting_procedure_frozen"),
        ("UPDATE charting_findingchange SET changed_at = now()", "charting_findingchange_append_only"),
        ("UPDATE charting_proceduretooth SET tooth = 17", "charting_proceduretooth_frozen"),
    ],
)
def test_the_database_lets_nobody_rewrite_the_past(statement: str, rule: str) -> None:
    filled_and_taken_back()
    with pytest.raises(IntegrityError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert refused.value.__cause__.diag.constraint_name == rule  # type: ignore[union-attr]  # psycopg's own


@pytest.mark.django_db
def test_a_change_that_the_finding_does_not_show_is_refused() -> None:
    finding = filled_and_taken_back()
    values = {"finding": finding, "patient": finding.patient, "state": "resolved", "changed_at": NOW, "changed_by": dr_orlova()}
    with pytest.raises(IntegrityError, match="is open, its last change says resolved"), transaction.atomic(), connection.cursor() as cursor:
        FindingChange.objects.create(**values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.soak  # walks every migration since; neither these nor that one will change
@pytest.mark.django_db(transaction=True)
def test_the_changes_of_older_findings_are_told_from_their_history() -> None:
    with transaction.atomic():
        filled_and_taken_back()
        perform(Procedure.objects.get(), days_ago=0)
        other = make_finding("mobility", 36, days_ago=3, severity="1")
        actions.resolve_finding(finding=other, actor=dr_orlova(), at=NOON)
    with migrating() as database:
        told = database.rows(CHANGES)
        database.to("charting", "0006_images")
        assert not database.rows("SELECT FROM pg_class WHERE relname = 'charting_findingchange'")
        database.forward()
        assert database.rows(CHANGES) == told
        assert [row[2] for row in told].count("resolved") == 3
    assert marks(NOON) == [("done", "filling")]
    assert schemas.chart_out(queries.chart_at(patient_petrov(), NOW), patient_petrov())["dmft"]["filled"] == 1
