"""The record as of any moment: as entered, as proven, two moments side by side, names as they were then."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation

from charting.models import Visit
from clinic.history.models import Event
from clinic.history.sealing.sequencer import Sequencer
from clinic.lib.clock import branch_day
from clinic.patients.models import Alert, Patient
from clinic.price_list.models import Price, Service
from clinic.staff.models import Branch
from clinic.staff.roles import Role
from exports import evidence_record
from exports.legal import asof, words
from exports.legal.asof import Moment
from exports.legal.words import Section
from tests.charting.factories import make_finding, make_procedure, patient_petrov, place
from tests.charting.medical.factories import asked
from tests.charting.perio.factories import make_exam, measure
from tests.exports.legal.factories import lawyer
from tests.history.sealing.conftest import key_file, seq, sequencer
from tests.hostile import world
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user
from tests.treatment_plans.factories import petrov, plan_with

__all__ = ["key_file", "seq", "sequencer"]
pytestmark = pytest.mark.django_db


def now() -> datetime:
    """By the clock of the database, as events are."""
    with transaction.get_connection().cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0].astimezone(UTC)  # type: ignore[no-any-return]


def read(patient: Patient, *moments: datetime, **options: Any) -> dict[str, Section]:
    shots = [asof.with_prices(asof.snapshot(patient.pk, Moment(moment))) for moment in moments]
    with translation.override("en"):
        return {part.title: part for part in words.sections(*shots, **options)}


def alert(patient: Patient, text: str) -> Alert:
    return Alert.objects.create(patient=patient, kind="allergy", severity="critical", text=text, recorded_at=timezone.now(), recorded_by=dr_orlova())


def test_the_record_is_what_was_entered_by_then() -> None:
    patient = patient_petrov()
    before = now()
    noted = alert(patient, "Latex")
    between = now()
    Alert.objects.filter(pk=noted.pk).update(text="Penicillin")
    assert "Medical alerts" not in read(patient, before)
    assert "Latex" in read(patient, between)["Medical alerts"].entries[0].title
    assert "Penicillin" in read(patient, now())["Medical alerts"].entries[0].title


def test_two_moments_stand_side_by_side_with_their_differences() -> None:
    patient = patient_petrov()
    kept, changed = alert(patient, "Latex"), alert(patient, "Iodine")
    first = now()
    Alert.objects.filter(pk=changed.pk).update(text="Iodine, anaphylaxis 2019")
    make_finding("caries", 16, "O")
    alerts = read(patient, first, now())["Medical alerts"]
    assert {entry.key: entry.mark for entry in alerts.entries} == {str(kept.pk): "same", str(changed.pk): "changed"}
    told = next(fact for entry in alerts.entries if entry.key == str(changed.pk) for fact in entry.facts if fact.differs)
    assert (told.before, told.after) == ("Iodine", "Iodine, anaphylaxis 2019")
    found = read(patient, first, now(), only_differences=True)
    assert [len(part.entries) for part in found.values()] == [1, 1]
    assert found["Dental chart"].entries[0].mark == "added"
    assert words.differences(found.values()) == 2


def test_chart_and_plan_are_told_by_teeth_services_and_prices_as_they_were_then() -> None:
    plan_with("filling")
    patient = petrov()
    then = now()
    Service.objects.update(title_en="Renamed", title_ru="Переименовано", title_fr="Renommé")
    found = read(patient, then)
    assert not [entry.title for part in found.values() for entry in part.entries if "Renamed" in entry.title]
    item = next(entry for entry in found["Treatment plan"].entries if entry.table == "treatment_plans_item")
    assert any(fact.after or fact.before for fact in item.facts if "price" in fact.label.lower())
    assert any("Renamed" in entry.title for part in read(patient, now()).values() for entry in part.entries)


def test_a_procedure_names_its_teeth() -> None:
    make_procedure("filling", place(16, "O"), place(17, "M"))
    entries = read(patient_petrov(), now())["Dental chart"].entries
    assert any("16 O, 17 M" in entry.title for entry in entries)


def test_prices_are_those_in_force_that_day() -> None:
    plan_with("filling")
    found = read(petrov(), now())
    prices = found["Prices in force that day"].entries
    assert prices
    assert not prices[0].is_of_patient
    assert any(Decimal(fact.before.replace("\xa0", "").replace(",", "")) > 0 for fact in prices[0].facts if fact.label == "Price")


def test_the_day_of_a_price_is_that_of_the_patients_branch() -> None:
    """It is never the same day on both islands; the price is in force on one of these days alone."""
    plan_with("filling")
    moment = now()
    zone = next(zone for zone in ("Pacific/Kiritimati", "Pacific/Niue") if branch_day(moment, zone) != moment.date())
    day = branch_day(moment, zone)
    Price.objects.update(valid_from=day, valid_to=day + timedelta(days=1))
    for zone_of_branch, is_in_force in ((zone, True), ("UTC", False)):
        Branch.objects.filter(pk=petrov().branch_id).update(time_zone=zone_of_branch)
        for moment in (at := now(), at.astimezone(ZoneInfo("Asia/Tokyo"))):
            assert ("Prices in force that day" in read(petrov(), moment)) is is_in_force


def test_a_moment_holds_what_was_entered_at_its_very_microsecond_and_nothing_later() -> None:
    patient = patient_petrov()
    noted = alert(patient, "Latex")
    Alert.objects.filter(pk=noted.pk).update(text="Penicillin")
    first, second = (event.at for event in Event.objects.filter(tbl="patients_alert", pk_text=str(noted.pk)).order_by("id"))
    tick, client, url = timedelta(microseconds=1), log_in(lawyer()), f"/api/v1/patients/{patient.pk}/as-of"
    for moment, stands in ((first - tick, ""), (first, "Latex"), (second - tick, "Latex"), (second, "Penicillin")):
        titles = [entry.title for entry in read(patient, moment)["Medical alerts"].entries] if stands else []
        assert [stands in title for title in titles] == [True] * bool(stands)
        told = client.get(url, {"at": moment.astimezone(ZoneInfo("Asia/Kamchatka")).isoformat()}).content.decode()
        assert [word for word in ("Latex", "Penicillin") if word in told] == [stands] * bool(stands)


def test_an_old_body_without_a_newer_column_is_read() -> None:
    patient = patient_petrov()
    row = asof.snapshot(patient.pk, Moment(now())).rows["patients_patient", str(patient.pk)]
    body = {name: value for name, value in row.body.items() if name != "external_number"}
    assert str(asof.record_of(Patient, body)) == str(patient)


@pytest.mark.django_db(transaction=True)
def test_what_is_proven_is_what_stands_below_the_checkpoint(seq: "psycopg.Connection[Any]", sequencer: Sequencer) -> None:
    with transaction.atomic():
        patient = patient_petrov()
    with pytest.raises(asof.NothingProven):
        asof.moment_of(at=timezone.now() - timedelta(days=1), is_proven=True)
    sequencer.drain()
    with transaction.atomic():
        noted = alert(patient, "Latex")
    proven = asof.moment_of(at=timezone.now() + timedelta(seconds=1), is_proven=True)
    assert "patients_alert" not in {table for table, _key in asof.snapshot(patient.pk, proven).rows}
    sequencer.drain()
    later = asof.moment_of(at=timezone.now() + timedelta(seconds=1), is_proven=True)
    assert ("patients_alert", str(noted.pk)) in asof.snapshot(patient.pk, later).rows
    again = asof.moment_of(at=timezone.now(), size=proven.size)
    assert asof.snapshot(patient.pk, again).rows.keys() == asof.snapshot(patient.pk, proven).rows.keys()
    client = log_in(lawyer())
    url = reverse("patient-as-of", args=[patient.pk])
    assert "checkpoint" in client.get(f"{url}?reading=proven").content.decode()
    assert client.get(f"{url}?reading=proven&at=2001-01-01T10:00").status_code == 422
    answer = client.get(f"/api/v1/patients/{patient.pk}/as-of?size={proven.size}").json()
    assert answer["moments"][0]["size"] == proven.size
    assert client.get(f"/api/v1/patients/{patient.pk}/as-of?size=99999999").json()["code"] == "nothing_proven"


def test_the_page_shows_visits_to_choose_and_differences_in_words() -> None:
    patient = patient_petrov()
    client = log_in(lawyer())
    Visit.objects.create(patient=patient, dentist=dr_orlova(), branch=make_branch(), opened_at=timezone.now(), complaint="Pain in 16")
    url = reverse("patient-as-of", args=[patient.pk])
    page = client.get(url).content.decode()
    assert "Pain in 16" in page
    assert str(dr_orlova()) in page
    beside = client.get(f"{url}?at=2020-01-01T10:00&then={timezone.localtime():%Y-%m-%dT%H:%M}").content.decode()
    assert "records differ" in beside
    assert "Nothing was recorded" in client.get(f"{url}?at=2020-01-01T10:00").content.decode()
    assert client.get(f"{url}?at=never&then=x").status_code == 200
    assert Event.objects.filter(op="V", tbl="as of", patient_id=patient.pk).count() == 4


def test_the_api_gives_both_moments_and_only_readers_of_history_read() -> None:
    patient = patient_petrov()
    first = now()
    alert(patient, "Latex")
    client = log_in(lawyer())
    asked = {"at": first.isoformat(), "then": now().isoformat(), "only_differences": "true"}
    answer = client.get(f"/api/v1/patients/{patient.pk}/as-of", asked).json()
    assert len(answer["moments"]) == 2
    assert [entry["mark"] for part in answer["sections"] for entry in part["entries"]] == ["added"]
    assert log_in(make_user(Role.MARKETER)).get(f"/api/v1/patients/{patient.pk}/as-of").status_code == 403


def test_health_and_periodontal_exams_are_told_whole() -> None:
    patient = patient_petrov()
    asked(heart="yes: " + "Стенокардия с 2011 года, наблюдается у кардиолога. " * 3 + "Конец слов.", diabetes="yes: 2 тип")
    measure(make_exam(), (16, "depth", "MV", 7), (16, "depth", "V", 2))
    found = read(patient, now())
    (answers,) = [fact for fact in found["Medical history"].entries[0].facts if fact.label == "Answers"]
    assert "Конец слов." in answers.before
    assert "Do you have diabetes?: Yes, 2 тип" in answers.before
    with translation.override("ru"):
        told = [change.after for entry in evidence_record.entries_of(patient, None, None) for change in entry.line.changes]
    assert any("Есть ли сахарный диабет?: Да, 2 тип" in text for text in told)
    tooth = next(entry for entry in found["Periodontal exams"].entries if entry.table == "charting_periotooth")
    assert "7, 2, –, –, –, –" in [fact.before for fact in tooth.facts]


def test_whatever_is_recorded_of_a_patient_is_told() -> None:
    """A table that somebody adds tomorrow stands among the other records until it has a section of its own."""
    world.build()
    shot = asof.snapshot(petrov().pk, Moment(now()))
    recorded = {table for table, _key in shot.rows} - {*words.TOLD_WITHIN}
    told = {entry.table for part in words.sections(shot) for entry in part.entries}
    assert told == recorded
    assert {"charting_perioexam", "charting_medicalhistory", "charting_image", "scheduling_appointmentstatechange"} <= told
