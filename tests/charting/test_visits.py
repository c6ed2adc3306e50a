"""Visits: written by one hand at a time, signed, frozen, added to."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from threading import Thread

import pytest
from django.db import IntegrityError, connection, transaction

from charting import actions, queries
from charting.actions.notes import NotSigned
from charting.models import Finding, Visit
from clinic.history.context import Context, acting
from clinic.history.models import Event
from clinic.lib.errors import DomainError, InvalidInput, KeyTaken, NotAllowed, StaleVersion
from clinic.lib.ids import uuid7
from clinic.staff.roles import Role
from tests.charting.factories import NOW, make_code, make_finding, make_procedure, make_visit, patient_petrov, perform, petrova, place
from tests.staff.factories import dr_orlova, make_branch, make_user

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(minutes=40)


def written(visit: Visit, **sections: str) -> Visit:
    return actions.write_visit(visit=visit, version=visit.version, sections=sections or {"complaint": "Боль в зубе 16"}, actor=dr_orlova())


def signed() -> Visit:
    visit = written(make_visit())
    return actions.sign_visit(visit=visit, version=visit.version, actor=dr_orlova(), at=LATER)


def test_a_visit_that_is_open_is_continued() -> None:
    assert make_visit() == make_visit()
    assert make_finding().visit == make_visit()


def test_two_people_do_not_overwrite_each_other() -> None:
    visit = make_visit()
    mine = written(visit, complaint="mine")
    with pytest.raises(StaleVersion):
        actions.write_visit(visit=visit, version=visit.version, sections={"complaint": "theirs"}, actor=dr_orlova())
    assert Visit.objects.get().complaint == "mine"
    assert mine.version == visit.version + 1


@pytest.mark.parametrize("sections", [{"signed_at": "2020-01-01"}, {"complaint": "x" * 20_001}])
def test_a_note_takes_only_its_sections(sections: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        written(make_visit(), **sections)


def test_signing_fixes_text_diagnoses_and_procedures() -> None:
    make_code("K02.1")
    visit = written(make_visit(), complaint="Ноет", objective="Полость", treatment="Пломба")
    finding = make_finding("caries", 16, "O")
    actions.record_diagnosis(patient=patient_petrov(), code="K02.1", finding=finding, actor=dr_orlova(), at=NOW)
    perform(make_procedure("filling", place(16, "O")))
    actions.give_anaesthesia(visit=visit, given=actions.Given(kind="none"), actor=dr_orlova(), at=NOW)
    visit = actions.sign_visit(visit=visit, version=visit.version, actor=dr_orlova(), at=LATER)
    content = visit.signed_content or {}
    assert (content["diagnoses"][0]["code"], content["procedures"][0]["teeth"]) == ("K02.1", [[16, ["O"], []]])
    visit.refresh_from_db()
    assert visit.content_hash == queries.hash_of(visit.signed_content or {})
    assert visit.closed_at == LATER
    event = Event.objects.get(op="S", tbl="charting_visit")
    assert (event.pk_text, event.body) == (str(visit.pk), {"sha256": visit.content_hash})


@pytest.mark.parametrize("change", ["complaint = 'rewritten'", "signed_at = NULL, signed_by_id = NULL", "content_hash = 'x'", "closed_at = now()"])
def test_the_database_freezes_a_signed_note(change: str) -> None:
    visit = signed()
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE charting_visit SET {change} WHERE id = %s", [visit.pk])


def test_a_signed_note_is_neither_written_nor_signed_again() -> None:
    visit = signed()
    with pytest.raises(actions.VisitSigned):
        written(visit)
    with pytest.raises(actions.VisitSigned):
        actions.sign_visit(visit=visit, version=visit.version, actor=dr_orlova(), at=LATER)
    with pytest.raises(actions.VisitSigned):
        actions.close_visit(visit=visit, actor=dr_orlova(), at=LATER)


def test_only_its_dentist_signs_a_visit() -> None:
    visit = written(make_visit())
    for person in (make_user(Role.DENTIST, username="ivanov"), make_user(Role.ASSISTANT), make_user(Role.MANAGER)):
        with pytest.raises(NotAllowed):
            actions.sign_visit(visit=visit, version=visit.version, actor=person, at=LATER)
    chief = make_user(Role.DENTIST, Role.MANAGER, username="chief")
    assert actions.sign_visit(visit=visit, version=visit.version, actor=chief, at=LATER).signed_by == chief


def test_what_is_signed_is_what_was_read() -> None:
    visit = written(make_visit())
    written(visit, complaint="changed since")
    with pytest.raises(StaleVersion):
        actions.sign_visit(visit=visit, version=visit.version, actor=dr_orlova(), at=LATER)


def test_an_empty_note_is_not_signed() -> None:
    visit = make_visit()
    with pytest.raises(InvalidInput):
        actions.sign_visit(visit=visit, version=visit.version, actor=dr_orlova(), at=LATER)


def test_addenda_follow_a_signature_and_stay() -> None:
    visit = written(make_visit())
    with pytest.raises(NotSigned):
        actions.add_addendum(visit=visit, text="too early", actor=dr_orlova(), at=LATER)
    visit = actions.sign_visit(visit=visit, version=visit.version, actor=dr_orlova(), at=LATER)
    addendum = actions.add_addendum(visit=visit, text="<b>Аллергия</b> на лидокаин", reason="recalled later", actor=dr_orlova(), at=LATER)
    assert Event.objects.filter(op="A", pk_text=str(visit.pk)).count() == 1
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        addendum.text = "rewritten"
        addendum.save()


def test_a_signed_visit_takes_no_new_entries() -> None:
    visit = signed()
    with pytest.raises(actions.VisitSigned):
        actions.perform_procedure(procedure=make_procedure("crown", place(11)), visit=visit, actor=dr_orlova(), at=LATER)


def test_unsigned_notes_are_the_dentists_own() -> None:
    visit = make_visit()
    other = make_user(Role.DENTIST, username="ivanov")
    assert list(queries.unsigned_visits(dr_orlova())) == [visit]
    assert not queries.unsigned_visits(other)


def test_a_visit_needs_the_right_to_write() -> None:
    with pytest.raises(NotAllowed):
        actions.open_visit(patient=patient_petrov(), dentist=dr_orlova(), branch=make_branch(), actor=make_user(Role.ADMINISTRATOR), at=NOW)


def together(*acts: Callable[[], object]) -> list[str]:
    """Run the acts at once; what came of each: `done` or the code of its refusal."""
    outcomes: list[str] = []

    def run(act: Callable[[], object]) -> None:
        try:
            with acting(Context(actor="system:test", actor_name="test", purpose="test")):
                act()
            outcomes.append("done")
        except DomainError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_write_or_sign_at_once_one_wins() -> None:
    with transaction.atomic():
        visit, dentist = written(make_visit()), dr_orlova()
    version = visit.version
    write = [partial(actions.write_visit, visit=visit, version=version, sections={"complaint": text}, actor=dentist) for text in "abcd"]
    assert together(*write) == ["done", "stale", "stale", "stale"]
    sign = partial(actions.sign_visit, visit=visit, version=version + 1, actor=dentist, at=LATER)
    assert together(sign, sign, sign) == ["done", "visit_signed", "visit_signed"]
    key = uuid7()
    record = partial(actions.record_finding, patient=visit.patient, kind="caries", tooth=16, actor=dentist, at=LATER, id=key)
    assert together(record, record, record) == ["done", "done", "done"]
    assert Finding.objects.count() == 1


def test_a_key_of_another_patients_record_is_refused() -> None:
    key = make_finding().pk
    with pytest.raises(KeyTaken):
        actions.record_finding(patient=petrova(), kind="caries", tooth=16, actor=dr_orlova(), at=LATER, id=key)
