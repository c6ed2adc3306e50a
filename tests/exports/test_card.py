"""The patient's card: what it says in three languages, who may take it, what stands in history, how long it takes."""

from datetime import timedelta
from io import BytesIO
from time import process_time

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from charting import actions as charting
from charting.models import Visit
from clinic.history.models import Event
from clinic.patients.models import Alert, Patient
from clinic.staff.roles import Role
from tests.charting.factories import NOW, make_code, make_finding, make_procedure, patient_petrov, perform, place
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user

pytestmark = pytest.mark.django_db

COMPLAINT = "Боль от холодного в зубе 16 / douleur à la mastication, élancements"


def signed_visit(*, days_ago: int = 1, **sections: str) -> Visit:
    """A note of Dr Orlova, written and signed."""
    at = NOW - timedelta(days=days_ago)
    visit = charting.open_visit(patient=patient_petrov(), dentist=dr_orlova(), branch=make_branch(), actor=dr_orlova(), at=at)
    texts = {"complaint": COMPLAINT, "objective": "Кариозная полость", "treatment": "Анестезия, препарирование, пломба"} | sections
    visit = charting.write_visit(visit=visit, version=visit.version, sections=texts, actor=dr_orlova())
    return charting.sign_visit(visit=visit, version=visit.version, actor=dr_orlova(), at=at + timedelta(hours=1))


def a_record() -> Patient:
    """Petrov with caries, a gap, a filling, a diagnosis, an alert and a signed visit with an addendum."""
    make_finding("caries", 16, "O", days_ago=3, severity="deep")
    make_finding("missing", 48, days_ago=3)
    perform(make_procedure("crown", place(26), days_ago=2), days_ago=2)
    patient = patient_petrov()
    code = make_code()
    charting.record_diagnosis(patient=patient, code=code.code, tooth=16, actor=dr_orlova(), at=NOW - timedelta(days=3))
    Alert.objects.create(patient=patient, kind="allergy", severity="critical", text="лидокаин", recorded_at=NOW, recorded_by=dr_orlova())
    visit = signed_visit()
    charting.add_addendum(visit=visit, text="Назначен контроль", reason="опечатка", actor=dr_orlova(), at=NOW)
    return patient


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def take(client: Client, patient: Patient, **query: str) -> bytes:
    answer = client.get(reverse("patient-card-pdf", args=[patient.pk]), query)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    return bytes(answer.content)


@pytest.mark.parametrize(
    ("language", "title", "words"),
    [
        ("ru", "Медицинская карта стоматологического больного", ["№ 043/у", "отсутствует", "Дневник лечения", "лидокаин", "страница 1 из"]),
        ("fr", "Fiche patient dentaire", ["Formule dentaire", "absente", "Journal des soins", "лидокаин", "page 1 sur"]),
        ("en", "Dental patient record", ["Dental formula", "absent", "Treatment diary", "лидокаин", "page 1 of"]),
    ],
)
def test_it_says_the_same_in_three_languages(language: str, title: str, words: list[str]) -> None:
    text = text_of(take(log_in(dr_orlova()), a_record(), language=language))
    for word in [title, *words, "Петров Иван", "K02.1", "Кариес дентина", "douleur à la mastication, élancements", "Назначен контроль", "Orlova"]:
        assert word in text, word


def test_the_formula_stands_under_its_teeth() -> None:
    text = text_of(take(log_in(dr_orlova()), a_record(), language="ru"))
    assert "18 17 16 15" in " ".join(text.split())
    for sign in ("С", "К", "О"):
        assert sign in text.split()


@pytest.mark.parametrize(("language", "words"), [("ru", "сверхкомплектный зуб"), ("fr", "dent surnuméraire"), ("en", "a supernumerary tooth")])
def test_a_supernumerary_tooth_has_its_place_in_the_formula(language: str, words: str) -> None:
    patient = a_record()
    browser = log_in(dr_orlova())
    legend = f"S{' ' if language == 'fr' else ''}: "
    assert legend not in " ".join(text_of(take(browser, patient, language=language)).split())
    at = NOW - timedelta(days=2)
    charting.record_finding(patient=patient, kind="supernumerary", tooth=111, direction="mesial", actor=dr_orlova(), at=at)
    make_finding("caries", 111, "M", days_ago=1)
    told = " ".join(text_of(take(browser, patient, language=language)).split())
    letter = "С" if language == "ru" else "C"
    assert f"11S {letter} " in told
    assert f"{legend}{words}" in told
    page = browser.get(reverse("card", args=[patient.pk]), {"language": language}).content.decode()
    assert f'<td class="extra">11S<br><b>{letter}</b></td>' in page


def test_the_language_is_the_patients_unless_another_is_asked_for() -> None:
    patient = a_record()
    Patient.objects.filter(pk=patient.pk).update(language="fr")
    assert "Fiche patient dentaire" in text_of(take(log_in(dr_orlova()), patient))


def test_the_footer_has_number_hash_and_pages_and_long_texts_run_over() -> None:
    patient = a_record()
    signed_visit(days_ago=0, treatment="Длинный рассказ о лечении. " * 700)
    reader = PdfReader(BytesIO(take(log_in(dr_orlova()), patient, language="ru")))
    assert len(reader.pages) >= 4
    event = Event.objects.filter(op="P", tbl="card").latest("id")
    assert event.body is not None
    for number, page in enumerate(reader.pages, start=1):
        text = page.extract_text()
        assert f"страница {number} из {len(reader.pages)}" in text
        assert event.body["sha256"] in text.replace("\n", "")
        assert event.body["number"] in text


def test_printing_and_looking_stand_in_the_patients_history() -> None:
    patient = a_record()
    take(log_in(dr_orlova()), patient, language="en")
    assert list(Event.objects.filter(patient_id=patient.pk, tbl="card").order_by("id").values_list("op", flat=True)) == ["V", "P"]


def test_a_period_leaves_other_visits_out() -> None:
    patient = a_record()
    signed_visit(days_ago=40, treatment="Осмотр в октябре")
    recent = text_of(take(log_in(dr_orlova()), patient, first=(NOW - timedelta(days=7)).date().isoformat()))
    assert "Осмотр в октябре" not in recent
    past = text_of(take(log_in(dr_orlova()), patient, last=(NOW - timedelta(days=20)).date().isoformat()))
    assert "Осмотр в октябре" in past
    assert "Назначен контроль" not in past


def test_formula_and_findings_are_of_the_end_of_the_period_not_of_today() -> None:
    patient = a_record()
    finding = make_finding("caries", 36, "O", days_ago=30)
    charting.resolve_finding(finding=finding, actor=dr_orlova(), at=NOW - timedelta(days=10))
    make_finding("missing", 37, days_ago=5)
    day = (NOW - timedelta(days=20)).date().isoformat()
    browser = log_in(dr_orlova())
    past = " ".join(text_of(take(browser, patient, language="en", last=day)).split())
    today = " ".join(text_of(take(browser, patient, language="en")).split())
    assert ("36 O: caries" in past, "36 O: caries" in today) == (True, False)
    assert ("37: missing" in past, "37: missing" in today) == (False, True)


def test_an_unsigned_note_is_left_out_and_said_so() -> None:
    patient = a_record()
    visit = charting.open_visit(patient=patient, dentist=dr_orlova(), branch=make_branch(), actor=dr_orlova(), at=NOW)
    charting.write_visit(visit=visit, version=visit.version, sections={"complaint": "Черновик"}, actor=dr_orlova())
    text = text_of(take(log_in(dr_orlova()), patient, language="en"))
    assert "Черновик" not in text
    assert "1 note is not signed yet and is left out." in text


def test_markup_in_a_note_stays_text() -> None:
    patient = a_record()
    signed_visit(days_ago=0, treatment="<img src=x><b>5 < 6</b>")
    assert "<b>5 < 6</b>" in text_of(take(log_in(dr_orlova()), patient))


def test_a_backward_period_is_refused_in_words() -> None:
    client = log_in(dr_orlova())
    query = {"first": "2026-11-20", "last": "2026-11-01"}
    assert client.get(reverse("patient-card-pdf", args=[a_record().pk]), query).status_code == 422
    page = client.get(reverse("card", args=[patient_petrov().pk]), query)
    assert page.status_code == 422
    assert "The period ends before it begins" in page.content.decode()


def test_the_page_shows_the_formula_and_offers_the_pdf() -> None:
    page = log_in(dr_orlova()).get(reverse("card", args=[a_record().pk]), {"language": "fr"}).content.decode()
    assert reverse("patient-card-pdf", args=[patient_petrov().pk]) + "?language=fr" in page
    assert "Abs" in page


def test_the_api_gives_the_same_card() -> None:
    answer = log_in(dr_orlova()).get(f"/api/v1/patients/{a_record().pk}/card", {"language": "fr"})
    assert answer.status_code == 200
    assert "Fiche patient dentaire" in text_of(answer.content)
    assert log_in(dr_orlova()).get(f"/api/v1/patients/{patient_petrov().pk}/card", {"first": "nonsense"}).status_code == 422


@pytest.mark.parametrize("role", [Role.ASSISTANT, Role.ADMINISTRATOR, Role.ACCOUNTANT, Role.TELESECRETARY])
def test_who_may_not_both_take_records_out_and_read_them_gets_no_card(role: Role) -> None:
    visitor = log_in(make_user(role))
    patient = a_record()
    assert visitor.get(reverse("card", args=[patient.pk])).status_code == 403
    assert visitor.get(reverse("patient-card-pdf", args=[patient.pk])).status_code == 403
    assert visitor.get(f"/api/v1/patients/{patient.pk}/card").status_code == 403
    if role == Role.ADMINISTRATOR:
        assert "card/" not in visitor.get(reverse("documents", args=[patient.pk])).content.decode()


def test_a_hundred_visits_take_no_more_queries_and_at_most_three_seconds(django_assert_max_num_queries: object) -> None:
    patient = a_record()
    for day in range(100):
        signed_visit(days_ago=day + 2)
    client = log_in(dr_orlova())
    take(client, patient, first="2030-01-01")
    with django_assert_max_num_queries(40):  # type: ignore[operator]
        started = process_time()
        content = take(client, patient)
        seconds = process_time() - started
    assert len(PdfReader(BytesIO(content)).pages) > 10
    assert seconds <= 3, f"{seconds:.1f} s"


def test_it_tells_the_age_in_words_and_no_country_where_the_patient_lives_in_the_clinics_own() -> None:
    a_record()
    Patient.objects.update(country=patient_petrov().branch.legal_entity.country, city="Москва", birth_date=NOW.date() - timedelta(days=31 * 365 + 20))
    text = text_of(take(log_in(dr_orlova()), patient_petrov(), language="ru"))
    assert "(31 год)" in text
    assert "Москва" in text
    assert "Москва, " not in text
