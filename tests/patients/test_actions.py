"""Registering patients and changing what is known of them."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connections, transaction
from django.urls import reverse
from django.utils import timezone

from clinic.history.context import Context, acting
from clinic.lib.clock import branch_day
from clinic.lib.errors import InvalidInput, NotAllowed, NotFound, StaleVersion
from clinic.lib.ids import uuid7
from clinic.patients import actions, signature
from clinic.patients.models import (
    Alert,
    AlertKind,
    Consent,
    ConsentText,
    Contact,
    ContactKind,
    Identifier,
    IdentifierKind,
    Label,
    Patient,
    Relation,
    RelationKind,
)
from clinic.staff.models import User
from clinic.staff.roles import Role
from tests.patients.drawing import drawn_signature
from tests.patients.factories import make_patient, petrov
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user, registrar_belova

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def entry(**fields: Any) -> actions.Registration:
    """Anna Smirnova with a phone, ready to be registered."""
    patient = Patient(**{"branch": make_branch(), "last_name": "Смирнова", "first_name": "Анна", "birth_date": date(1990, 2, 3), **fields})
    return actions.Registration(patient, contacts=[Contact(kind=ContactKind.PHONE, value="8 (916) 765-43-21")])


def drawn() -> signature.Signature:
    fields = drawn_signature()
    return signature.read(strokes=fields["signature_strokes"], image=fields["signature_image"])


def sign(patient: Patient, actor: User, **options: Any) -> Consent:
    text = ConsentText.objects.get(language="ru", edition=1)
    return actions.sign_consent(patient=patient, text=text, drawn=drawn(), actor=actor, at=NOW, **options)


def test_it_registers_with_everything_normalised() -> None:
    new = entry()
    new.contacts.append(Contact(kind=ContactKind.EMAIL, value="Anna.Smirnova@Example.COM"))
    new.identifiers.append(Identifier(kind=IdentifierKind.SNILS, number="112-233-445 95"))
    new.alerts.append(Alert(kind=AlertKind.ALLERGY, severity="critical", text="Пенициллин"))
    new.labels.append(Label.objects.create(name="VIP", colour="#aa0000"))
    patient = actions.register(entry=new, actor=registrar_belova(), at=NOW)
    assert [contact.value for contact in patient.contacts.order_by("position")] == ["+79167654321", "Anna.Smirnova@example.com"]
    assert patient.identifiers.get().number == "11223344595"
    assert patient.alerts.get().recorded_by == registrar_belova()
    assert patient.labels.count() == 1


def test_it_registers_once_for_a_repeated_request() -> None:
    key = uuid7()
    first = actions.register(entry=entry(), actor=registrar_belova(), at=NOW, id=key)
    again = actions.register(entry=entry(), actor=registrar_belova(), at=NOW, id=key)
    assert again == first
    assert Patient.objects.filter(last_name="Смирнова").count() == 1


def test_it_names_every_wrong_field_and_saves_nothing() -> None:
    new = entry(last_name="Ж" * 400, birth_date=NOW.date() + timedelta(days=3))
    new.contacts.append(Contact(kind=ContactKind.EMAIL, value="<script>alert(1)</script>"))
    new.identifiers.append(Identifier(kind=IdentifierKind.SNILS, number="112-233-445 96"))
    with pytest.raises(InvalidInput) as refused:
        actions.register(entry=new, actor=registrar_belova(), at=NOW)
    assert set(refused.value.fields) == {"last_name", "birth_date", "contacts.1.value", "identifiers.0.number"}
    assert not Patient.objects.exists()


def test_it_keeps_html_and_sql_as_the_words_they_are() -> None:
    patient = actions.register(entry=entry(last_name="<b>O'Neil</b>; DROP TABLE patients_patient;--"), actor=registrar_belova(), at=NOW)
    assert Patient.objects.get(pk=patient.pk).last_name == "<b>O'Neil</b>; DROP TABLE patients_patient;--"


def test_it_refuses_a_nul_character_in_words() -> None:
    with pytest.raises(InvalidInput) as refused:
        actions.register(entry=entry(last_name="Пет\x00ров"), actor=registrar_belova(), at=NOW)
    assert set(refused.value.fields) == {"last_name"}


def test_it_shows_likely_duplicates_and_takes_another_person() -> None:
    petrov()
    again = entry(last_name="Petrov", first_name="Ivan", patronymic="Sergeevich", birth_date=date(1985, 3, 14))
    with pytest.raises(actions.LikelyDuplicates) as refused:
        actions.register(entry=again, actor=registrar_belova(), at=NOW)
    assert refused.value.found[0].patient.last_name == "Петров"
    assert actions.register(entry=again, actor=registrar_belova(), at=NOW, is_another_person=True).last_name == "Petrov"


@pytest.mark.parametrize("role", [Role.ACCOUNTANT, Role.LAWYER, Role.MARKETER, Role.SYSTEM_ADMINISTRATOR])
def test_it_registers_only_by_those_who_may(role: Role) -> None:
    with pytest.raises(NotAllowed):
        actions.register(entry=entry(), actor=make_user(role), at=NOW)


def test_it_refuses_a_stale_edit() -> None:
    patient = petrov()
    actions.change_patient(patient_id=patient.pk, version=patient.version, changes={"city": "Тверь"}, actor=registrar_belova(), at=NOW)
    with pytest.raises(StaleVersion):
        actions.change_patient(patient_id=patient.pk, version=patient.version, changes={"city": "Омск"}, actor=registrar_belova(), at=NOW)
    patient.refresh_from_db()
    assert (patient.city, patient.version) == ("Тверь", 2)


def test_it_ends_contacts_and_numbers_and_keeps_them_in_history() -> None:
    patient = petrov()
    contact = patient.contacts.get()
    actions.end_contact(contact_id=contact.pk, patient=patient, actor=registrar_belova(), at=NOW)
    again = actions.add_contact(contact=Contact(patient=patient, kind="phone", value="+7 916 123-45-67"), actor=registrar_belova(), at=NOW)
    assert again.pk != contact.pk
    with pytest.raises(NotFound):
        actions.end_contact(contact_id=again.pk, patient=make_patient(), actor=registrar_belova(), at=NOW)


def test_it_ends_an_alert_with_a_reason_by_those_who_may_read_it() -> None:
    patient = petrov()
    alert = actions.record_alert(alert=Alert(patient=patient, kind=AlertKind.PREGNANCY, severity="warning"), actor=dr_orlova(), at=NOW)
    with pytest.raises(NotAllowed):
        actions.end_alert(alert_id=alert.pk, patient=patient, reason="Роды", actor=registrar_belova(), at=NOW)
    with pytest.raises(InvalidInput):
        actions.end_alert(alert_id=alert.pk, patient=patient, reason=" ", actor=dr_orlova(), at=NOW)
    actions.end_alert(alert_id=alert.pk, patient=patient, reason="Роды", actor=dr_orlova(), at=NOW)
    with pytest.raises(actions.AlertEnded):
        actions.end_alert(alert_id=alert.pk, patient=patient, reason="Роды", actor=dr_orlova(), at=NOW)


def test_it_lets_a_minor_sign_only_through_a_guardian() -> None:
    child = make_patient("Петрова", "Маша", birth_date=NOW.date() - timedelta(days=3650))
    with pytest.raises(actions.GuardianNeeded):
        sign(child, registrar_belova())
    mother = Relation(patient=child, kind=RelationKind.MOTHER, name="Петрова Ольга Ивановна", is_guardian=True)
    actions.add_relation(relation=mother, actor=registrar_belova(), at=NOW)
    consent = sign(child, registrar_belova(), guardian=mother)
    assert (consent.signer_role, consent.signer_name) == ("guardian", "Петрова Ольга Ивановна")


def test_a_guardian_is_grown_up() -> None:
    child = make_patient("Петрова", "Маша", birth_date=NOW.date() - timedelta(days=3650))
    brother = make_patient("Петров", "Коля", birth_date=NOW.date() - timedelta(days=3650 + 900))
    tie = Relation(patient=child, kind=RelationKind.SIBLING, related_patient=brother, is_guardian=True)
    with pytest.raises(InvalidInput) as refused:
        actions.add_relation(relation=tie, actor=registrar_belova(), at=NOW)
    assert "is_guardian" in refused.value.fields
    tie.save(force_insert=True)
    with pytest.raises(actions.GuardianNeeded, match="under 18"):
        sign(child, registrar_belova(), guardian=tie)


def test_a_document_is_not_issued_tomorrow() -> None:
    passport = Identifier(patient=petrov(), kind="ru_passport", number="4512123456", issued_date=branch_day(NOW, "Europe/Moscow") + timedelta(days=1))
    with pytest.raises(InvalidInput) as refused:
        actions.add_identifier(identifier=passport, actor=registrar_belova(), at=NOW)
    assert set(refused.value.fields) == {"issued_date"}


def snils(patient: Patient) -> Identifier:
    return Identifier(patient=patient, kind="snils", number="112-233-445 95")


def test_a_number_of_another_patient_is_added_only_when_it_is_said_to_be_shared() -> None:
    first, second = petrov(), make_patient("Сидоров")
    add = partial(actions.add_identifier, actor=registrar_belova(), at=NOW)
    had = add(identifier=snils(first))
    assert add(identifier=snils(first)) == had
    with pytest.raises(actions.NumberOfAnother) as refused:
        add(identifier=snils(second))
    assert f"card {first.card_number} has this number" in str(refused.value.fields["number"])
    assert add(identifier=snils(second), is_shared=True).patient == second
    actions.end_identifier(identifier_id=had.pk, patient=first, actor=registrar_belova(), at=NOW)
    assert Identifier.objects.filter(ended_at=None).count() == 1


def test_the_panel_asks_whether_the_number_is_shared() -> None:
    first, second = petrov(), make_patient("Сидоров")
    actions.add_identifier(identifier=snils(first), actor=registrar_belova(), at=NOW)
    desk, url = log_in(registrar_belova()), reverse("patient-identifier-new", args=[second.pk])
    typed = {"kind": "snils", "number": "112-233-445 95"}
    asked = desk.post(url, typed)
    assert (asked.status_code, 'type="checkbox" name="is_shared"' in asked.content.decode()) == (422, True)
    assert 'type="hidden" name="is_shared"' in desk.get(url).content.decode()
    assert desk.post(url, {**typed, "is_shared": "on"}).status_code == 302
    api = f"/api/v1/patients/{make_patient('Третий').pk}/identifiers"
    assert desk.post(api, typed, content_type="application/json").json()["code"] == "number_of_another"
    assert desk.post(api, {**typed, "is_shared": True}, content_type="application/json").status_code == 201


@pytest.mark.django_db(transaction=True)
def test_two_desks_do_not_give_one_number_to_two_patients() -> None:
    together = threading.Barrier(2)
    with transaction.atomic():
        people, actor = [petrov(), make_patient("Сидоров")], registrar_belova()

    def give(patient: Patient) -> str:
        with acting(Context(actor="system:test", actor_name="test")):
            together.wait()
            try:
                actions.add_identifier(identifier=snils(patient), actor=actor, at=NOW)
            except actions.NumberOfAnother as refused:
                return refused.code
            finally:
                connections.close_all()
            return "added"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(give, people)) == ["added", "number_of_another"]


def test_it_keeps_one_consent_in_force_and_a_withdrawn_one_unchanged() -> None:
    patient = petrov()
    consent = sign(patient, registrar_belova())
    with pytest.raises(actions.ConsentInForce):
        sign(patient, registrar_belova())
    actions.withdraw_consent(consent_id=consent.pk, patient=patient, reason="Заявление от 22.11", actor=registrar_belova(), at=NOW)
    with pytest.raises(actions.ConsentWithdrawn):
        actions.withdraw_consent(consent_id=consent.pk, patient=patient, reason="Ещё раз", actor=registrar_belova(), at=NOW)
    assert sign(patient, registrar_belova()).pk != consent.pk


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("others", [{}, {"last_name": "Ямщиков", "first_name": "Олег"}], ids=["the same name", "another name with the same phone"])
def test_it_registers_one_of_two_people_who_register_the_same_person_at_once(others: dict[str, str]) -> None:
    with transaction.atomic():
        belova = registrar_belova()
        entries = [entry(), entry()]
    for name, value in others.items():
        setattr(entries[1].patient, name, value)
    results: list[str] = []

    def work(new: actions.Registration) -> None:
        with acting(Context(actor="system:test", actor_name="test")):
            try:
                actions.register(entry=new, actor=User.objects.get(pk=belova.pk), at=NOW)
                results.append("registered")
            except actions.LikelyDuplicates:
                results.append("shown")
        connections.close_all()

    threads = [threading.Thread(target=work, args=(new,)) for new in entries]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["registered", "shown"]
