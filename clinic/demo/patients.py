"""The demo clinic's patients: Russian and French families with documents, alerts and sources."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from django.db import transaction
from stdnum.fr import nir

from clinic.demo.catalogue import rows
from clinic.demo.people import Clinic
from clinic.patients.actions import details, registration
from clinic.patients.models import Alert, Contact, Identifier, Label, Patient, Relation, Source
from clinic.staff.models import User

NAMES = {row["kind"]: row["values"].split() for row in rows("names")}
STREETS = ("ул. Тверская", "Ленинский проспект", "ул. Пушкина", "ул. Садовая", "Кутузовский проспект")
FRENCH_STREETS = ("rue de France", "avenue Jean-Médecin", "boulevard Gambetta", "rue Masséna", "quai des États-Unis")
SOURCES = {
    "ru": ("Рекомендация", "Сайт", "Карты", "Проходил мимо", "ПроДокторов"),
    "fr": ("Bouche à oreille", "Site internet", "Annuaire", "De passage", "Doctolib"),
}
LABELS = {
    "ru": (("VIP", "#9333ea"), ("Боится", "#ca8a04"), ("Опаздывает", "#dc2626")),
    "fr": (("Fidèle", "#9333ea"), ("Anxieux", "#ca8a04"), ("Souvent en retard", "#dc2626")),
}
ALERTS = {
    "ru": (
        ("allergy", "critical", "Пенициллин: отёк Квинке"),
        ("allergy", "warning", "Лидокаин: крапивница"),
        ("anticoagulant", "critical", "Варфарин, МНО 2,5"),
        ("diabetes", "warning", "2 типа, компенсация"),
        ("pacemaker", "warning", "Без ультразвука"),
        ("infection", "info", "Гепатит C в анамнезе"),
    ),
    "fr": (
        ("allergy", "critical", "Pénicilline : œdème de Quincke"),
        ("allergy", "warning", "Lidocaïne : urticaire"),
        ("anticoagulant", "critical", "Warfarine, INR 2,5"),
        ("diabetes", "warning", "type 2, équilibré"),
        ("pacemaker", "warning", "Pas d’ultrasons"),
        ("infection", "info", "Hépatite C ancienne"),
    ),
}
PROOFS = {"ru": "Свидетельство о рождении", "fr": "Livret de famille"}


@dataclass(frozen=True)
class Choices:
    """What a clinic's people choose from when they register a patient, by the language of the branch."""

    sources: dict[str, list[Source]]
    labels: dict[str, list[Label]]


def welcome(clinic: Clinic, *, count: int, random: Random, at: datetime) -> list[Patient]:
    """Register `count` patients; every twelfth is a child who comes with a parent."""
    choices = _prepare(clinic, at)
    patients: list[Patient] = []
    for number in range(count):
        is_french, is_child = number % 4 == 3, number % 12 == 11
        parent = next((patient for patient in reversed(patients) if is_child and (patient.branch_id == clinic.branches[is_french].pk)), None)
        patients.append(_register(clinic, number, random, at, choices=choices, parent=parent))
    return patients


@transaction.atomic
def _prepare(clinic: Clinic, at: datetime) -> Choices:
    manager = clinic.users["manager"]
    return Choices(
        {code: [details.save_source(source=Source(name=name), actor=manager, at=at) for name in names] for code, names in SOURCES.items()},
        {
            code: [details.save_label(label=Label(name=name, colour=colour), actor=manager, at=at) for name, colour in names]
            for code, names in LABELS.items()
        },
    )


@transaction.atomic
def _register(clinic: Clinic, number: int, random: Random, at: datetime, *, choices: Choices, parent: Patient | None) -> Patient:
    is_french = number % 4 == 3
    branch = clinic.branches[is_french]
    is_woman = random.random() < 0.55
    born = at.date() - timedelta(days=random.randint(4 * 365, 14 * 365) if parent else random.randint(18 * 365, 80 * 365))
    names = _french_names(random, is_woman, parent) if is_french else _russian_names(random, is_woman, parent)
    patient = Patient(
        **names,
        sex="female" if is_woman else "male",
        birth_date=born,
        language=branch.language,
        branch=branch,
        responsible_dentist=_dentist(clinic, number),
        source=random.choice(choices.sources[branch.language]),
        **_address(random, is_french),
    )
    entry = registration.Registration(
        patient=patient,
        contacts=_contacts(number, is_french, has_mail=number % 3 == 0),
        identifiers=_identifiers(number, born, is_woman, is_french),
        relations=_relations(parent, branch.language),
        alerts=_alerts(random, branch.language),
        labels=[random.choice(choices.labels[branch.language])] if random.random() < 0.15 else [],
    )
    return registration.register(entry=entry, actor=clinic.users["admin"], at=at, is_another_person=True)


def _dentist(clinic: Clinic, number: int) -> User:
    return clinic.users["moreau" if number % 4 == 3 else ("sokolov" if number % 4 == 2 else "orlova")]


def _russian_names(random: Random, is_woman: bool, parent: Patient | None) -> dict[str, str]:  # noqa: FBT001 - one of two word forms
    surname = random.choice(NAMES["surnames"])
    if parent is not None:
        surname = parent.last_name.removesuffix("а") if parent.sex == "female" else parent.last_name
    masculine, feminine = random.choice(NAMES["patronymics"]).split("/")
    return {
        "last_name": surname + ("а" if is_woman else ""),
        "first_name": random.choice(NAMES["women" if is_woman else "men"]),
        "patronymic": feminine if is_woman else masculine,
    }


def _french_names(random: Random, is_woman: bool, parent: Patient | None) -> dict[str, str]:  # noqa: FBT001 - one of two word forms
    surname = parent.last_name if parent else random.choice(NAMES["french_surnames"])
    names = {"last_name": surname, "first_name": random.choice(NAMES["french_women" if is_woman else "french_men"])}
    return names | ({"birth_name": random.choice(NAMES["french_surnames"])} if is_woman and parent is None else {})


def _address(random: Random, is_french: bool) -> dict[str, str]:  # noqa: FBT001 - one of two countries
    house = random.randint(1, 120)
    if is_french:
        return {"address": f"{house} {random.choice(FRENCH_STREETS)}", "city": "Nice", "postal_code": "06000", "country": "FR"}
    return {"address": f"{random.choice(STREETS)}, {house}", "city": "Москва", "postal_code": f"{101000 + house}", "country": "RU"}


def _contacts(number: int, is_french: bool, *, has_mail: bool) -> list[Contact]:  # noqa: FBT001 - one of two countries
    phone = f"+336{10000000 + number * 37:08d}" if is_french else f"+7916{1000000 + number * 37:07d}"
    mail = [Contact(kind="email", value=f"patient{number + 1}@example.org")] if has_mail else []
    return [Contact(kind="phone", value=phone), *mail]


def _identifiers(number: int, born: date, is_woman: bool, is_french: bool) -> list[Identifier]:  # noqa: FBT001 - one of two countries
    if is_french:
        body = f"{2 if is_woman else 1}{born:%y%m}06088{number % 1000:03d}"
        return [Identifier(kind="nir", number=body + nir.calc_check_digits(body))]
    return [Identifier(kind="snils", number=_snils(112233000 + number * 7))] if number % 5 else []


def _snils(body: int) -> str:
    digits = f"{body:09d}"
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(9, 0, -1), strict=True))
    return f"{digits}{total % 101 % 100:02d}"


def _relations(parent: Patient | None, language: str) -> list[Relation]:
    if parent is None:
        return []
    kind = "mother" if parent.sex == "female" else "father"
    return [Relation(kind=kind, related_patient=parent, is_guardian=True, is_payer=True, document=PROOFS[language])]


def _alerts(random: Random, language: str) -> list[Alert]:
    if random.random() > 0.22:
        return []
    kind, severity, text = random.choice(ALERTS[language])
    return [Alert(kind=kind, severity=severity, text=text)]
