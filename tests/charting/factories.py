"""Patients, services and codes for charting's tests."""

from datetime import UTC, date, datetime, timedelta

from charting import actions
from charting.models import Finding, Performance, Procedure, Visit
from charting.rules import Place
from clinic.patients.models import Patient
from clinic.price_list.models import DictionaryCode, DictionaryKind, Service
from tests.staff.factories import dr_orlova, make_branch

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
TEETH_SCOPES = {"filling": "surfaces", "inlay": "surfaces", "bridge": "span", "splint": "span", "root_canal": "root"}


def patient_petrov() -> Patient:
    """Ivan Petrov, 35; the same one on every call."""
    values = {"last_name": "Петров", "first_name": "Иван", "birth_date": date(1991, 3, 5), "branch": make_branch()}
    return Patient.objects.get_or_create(card_number=7001, defaults=values)[0]


def petrova() -> Patient:
    """Another patient; the same one on every call."""
    values = {"last_name": "Петрова", "first_name": "Мария", "branch": make_branch()}
    return Patient.objects.get_or_create(card_number=7002, defaults=values)[0]


def make_service(effect: str = "filling", *, scope: str | None = None) -> Service:
    """The catalogue's service with this effect; the same one on every call."""
    scope = scope or TEETH_SCOPES.get(effect, "tooth")
    values = {"title_ru": f"Услуга {effect}", "title_en": f"Service {effect}", "category": "therapy", "chart_effect": effect, "scope": scope}
    return Service.objects.get_or_create(code=f"{effect}-{scope}", defaults=values)[0]


def make_code(code: str = "K02.1", title: str = "Кариес дентина", *, closed_on: date | None = None) -> DictionaryCode:
    values = {"title": title, "valid_from": date(2000, 1, 1), "valid_to": closed_on}
    return DictionaryCode.objects.get_or_create(kind=DictionaryKind.ICD10, code=code, defaults=values)[0]


def place(tooth: int, surfaces: str = "", role: str = "treated") -> Place:
    """`place(16, "MOD")`."""
    return Place(tooth, frozenset(surfaces), role=role)


def make_finding(kind: str = "caries", tooth: int = 16, surfaces: str = "", *, days_ago: int = 0, severity: str = "") -> Finding:
    return actions.record_finding(
        patient=patient_petrov(),
        kind=kind,
        tooth=tooth,
        surfaces=list(surfaces),
        severity=severity,
        actor=dr_orlova(),
        at=NOW - timedelta(days=days_ago),
    )


def make_procedure(effect: str = "filling", *places: Place, state: str = "proposed", days_ago: int = 0) -> Procedure:
    return actions.add_procedure(
        patient=patient_petrov(),
        service=make_service(effect),
        places=places,
        state=state,
        again=True,
        actor=dr_orlova(),
        at=NOW - timedelta(days=days_ago),
    )


def perform(procedure: Procedure, *, days_ago: int = 0) -> Performance:
    return actions.perform_procedure(procedure=procedure, actor=dr_orlova(), at=NOW - timedelta(days=days_ago))


def make_visit() -> Visit:
    return actions.open_visit(patient=patient_petrov(), dentist=dr_orlova(), branch=make_branch(), actor=dr_orlova(), at=NOW)
