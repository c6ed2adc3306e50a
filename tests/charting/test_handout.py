"""The patient's paper: plain sentences in three languages, the dentist's own words, an event for each printing."""

import pytest
from django.urls import reverse
from django.utils import translation

from charting import actions, handout, queries
from charting.models import FindingKind, IssuedPaper
from clinic.history.models import Event
from tests.charting.factories import NOW, make_finding, make_procedure, patient_petrov, place
from tests.staff.factories import dr_orlova, log_in, registrar_belova

pytestmark = pytest.mark.django_db


def told(language: str) -> handout.Handout:
    return handout.write(queries.chart_at(patient_petrov(), NOW), language)


@pytest.mark.parametrize(
    ("language", "place_words", "sentence", "whole"),
    [
        ("en", "16, first molar, upper right", "near the nerve", "the whole mouth"),
        ("ru", "16, первый моляр", "близко к нерву", "вся полость рта"),
        ("fr", "16, première molaire", "proche du nerf", "toute la bouche"),
    ],
)
def test_each_finding_is_a_plain_sentence_in_the_language(language: str, place_words: str, sentence: str, whole: str) -> None:
    make_finding("caries", 16, "O", severity="deep")
    actions.record_finding(patient=patient_petrov(), kind="calculus", severity="moderate", actor=dr_orlova(), at=NOW)
    make_procedure("filling", place(16, "O"))
    written = told(language)
    by_place = {line.place: line.text for line in written.found}
    deep = next(text for where, text in by_place.items() if where.startswith(place_words))
    assert sentence in deep
    assert whole in by_place
    assert len(written.suggested) == 1
    assert "16 O" in written.suggested[0].place


def test_what_was_settled_is_no_longer_told() -> None:
    finding = make_finding("caries", 16, "O", days_ago=2)
    assert told("en").found
    actions.resolve_finding(finding=finding, actor=dr_orlova(), at=NOW)
    assert not told("en").found


@pytest.mark.parametrize("language", ["ru", "fr"])
def test_every_sentence_is_translated(language: str) -> None:
    assert {name.partition(" ")[0] for name in handout.PLAIN} <= set(FindingKind.values)
    english = {name: str(text) for name, text in handout.PLAIN.items()}
    with translation.override(language):
        assert not [name for name, text in handout.PLAIN.items() if str(text) == english[name]]


def test_the_page_shows_the_language_asked_for_and_sends_to_the_paper() -> None:
    make_finding("caries", 16, "O", severity="deep")
    browser, address = log_in(dr_orlova()), reverse("handout", args=[patient_petrov().pk])
    assert "proche du nerf" in browser.get(address, {"language": "fr"}).content.decode()
    assert not Event.objects.filter(op="P", tbl="handout").exists()
    answer = browser.post(address, {"language": "ru", "own_words": "Не тяните <b>с лечением</b>."})
    paper = IssuedPaper.objects.get()
    assert answer["Location"] == reverse("paper-file", args=[paper.pk])
    event = Event.objects.get(op="P", tbl="handout", patient_id=patient_petrov().pk)
    assert event.body
    assert event.body["words"] == "Не тяните <b>с лечением</b>."
    assert event.body["sha256"] == paper.file.sha256
    assert Event.objects.filter(op="V", tbl="handout", patient_id=patient_petrov().pk).exists()
    assert browser.post(address, {"language": "ru", "own_words": "x" * 3001}).status_code == 422
    assert log_in(registrar_belova()).get(address).status_code == 403


def test_a_program_reads_the_same() -> None:
    make_finding("pulpitis", 26)
    answer = log_in(dr_orlova()).get(f"/api/v1/patients/{patient_petrov().pk}/handout", {"language": "en"}).json()
    assert answer["found"] == [{"place": "26, first molar, upper left", "text": "The nerve inside the tooth is inflamed."}]
