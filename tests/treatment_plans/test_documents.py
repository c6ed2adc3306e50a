"""Documents: gapless numbers, three languages, signatures with the hash, addenda before a new line is done."""

import hashlib
from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader

from clinic.files.actions import read
from clinic.history.models import Event
from clinic.lib.errors import InvalidInput, NotAllowed
from clinic.lib.money import ZERO
from clinic.patients import signature
from clinic.patients.models import Patient
from clinic.staff.roles import Role
from tests.patients.drawing import drawn_signature
from tests.staff.factories import dr_orlova, make_branch, make_user
from tests.treatment_plans.factories import NOON, accept, first_item, petrov, plan_with, procedure, service
from treatment_plans import actions, completion
from treatment_plans.models import Alternative, Document, DocumentKind, Signature

pytestmark = pytest.mark.django_db


def drawn() -> signature.Signature:
    fields = drawn_signature()
    return signature.read(strokes=fields["signature_strokes"], image=fields["signature_image"])


def issue(kind: str, alternative: Alternative | None = None, *, language: str = "ru", patient: Patient | None = None) -> Document:
    person = alternative.patient if alternative else patient or petrov()
    return actions.issue_document(
        kind=kind,
        patient=person,
        branch=make_branch(),
        language=language,
        alternative_id=alternative.pk if alternative else None,
        actor=dr_orlova(),
        at=NOON,
    )


def sign(document: Document, *, role: str = "patient", basis: str = "", sha256: str = "", name: str = "Петров Иван Ильич") -> Signature:
    return actions.sign_document(
        document_id=document.pk,
        sha256=sha256 or document.file.sha256,
        role=role,
        signer_name=name,
        basis=basis,
        drawn=drawn(),
        address="10.0.0.7",
        actor=dr_orlova(),
        at=NOON,
    )


def text_of(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


def accepted(*names: str) -> Alternative:
    alternative = plan_with(*names).alternatives.get()
    accept(alternative)
    alternative.refresh_from_db()
    return alternative


def add(alternative: Alternative, name: str = "crown", tooth: int = 46) -> None:
    act = procedure(name, patient=alternative.patient, tooth=tooth)
    actions.add_item(alternative_id=alternative.pk, procedure=act, actor=dr_orlova(), at=NOON)


@pytest.mark.parametrize(
    ("language", "title", "law", "line", "total"),
    [
        ("ru", "Договор на оказание платных медицинских услуг", "11.05.2023 № 736", "Восстановление зуба пломбой", "Итого к оплате"),
        ("fr", "Contrat de soins dentaires", "L. 1111-3", "Filling", "Total à payer"),
        ("en", "Contract for dental services", "Clinic", "Filling", "Total to pay"),
    ],
)
def test_it_prints_the_contract_with_its_annex(language: str, title: str, law: str, line: str, total: str) -> None:
    document = issue("contract", accepted("filling", "crown"), language=language)
    content = read(document.file)
    text = text_of(content)
    for wanted in (title, law, line, total, "D-2026-000001", "Петров Иван Ильич", "7707083893", document.content_hash[:16]):
        assert wanted in text
    assert "38" in text
    assert all(font.get("/FontDescriptor") or "/DescendantFonts" in font for font in fonts_of(content))
    assert document.total == sum((line.total for line in document.lines.all()), ZERO)


def fonts_of(content: bytes) -> list[dict[str, object]]:
    page = PdfReader(BytesIO(content)).pages[0]
    return [font.get_object() for font in page["/Resources"]["/Font"].values()]  # type: ignore[index]


@pytest.mark.parametrize("language", ["ru", "fr", "en"])
@pytest.mark.parametrize("kind", [kind for kind in DocumentKind.values if kind.startswith("consent_")])
def test_it_prints_every_consent_in_every_language(kind: str, language: str) -> None:
    document = issue(kind, language=language)
    text = text_of(read(document.file))
    heading = {"ru": "Информированное добровольное согласие", "fr": "Consentement éclairé", "en": "Informed consent"}[language]
    risks = {"ru": "Возможные неприятные последствия и риск", "fr": "Suites et risques possibles", "en": "Possible after-effects and risks"}[language]
    assert heading in text
    assert risks in text
    assert document.full_number in text


def test_numbers_follow_each_other_per_series() -> None:
    alternative = accepted("filling")
    assert [issue("consent_general").full_number, issue("contract", alternative).full_number] == ["C-2026-000001", "D-2026-000001"]
    assert [issue("consent_general").number, issue("consent_surgery").number] == [2, 3]


def test_a_reissued_document_replaces_the_unsigned_one() -> None:
    alternative = accepted("filling")
    first, second = issue("contract", alternative), issue("contract", alternative)
    assert second.replaces == first
    with pytest.raises(actions.DocumentReplaced) as refused:
        sign(Document.objects.get(pk=first.pk))
    assert refused.value.link == f"/documents/{second.pk}/"


def test_the_signed_pdf_carries_name_time_and_hash_and_the_document_itself() -> None:
    alternative = accepted("filling")
    document = issue("contract", alternative)
    patients = sign(document)
    clinics = sign(document, role="clinic", name="Орлова Анна Петровна")
    content = read(clinics.file)
    text = text_of(content)
    for wanted in ("Петров Иван Ильич", "Орлова Анна Петровна", "12:00"):
        assert wanted in text
    assert document.file.sha256 in text.replace(" ", "")
    attached = next(iter(PdfReader(BytesIO(content)).attachments.values()))[0]
    assert hashlib.sha256(attached).hexdigest() == document.file.sha256
    assert patients.document_sha256 == document.file.sha256
    event = Event.objects.get(op="S", pk_text=str(document.pk), body__role="patient")
    assert event.body["sha256"] == document.file.sha256  # type: ignore[index]


def test_the_patients_signature_agrees_the_lines_and_the_clinics_does_not() -> None:
    alternative = accepted("filling", "crown")
    document = issue("contract", alternative)
    sign(document, role="clinic")
    assert not alternative.items.filter(agreed_document__isnull=False).exists()
    sign(document)
    assert alternative.items.filter(agreed_document=document).count() == 2
    with pytest.raises(actions.AlreadySigned):
        sign(document)


def test_it_refuses_a_signature_for_another_file_or_an_outdated_plan() -> None:
    alternative = accepted("filling", "crown")
    document = issue("contract", alternative)
    with pytest.raises(actions.DocumentOutdated):
        sign(document, sha256="0" * 64)
    later = NOON.replace(hour=10)
    actions.cancel_item(item_id=first_item(alternative).pk, reason="Передумал", actor=dr_orlova(), at=later)
    with pytest.raises(actions.DocumentOutdated):
        sign(document)


def test_the_clinics_signature_does_not_let_an_outdated_contract_through() -> None:
    alternative = accepted("filling", "crown")
    document = issue("contract", alternative)
    sign(document, role="clinic")
    actions.cancel_item(item_id=first_item(alternative).pk, reason="Передумал", actor=dr_orlova(), at=NOON.replace(hour=10))
    with pytest.raises(actions.DocumentOutdated):
        sign(document)
    with pytest.raises(actions.DocumentOutdated):
        sign(document, role="representative", basis="Доверенность")
    newer = issue("contract", alternative)
    sign(newer)
    assert newer.lines.count() == 1


def test_a_new_line_waits_for_a_signed_addendum() -> None:
    alternative = accepted("filling")
    with pytest.raises(actions.NoContract):
        issue("addendum", alternative)
    contract = issue("contract", alternative)
    sign(contract)
    with pytest.raises(actions.ContractSigned):
        issue("contract", alternative)
    with pytest.raises(actions.NothingToAgree):
        issue("addendum", alternative)
    add(alternative)
    late = alternative.items.get(agreed_document=None)
    with pytest.raises(completion.NotAgreed):
        completion.complete_item(item_id=late.pk, actor=dr_orlova(), at=NOON)
    addendum = issue("addendum", alternative)
    assert (addendum.contract, addendum.series) == (contract, "A")
    assert "D-2026-000001" in text_of(read(addendum.file))
    sign(addendum)
    sign(issue("consent_prosthetics", alternative))
    assert completion.complete_item(item_id=late.pk, actor=dr_orlova(), at=NOON).charge.amount == late.total


def test_an_addendum_names_what_was_taken_out_once() -> None:
    alternative = accepted("filling", "crown")
    sign(issue("contract", alternative))
    actions.cancel_item(item_id=first_item(alternative).pk, reason="Передумал", actor=dr_orlova(), at=NOON)
    addendum = issue("addendum", alternative)
    assert "Исключаемые услуги" in text_of(read(addendum.file))
    sign(addendum)
    with pytest.raises(actions.NothingToAgree):
        issue("addendum", alternative)


def test_a_further_plan_becomes_an_annex_to_the_standing_contract() -> None:
    first, second = accepted("filling"), accepted("crown")
    with pytest.raises(actions.NoContract):
        issue("annex", second)
    contract = issue("contract", first)
    sign(contract)
    annex = issue("annex", second)
    assert annex.contract == contract
    sign(annex)
    assert first_item(second).agreed_document == annex


def test_only_an_accepted_alternative_is_contracted() -> None:
    with pytest.raises(actions.NotAccepted):
        issue("contract", plan_with("filling").alternatives.get())


def test_a_representative_signs_for_a_minor() -> None:
    child = petrov()
    Patient.objects.filter(pk=child.pk).update(birth_date=date(2015, 5, 17))
    document = issue("contract", accepted("filling"))
    with pytest.raises(InvalidInput) as refused:
        sign(document)
    assert "role" in refused.value.fields
    with pytest.raises(InvalidInput):
        sign(document, role="representative", name="Петрова Мария")
    assert sign(document, role="representative", name="Петрова Мария", basis="Свидетельство о рождении").role == "representative"


def test_it_needs_the_right_to_issue() -> None:
    with pytest.raises(NotAllowed):
        actions.issue_document(
            kind="consent_general", patient=petrov(), branch=make_branch(), language="ru", actor=make_user(Role.ASSISTANT), at=NOON
        )


@pytest.mark.parametrize(("kind", "language"), [("receipt", "ru"), ("contract", "de")])
def test_it_refuses_unknown_documents_and_languages(kind: str, language: str) -> None:
    with pytest.raises(InvalidInput):
        issue(kind, language=language)


def test_html_in_names_stays_text() -> None:
    patient = petrov()
    Patient.objects.filter(pk=patient.pk).update(last_name="<b>Петров</b>{{ 7|add:7 }}")
    patient.refresh_from_db()
    assert "<b>Петров</b>{{ 7|add:7 }}" in text_of(read(issue("consent_general", patient=patient).file))


def test_an_unplanned_act_is_planned_contracted_and_ready_to_sign() -> None:
    values = {"patient": petrov(), "branch": make_branch(), "service": service("hygiene"), "places": [], "language": "ru"}
    started = actions.start_unplanned(**values, actor=dr_orlova(), at=NOON)  # type: ignore[arg-type]
    assert started.plan.is_emergency
    assert [document.kind for document in started.consents] == ["consent_general", "consent_hygiene"]
    with pytest.raises(completion.NotAgreed):
        completion.complete_item(item_id=started.item.pk, actor=dr_orlova(), at=NOON)
    sign(started.contract)
    assert completion.complete_item(item_id=started.item.pk, actor=dr_orlova(), at=NOON).charge.amount == started.item.total
    again = actions.start_unplanned(**values, actor=dr_orlova(), at=NOON, id=started.plan.pk)  # type: ignore[arg-type]
    assert (again.item, again.contract) == (started.item, started.contract)
