"""Prescriptions and referrals of a visit stand in its note: named by the signature, or told as issued later."""

from datetime import timedelta

import pytest
from django.urls import reverse

from charting import actions as charting
from charting import note_content, queries
from charting.models import ClinicalPaper, Visit
from charting.prescribing import actions
from charting.prescribing.queries import came_later, get_paper
from tests.charting.factories import NOW, make_code, make_visit
from tests.charting.test_prescribing import AMOXICILLIN, ASKED, IBUPROFEN, setting
from tests.staff.factories import dr_orlova, log_in

pytestmark = pytest.mark.django_db
LATER = "issued after the note was fixed"


def prescribed(visit: Visit, drug: actions.Drug = AMOXICILLIN, *, hours: int = 0) -> ClinicalPaper:
    return actions.prescribe(setting=setting(visit=visit, at=NOW + timedelta(hours=hours)), drugs=[drug])


def signed(visit: Visit, *, hours: int = 1) -> Visit:
    visit = charting.write_visit(visit=visit, version=visit.version, sections={"treatment": "Операция"}, actor=dr_orlova())
    return charting.sign_visit(visit=visit, version=visit.version, actor=dr_orlova(), at=NOW + timedelta(hours=hours))


def test_the_signature_names_each_by_number_and_hash() -> None:
    make_code("K04.5")
    visit = make_visit()
    prescription, referral = prescribed(visit), actions.refer(setting=setting(visit=visit), asked=ASKED)
    found = signed(visit)
    assert found.signed_content is not None
    assert [(row["kind"], row["number"], row["sha256"]) for row in found.signed_content["papers"]] == [
        ("prescription", prescription.full_number, prescription.content_hash),
        ("referral", referral.full_number, referral.content_hash),
    ]
    assert found.content_hash == queries.hash_of(found.signed_content)
    assert note_content.is_as_signed(found)
    assert not came_later(get_paper(prescription.pk))


def test_one_issued_afterwards_is_told_as_later_and_the_signature_holds() -> None:
    visit = make_visit()
    before, wrong = prescribed(visit), prescribed(visit, IBUPROFEN)
    actions.mark_paper_in_error(paper=wrong, reason="не тот препарат", actor=dr_orlova(), at=NOW)
    found = signed(visit)
    after = prescribed(found, IBUPROFEN, hours=2)
    assert [came_later(get_paper(paper.pk)) for paper in (before, wrong, after)] == [False, False, True]
    assert found.signed_content is not None
    assert [row["id"] for row in found.signed_content["papers"]] == [str(before.pk)]
    assert note_content.is_as_signed(found)
    client = log_in(dr_orlova())
    for page in (reverse("visit", args=[visit.pk]), reverse("visit-print", args=[visit.pk])):
        assert client.get(page).content.decode().count(LATER) == 1, page
    told = {row["number"]: row["came_later"] for row in client.get(f"/api/v1/patients/{visit.patient_id}/clinical-papers").json()["results"]}
    assert told == {before.full_number: False, wrong.full_number: False, after.full_number: True}


def test_the_printed_note_says_what_was_prescribed() -> None:
    visit = make_visit()
    prescribed(visit)
    page = log_in(dr_orlova()).get(reverse("visit-print", args=[visit.pk])).content.decode()
    assert "Amoxicillini 500 mg, Caps., N. 20: По 1 капсуле 3 раза в день" in page


def test_a_note_signed_before_papers_were_named_keeps_verifying_and_times_tell_what_is_later() -> None:
    visit = make_visit()
    before, after = prescribed(visit), prescribed(visit, IBUPROFEN, hours=3)
    content = {name: value for name, value in note_content.visit_content(visit).items() if name != "papers"}
    visit.signed_content, visit.content_hash = content, queries.hash_of(content)
    visit.signed_at = NOW + timedelta(hours=1)
    assert note_content.is_as_signed(visit)
    before.visit = after.visit = visit
    assert [came_later(before), came_later(after)] == [False, True]


def test_of_a_note_that_locked_itself_the_later_signature_names_all() -> None:
    visit = make_visit()
    Visit.objects.filter(pk=visit.pk).update(treatment="Операция", locked_at=NOW + timedelta(hours=30))
    late = prescribed(visit, hours=31)
    assert came_later(get_paper(late.pk))
    visit.refresh_from_db()
    charting.sign_visit(visit=visit, version=visit.version, actor=dr_orlova(), at=NOW + timedelta(hours=32))
    assert not came_later(get_paper(late.pk))
