"""The search across the whole history: filters, marks, words, pages, the workbook; what is read late and what is destroyed."""

import threading
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from openpyxl import load_workbook

from charting import actions as charting
from charting.medical import actions as health
from charting.perio import actions as exams
from clinic.api import api
from clinic.history.actions import record_list, record_taken, record_view
from clinic.history.context import acting
from clinic.history.models import Event
from clinic.lib import sheets
from clinic.patients import access
from clinic.patients.models import Alert, Patient
from clinic.staff.actions import context_of
from clinic.staff.models import Branch, User
from clinic.staff.roles import Role
from exports.evidence_record import entries_of
from exports.legal import actions as cases
from exports.legal import indexing, labels, search, search_sheet
from exports.legal.models import Entry, Mark
from exports.legal.search import Wanted
from tests.charting.factories import make_finding, patient_petrov
from tests.charting.medical.factories import asked
from tests.exports.legal.factories import lawyer
from tests.patients.factories import make_patient
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user
from tests.template import admin

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def start(db: None) -> int:
    """What migrations have written is no matter of these tests: the number of its last event."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE legal_progress SET low = (SELECT coalesce(max(id), 0) FROM history.event) RETURNING low")
        return int(cursor.fetchone()[0])


def alert(patient: Patient, text: str) -> Alert:
    return Alert.objects.create(patient=patient, kind="allergy", severity="critical", text=text, recorded_at=timezone.now(), recorded_by=dr_orlova())


def tables(**wanted: Any) -> list[str]:
    return [event.tbl for event in search.find(Wanted(**wanted), reader=everywhere()).page.events]


def everywhere() -> User:
    """A reader to whom every record is open."""
    return User.objects.filter(username="reader").first() or make_user(Role.LAWYER, username="reader", branch=None)


def look(patient: Patient, who: User, what: str = "chart") -> int:
    with acting(context_of(who)):
        return record_view(patient_id=patient.pk, what=what)


@pytest.mark.parametrize("typed", ["latex", "LÁTEX", "анафил", "latex 2019", "2019, анафилаксия"])
def test_words_inside_values_are_found_by_their_beginnings(typed: str) -> None:
    alert(patient_petrov(), "Latex: анафилаксия в 2019")
    assert tables(text=typed) == ["patients_alert"]


@pytest.mark.parametrize("typed", ["atex", "latex 2020", "!!!"])
def test_what_is_not_there_is_not_found(typed: str) -> None:
    alert(patient_petrov(), "Latex: анафилаксия в 2019")
    assert tables(text=typed) == []


@pytest.mark.parametrize(("language", "typed"), [("ru", "аллергия"), ("ru", "опасн"), ("fr", "allergie"), ("en", "critical")])
def test_values_are_found_by_the_names_that_people_know(language: str, typed: str) -> None:
    alert(patient_petrov(), "Латекс")
    with translation.override(language):
        assert tables(text=typed) == ["patients_alert"]
        assert tables(text=f"{typed} латекс") == ["patients_alert"]
        assert tables(text=f"{typed} пенициллин") == []


@pytest.mark.parametrize(("language", "typed"), [("ru", "кариес"), ("fr", "carie"), ("en", "caries")])
def test_a_finding_is_found_by_the_word_that_the_reader_has_for_it(language: str, typed: str) -> None:
    make_finding("caries", 16, "O")
    with translation.override(language):
        assert "charting_finding" in tables(text=typed)
        assert "charting_finding" not in tables(text=f"{typed} пульпит")


def test_a_value_of_two_words_is_met_whole() -> None:
    with connection.cursor() as asked, translation.override("ru"):
        typed = labels.query(asked, "Первичный ПРИЁМ, ёлка!")
    assert "ёлка" not in typed
    assert "елка:*" in typed


def test_of_a_change_only_the_new_value_is_found() -> None:
    noted = alert(patient_petrov(), "Latex")
    Alert.objects.filter(pk=noted.pk).update(text="Penicillin")
    assert [event.op for event in search.find(Wanted(text="latex"), reader=everywhere()).page.events] == ["I"]
    assert [event.op for event in search.find(Wanted(text="penicillin"), reader=everywhere()).page.events] == ["U"]


def test_filters_narrow_together() -> None:
    patient, orlova = patient_petrov(), dr_orlova()
    with acting(context_of(orlova)):
        alert(patient, "Latex")
        alert(make_patient("Сидоров"), "Latex")
    found = search.find(
        Wanted(patient_id=patient.pk, actor=str(orlova.pk), kinds=["I"], tables=["patients_alert"], text="latex"), reader=everywhere()
    )
    assert len(found.page.events) == 1
    assert tables(text="latex", since=timezone.now() + timedelta(hours=1)) == []
    assert tables(text="latex", until=timezone.now() - timedelta(hours=1)) == []
    assert len(tables(text="latex")) == 2


def test_frequent_words_are_found_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "FREQUENT", 1)
    for number in range(4):
        alert(patient_petrov(), f"Latex {number}")
    assert tables(text="latex") == ["patients_alert"] * 4


def test_what_was_entered_late_says_so() -> None:
    make_finding("caries", 16, "O", days_ago=3)
    charting.open_visit(patient=patient_petrov(), dentist=dr_orlova(), branch=make_branch(), actor=dr_orlova(), at=timezone.now())
    assert "charting_finding" in tables(marks=[Mark.LATE.value])
    assert "charting_visit" not in tables(marks=[Mark.LATE.value])


def test_a_note_written_on_days_later_and_what_is_marked_late_say_so() -> None:
    orlova, seen = dr_orlova(), timezone.now() - timedelta(days=3)
    with acting(context_of(orlova)):
        visit = charting.open_visit(patient=patient_petrov(), dentist=orlova, branch=make_branch(), actor=orlova, at=timezone.now())
        type(visit).objects.filter(pk=visit.pk).update(opened_at=seen, closed_at=seen)
        visit.refresh_from_db()
        visit = charting.write_visit(visit=visit, version=visit.version, sections={"treatment": "Filling"}, actor=orlova)
        visit = charting.sign_visit(visit=visit, version=visit.version, actor=orlova, at=timezone.now())
        charting.add_addendum(visit=visit, text="Also 17", actor=orlova, at=timezone.now())
    late = search.find(Wanted(marks=[Mark.LATE.value]), reader=everywhere()).page.events
    assert [(event.op, event.tbl) for event in late] == [("I", "charting_visitaddendum"), ("U", "charting_visit"), ("U", "charting_visit")]
    entries = [entry for entry in entries_of(patient_petrov(), None, None) if entry.is_late]
    assert [entry.line.id for entry in entries] == sorted(event.id for event in late)
    assert entries[0].served_at == seen


def test_a_late_exam_and_answers_taken_back_say_so() -> None:
    old = timezone.now() - timedelta(days=2)
    exams.begin_exam(patient=patient_petrov(), actor=dr_orlova(), at=old)
    answers = asked(at=timezone.now())
    assert tables(marks=[Mark.LATE.value]) == ["charting_perioexam"]
    assert tables(marks=[Mark.AFTER_SIGNING.value]) == []
    health.mark_history_in_error(history=answers, actor=dr_orlova(), at=timezone.now(), reason="Wrong patient")
    assert tables(marks=[Mark.AFTER_SIGNING.value]) == ["charting_medicalhistory"]


def test_what_changed_after_signing_says_so() -> None:
    orlova, at = dr_orlova(), timezone.now()
    visit = charting.open_visit(patient=patient_petrov(), dentist=orlova, branch=make_branch(), actor=orlova, at=at - timedelta(hours=1))
    visit = charting.write_visit(visit=visit, version=visit.version, sections={"complaint": "Pain", "treatment": "Filling"}, actor=orlova)
    assert tables(marks=[Mark.AFTER_SIGNING.value]) == []
    visit = charting.sign_visit(visit=visit, version=visit.version, actor=orlova, at=at)
    assert tables(marks=[Mark.AFTER_SIGNING.value]) == []
    charting.add_addendum(visit=visit, text="Also 17", actor=orlova, at=timezone.now())
    assert tables(marks=[Mark.AFTER_SIGNING.value]) == ["charting_visitaddendum"]


def test_a_look_from_outside_the_treating_team_is_marked_until_the_person_joins_it() -> None:
    patient, stranger, own = patient_petrov(), make_user(Role.DENTIST, username="stranger"), dr_orlova()
    with acting(context_of(own)):
        alert(patient, "Latex")
    look(patient, own)
    seen = look(patient, stranger)
    record_view(patient_id=patient.pk, what="chart")
    assert [event.id for event in search.find(Wanted(marks=[Mark.OUTSIDE.value]), reader=everywhere()).page.events] == [seen]
    with acting(context_of(stranger)):
        alert(patient, "Iodine")
    assert tables(marks=[Mark.OUTSIDE.value]) == []


def test_a_reason_to_look_and_work_of_the_legal_desk_make_nobody_one_of_the_team() -> None:
    patient, stranger, at = patient_petrov(), make_user(Role.DENTIST, username="stranger"), timezone.now()
    with acting(context_of(stranger)):
        access.give_reason(user=stranger, patient_id=patient.pk, reason="Острая боль, приём сейчас", at=at)
    with acting(context_of(lawyer())):
        cases.open_case(actor=lawyer(), title="Иск", patients=[patient.pk], hold_reason="Суд", at=at)
    seen = [look(patient, stranger), look(patient, lawyer())]
    marked = Wanted(marks=[Mark.OUTSIDE.value], patient_id=patient.pk)
    assert [event.id for event in search.find(marked, reader=everywhere()).page.events if event.tbl == "chart"] == seen[::-1]
    with acting(context_of(stranger)):
        alert(patient, "Iodine")
    found = search.find(marked, reader=everywhere()).page.events
    assert {event.actor for event in found} == {str(lawyer().pk)}, "whoever then treats the patient is of the team"


def test_looks_that_an_older_program_took_for_those_of_the_team_are_marked() -> None:
    patient, stranger, own, at = patient_petrov(), make_user(Role.DENTIST, username="stranger"), dr_orlova(), timezone.now()
    for person in (stranger, own):
        with acting(context_of(person)):
            access.give_reason(user=person, patient_id=patient.pk, reason="Острая боль, приём сейчас", at=at)
    with acting(context_of(own)):
        alert(patient, "Latex")
    look(patient, own)
    seen = look(patient, stranger)
    assert tables(marks=[Mark.OUTSIDE.value]) == ["chart"]
    Entry.objects.update(is_outside=False)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO legal_hand (patient_id, actor, first_at) VALUES (%s, %s, now())", [patient.pk, str(stranger.pk)])
        cursor.execute((Path(indexing.__file__).parent / "sql" / "outside.sql").read_text())
        cursor.execute("SELECT actor FROM legal_hand WHERE patient_id = %s", [patient.pk])
        assert str(stranger.pk) not in {row[0] for row in cursor.fetchall()}
    assert [event.id for event in search.find(Wanted(marks=[Mark.OUTSIDE.value]), reader=everywhere()).page.events] == [seen]


def test_pages_follow_each_other_without_gap_or_repeat() -> None:
    for number in range(25):
        record_view(patient_id=patient_petrov().pk, what=f"page {number}")
    found = [event.id for page in search.pages(Wanted(kinds=["V"]), reader=everywhere(), size=10) for event in page.page.events]
    assert found == sorted(found, reverse=True)
    assert len(found) == len(set(found)) == Event.objects.filter(op="V").count()
    assert sum(len(page.page.events) for page in search.pages(Wanted(kinds=["V"]), reader=everywhere(), size=10, most=15)) == 15


def test_a_search_that_takes_too_long_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    alert(patient_petrov(), "Latex")
    monkeypatch.setattr(search, "PLAIN", "SELECT x.event_id, x.at, pg_sleep(1) FROM {source} x WHERE {where} LIMIT %(size)s")
    monkeypatch.setattr(search, "PATIENCE", "50ms")
    assert log_in(lawyer()).get("/api/v1/history").json()["code"] == "too_wide"
    page = log_in(lawyer()).get(reverse("history"))
    assert page.status_code == 422
    assert "shorter period" in page.content.decode()


def test_the_page_takes_a_card_number_and_shows_marks() -> None:
    make_finding("caries", 16, "O", days_ago=3)
    client = log_in(lawyer())
    page = client.get(reverse("history"), {"patient": str(patient_petrov().card_number), "mark": "is_late"}).content.decode()
    assert "entered late, treated on" in page
    assert not client.get(reverse("history"), {"patient": "999999"}).context["lines"]
    assert client.get(reverse("history"), {"mark": "nonsense", "cursor": ""}).status_code == 200


def test_the_workbook_holds_what_is_filtered_and_is_an_event_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    make_finding("caries", 16, "O", days_ago=3)
    client: Client = log_in(lawyer())
    answer = client.get(reverse("history-xlsx"), {"mark": "is_late"})
    rows = rows_of(answer)
    assert len(rows) == 2 + len(tables(marks=["is_late"]))
    assert "all events that match" in str(rows[-1][0])
    assert "entered late" in str(rows[1][8])
    assert rows[1][6] == patient_petrov().card_number
    (taken,) = Event.objects.filter(op="P", tbl="history search")
    assert taken.body == {"marks": ["is_late"], "rows": len(rows) - 2, "patients": [str(patient_petrov().pk)]}
    assert log_in(dr_orlova()).get(reverse("history-xlsx")).status_code == 403


def rows_of(answer: Any) -> list[tuple[object, ...]]:
    return list(load_workbook(BytesIO(b"".join(answer.streaming_content)), read_only=True).worksheets[0].iter_rows(values_only=True))


def test_the_api_gives_the_same_workbook_and_leaves_the_same_event(monkeypatch: pytest.MonkeyPatch) -> None:
    make_finding("caries", 16, "O", days_ago=3)
    client, address = log_in(lawyer()), "/api/v1/history/workbook"
    asked = {"mark": "is_late", "patient": str(patient_petrov().pk)}
    by_page, by_api = client.get(reverse("history-xlsx"), asked), client.get(address, asked)
    assert (by_api.status_code, by_api["Content-Type"]) == (200, by_page["Content-Type"])
    assert rows_of(by_api) == rows_of(by_page)
    told = [event.body for event in Event.objects.filter(op="P", tbl="history search").order_by("id")]
    assert len(told) == 2
    assert told[0] == told[1]
    assert told[0] is not None
    assert told[0]["patients"] == [str(patient_petrov().pk)]
    assert {event.patient_id for event in Event.objects.filter(op="P", tbl="history search")} == {patient_petrov().pk}
    assert log_in(dr_orlova()).get(address).status_code == 403
    assert client.get(address, {"mark": "nonsense"}).json()["code"] == "invalid"
    monkeypatch.setattr(search, "PLAIN", "SELECT x.event_id, x.at, pg_sleep(1) FROM {source} x WHERE {where} LIMIT %(size)s")
    monkeypatch.setattr(search, "PATIENCE", "50ms")
    too_wide = client.get(address)
    assert (too_wide.status_code, too_wide.json()["code"]) == (422, "too_wide")
    assert Event.objects.filter(op="P", tbl="history search").count() == 2, "nothing was taken"


def test_the_api_says_of_the_workbook_that_it_is_a_file_and_how_it_refuses() -> None:
    described = api.get_openapi_schema()["paths"]["/api/v1/history/workbook"]["get"]
    assert {*described["responses"]} == {200, 401, 403, 404, 422}
    assert {*described["responses"][200]["content"]} == {sheets.MEDIA_TYPE}
    assert {"patient", "mark", "text", "since", "until"} <= {parameter["name"] for parameter in described["parameters"]}


def test_a_workbook_that_does_not_hold_all_says_so_and_the_page_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST", 60)
    monkeypatch.setattr(search_sheet, "CHUNK", 25)
    for number in range(70):
        record_view(patient_id=patient_petrov().pk, what=f"page {number}")
    client: Client = log_in(lawyer())
    whole, cut = client.get(reverse("history-xlsx"), {"text": "nothing"}), client.get(reverse("history-xlsx"), {"kind": "V"})
    assert [len(rows_of(answer)) for answer in (whole, cut)] == [2, 62]
    (taken,) = Event.objects.filter(op="P", tbl="history search", body__is_cut=True)
    assert (taken.body or {})["rows"] == 60
    page = client.get(reverse("history"), {"kind": "V"}).content.decode()
    assert "A workbook holds the newest 60 of these events" in page
    monkeypatch.setattr(search, "MOST", 100_000)
    assert "A workbook holds" not in client.get(reverse("history"), {"kind": "V"}).content.decode()
    last = rows_of(client.get(reverse("history-xlsx"), {"kind": "V"}))
    assert "all events that match" in str(last[-1][0])
    assert len({row[5] for row in last[1:-1] if str(row[5]).startswith("Page")}) == 70


def test_the_last_row_of_a_cut_workbook_says_that_older_events_match(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST", 3)
    for number in range(4):
        alert(patient_petrov(), f"Latex {number}")
    rows = rows_of(log_in(lawyer()).get(reverse("history-xlsx"), {"text": "latex"}))
    assert "NOT ALL" in str(rows[-1][0])
    assert ["Latex 3" in str(row) for row in rows[1:-1]] == [True, False, False]


def test_a_count_that_takes_too_long_is_left_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "BEYOND", "SELECT pg_sleep(1) FROM {source} x WHERE {where} LIMIT 1")
    monkeypatch.setattr(search, "GLANCE", "50ms")
    for number in range(60):
        record_view(patient_id=patient_petrov().pk, what=f"page {number}")
    page = log_in(lawyer()).get(reverse("history"), {"kind": "V"}).content.decode()
    assert "A workbook holds up to 100,000 of these events" in page


def test_lists_in_which_the_name_stood_are_found_with_the_patient_and_without_the_others() -> None:
    patient, other = patient_petrov(), make_patient("Сидоров")
    with acting(context_of(dr_orlova())):
        alert(patient, "Latex")
        record_list("diary", [patient.pk, other.pk])
        record_list("desk", [other.pk])
        record_taken(what="patients-list", patient_ids=[patient.pk, other.pk], body={"rows": 2})
    whose = {"patient_id": patient.pk}
    assert tables(**whose, with_views=False)[:2] == ["patients-list", "patients_alert"]
    assert tables(**whose)[:3] == ["patients-list", "diary", "patients_alert"]
    assert tables(**whose, kinds=["V"]) == ["diary"]
    assert tables(**whose, kinds=["P"], tables=["patients-list"], actor=str(dr_orlova().pk)) == ["patients-list"]
    assert tables(**whose, kinds=["V"], actor="somebody") == []
    assert tables(**whose, marks=[Mark.OUTSIDE.value]) == []
    assert tables(**whose, kinds=["V"], until=timezone.now() - timedelta(hours=1)) == []
    assert tables(**whose, kinds=["V"], since=timezone.now() - timedelta(hours=1)) == ["diary"]
    told = log_in(lawyer()).get("/api/v1/history", {"patient": str(patient.pk), "kind": "V", "table": "diary"})
    assert [event["changes"][0]["after"] for event in told.json()["events"]] == ["2"]
    assert str(other.pk) not in told.content.decode()


def test_lists_and_own_events_stand_in_one_order_page_by_page() -> None:
    patient, other = patient_petrov(), make_patient("Сидоров")
    for number in range(7):
        record_view(patient_id=patient.pk, what=f"page {number}")
        record_list(f"list {number}", [patient.pk, other.pk])
    found = [
        event.tbl for page in search.pages(Wanted(patient_id=patient.pk, kinds=["V"]), reader=everywhere(), size=3) for event in page.page.events
    ]
    assert found == [name for number in range(6, -1, -1) for name in (f"list {number}", f"page {number}")]


def test_keys_of_people_are_no_words() -> None:
    patient = patient_petrov()
    record_list("diary", [patient.pk])
    assert tables(text=str(patient.pk).split("-")[0], kinds=["V"]) == []


def test_an_older_programs_marks_are_set_anew_and_what_was_destroyed_keeps_its_own() -> None:
    make_finding("caries", 16, "O", days_ago=3)
    late = [event.id for event in search.find(Wanted(marks=[Mark.LATE.value]), reader=everywhere()).page.events]
    assert len(late) > 0
    Entry.objects.filter(event_id__in=late).update(is_late=False)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE legal_progress SET rules = 'of an older program', marked = NULL")
    assert indexing.mark_anew(size=500, batches=10_000) == len(late)
    assert [event.id for event in search.find(Wanted(marks=[Mark.LATE.value]), reader=everywhere()).page.events] == late
    Entry.objects.filter(event_id__in=late).update(is_late=False)
    assert indexing.mark_anew() == 0, "the rules are the same: nothing is read again"


def test_search_and_evidence_call_the_same_entries_late() -> None:
    make_finding("caries", 16, "O", days_ago=3)
    make_finding("caries", 17, "O")
    late = {event.id for event in search.find(Wanted(patient_id=patient_petrov().pk, marks=[Mark.LATE.value]), reader=everywhere()).page.events}
    assert {entry.line.id for entry in entries_of(patient_petrov(), None, None) if entry.is_late} == late


def test_the_api_searches(monkeypatch: pytest.MonkeyPatch) -> None:
    alert(patient_petrov(), "Latex")
    answer = log_in(lawyer()).get("/api/v1/history", {"text": "latex", "patient": str(patient_petrov().pk)}).json()
    assert [event["table"] for event in answer["events"]] == ["patients_alert"]
    assert answer["events"][0]["marks"] == []
    assert answer["known_until"]


@pytest.mark.django_db(transaction=True)
def test_an_event_that_is_committed_late_is_not_missed(start: int) -> None:
    with transaction.atomic():
        patient = patient_petrov()
        dr_orlova()
    indexing.catch_up()
    has_written, may_commit = threading.Event(), threading.Event()

    def slow() -> None:
        with acting(context_of(dr_orlova())), transaction.atomic():
            alert(patient, "Slowly")
            has_written.set()
            may_commit.wait(20)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    has_written.wait(20)
    for number in range(3):
        with transaction.atomic():
            alert(patient, f"Quickly {number}")
        indexing.catch_up()
    may_commit.set()
    thread.join()
    assert len(tables(text="quickly")) == 3
    assert len(tables(text="slowly")) == 1
    assert Entry.objects.count() == Event.objects.filter(pk__gt=start).count()


def test_reading_on_begins_at_the_mark_in_both_tables() -> None:
    """Compared from its first row, a table of ten million kept every search waiting for two seconds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(name, 'off', true) FROM unnest(ARRAY['enable_seqscan', 'enable_hashjoin', 'enable_nestloop']) name")
        cursor.execute(f"EXPLAIN {indexing.BATCH}", {"size": 5000})
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index Cond: (event_id > " in plan.partition("legal_entry")[2], plan


@pytest.mark.django_db(transaction=True)
def test_words_of_a_destroyed_body_are_destroyed_with_it() -> None:
    with transaction.atomic():
        patient = patient_petrov()
        alert(patient, "Latex")
    assert tables(text="latex") == ["patients_alert"]
    with admin(connection.settings_dict["NAME"]) as superuser, superuser.transaction():
        superuser.execute("SET LOCAL history.maintenance = 'test'")
        superuser.execute("ALTER TABLE history.event DISABLE TRIGGER history_append_only")
        superuser.execute("UPDATE history.event SET body = NULL, salt = NULL WHERE patient_id = %s", [patient.pk])
    assert tables(text="latex") == []
    assert not Entry.objects.filter(patient_id=patient.pk, words__isnull=False).exists()


def test_the_patience_of_a_search_ends_with_it() -> None:
    names = ["statement_timeout", "enable_seqscan", "enable_hashjoin", "enable_mergejoin"]

    def standing() -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting(name) FROM unnest(%s::text[]) name", [names])
            return cursor.fetchall()

    before = standing()
    for wanted in (Wanted(), Wanted(text="пульпит"), Wanted(patient_id=patient_petrov().pk)):
        search.find(wanted, reader=everywhere(), size=1, glances=True)
    assert standing() == before


def test_a_branch_lawyer_gives_a_reason_before_a_record_of_another_branch_is_searched() -> None:
    """What the patient's own history page asks for, the search, its words and its workbook ask for too."""
    patient = patient_petrov()
    alert(patient, "Latex")
    home = patient.branch
    far = Branch.objects.create(name="Дальний", legal_entity=home.legal_entity, time_zone="Europe/Moscow", currency="RUB")
    person = make_user(Role.LAWYER, branch=far, username="far-lawyer")
    client, named = log_in(person), f"patient={patient.pk}"
    for address in (
        f"/api/v1/history?{named}",
        f"/api/v1/history/workbook?{named}",
        f"{reverse('history')}?{named}",
        f"{reverse('history-xlsx')}?{named}",
    ):
        assert client.get(address).status_code == 403, address
    page = client.get(f"{reverse('history')}?text=latex").content.decode()
    assert "Latex" not in page
    assert "Records that ask you for a reason were not searched" in page
    rows = sheet_rows(client.get(f"{reverse('history-xlsx')}?text=latex"))
    assert len(rows) == 2
    assert "were not searched" in rows[1][0]

    access.give_reason(user=person, patient_id=patient.pk, reason="Запрос суда по иску", at=timezone.now())
    assert "patients_alert" in [event["table"] for event in client.get("/api/v1/history?text=latex").json()["events"]]
    assert client.get(f"/api/v1/history?{named}").status_code == 200
    of_home = log_in(make_user(Role.LAWYER, branch=home, username="home-lawyer"))
    assert of_home.get("/api/v1/history?text=latex").json()["events"]


def far_branch() -> Branch:
    return Branch.objects.create(name="Дальний", legal_entity=make_branch().legal_entity, time_zone="Europe/Moscow", currency="RUB")


def test_a_branch_lawyer_does_not_learn_whether_a_word_stands_in_a_closed_record() -> None:
    far = far_branch()
    own = Patient.objects.create(card_number=90001, last_name="Дальняя", first_name="Анна", branch=far)
    person = make_user(Role.LAWYER, branch=far, username="far-lawyer")
    for number in range(3):
        alert(own, f"Latex {number}")
        alert(patient_petrov(), f"Latex, novocaine {number}")
    lawyer = log_in(person)
    answers = [lawyer.get(f"/api/v1/history?text={word}").json() for word in ("chinchilla", "novocaine")]
    assert [(found["events"], found["next_cursor"], found["is_partial"]) for found in answers] == [([], None, True)] * 2
    first = search.find(Wanted(text="latex"), reader=person, size=2)
    second = search.find(Wanted(text="latex"), reader=person, cursor=first.page.next_cursor, size=2)
    assert [len(found.page.events) for found in (first, second)] == [2, 1]
    assert {event.patient_id for found in (first, second) for event in found.page.events} == {own.pk}
    assert second.page.next_cursor is None


def test_where_nearly_all_is_closed_the_next_page_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    far = far_branch()
    reader = make_user(Role.LAWYER, branch=far, username="far-lawyer")
    alert(Patient.objects.create(card_number=90001, last_name="Дальняя", first_name="Анна", branch=far), "Latex")
    for number in range(6):
        alert(patient_petrov(), f"Latex {number}")
    monkeypatch.setattr(search, "LOOKS_ON", (1, 1))
    pages = list(search.pages(Wanted(text="latex"), reader=reader, size=1))
    assert [len(found.page.events) for found in pages] == [0, 1]
    assert [found.is_beyond for found in pages] == [None, None]
    assert len(list(search.pages(Wanted(text="latex"), reader=reader, most=1, size=1))) == 2
    monkeypatch.setattr(search, "READS", 2)
    assert [found.page.next_cursor is None for found in search.pages(Wanted(text="latex"), reader=reader, most=1, size=1)] == [False]


def test_whose_records_are_closed_is_asked_at_once_for_a_whole_page(django_assert_num_queries: Any) -> None:
    home = patient_petrov().branch
    far = Branch.objects.create(name="Дальний", legal_entity=home.legal_entity, time_zone="Europe/Moscow", currency="RUB")
    person = make_user(Role.LAWYER, branch=far, username="far-lawyer")
    people = [make_patient(f"Сидоров{number}").pk for number in range(12)]
    access.closed_to(person, people[:1])
    with django_assert_num_queries(3):
        assert access.closed_to(person, people) == set(people)


def sheet_rows(answer: Any) -> list[Any]:
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    assert sheet is not None
    return list(sheet.iter_rows(values_only=True))
