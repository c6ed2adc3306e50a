"""Papers speak one language: no word of another one stands in a contract, consent, invoice, patient record or laboratory slip."""

import re
from io import BytesIO

import pytest
from django.urls import reverse
from pypdf import PdfReader

from clinic.billing import invoicing
from clinic.files.actions import read
from clinic.patients.models import Patient
from clinic.price_list.models import Service
from clinic.staff.models import LegalEntity
from lab_orders import slip
from tests.billing.factories import NOW, make_charge
from tests.lab_orders.test_actions import draft
from tests.staff.factories import dr_orlova, log_in, make_branch, registrar_belova
from tests.treatment_plans.factories import accept, plan_with
from tests.treatment_plans.test_documents import add, issue, sign
from treatment_plans.models import Alternative, Phase, Plan

pytestmark = pytest.mark.django_db
LANGUAGES = ("ru", "fr", "en")
SMALL_WORDS = {
    "fr": {"le", "la", "les", "des", "du", "et", "avec", "pour", "sur", "est", "dans", "par", "une"},
    "en": {"the", "and", "of", "with", "for", "is", "by", "this", "from", "to", "are"},
}
OF_NO_LANGUAGE = {
    "CCAM",
    "ICD",
    "CIM",
    "FDI",
    "RUB",
    "EUR",
    "SHA",
    "PDF",
    "IBAN",
    "SNILS",
    "INN",
    "OGRN",
    "Petrov",
    "Ivan",
    "Orlova",
    "Anna",
    "Petrovna",
} | {*("Smile", "Moscow", "Arbat", "Branch", "Zirkon", "Filling", "tooth", "therapy", "zirconia")}


def text_of(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


def foreign(text: str, language: str) -> set[str]:
    """Words that cannot belong to the language: of another script, or the small words of another tongue. A form's official number stays."""
    words = set(re.findall(r"[^\W\d_]+", text.replace("043/у", "")))
    if language == "ru":
        return {word for word in words if re.fullmatch(r"[A-Za-zÀ-ÿ]{4,}", word) and not re.fullmatch("[a-f]+", word)} - OF_NO_LANGUAGE
    cyrillic = {word for word in words if re.search("[А-Яа-яЁё]", word)}
    return cyrillic | {word for other, small in SMALL_WORDS.items() if other != language for word in words & small}


def speak(language: str) -> None:
    """Names that people typed are theirs; here they are written in letters of the language of the paper."""
    if language != "ru":
        Patient.objects.update(last_name="Petrov", first_name="Ivan", patronymic="")
        Service.objects.update(title_ru="", title_fr="Couronne", title_en="Crown")
        LegalEntity.objects.update(name="Azur", address="Nice", director="Petrov Ivan", bank_details="", licence="")
        Alternative.objects.filter(state="draft").update(title="")
        Phase.objects.update(title="")
        Plan.objects.update(title="Plan")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["contract", "addendum", "consent_surgery", "consent_endodontics"])
def test_a_document_speaks_one_language(kind: str, language: str) -> None:
    alternative = plan_with("crown").alternatives.get()
    speak(language)
    alternative.refresh_from_db()
    accept(alternative)
    alternative.refresh_from_db()
    if kind == "addendum":
        sign(issue("contract", alternative, language=language))
        add(alternative)
    document = issue(kind, alternative, language=language)
    assert foreign(text_of(read(document.file)), language) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_invoice_speaks_one_language(language: str) -> None:
    charge = make_charge()
    speak(language)
    invoice = invoicing.issue_invoice(patient_id=charge.patient_id, charge_ids=[charge.pk], language=language, actor=registrar_belova(), at=NOW)
    assert foreign(text_of(read(invoicing.file_of(invoice))), language) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_patient_record_speaks_one_language(language: str) -> None:
    patient = plan_with("crown").patient
    speak(language)
    answer = log_in(dr_orlova(make_branch())).get(reverse("patient-card-pdf", args=[patient.pk]), {"language": language})
    assert foreign(text_of(bytes(answer.content)), language) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_laboratory_slip_speaks_one_language(language: str) -> None:
    order = draft(branch=make_branch(f"Branch {language}", language=language))
    speak(language)
    order.refresh_from_db()
    assert foreign(text_of(slip.render(order, link="https://clinic.example/lab/1/")), language) == set()
