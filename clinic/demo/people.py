"""The demo clinic's company, branches, rooms and people."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from clinic.demo.team import PASSWORD, PIN, TEAM, Member
from clinic.scheduling import setup_actions
from clinic.scheduling.models import AppointmentType, Chair, Room
from clinic.staff import actions, pins, places
from clinic.staff.models import Branch, User
from clinic.staff.roles import Role

COMPANIES = (
    {
        "name": "ООО «Лазурь Дент»",
        "country": "RU",
        "tax_number": "7707083893",
        "registration_number": "1027700132195",
        "licence": "Л041-01137-77/00123456 от 12.03.2021",
        "address": "119019, Москва, ул. Арбат, 12",
        "phone": "+74951234567",
        "director": "Громова Елена Викторовна",
        "bank_details": "р/с 40702810900000001234, БИК 044525225",
    },
    {
        "name": "SELARL Azur Dentaire",
        "country": "FR",
        "tax_number": "732829320",
        "registration_number": "73282932000074",
        "licence": "",
        "address": "5 rue de la Paix, 06000 Nice",
        "phone": "+33493123456",
        "director": "Moreau Céline",
        "bank_details": "IBAN FR76 3000 6000 0112 3456 7890 189",
    },
)
BRANCHES = (
    {
        "name": "Лазурь на Арбате",
        "address": "Москва, ул. Арбат, 12",
        "phone": "+74951234567",
        "time_zone": "Europe/Moscow",
        "currency": "RUB",
        "language": "ru",
    },
    {
        "name": "Azur Nice",
        "address": "5 rue de la Paix, 06000 Nice",
        "phone": "+33493123456",
        "time_zone": "Europe/Paris",
        "currency": "EUR",
        "language": "fr",
    },
)
DAYS_OFF = {"orlova": 3, "chistova": 0, "sokolov": 6, "moreau": 2}
CHAIRS = (("Кабинет 1", "Кресло 1"), ("Кабинет 1", "Кресло 2"), ("Кабинет 2", "Хирургия"), ("Salle 1", "Fauteuil 1"))
TYPES = (
    ("Консультация", "Consultation", "Consultation", 30, "#64748b"),
    ("Лечение", "Soins", "Treatment", 60, "#2563eb"),
    ("Гигиена", "Détartrage", "Cleaning", 60, "#ca8a04"),
    ("Хирургия", "Chirurgie", "Surgery", 90, "#dc2626"),
    ("Ортопедия", "Prothèse", "Prosthetics", 60, "#9333ea"),
)


@dataclass(frozen=True)
class Clinic:
    """What later steps work with. `working` maps a dentist or hygienist to the chair they work in."""

    users: dict[str, User]
    branches: tuple[Branch, Branch]
    chairs: tuple[Chair, ...]
    types: tuple[AppointmentType, ...]
    working: dict[str, Chair]


@transaction.atomic
def found_clinic(*, at: datetime) -> Clinic:
    """The company, its two branches, chairs, appointment types and everybody who works there."""
    first = TEAM[0]
    names = {"username": first.username, "last_name": first.last_name, "first_name": first.first_name, "language": first.language}
    manager = actions.create_first_user(**names, password=PASSWORD, at=at).owner
    companies = [places.create_legal_entity(actor=manager, at=at, details=details) for details in COMPANIES]
    pairs = zip(companies, BRANCHES, strict=True)
    branches = [places.create_branch(actor=manager, at=at, details={**details, "legal_entity": company}) for company, details in pairs]
    users = {first.username: manager} | {member.username: _hire(member, manager, branches, at) for member in TEAM[1:]}
    manager = users[first.username] = _settle(manager, branches[0])
    chairs = _furnish(manager, branches, at)
    types = [
        setup_actions.save_type(
            actor=manager,
            type_id=None,
            version=None,
            values={"name_ru": ru, "name_fr": fr, "name_en": en, "minutes": minutes, "colour": colour, "is_active": True},
        )
        for ru, fr, en, minutes, colour in TYPES
    ]
    working = {"orlova": chairs[0], "chistova": chairs[1], "sokolov": chairs[2], "moreau": chairs[3]}
    return Clinic(users, (branches[0], branches[1]), tuple(chairs), tuple(types), working)


def roster(clinic: Clinic, *, first: datetime, last: datetime, at: datetime) -> None:
    """Shifts of everybody at a chair, 9:00 to 18:00 of the branch's own clock; the clinic never closes, each has another day off."""
    manager = clinic.users["manager"]
    for username, chair in clinic.working.items():
        zone = ZoneInfo(chair.branch.time_zone)
        day = first.astimezone(zone).date()
        with transaction.atomic():
            while day <= last.astimezone(zone).date():
                if day.weekday() != DAYS_OFF[username]:
                    setup_actions.add_shift(
                        actor=manager,
                        at=at,
                        user_id=clinic.users[username].pk,
                        branch_id=chair.branch_id,
                        chair_id=chair.pk,
                        starts_at=datetime.combine(day, time(9), zone),
                        ends_at=datetime.combine(day, time(18), zone),
                    )
                day += timedelta(days=1)


def _hire(member: Member, manager: User, branches: list[Branch], at: datetime) -> User:
    home = branches[member.branch or (1 if member.language == "fr" else 0)]
    details = {
        "last_name": member.last_name,
        "first_name": member.first_name,
        "patronymic": member.patronymic,
        "language": member.language,
        "home_branch": home,
        "speciality": member.speciality,
        "colour": member.colour,
        "rpps": member.rpps,
    }
    user = actions.create_user(actor=manager, at=at, username=member.username, details=details, password=PASSWORD).owner
    for role in member.roles:
        branch = None if member.branch is None else branches[member.branch]
        actions.grant_role(user=user, role=Role(role), branch=branch, actor=manager, at=at)
    pins.set_pin(user=user, pin=PIN, actor=user)
    return User.objects.get(pk=user.pk)


def _settle(manager: User, branch: Branch) -> User:
    """The first user, who was there before any branch, gets a home and a PIN."""
    details = {"patronymic": TEAM[0].patronymic, "home_branch": branch}
    manager.refresh_from_db()
    settled = actions.update_user(user=manager, version=manager.version, actor=manager, details=details)
    return pins.set_pin(user=settled, pin=PIN, actor=settled)


def _furnish(manager: User, branches: list[Branch], at: datetime) -> list[Chair]:
    rooms: dict[str, Room] = {}
    chairs = []
    for position, (room_name, chair_name) in enumerate(CHAIRS):
        branch = branches[1 if room_name.startswith("Salle") else 0]
        if room_name not in rooms:
            values = {"name": room_name, "is_active": True}
            rooms[room_name] = setup_actions.save_room(actor=manager, branch_id=branch.pk, room_id=None, version=None, values=values)
        chair = {"name": chair_name, "room_id": rooms[room_name].pk, "position": position, "is_active": True}
        chairs.append(setup_actions.save_chair(actor=manager, at=at, branch_id=branch.pk, chair_id=None, version=None, values=chair))
    return chairs
