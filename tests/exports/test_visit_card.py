"""The card of one visit after form 043/у: the mouth as the visit left it, its note, diagnoses, acts and anaesthesia; issued and kept."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from charting import actions as charting
from charting import sites
from charting.models import IssuedPaper, Visit
from charting.prescribing import actions as prescribing
from clinic.history.models import Event
from clinic.staff.roles import Role
from tests.charting.factories import NOW, make_code, make_finding, make_procedure, patient_petrov, perform, place
from tests.exports.test_card import signed_visit
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def dentist() -> Client:
    return log_in(dr_orlova())


def a_visit() -> Visit:
    """Three days ago, with 36 crowned before: caries of 16 and 17 found, 16 filled, the note signed; the next day 26 was lost."""
    perform(make_procedure("crown", place(36), days_ago=9), days_ago=8)
    for tooth in (16, 17):
        make_finding("caries", tooth, "O", days_ago=3)
    at = NOW - timedelta(days=3)
    visit = charting.open_visit(patient=patient_petrov(), dentist=dr_orlova(), branch=make_branch(), actor=dr_orlova(), at=at)
    charting.record_diagnosis(patient=patient_petrov(), code=make_code().code, tooth=16, visit=visit, actor=dr_orlova(), at=at)
    charting.perform_procedure(procedure=make_procedure("filling", place(16, "O"), days_ago=4), visit=visit, actor=dr_orlova(), at=at)
    given = charting.Given(kind="infiltration", drug="articaine", concentration=Decimal(4), dose_ml=Decimal("1.7"), teeth=(16,))
    charting.give_anaesthesia(visit=visit, given=given, actor=dr_orlova(), at=at)
    texts = {"objective": "Кариозная полость", "treatment": "Анестезия, препарирование, пломба"}
    visit = charting.write_visit(visit=visit, version=visit.version, sections=texts, actor=dr_orlova())
    visit = charting.sign_visit(visit=visit, version=visit.version, actor=dr_orlova(), at=at + timedelta(hours=1))
    make_finding("missing", 26, days_ago=2)
    return visit


def text_of(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


def issue(client: Client, visit: Visit, language: str) -> str:
    answer = client.post(reverse("visit-card", args=[visit.pk]), {"language": language})
    assert answer.status_code == 302
    return text_of(client.get(answer["Location"]).content)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "ru",
            [
                "Медицинская карта стоматологического больного",
                "№ 043/у",
                "Зубная формула",
                "Дневник лечения",
                "ртикаин",
                "К коронка",
                "страница 1 из",
            ],
        ),
        ("fr", ["Fiche patient dentaire", "Formule dentaire", "Journal des soins", "couronne", "rticaïne", "page 1 sur"]),
        ("en", ["Dental patient record", "Dental formula", "Treatment diary", "crown", "rticaine", "page 1 of"]),
    ],
)
def test_it_says_the_same_in_three_languages(dentist: Client, language: str, words: list[str]) -> None:
    told = issue(dentist, a_visit(), language)
    for word in [*words, "Петров Иван", "K02.1", "Кариозная полость", "Анестезия, препарирование, пломба", "Orlova"]:
        assert word in told, word


@pytest.mark.parametrize(
    ("language", "prescription", "referral", "later"),
    [
        ("ru", "Рецепт RX-2026-000001", "Направление REF-2026-000001", "выдано после закрытия записи"),
        ("fr", "Ordonnance RX-2026-000001", "Courrier d’adressage REF-2026-000001", "délivrance postérieure au verrouillage de la note"),
        ("en", "Prescription RX-2026-000001", "Referral REF-2026-000001", "issued after the note was fixed"),
    ],
)
def test_prescriptions_and_referrals_stand_in_both_cards(dentist: Client, language: str, prescription: str, referral: str, later: str) -> None:
    visit = a_visit()
    setting = prescribing.Setting(patient_petrov(), make_branch(), "ru", dr_orlova(), NOW - timedelta(days=2), visit)
    prescribing.prescribe(setting=setting, drugs=[prescribing.Drug("Ибупрофен", "Tab.", "N. 10", "При боли", "400 mg")])
    prescribing.refer(setting=setting, asked=prescribing.Asked("cbct", "Корень 36?", "urgent", "Рентген-центр", (36,)))
    prescribing.prescribe(setting=replace(setting, visit=None), drugs=[prescribing.Drug("Хлоргексидин", "Sol.", "100 ml", "Полоскать")])
    card = dentist.get(reverse("patient-card-pdf", args=[patient_petrov().pk]), {"language": language}).content
    for told in (issue(dentist, visit, language), text_of(card)):
        for word in (prescription, referral, later, "Ибупрофен 400 mg, Tab., N. 10", "При боли", "Рентген-центр", "Корень 36?"):
            assert word in told, word
    assert "Хлоргексидин" in text_of(card)
    assert "Хлоргексидин" not in issue(dentist, visit, language)


def test_the_map_of_the_mucosa_is_drawn_in_the_card(dentist: Client) -> None:
    visit = a_visit()
    at = NOW - timedelta(days=3) + timedelta(hours=2)
    charting.record_finding(patient=patient_petrov(), kind="ulcer", site="tongue_left", amount=5, actor=dr_orlova(), at=at)
    card = issue(dentist, visit, "en")
    assert "Left edge of the tongue. ulcer, 5 mm" in card
    assert card.count("ulcer") == 1
    assert str(sites.NUMBERS["gingiva_6"]) in card.split()


def test_the_formula_is_of_the_visit_not_of_today(dentist: Client) -> None:
    visit = a_visit()
    told = issue(dentist, visit, "en")
    assert "17 O: caries" in told
    assert "16 O: caries" not in told
    assert "26: missing" not in told
    later = signed_visit(days_ago=1)
    assert "26: missing" in issue(dentist, later, "en")
    page = dentist.get(reverse("visit-card", args=[visit.pk]), {"language": "ru"}).content.decode()
    assert '<td class="signs">К</td>' in page
    assert '<td class="signs">О</td>' not in page


def test_what_was_charted_later_on_the_day_counts_until_the_next_visit_begins(dentist: Client) -> None:
    visit = signed_visit(days_ago=3)
    charting.record_finding(patient=patient_petrov(), kind="fracture", tooth=11, actor=dr_orlova(), at=NOW - timedelta(days=3) + timedelta(hours=2))
    assert "11: fracture" in issue(dentist, visit, "en")
    at = NOW - timedelta(days=3) + timedelta(hours=1)
    charting.open_visit(patient=patient_petrov(), dentist=make_user(Role.DENTIST), branch=make_branch(), actor=dr_orlova(), at=at)
    assert "11: fracture" not in issue(dentist, visit, "en")


def test_it_is_kept_among_the_papers_and_printed_again_as_it_was(dentist: Client) -> None:
    visit = a_visit()
    there = dentist.post(reverse("visit-card", args=[visit.pk]), {"language": "ru"})["Location"]
    first = dentist.get(there).content
    make_finding("missing", 11, days_ago=4)
    assert dentist.get(there).content == first
    paper = IssuedPaper.objects.get()
    assert (paper.kind, paper.visit, paper.language, paper.issued_by) == ("visit", visit, "ru", dr_orlova())
    assert paper.content_hash in text_of(first).replace(" ", "")
    for page in (reverse("documents", args=[patient_petrov().pk]), reverse("visit-card", args=[visit.pk])):
        assert there in dentist.get(page).content.decode()
    assert Event.objects.filter(op="P", tbl="visit", patient_id=patient_petrov().pk).count() == 3
    assert reverse("visit-card", args=[visit.pk]) in dentist.get(reverse("visit", args=[visit.pk])).content.decode()


def test_a_note_that_may_still_change_gives_no_card(dentist: Client) -> None:
    visit = charting.open_visit(patient=patient_petrov(), dentist=dr_orlova(), branch=make_branch(), actor=dr_orlova(), at=NOW)
    assert "is not signed yet" in dentist.get(reverse("visit-card", args=[visit.pk])).content.decode()
    answer = dentist.post(f"/api/v1/visits/{visit.pk}/card", {}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"], answer.json()["link"]) == (422, "note_open", reverse("visit", args=[visit.pk]))
    assert not IssuedPaper.objects.exists()
    assert reverse("visit-card", args=[visit.pk]) not in dentist.get(reverse("visit", args=[visit.pk])).content.decode()


def test_a_program_issues_it_once_for_a_key(dentist: Client) -> None:
    visit, key = a_visit(), str(uuid4())
    path, sent = f"/api/v1/visits/{visit.pk}/card", {"id": key, "language": "fr"}
    for _again in range(2):
        made = dentist.post(path, sent, content_type="application/json")
        assert (made.status_code, made.json()["id"], made.json()["visit_id"]) == (201, key, str(visit.pk))
    assert IssuedPaper.objects.count() == 1
    assert dentist.post(path, {**sent, "language": "en"}, content_type="application/json").status_code == 409
    assert "Fiche patient dentaire" in text_of(dentist.get(f"/api/v1/papers/{key}/file").content)
    assert dentist.post(f"/api/v1/visits/{uuid4()}/card", {}, content_type="application/json").status_code == 404


def test_who_may_not_take_records_out_gets_neither_card_nor_file(dentist: Client) -> None:
    visit = a_visit()
    there = dentist.post(reverse("visit-card", args=[visit.pk]), {"language": "ru"})["Location"]
    for role in (Role.ASSISTANT, Role.ADMINISTRATOR):
        visitor = log_in(make_user(role))
        assert visitor.get(reverse("visit-card", args=[visit.pk])).status_code == 403
        assert visitor.post(f"/api/v1/visits/{visit.pk}/card", {}, content_type="application/json").status_code == 403
        assert visitor.get(there).status_code == 403
    listed = log_in(make_user(Role.ASSISTANT)).get(reverse("patient-papers", args=[patient_petrov().pk])).content.decode()
    assert there not in listed
