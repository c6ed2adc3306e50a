"""What a diagnosis is to its visit: at most one is the main one, every change is told, and a signature fixes it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from charting import actions, charted, note_content, queries
from charting.actions.said import NotOpen
from charting.models import Diagnosis, DiagnosisRanking, Visit
from clinic.lib.errors import InvalidInput, KeyTaken, NotAllowed
from clinic.lib.ids import uuid7
from clinic.staff.roles import Role
from tests.beside import Second
from tests.charting.factories import NOW, make_code, make_finding, make_procedure, make_visit, patient_petrov, perform, place
from tests.staff.factories import dr_orlova, log_in, make_user

pytestmark = pytest.mark.django_db


def give(code: str = "K02.1", tooth: int = 16, **values: Any) -> Diagnosis:
    make_code(code)
    return actions.record_diagnosis(patient=patient_petrov(), code=code, tooth=tooth, actor=dr_orlova(), at=NOW, **values)


def rank(diagnosis: Diagnosis, to: str, **values: Any) -> Diagnosis:
    return actions.rank_diagnosis(diagnosis=diagnosis, rank=to, **{"actor": dr_orlova(), "at": NOW + timedelta(minutes=5), **values})


def ranks(visit: Visit) -> list[tuple[str, str]]:
    return [(row.rank, row.code.code) for row in queries.diagnoses_in(visit)]


def sign(visit: Visit) -> Visit:
    written = actions.write_visit(visit=visit, version=visit.version, sections={"treatment": "Пломба"}, actor=dr_orlova())
    return actions.sign_visit(visit=written, version=written.version, actor=dr_orlova(), at=NOW + timedelta(minutes=30))


def test_the_first_diagnosis_of_a_visit_is_the_main_one_and_the_others_are_secondary() -> None:
    visit = make_visit()
    give()
    give("K05.1")
    assert ranks(visit) == [("main", "K02.1"), ("secondary", "K05.1")]
    assert give("K04.0", rank="complication").rank == "complication"
    assert [row.rank for row in queries.diagnoses_in(visit)] == ["main", "complication", "secondary"]


def test_a_diagnosis_outside_a_visit_has_no_rank() -> None:
    assert give().rank == ""
    with pytest.raises(InvalidInput):
        give("K05.1", rank="main")
    with pytest.raises(InvalidInput):
        rank(Diagnosis.objects.get(code__code="K02.1"), "main")


def test_a_new_main_diagnosis_makes_the_one_before_secondary_and_each_change_is_told() -> None:
    visit, first = make_visit(), give()
    second = give("K04.0")
    rank(second, "main")
    rank(second, "main")
    assert ranks(visit) == [("main", "K04.0"), ("secondary", "K02.1")]
    assert list(first.rankings.order_by("ranked_at", "pk").values_list("rank", flat=True)) == ["main", "secondary"]
    assert list(second.rankings.order_by("ranked_at", "pk").values_list("rank", flat=True)) == ["secondary", "main"]


def test_a_diagnosis_recorded_as_main_takes_the_place_of_the_one_before() -> None:
    visit = make_visit()
    give()
    give("K04.0", rank="main")
    assert ranks(visit) == [("main", "K04.0"), ("secondary", "K02.1")]


def test_a_repeated_request_is_one_diagnosis_with_the_rank_it_was_made_with() -> None:
    make_visit()
    key = uuid7()
    first = give(id=key, rank="complication")
    rank(first, "main")
    assert give(id=key, rank="complication") == first
    assert DiagnosisRanking.objects.filter(diagnosis=first).count() == 2
    with pytest.raises(KeyTaken):
        give(id=key, rank="secondary")


def test_there_is_no_such_rank_and_no_rank_of_what_was_entered_in_error() -> None:
    make_visit()
    diagnosis = give()
    for wrong in ("", "worst"):
        with pytest.raises(InvalidInput):
            rank(diagnosis, wrong)
    actions.withdraw_diagnosis(diagnosis=diagnosis, actor=dr_orlova(), at=NOW, reason="не тот зуб")
    with pytest.raises(NotOpen):
        rank(diagnosis, "secondary")
    assert give("K04.0").rank == "main"


def test_only_who_writes_the_chart_ranks() -> None:
    make_visit()
    diagnosis = give()
    with pytest.raises(NotAllowed):
        rank(diagnosis, "secondary", actor=make_user(Role.ACCOUNTANT))


def test_the_signature_covers_the_ranks_and_fixes_them() -> None:
    visit, diagnosis = make_visit(), give()
    signed = sign(visit)
    assert signed.signed_content is not None
    assert [(row["code"], row["rank"]) for row in signed.signed_content["diagnoses"]] == [("K02.1", "main")]
    assert note_content.is_as_signed(signed)
    diagnosis.refresh_from_db()
    with pytest.raises(actions.VisitSigned):
        rank(diagnosis, "secondary")


# The database by itself


def refused(change: Any) -> str:
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        change()
    return str(caught.value.__cause__.diag.constraint_name)  # type: ignore[union-attr]  # psycopg's own


def deferred(change: Any) -> str:
    def at_once() -> None:
        change()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    return refused(at_once)


def test_the_database_knows_one_main_diagnosis_of_a_visit() -> None:
    make_visit()
    give()
    other = give("K04.0")
    assert refused(lambda: Diagnosis.objects.filter(pk=other.pk).update(rank="main")) == "charting_diagnosis_one_main"
    assert refused(lambda: Diagnosis.objects.filter(pk=other.pk).update(rank="worst")) == "charting_diagnosis_rank_known"


def test_the_database_ranks_nothing_outside_a_visit_and_nothing_signed() -> None:
    alone, visit = give("K05.1"), make_visit()
    diagnosis = give()
    sign(visit)
    assert refused(lambda: Diagnosis.objects.filter(pk=alone.pk).update(rank="main")) == "charting_diagnosis_rank_in_visit"
    assert refused(lambda: Diagnosis.objects.filter(pk=diagnosis.pk).update(rank="secondary")) == "charting_visit_fixed"


def test_the_database_keeps_the_rank_and_its_changes_in_step_and_the_changes_for_ever() -> None:
    make_visit()
    diagnosis = give()
    assert deferred(lambda: Diagnosis.objects.filter(pk=diagnosis.pk).update(rank="secondary")) == "charting_diagnosis_in_step"
    assert refused(lambda: DiagnosisRanking.objects.update(rank="secondary")) == "charting_diagnosisranking_append_only"


@pytest.mark.django_db(transaction=True)
def test_of_two_first_diagnoses_at_once_one_is_the_main_one() -> None:
    with transaction.atomic():
        visit = make_visit()
        make_code("K02.1")
        make_code("K04.0")
        user, patient = dr_orlova(), patient_petrov()

    def other() -> Diagnosis:
        return actions.record_diagnosis(patient=patient, code="K04.0", tooth=17, actor=user, at=NOW)

    Second(other).beside(lambda: actions.record_diagnosis(patient=patient, code="K02.1", tooth=16, actor=user, at=NOW))
    assert [told for told, _code in ranks(visit)] == ["main", "secondary"]


# The note


def test_the_note_shows_the_main_diagnosis_first_and_changes_it_with_one_click() -> None:
    visit, first = make_visit(), give()
    second = give("K04.0", 17)
    client = log_in(dr_orlova())
    assert client.post(reverse("diagnosis-rank", args=[second.pk]), {"rank": "main"})["Location"] == reverse("visit", args=[visit.pk])
    page = client.get(reverse("visit", args=[visit.pk])).content.decode()
    assert page.index("K04.0") < page.index("K02.1")
    assert "Corrections of the rank" in page
    first.refresh_from_db()
    assert first.rank == "secondary"
    printed = client.get(reverse("visit-print", args=[visit.pk])).content.decode()
    assert "<strong>Main:</strong> K04.0" in printed


def test_what_was_charted_earlier_is_offered_and_taken_into_the_visit() -> None:
    make_code("K02.1")
    finding = make_finding("caries", 16, "O", days_ago=3)
    actions.record_diagnosis(patient=patient_petrov(), code="K02.1", finding=finding, actor=dr_orlova(), at=NOW - timedelta(days=3))
    give("K05.1", 44)
    visit = make_visit()
    perform(make_procedure("filling", place(16, "O")))
    assert [row.code.code for row in charted.diagnoses_before(visit)] == ["K02.1"]
    client = log_in(dr_orlova())
    sent = {"code": "K02.1", "tooth": "16", "finding": str(finding.pk)}
    assert client.post(reverse("visit-diagnosis", args=[visit.pk]), sent).status_code == 302
    assert ranks(visit) == [("main", "K02.1")]
    assert charted.diagnoses_before(visit) == []
    assert client.post(reverse("visit-diagnosis", args=[visit.pk]), {"code": ""}).status_code == 422
    assert client.post(reverse("visit-diagnosis", args=[visit.pk]), {"code": "K99.9", "tooth": "16"}).status_code == 422


def test_the_api_ranks_and_tells_every_rank() -> None:
    visit, first = make_visit(), give()
    client = log_in(dr_orlova())
    sent = {"patient": str(visit.patient_id), "code": "K02.1", "tooth": 17, "rank": "main"}
    made = client.post("/api/v1/diagnoses", sent, "application/json").json()
    assert (made["rank"], made["visit"]) == ("main", str(visit.pk))
    told = client.put(f"/api/v1/diagnoses/{first.pk}/rank", {"rank": "complication"}, "application/json").json()
    assert [row["rank"] for row in told["rankings"]] == ["main", "secondary", "complication"]
    assert client.get(f"/api/v1/diagnoses/{first.pk}").json() == told
    assert [row["rank"] for row in client.get(f"/api/v1/visits/{visit.pk}").json()["diagnoses"]] == ["main", "complication"]
    assert client.put(f"/api/v1/diagnoses/{first.pk}/rank", {"rank": "worst"}, "application/json").status_code == 422


# Past history


def test_the_past_history_is_a_section_of_its_own() -> None:
    visit = make_visit()
    client = log_in(dr_orlova())
    sent = {"version": visit.version, "anamnesis": "Болит неделю", "anamnesis_vitae": "Гипертония"}
    told = client.patch(f"/api/v1/visits/{visit.pk}", sent, "application/json").json()
    assert (told["anamnesis"], told["anamnesis_vitae"]) == ("Болит неделю", "Гипертония")
    visit.refresh_from_db()
    signed = actions.sign_visit(visit=visit, version=visit.version, actor=dr_orlova(), at=NOW)
    assert signed.signed_content is not None
    assert signed.signed_content["anamnesis_vitae"] == "Гипертония"
    labels = [str(label) for _name, label, _text in note_content.sections_of(signed)]
    assert labels[1:3] == ["history of the complaint", "past history"]


def test_a_note_signed_before_keeps_its_hash_and_calls_its_one_text_anamnesis() -> None:
    visit = make_visit()
    visit.anamnesis = "Болит неделю, гипертония"
    content = {name: text for name, text in note_content.visit_content(visit).items() if name not in ("anamnesis_vitae", "anaesthesia")}
    visit.signed_content, visit.content_hash = content, queries.hash_of(content)
    assert note_content.is_as_signed(visit)
    sections = note_content.sections_of(visit)
    assert [(name, str(label)) for name, label, _text in sections][1] == ("anamnesis", "anamnesis")
    assert "anamnesis_vitae" not in [name for name, _label, _text in sections]
