"""A patient with a plan, services with prices, and people who may plan, made straight in the tables."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from charting.models import Procedure, ProcedureChange, ProcedureTooth
from clinic.files.actions import store
from clinic.patients.models import Patient
from clinic.price_list.models import Category, ChartEffect, Price, PriceList, Scope, Service
from clinic.staff.models import Branch, User
from tests.staff.factories import dr_orlova, make_branch
from treatment_plans import papers
from treatment_plans.models import Alternative, AlternativeStep, Document, DocumentItem, DocumentSeries, Item, Phase, Plan, Signature

POSTERIOR = (36, 37, 46, 47, 26, 27)
NOON = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SERVICES = {
    "filling": ("A16.07.002", "Восстановление зуба пломбой", Category.THERAPY, Scope.SURFACES, ChartEffect.FILLING, "5400.00"),
    "crown": ("A16.07.004", "Восстановление зуба коронкой", Category.PROSTHETICS, Scope.TOOTH, ChartEffect.CROWN, "32990.50"),
    "extraction": ("A16.07.001", "Удаление зуба", Category.SURGERY, Scope.TOOTH, ChartEffect.EXTRACTION, "4333.33"),
    "hygiene": ("A16.07.051", "Профессиональная гигиена полости рта", Category.HYGIENE, Scope.MOUTH, ChartEffect.NONE, "6100.00"),
}


def service(name: str = "filling", *, price: str | None = None, branch: Branch | None = None) -> Service:
    """A service of the catalogue with its price since 2020; the same one on every call."""
    code, title, category, scope, effect, usual = SERVICES[name]
    found = Service.objects.get_or_create(
        code=code, defaults={"title_ru": title, "title_en": name.title(), "category": category, "scope": scope, "chart_effect": effect}
    )[0]
    place = branch or make_branch()
    price_list = PriceList.objects.get_or_create(
        legal_entity=place.legal_entity, currency=place.currency, is_default=True, defaults={"name": "Основной"}
    )[0]
    Price.objects.get_or_create(
        price_list=price_list, service=found, valid_from=date(2020, 1, 1), defaults={"amount": Decimal(price if price is not None else usual)}
    )
    return found


def petrov(branch: Branch | None = None) -> Patient:
    """Ivan Ilyich Petrov, grown up; the same one on every call."""
    return Patient.objects.get_or_create(
        card_number=1001,
        defaults={
            "last_name": "Петров",
            "first_name": "Иван",
            "patronymic": "Ильич",
            "birth_date": date(1980, 5, 17),
            "branch": branch or make_branch(),
        },
    )[0]


def procedure(name: str = "filling", *, patient: Patient | None = None, tooth: int | None = 36, by: User | None = None) -> Procedure:
    """A proposed procedure on a tooth."""
    person = patient or petrov()
    dentist = by or dr_orlova()
    row = Procedure.objects.create(patient=person, service=service(name), recorded_at=NOON, recorded_by=dentist)
    ProcedureChange.objects.create(procedure=row, patient=person, state=row.state, changed_at=NOON, changed_by=dentist)
    if tooth:
        ProcedureTooth.objects.create(procedure=row, patient=person, tooth=tooth, surfaces=["O"] if name == "filling" else [])
    return row


def plan_with(*names: str, alternatives: int = 1, patient: Patient | None = None, teeth: Sequence[int] = POSTERIOR) -> Plan:
    """A draft plan whose alternatives all hold the same lines, a phase each."""
    person = patient or petrov()
    plan = Plan.objects.create(patient=person, branch=person.branch, title="Лечение", dentist=dr_orlova(), currency=person.branch.currency)
    procedures = [procedure(name, patient=person, tooth=teeth[number]) for number, name in enumerate(names)]
    for position in range(1, alternatives + 1):
        alternative = Alternative.objects.create(plan=plan, patient=person, title=f"Вариант {position}", position=position)
        phase = Phase.objects.create(alternative=alternative, patient=person, title="Лечение", position=1)
        for order, act in enumerate(procedures, start=1):
            line(alternative, act, phase=phase, position=order)
    return plan


def line(alternative: Alternative, act: Procedure, *, phase: Phase | None = None, position: int = 1, frozen: bool = False) -> Item:
    """An item at the service's price."""
    price = Price.objects.get(service=act.service)
    return Item.objects.create(
        alternative=alternative,
        patient=alternative.patient,
        phase=phase,
        position=position,
        procedure=act,
        unit_price=price.amount,
        currency=alternative.plan.currency,
        price_date=NOON.date(),
        total=price.amount,
        frozen_at=NOON if frozen else None,
    )


def accept(alternative: Alternative) -> None:
    alternative.items.update(frozen_at=NOON)
    for state in ("presented", "accepted"):
        Alternative.objects.filter(pk=alternative.pk).update(state=state)
        AlternativeStep.objects.create(alternative=alternative, patient_id=alternative.patient_id, state=state, moved_at=NOON, moved_by=dr_orlova())


def a_document(
    alternative: Alternative,
    *,
    number: int = 1,
    kind: str = "contract",
    series: str = "D",
    items: list[Item] | None = None,
    contract: Document | None = None,
) -> Document:
    file = store(content=f"PDF {kind} {number}".encode(), media_type="application/pdf")
    entity = alternative.plan.branch.legal_entity
    DocumentSeries.objects.update_or_create(legal_entity=entity, series=series, year=2026, defaults={"last_number": number})
    document = Document.objects.create(
        patient=alternative.patient,
        branch=alternative.plan.branch,
        legal_entity=entity,
        kind=kind,
        series=series,
        year=2026,
        number=number,
        language="ru",
        template_version="1",
        alternative=alternative,
        contract=contract,
        issued_at=NOON,
        issued_by=dr_orlova(),
        file=file,
        content_hash="0" * 64,
    )
    for item in items or []:
        DocumentItem.objects.create(
            document=document, patient=item.patient, item=item, description="", quantity=1, unit_price=item.unit_price, total=item.total
        )
    return document


def sign(document: Document, *, role: str = "patient", sha256: str | None = None) -> Signature:
    return Signature.objects.create(
        document=document,
        patient=document.patient,
        role=role,
        signer_name="Петров Иван Ильич",
        strokes=[],
        image=document.file,
        signed_at=NOON,
        witness=dr_orlova(),
        document_sha256=sha256 or document.file.sha256,
        file=document.file,
    )


def agreed(*names: str, alternatives: int = 1, patient: Patient | None = None, teeth: Sequence[int] = POSTERIOR) -> Alternative:
    """An accepted alternative whose lines a signed contract agrees, ready to be done."""
    chosen = plan_with(*names, alternatives=alternatives, patient=patient, teeth=teeth).alternatives.order_by("position")[0]
    accept(chosen)
    chosen.refresh_from_db()
    last = Document.objects.filter(series="D", year=2026).count()
    document = a_document(chosen, number=last + 1, items=list(chosen.items.all()))
    sign(document)
    chosen.items.update(agreed_document=document)
    consent_to(chosen)
    return chosen


def consent_to(alternative: Alternative) -> None:
    """Every consent that the lines of a grown-up call for, signed."""
    last = Document.objects.filter(series="C", year=2026).count()
    items = list(alternative.items.select_related("procedure__service"))
    for number, kind in enumerate(papers.consents_for(items, is_minor=False), start=last + 1):
        sign(a_document(alternative, number=number, kind=kind, series="C", items=items))


def first_item(alternative: Alternative) -> Item:
    return alternative.items.select_related("procedure__service").order_by("position")[0]
