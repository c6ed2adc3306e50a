"""One key, one thing: a creation sent again, also in the same instant, gives the first result; a key that made anything else is refused."""

import importlib
import inspect
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from charting import actions as charting
from charting.imaging import actions as imaging
from clinic.billing import actions as billing
from clinic.billing import invoicing
from clinic.lib.errors import DomainError, KeyTaken, StaleVersion
from clinic.lib.ids import uuid7
from clinic.patients import actions as patients
from clinic.patients.models import Alert, Contact, ContactKind, Label, Patient, Source
from clinic.price_list import actions as price_list
from clinic.scheduling import actions as scheduling
from clinic.scheduling import setup_actions as diary
from clinic.staff import actions as staff
from clinic.staff import places
from clinic.staff.models import User
from clinic.staff.roles import Role
from exports import actions as exports
from exports import evidence
from exports.legal import actions as cases
from exports.privacy import actions as privacy
from insurance import claims, setup
from inventory import actions as inventory
from inventory import anaesthesia
from lab_orders import actions as lab
from tests.billing.factories import make_charge, pay
from tests.billing.test_concurrency import at_once, done
from tests.charting.factories import NOW, make_code, make_finding, make_service, patient_petrov, petrova, place
from tests.charting.imaging.pictures import jpeg
from tests.exports.legal.factories import make_case
from tests.exports.test_card import signed_visit
from tests.insurance.factories import claimed, make_policy, make_programme
from tests.inventory.factories import make_lot, make_material
from tests.lab_orders.test_actions import make_crown, make_lab
from tests.patients.factories import make_patient, petrov
from tests.patients.test_actions import sign
from tests.scheduling.factories import NOW as DIARY_NOW
from tests.scheduling.factories import book, make_chair, make_type, moscow, working_day
from tests.staff.factories import dr_orlova, make_branch, make_legal_entity, make_user
from tests.treatment_plans import factories as plans
from tests.treatment_plans.test_documents import drawn
from treatment_plans import actions as planning
from treatment_plans import completion

pytestmark = pytest.mark.django_db
D = Decimal
Case = tuple[Callable[..., Any], dict[str, Any], dict[str, Any]]


def chief() -> User:
    """A person with every right."""
    return User.objects.filter(username="omniscient").first() or make_user(*Role, username="omniscient")


def who() -> dict[str, Any]:
    return {"actor": chief(), "at": NOW}


def payment() -> Case:
    base = {**who(), "patient_id": petrov().pk, "amount": D("10.00"), "method": "cash", "branch": make_branch(), "reference": "7"}
    changes = {"amount": D("11.00"), "method": "card", "reference": "8", "patient_id": make_patient("Чужой").pk, "branch": make_branch("Lyon")}
    return billing.take_payment, base, {**changes, "allocate_to": {uuid7(): D("1.00")}}


def refund() -> Case:
    base = {**who(), "payment_id": pay("10.00").pk, "amount": D("5.00"), "reason": "asked"}
    return billing.refund, base, {"amount": D("4.00"), "reason": "other", "method": "card", "payment_id": pay("10.00").pk}


def invoice() -> Case:
    base = {**who(), "patient_id": petrov().pk, "charge_ids": [make_charge().pk], "language": "ru"}
    return invoicing.issue_invoice, base, {"language": "fr", "charge_ids": [make_charge().pk], "patient_id": make_patient("Чужой").pk}


def booking() -> Case:
    working_day()
    base = {"actor": chief(), "at": DIARY_NOW, "patient_id": petrov().pk, "dentist_id": dr_orlova().pk, "chair_id": make_chair().pk}
    base |= {"starts_at": moscow(10), "ends_at": moscow(11), "note": "pain"}
    changes = {"starts_at": moscow(9), "ends_at": moscow(12), "note": "other", "type_id": make_type().pk, "patient_id": make_patient("Чужой").pk}
    return scheduling.book, base, changes


def shift() -> Case:
    base = {**who(), "user_id": dr_orlova().pk, "branch_id": make_branch().pk, "starts_at": moscow(9), "ends_at": moscow(12)}
    return diary.add_shift, base, {"ends_at": moscow(13), "chair_id": make_chair().pk, "user_id": chief().pk, "branch_id": make_branch("Lyon").pk}


def room() -> Case:
    base = {"actor": chief(), "branch_id": make_branch().pk, "room_id": None, "version": None, "values": {"name": "A", "position": 1}}
    return diary.save_room, base, {"values": {"name": "B", "position": 1}, "branch_id": make_branch("Lyon").pk}


def chair() -> Case:
    values = {"name": "A", "room_id": make_chair().room_id}
    base = {**who(), "branch_id": make_branch().pk, "chair_id": None, "version": None, "values": values}
    return diary.save_chair, base, {"values": {**values, "name": "B"}, "branch_id": make_branch("Lyon").pk}


def kind() -> Case:
    values = {"name_ru": "Осмотр", "name_en": "Check-up", "name_fr": "Contrôle", "minutes": 30}
    base = {"actor": chief(), "type_id": None, "version": None, "values": values}
    return diary.save_type, base, {"values": {**values, "minutes": 45}}


def registration() -> Case:
    branch = make_branch()

    def register(*, first_name: str = "Анна", phone: str = "+79161112233", **options: Any) -> Patient:
        person = Patient(last_name="Ключева", first_name=first_name, branch=branch, birth_date=date(1990, 1, 2))
        entry = patients.Registration(patient=person, contacts=[Contact(kind=ContactKind.PHONE, value=phone)])
        return patients.register(entry=entry, is_another_person=True, **options)

    return register, who(), {"first_name": "Ольга", "phone": "+79161112244"}


def consent() -> Case:
    def sign_for(*, patient: Patient, actor: User, id: Any) -> Any:
        return sign(patient, actor, id=id)

    return sign_for, {"patient": petrov(), "actor": chief()}, {"patient": make_patient("Чужой")}


def alert() -> Case:
    def record(*, patient: Patient, actor: User, kind: str = "allergy", text: str = "Пенициллин", id: Any) -> Any:
        return patients.record_alert(alert=Alert(id=id, patient=patient, kind=kind, severity="critical", text=text), actor=actor, at=NOW)

    return record, {"patient": petrov(), "actor": chief()}, {"text": "Латекс", "kind": "other", "patient": make_patient("Чужой")}


def service() -> Case:
    details = price_list.ServiceDetails(code="K-1", title_ru="Пломба", category="therapy")
    base = {"actor": chief(), "day": NOW.date(), "details": details}
    return price_list.create_service, base, {"details": replace(details, minutes=45)}


def user() -> Case:
    def create(**options: Any) -> User:
        return staff.create_user(**options).owner

    details = {"last_name": "Новая", "first_name": "Анна"}
    return create, {**who(), "username": "novaya", "details": details}, {"username": "other", "details": {**details, "first_name": "Ольга"}}


def entity() -> Case:
    base = {**who(), "details": {"name": "Ключ", "country": "RU"}}
    return places.create_legal_entity, base, {"details": {"name": "Замок", "country": "RU"}}


def branch() -> Case:
    details = {"name": "Ключ", "legal_entity": make_legal_entity(), "time_zone": "Europe/Moscow", "currency": "RUB", "language": "ru", "address": "1"}
    return places.create_branch, {**who(), "details": details}, {"details": {**details, "currency": "EUR"}}


def visit() -> Case:
    base = {**who(), "patient": patient_petrov(), "dentist": dr_orlova(), "branch": make_branch()}
    return charting.open_visit, base, {"patient": petrova(), "dentist": chief(), "branch": make_branch("Lyon")}


def finding() -> Case:
    base = {**who(), "patient": patient_petrov(), "kind": "caries", "tooth": 16, "surfaces": ("O",), "note": "deep"}
    return charting.record_finding, base, {"tooth": 17, "surfaces": ("M",), "note": "other", "kind": "filling", "patient": petrova()}


def diagnosis() -> Case:
    make_code()
    make_code("K02.9")
    base = {**who(), "patient": patient_petrov(), "code": "K02.1", "tooth": 16}
    return charting.record_diagnosis, base, {"code": "K02.9", "tooth": 17, "note": "x", "finding": make_finding(), "patient": petrova()}


def dropped() -> Case:
    base = {**who(), "patient": patient_petrov(), "what": "caries 16", "address": "/findings", "content": {"tooth": 16}, "why": "absent"}
    return charting.drop_entry, base, {"what": "caries 17", "address": "/x", "content": {"tooth": 17}, "why": "unknown", "patient": petrova()}


def paper() -> Case:
    base = {**who(), "patient": patient_petrov(), "kind": "chart", "language": "en"}
    changes = {"kind": "handout", "language": "ru", "own_words": "x", "mouth_at": NOW - timedelta(days=1), "patient": petrova()}
    return charting.issue_paper, base, {**changes, "dentition": "mixed"}


def paper_of_yesterday() -> Case:
    act, base, _changes = paper()
    return act, {**base, "dentition": "mixed", "mouth_at": NOW - timedelta(days=1)}, {"dentition": "", "mouth_at": None}


def kept_paper() -> Case:
    printed = charting.Printed(b"%PDF-1.7", "0" * 64, NOW)
    base = {**who(), "patient": patient_petrov(), "kind": "chart", "language": "en", "printed": printed}
    changes = {"printed": replace(printed, sha256="1" * 64), "language": "ru", "own_words": "x", "patient": petrova()}
    return charting.keep_paper, base, changes


def procedure() -> Case:
    base = {**who(), "patient": patient_petrov(), "service": make_service(), "places": [place(16, "O")]}
    changes = {"places": [place(16, "M")], "service": make_service("crown"), "state": "planned", "note": "x", "patient": petrova()}
    return charting.add_procedure, base, changes


def picture() -> Case:
    def add(*, grey: int = 100, patient: Patient, actor: User, id: Any) -> Any:
        return imaging.add_image(patient=patient, content=io.BytesIO(jpeg() + bytes([grey])), actor=actor, at=NOW, id=id)

    return add, {"patient": patient_petrov(), "actor": chief()}, {"grey": 120, "patient": petrova()}


def measured() -> Case:
    image = imaging.add_image(patient=patient_petrov(), content=io.BytesIO(jpeg()), **who())
    base = {**who(), "image": image, "ends": imaging.Ends((1.0, 1.0), (9.0, 5.0))}
    return imaging.draw_line, base, {"label": "root", "ends": imaging.Ends((2.0, 1.0), (9.0, 5.0))}


def template() -> Case:
    details = {"section": "complaint", "language": "ru", "title": "Боль", "body": "Боль в зубе"}
    return charting.save_template, {"actor": chief(), "details": details}, {"details": {**details, "body": "Иное"}}


def outline() -> Case:
    details = {"title": "Кариес", "language": "ru", "treatment": "{procedures}"}
    return charting.save_outline, {"actor": chief(), "details": details}, {"details": {**details, "treatment": "Иное"}}


def requirement() -> Case:
    details = {"act": "any", "parts": ["complaint"]}
    return charting.save_requirement, {"actor": chief(), "details": details}, {"details": {**details, "parts": ["objective"]}}


def short_word() -> Case:
    return charting.save_macro, {"actor": chief(), "word": "wnl", "text": "x"}, {"word": "nad", "text": "y", "is_for_all": True}


def plan() -> Case:
    base = {**who(), "patient": plans.petrov(), "branch": make_branch(), "title": "Лечение", "dentist": dr_orlova()}
    changes = {"title": "Другое", "dentist": chief(), "is_emergency": True, "patient": petrova(), "branch": make_branch("Lyon")}
    return planning.create_plan, base, changes


def alternative() -> Case:
    base = {**who(), "plan_id": plans.plan_with("filling").pk, "title": "Б", "summary": "слова"}
    return planning.add_alternative, base, {"title": "В", "summary": "", "plan_id": plans.plan_with("crown").pk}


def copy() -> Case:
    source, other = (plans.plan_with(name).alternatives.get() for name in ("filling", "crown"))
    return planning.copy_alternative, {**who(), "alternative_id": source.pk, "title": "Б"}, {"title": "В", "alternative_id": other.pk}


def phase() -> Case:
    source, other = (plans.plan_with(name).alternatives.get() for name in ("filling", "crown"))
    return planning.add_phase, {**who(), "alternative_id": source.pk, "title": "Б"}, {"title": "В", "alternative_id": other.pk}


def line() -> Case:
    source, other = (plans.plan_with(name).alternatives.get() for name in ("filling", "crown"))
    base = {**who(), "alternative_id": source.pk, "procedure": plans.procedure("crown", tooth=47)}
    changes = {"procedure": plans.procedure("crown", tooth=46), "quantity": 2, "visit_number": 2, "alternative_id": other.pk}
    return planning.add_item, base, changes


def line_of_service() -> Case:
    source, other = (plans.plan_with(name).alternatives.get() for name in ("filling", "crown"))
    base = {**who(), "alternative_id": source.pk, "service": plans.service("crown"), "places": [place(47)]}
    changes = {"places": [place(46)], "service": plans.service("extraction"), "quantity": 2, "alternative_id": other.pk}
    return planning.add_service, base, changes


def unplanned() -> Case:
    def start(**options: Any) -> Any:
        return planning.start_unplanned(**options).plan

    base = {**who(), "patient": plans.petrov(), "branch": make_branch(), "service": plans.service("hygiene"), "places": [], "language": "ru"}
    return start, base, {"patient": petrova(), "service": plans.service("extraction")}


def document() -> Case:
    accepted = plans.plan_with("filling").alternatives.get()
    plans.accept(accepted)
    base = {**who(), "kind": "contract", "patient": plans.petrov(), "branch": make_branch(), "language": "ru", "alternative_id": accepted.pk}
    return planning.issue_document, base, {"language": "fr", "kind": "annex", "alternative_id": uuid7(), "patient": petrova()}


def signing() -> Case:
    issue, said, _changes = document()
    paper = issue(**said)
    base = {**who(), "document_id": paper.pk, "sha256": paper.file.sha256, "role": "clinic", "signer_name": "Глава", "basis": "устав"}
    changes = {"signer_name": "Зам", "basis": "доверенность", "role": "patient", "document_id": uuid7()}
    return planning.sign_document, {**base, "drawn": drawn(), "address": None}, changes


def material() -> Case:
    base = {"actor": chief(), "name": "Articaine", "code": "A", "unit": "carp"}
    return inventory.create_material, base, {"name": "Other", "code": "B", "unit": "ml", "reorder_at": D(1), "anaesthetic": "articaine_100"}


def receipt() -> Case:
    base = {**who(), "material_id": make_material().pk, "branch": make_branch(), "number": "L", "quantity": D(5), "document": "7"}
    changes = {"number": "M", "quantity": D(6), "document": "8", "expires_on": date(2030, 1, 1), "branch": make_branch("Lyon")}
    return inventory.receive, base, {**changes, "material_id": make_material("Other", "O").pk}


def discarding() -> Case:
    base = {**who(), "lot_id": make_lot(make_material(), "9").pk, "quantity": D(1), "reason": "broken"}
    return inventory.discard, base, {"quantity": D(2), "reason": "lost", "lot_id": make_lot(make_material(), "9", number="L2").pk}


def anaesthetic() -> Case:
    drug = inventory.create_material(actor=chief(), name="Ultracain", code="U", unit="carp", anaesthetic="articaine_100")
    lot = make_lot(drug, "9")
    given = charting.Given(kind="infiltration", cartridges=D(1), teeth=(16,))
    seen, other = (
        charting.open_visit(patient=who_came, dentist=dr_orlova(), branch=make_branch(), **who()) for who_came in (patient_petrov(), petrova())
    )
    return anaesthesia.give, {**who(), "visit": seen, "given": given, "lot_id": lot.pk}, {"given": replace(given, cartridges=D(2)), "visit": other}


def performance() -> Case:
    def complete(**options: Any) -> Any:
        return completion.complete_item(**options).performance

    first, other = (plans.first_item(plans.agreed("filling", teeth=(tooth,))).pk for tooth in (36, 46))
    return complete, {**who(), "item_id": first}, {"item_id": other}


def counting() -> Case:
    base = {**who(), "lot_id": make_lot(make_material(), "9").pk, "counted": D(7)}
    return inventory.count, base, {"counted": D(6), "lot_id": make_lot(make_material(), "9", number="L2").pk}


def order() -> Case:
    details = lab.OrderDetails(lab_id=make_lab().pk, due_date=date(2026, 12, 1), shade="A2")
    base = {**who(), "procedure_ids": [make_crown().pk], "branch": make_branch(), "details": details, "stages": ["wax"]}
    changes: dict[str, Any] = {"details": replace(details, shade="A3"), "stages": ["metal"], "procedure_ids": [make_crown(tooth=17).pk]}
    return lab.draft_order, base, {**changes, "branch": make_branch("Lyon")}


def register() -> Case:
    policy = make_policy()
    claimed()
    period = {"period_from": date(2026, 11, 1), "period_to": date(2026, 11, 30)}
    return (
        claims.make_claim,
        {**who(), "insurer_id": policy.programme.insurer_id, "branch": make_branch(), **period},
        {"period_from": date(2026, 10, 1)},
    )


def letter() -> Case:
    details = setup.LetterDetails(number="1", letter_date=date(2026, 11, 1))
    base = {"actor": chief(), "policy_id": make_policy().pk, "details": details}
    return setup.add_letter, base, {"details": replace(details, number="2"), "policy_id": make_policy(patient=make_patient("Чужой")).pk}


def proof() -> Case:
    base = {"user": chief(), "at": NOW, "patient_id": petrov().pk, "reason": "court"}
    return evidence.ask, base, {"reason": "other", "language": "fr", "since": NOW - timedelta(days=1), "patient_id": make_patient("Чужой").pk}


def card_of_visit() -> Case:
    first, other = (signed_visit(days_ago=days).pk for days in (2, 1))
    return exports.issue_visit_card, {"user": chief(), "at": NOW, "visit_id": first, "language": "ru"}, {"language": "fr", "visit_id": other}


def lawsuit() -> Case:
    base = {**who(), "title": "Иск", "patients": [petrov().pk], "claimant": "Петров"}
    changes = {"title": "Жалоба", "claimant": "Страховая", "deadline_date": date(2026, 12, 1), "deadline_for": "ответ", "actor": dr_orlova()}
    return cases.open_case, base, {**changes, "actor": make_user(Role.MANAGER, username="other"), "patients": [make_patient("Чужой").pk]}


def lasting() -> Case:
    both = petrov(), make_patient("Чужой")
    base = {**who(), "case_id": make_case(*both, hold="").pk, "patient_id": both[0].pk, "reason": "Иск"}
    changes = {"reason": "Жалоба", "until": NOW + timedelta(days=9), "since": NOW + timedelta(days=1), "patient_id": both[1].pk}
    return cases.place_hold, base, {**changes, "case_id": make_case().pk}


def remark() -> Case:
    base = {**who(), "case_id": make_case().pk, "text": "Звонил истец"}
    return cases.write_note, base, {"text": "Звонил суд", "case_id": make_case().pk}


def archive() -> Case:
    def ask(**options: Any) -> Any:
        return cases.make_archive(**options).evidence

    both = petrov(), make_patient("Чужой")
    base = {**who(), "case_id": make_case(*both).pk, "patient_id": both[0].pk, "reason": "Иск"}
    return ask, base, {"reason": "Жалоба", "language": "fr", "since": NOW - timedelta(days=1), "patient_id": both[1].pk}


def handing() -> Case:
    people = petrov(), make_patient("Чужой")
    made, other = (cases.make_archive(**who(), case_id=make_case(person).pk, patient_id=person.pk, reason="Иск") for person in people)
    base = {**who(), "archive_id": made.pk, "recipient": "Эксперт", "way": "in_person", "handed_at": NOW - timedelta(hours=1)}
    changes = {"recipient": "Суд", "way": "post", "handed_at": NOW - timedelta(hours=2), "remark": "x", "archive_id": other.pk}
    return cases.record_delivery, base, changes


def request() -> Case:
    base = {**who(), "patient_id": petrov().pk, "kind": "access", "text": "Прошу"}
    return privacy.receive, base, {"text": "Прошу ещё", "kind": "looks", "patient_id": make_patient("Чужой").pk}


def insurer() -> Case:
    details = setup.InsurerDetails(name="СОГАЗ", kind="ru_vmi")
    return setup.save_insurer, {"actor": chief(), "details": details}, {"details": replace(details, name="Другая")}


def programme() -> Case:
    base = {"actor": chief(), "insurer_id": make_programme().insurer_id, "name": "Ортопедия", "needs_letter": False}
    return setup.save_programme, base, {"name": "Хирургия", "needs_letter": True, "is_active": False}


def policy() -> Case:
    details = setup.PolicyDetails(number="7", valid_from=date(2026, 1, 15), currency="RUB")
    base = {"actor": chief(), "patient": petrov(), "programme_id": make_programme().pk, "details": details}
    return setup.save_policy, base, {"details": replace(details, number="8")}


def laboratory() -> Case:
    def save(*, id: Any, **options: Any) -> Any:
        return lab.save_lab(lab_id=id, contact="", phone="", email="", usual_days=7, is_active=True, **options)

    return save, {"actor": chief(), "name": "Циркон"}, {"name": "Металл"}


def label() -> Case:
    def save(*, id: Any, name: str, colour: str = "#112233", actor: User) -> Any:
        return patients.save_label(label=Label(id=id, name=name, colour=colour), actor=actor, at=NOW)

    return save, {"actor": chief(), "name": "VIP"}, {"name": "Gold", "colour": "#332211"}


def source() -> Case:
    def save(*, id: Any, name: str, actor: User) -> Any:
        return patients.save_source(source=Source(id=id, name=name), actor=actor, at=NOW)

    return save, {"actor": chief(), "name": "Реклама"}, {"name": "Друзья"}


PUTS = [insurer, programme, policy, laboratory, label, source]
"""Put under a key with the version that was read, none at first: the same again is the first, anything else is stale."""
CASES = [payment, refund, invoice, booking, shift, room, chair, kind, registration, consent, service, user, entity, branch, visit, finding]
CASES += [diagnosis, dropped, paper, paper_of_yesterday, kept_paper]
CASES += [
    procedure,
    picture,
    measured,
    template,
    outline,
    requirement,
    short_word,
    plan,
    alternative,
    copy,
    phase,
    line,
    line_of_service,
    unplanned,
    document,
    material,
    receipt,
    discarding,
    counting,
]
CASES += [
    order,
    register,
    letter,
    proof,
    alert,
    anaesthetic,
    performance,
    card_of_visit,
    signing,
    lawsuit,
    lasting,
    remark,
    archive,
    handing,
    request,
]
"""The first change of each is of something that can be."""


def make_one_thing(case: Callable[[], Case], refusal: type[DomainError] = KeyTaken) -> None:
    """What is sent again under a key is the first; each change of it is refused."""
    act, base, changes = case()
    key = uuid7()
    first = act(**base, id=key)
    assert first.pk == key
    assert act(**base, id=key).pk == key
    for name, value in changes.items():
        with pytest.raises(refusal):
            act(**{**base, name: value}, id=key)
            pytest.fail(f"another {name} was taken for the same")


def send_at_once(case: Callable[[], Case], refusal: type[DomainError] = KeyTaken) -> None:
    """Of two contents sent twice each in one instant one stands, for both who sent it, and both who sent the other are told."""
    with transaction.atomic():
        act, base, changes = case()
    key, changed = uuid7(), dict(list(changes.items())[:1])
    results = at_once([partial(act, **{**base, **said}, id=key) for said in ({}, changed, {}, changed)])
    assert [type(result) for result in results if isinstance(result, Exception)] == [refusal, refusal], results
    assert {result.pk for result in done(results)} == {key}  # type: ignore[attr-defined]  # records


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_a_key_makes_one_thing(case: Callable[[], Case]) -> None:
    make_one_thing(case)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_a_key_sent_at_once_with_two_contents_hides_neither(case: Callable[[], Case]) -> None:
    send_at_once(case)


@pytest.mark.parametrize("case", PUTS, ids=lambda case: case.__name__)
def test_what_is_put_again_without_its_version_is_the_first_or_stale(case: Callable[[], Case]) -> None:
    make_one_thing(case, StaleVersion)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("case", PUTS, ids=lambda case: case.__name__)
def test_what_is_put_at_once_is_the_first_or_stale(case: Callable[[], Case]) -> None:
    send_at_once(case, StaleVersion)


def test_a_retry_finds_what_was_changed_since() -> None:
    act, base, _changes = room()
    made = act(**base, id=uuid7())
    diary.save_room(actor=chief(), branch_id=make_branch().pk, room_id=made.pk, version=made.version, values={"name": "Z"})
    assert act(**base, id=made.pk).name == "Z"


def test_a_visit_of_another_appointment_keeps_its_key() -> None:
    working_day()
    first, second = book(moscow(10)), book(moscow(12), patient_id=make_patient("Чужой").pk)
    visit = charting.open_visit_of_appointment(appointment=first, actor=chief(), at=moscow(10), id=uuid7())
    assert charting.open_visit_of_appointment(appointment=first, actor=chief(), at=moscow(10), id=visit.pk) == visit
    with pytest.raises(KeyTaken):
        charting.open_visit_of_appointment(appointment=second, actor=chief(), at=moscow(12), id=visit.pk)


def test_a_key_of_another_signature_is_refused() -> None:
    document = plans.a_document(plans.plan_with("filling").alternatives.get())
    sent: dict[str, Any] = {
        "role": "clinic",
        "signer_name": "Глава",
        "basis": "устав",
        "drawn": drawn(),
        "address": None,
        "actor": chief(),
        "at": NOW,
    }
    sent |= {"document_id": document.pk, "sha256": document.file.sha256}
    first = plans.sign(document, role="clinic")
    with pytest.raises(KeyTaken):
        planning.sign_document(**sent, id=first.pk)


def test_a_key_of_another_addendum_is_refused() -> None:
    visit = charting.open_visit(patient=patient_petrov(), dentist=dr_orlova(), branch=make_branch(), actor=chief(), at=NOW)
    visit = charting.write_visit(visit=visit, version=visit.version, sections={"complaint": "Боль"}, actor=dr_orlova())
    charting.sign_visit(visit=visit, version=visit.version, actor=dr_orlova(), at=NOW)
    visit.refresh_from_db()
    sent: dict[str, Any] = {"visit": visit, "text": "Аллергия", "actor": dr_orlova(), "at": NOW}
    first = charting.add_addendum(**sent, id=uuid7())
    assert charting.add_addendum(**sent, id=first.pk) == first
    with pytest.raises(KeyTaken):
        charting.add_addendum(**{**sent, "text": "Нет аллергии"}, id=first.pk)


ACTIONS: tuple[str, ...] = ("charting.actions", "charting.imaging.actions", "clinic.billing.actions", "clinic.billing.invoicing")
ACTIONS += (
    "clinic.price_list.actions",
    "clinic.scheduling.actions",
    "clinic.scheduling.setup_actions",
    "clinic.staff.actions",
    "clinic.staff.places",
)
ACTIONS += ("clinic.patients.actions", "exports.legal.actions", "exports.privacy.actions")
ACTIONS += ("inventory.anaesthesia", "treatment_plans.completion", "exports.actions")
ACTIONS += ("exports.evidence", "insurance.claims", "insurance.setup", "inventory.actions", "lab_orders.actions", "treatment_plans.actions")
ELSEWHERE = {
    "open_visit_of_appointment",
    "add_addendum",
    "give_anaesthesia",
    "record_canal",
    "enter_combination",
    "save_combination",
}
"""Their own tests."""


def creating(modules: Iterable[str] = ACTIONS) -> Iterator[str]:
    for name in modules:
        for title, member in inspect.getmembers(importlib.import_module(name), inspect.isfunction):
            if "id" in inspect.signature(member).parameters and not title.startswith("_"):
                yield title


def test_the_key_of_a_change_is_of_one_change() -> None:
    first, second, key = make_finding(tooth=16), make_finding(tooth=17), uuid7()
    assert charting.resolve_finding(**who(), finding=first, id=key).pk == first.pk
    version = charting.resolve_finding(**who(), finding=first, id=key).version
    assert version == charting.resolve_finding(**who(), finding=first, id=key).version
    with pytest.raises(KeyTaken):
        charting.resolve_finding(**who(), finding=second, id=key)
    with pytest.raises(KeyTaken):
        charting.reopen_finding(**who(), finding=first, id=key)
    again = uuid7()
    charting.reopen_finding(**who(), finding=first, id=again)
    assert charting.reopen_finding(**who(), finding=first, id=again).is_open
    with pytest.raises(KeyTaken):
        charting.reopen_finding(**who(), finding=second, id=again)


def test_the_key_of_a_performance_is_of_one_performance() -> None:
    first, second = (
        charting.add_procedure(**who(), patient=patient_petrov(), service=make_service(), places=[place(tooth, "O")]) for tooth in (16, 17)
    )
    branch, key = patient_petrov().branch, uuid7()
    done = charting.perform_procedure(**who(), procedure=first, branch=branch, id=key)
    assert charting.perform_procedure(**who(), procedure=first, branch=branch, id=key) == done
    with pytest.raises(KeyTaken):
        charting.perform_procedure(**who(), procedure=second, branch=branch, id=key)


def test_every_creating_action_is_in_the_table() -> None:
    told = [*CASES, *PUTS, test_the_key_of_a_change_is_of_one_change, test_the_key_of_a_performance_is_of_one_performance]
    code = "".join(inspect.getsource(case) for case in told)
    missing = {name for name in creating() if name not in ELSEWHERE and f".{name}" not in code and f"{name}(" not in code}
    assert missing <= {"sign_consent"}, missing
