"""Rows that an import holds back as likely duplicates: a person decides about each, once."""

from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.lib.errors import NotAllowed
from clinic.patients.importing import actions, decisions
from clinic.patients.models import Decision, HeldRow, ImportRun, Patient
from clinic.staff.models import User
from tests.billing.factories import NOW
from tests.billing.test_concurrency import at_once, done
from tests.patients.factories import petrov
from tests.staff.factories import dr_orlova, log_in, make_branch, registrar_belova

TABLE = """Фамилия;Имя;Отчество;Дата рождения;Телефон;E-mail;СНИЛС
Петров;Иван;Сергеевич;14.03.1985;+7 916 123-45-67, +7 495 123-45-67;ivan@example.com;112-233-445 95
Орлова;Дарья;;01.02.1990;;;
ОРЛОВА;Дарья;;01.02.1990;;;
"""


def imported(folder: Path, actor: User, table: str = TABLE) -> ImportRun:
    path = folder / "list.csv"
    path.write_text(table)
    run = actions.find_or_take_file(path, branch=make_branch(), actor=actor)
    mapping = dict(zip(run.columns, FIELDS, strict=True))
    actions.plan_run(run_id=run.pk, mapping=mapping, is_dry=False, actor=actor)
    return actions.go_through(run.pk)


FIELDS = ("last_name", "first_name", "patronymic", "birth_date", "phone", "email", "snils")


@pytest.fixture
def clerk(db: None) -> User:
    make_branch()
    petrov()
    return registrar_belova(make_branch())


@pytest.fixture
def desk(clerk: User) -> Client:
    return log_in(clerk)


def first_row(folder: Path, clerk: User) -> HeldRow:
    imported(folder, clerk)
    return HeldRow.objects.get(number=2)


def test_the_run_keeps_them_with_their_candidates(clerk: User, tmp_path: Path) -> None:
    run = imported(tmp_path, clerk)
    ivan, daria = HeldRow.objects.filter(run=run).order_by("number")
    assert (run.rows_imported, run.rows_doubtful) == (1, 2)
    assert [kept["patient"] for kept in ivan.candidates] == [str(petrov().pk)]
    assert ivan.values["fields"]["birth_date"] == "1985-03-14"
    assert daria.candidates == [{"patient": str(Patient.objects.get(last_name="Орлова").pk), "reasons": ["row"]}]


def test_a_dry_run_keeps_nothing(clerk: User, tmp_path: Path) -> None:
    run = imported(tmp_path, clerk)
    actions.plan_run(run_id=run.pk, mapping=run.mapping, is_dry=True, actor=clerk)
    before = HeldRow.objects.count()
    actions.go_through(run.pk)
    assert HeldRow.objects.count() == before


def test_one_is_registered_as_new(clerk: User, tmp_path: Path) -> None:
    row = decisions.accept_as_new(row_id=first_row(tmp_path, clerk).pk, actor=clerk, at=NOW)
    assert (row.decision, row.patient_id, row.decided_by) == (Decision.NEW, row.pk, clerk)
    assert row.patient is not None
    assert row.patient.contacts.count() == 3
    assert imported(tmp_path, clerk).rows_known == 2


def test_one_is_this_patient_and_adds_what_was_missing(clerk: User, tmp_path: Path) -> None:
    row = decisions.join_to(row_id=first_row(tmp_path, clerk).pk, patient_id=petrov().pk, actor=clerk, at=NOW)
    assert (row.decision, row.patient) == (Decision.SAME, petrov())
    assert set(petrov().contacts.values_list("value", flat=True)) == {"+79161234567", "+74951234567", "ivan@example.com"}
    assert petrov().identifiers.get().number == "11223344595"
    assert imported(tmp_path, clerk).rows_known == 2


def test_one_is_left_out_for_good(clerk: User, tmp_path: Path) -> None:
    row = decisions.discard(row_id=first_row(tmp_path, clerk).pk, actor=clerk, at=NOW)
    again = imported(tmp_path, clerk)
    assert (row.patient_id, again.rows_known, again.rows_doubtful, Patient.objects.count()) == (None, 2, 1, 2)


def test_a_second_decision_is_refused_with_the_first_one_named(clerk: User, tmp_path: Path) -> None:
    row = first_row(tmp_path, clerk)
    decisions.discard(row_id=row.pk, actor=clerk, at=NOW)
    for decide in (decisions.accept_as_new, decisions.discard, partial(decisions.join_to, patient_id=petrov().pk)):
        with pytest.raises(decisions.AlreadyDecided, match=r"left out \(.*Belova"):
            decide(row_id=row.pk, actor=clerk, at=NOW)
    assert Patient.objects.count() == 2


def test_the_database_refuses_a_second_decision_too(clerk: User, tmp_path: Path) -> None:
    row = decisions.discard(row_id=first_row(tmp_path, clerk).pk, actor=clerk, at=NOW)
    with pytest.raises(Exception, match="patients_heldrow"), transaction.atomic():
        HeldRow.objects.filter(pk=row.pk).update(number=7)


def test_it_is_no_patient_with_whom_it_was_not_compared(clerk: User, tmp_path: Path) -> None:
    row = first_row(tmp_path, clerk)
    with pytest.raises(decisions.NotACandidate):
        decisions.join_to(row_id=row.pk, patient_id=Patient.objects.get(last_name="Орлова").pk, actor=clerk, at=NOW)


def test_all_are_accepted_at_once_and_once(clerk: User, tmp_path: Path) -> None:
    run = imported(tmp_path, clerk)
    first = decisions.accept_all(run_id=run.pk, actor=clerk, at=NOW)
    second = decisions.accept_all(run_id=run.pk, actor=clerk, at=NOW)
    assert (first, second) == (decisions.Accepted(2, 0), decisions.Accepted(0, 0))
    assert Patient.objects.count() == 4


def test_a_great_many_are_accepted_in_turns(clerk: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decisions, "MOST_AT_ONCE", 1)
    run = imported(tmp_path, clerk)
    assert decisions.accept_all(run_id=run.pk, actor=clerk, at=NOW) == decisions.Accepted(1, 1)


def test_the_same_file_as_another_import_brings_the_waiting_rows_along(clerk: User, tmp_path: Path) -> None:
    imported(tmp_path, clerk)
    with (tmp_path / "list.csv").open("rb") as content:
        other = actions.take_file(content=content, name="again.csv", branch=make_branch(), actor=clerk)
    actions.plan_run(run_id=other.pk, mapping=dict(zip(other.columns, FIELDS, strict=True)), is_dry=False, actor=clerk)
    actions.go_through(other.pk)
    assert set(HeldRow.objects.values_list("run_id", flat=True)) == {other.pk}


def test_only_those_who_may_import_decide(clerk: User, tmp_path: Path) -> None:
    row = first_row(tmp_path, clerk)
    with pytest.raises(NotAllowed):
        decisions.discard(row_id=row.pk, actor=dr_orlova(), at=NOW)
    with pytest.raises(NotAllowed):
        decisions.accept_all(run_id=row.run_id, actor=dr_orlova(), at=NOW)


def test_the_page_shows_both_and_takes_decisions(clerk: User, desk: Client, tmp_path: Path) -> None:
    row = first_row(tmp_path, clerk)
    place = reverse("patients-import-run", args=[row.run_id])
    html = desk.get(place).content.decode()
    assert "Петров Иван Сергеевич" in html
    assert f"/patients/{petrov().pk}/" in html
    assert "112 233 445 95" in html
    address = reverse("patients-import-decide", args=[row.pk])
    assert desk.post(address, {"decision": "?"}).status_code == 422
    assert desk.post(address, {"decision": "same", "patient": "x"}).status_code == 422
    answer = desk.post(address, {"decision": "same", "patient": str(petrov().pk)}, headers={"HX-Request": "true"})
    assert (answer.status_code, "already registered" in answer.content.decode()) == (200, True)
    assert desk.post(address, {"decision": "new"}).status_code == 409
    assert desk.post(reverse("patients-import-accept-all", args=[row.run_id])).headers["Location"] == place
    assert "held-rows" not in desk.get(place).content.decode()


def test_a_plain_form_goes_back_to_the_import(clerk: User, desk: Client, tmp_path: Path) -> None:
    row = first_row(tmp_path, clerk)
    answer = desk.post(reverse("patients-import-decide", args=[row.pk]), {"decision": "discarded"})
    assert answer.headers["Location"] == reverse("patients-import-run", args=[row.run_id])
    assert "held-rows" in desk.get(reverse("patients-import-held", args=[row.run_id])).content.decode()


def test_the_api_lists_and_decides(clerk: User, desk: Client, tmp_path: Path) -> None:
    row = first_row(tmp_path, clerk)
    assert desk.get("/api/v1/patient-imports").json()[0]["rows_held"] == 2
    rows = f"/api/v1/patient-imports/{row.run_id}/held-rows"
    first = desk.get(f"{rows}?limit=1").json()
    second = desk.get(f"{rows}?limit=1&cursor={first['next_cursor']}").json()
    assert [page["items"][0]["number"] for page in (first, second)] == [2, 4]
    assert second["next_cursor"] is None
    assert first["items"][0]["candidates"][0]["patient"]["id"] == str(petrov().pk)
    assert desk.get(f"{rows}?cursor=x").status_code == 422
    assert desk.get(f"{rows}?cursor=99999999999.{uuid4()}").status_code == 422
    address = f"/api/v1/held-rows/{row.pk}/decision"
    assert desk.post(address, {"decision": "same"}, content_type="application/json").status_code == 422
    told = desk.post(address, {"decision": "same", "patient_id": str(petrov().pk)}, content_type="application/json")
    assert (told.status_code, told.json()["decision"]) == (200, "same")
    refused = desk.post(address, {"decision": "new"}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "already_decided")
    assert desk.post(f"{rows}/accept").json() == {"accepted": 1, "left": 0}
    assert desk.post(f"/api/v1/held-rows/{uuid4()}/decision", {"decision": "discarded"}, content_type="application/json").status_code == 404
    assert desk.post(f"/api/v1/patient-imports/{uuid4()}/held-rows/accept").status_code == 404


def test_every_decision_is_in_history(clerk: User, tmp_path: Path) -> None:
    row = first_row(tmp_path, clerk)
    decisions.join_to(row_id=row.pk, patient_id=petrov().pk, actor=clerk, at=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("SELECT op FROM history.event WHERE tbl = 'patients_heldrow' AND pk = %s ORDER BY 1", [str(row.pk)])
        assert [op for (op,) in cursor.fetchall()] == ["I", "U"]


@pytest.mark.django_db(transaction=True)
def test_of_five_who_decide_at_once_one_counts(tmp_path: Path) -> None:
    with transaction.atomic():
        clerk = registrar_belova(make_branch())
        petrov()
    row = first_row(tmp_path, clerk)
    results = at_once([partial(decisions.accept_as_new, row_id=row.pk, actor=clerk, at=NOW)] * 5)
    assert len(done(results)) == 1
    assert sum(isinstance(result, decisions.AlreadyDecided) for result in results) == 4
    assert Patient.objects.count() == 3
