"""The cast: people and places that tests speak of by name."""

from django.db import transaction
from django.test import Client

from clinic.staff.models import Branch, LegalEntity, RoleGrant, User
from clinic.staff.roles import Role

PASSWORD = "tooth-fairy-42"
CAST = {
    Role.DENTIST: ("Orlova", "Anna", "Petrovna"),
    Role.ADMINISTRATOR: ("Belova", "Irina", "Sergeevna"),
    Role.ACCOUNTANT: ("Schyotova", "Olga", "Ivanovna"),
    Role.LAWYER: ("Pravdin", "Lev", "Markovich"),
    Role.MANAGER: ("Glavin", "Pavel", "Olegovich"),
    Role.HYGIENIST: ("Chistova", "Maria", ""),
    Role.ASSISTANT: ("Lebedev", "Ivan", ""),
    Role.MARKETER: ("Durand", "Claire", ""),
    Role.TELESECRETARY: ("Martin", "Julie", ""),
    Role.SYSTEM_ADMINISTRATOR: ("Seteva", "Nina", ""),
}


@transaction.atomic
def make_legal_entity(name: str = "Smile LLC") -> LegalEntity:
    return LegalEntity.objects.get_or_create(name=name, defaults={"country": "RU", "tax_number": "7707083893"})[0]


@transaction.atomic
def make_branch(name: str = "Arbat", *, time_zone: str = "Europe/Moscow", currency: str = "RUB", language: str = "ru") -> Branch:
    found = Branch.objects.filter(name=name).first()
    return found or Branch.objects.create(
        legal_entity=make_legal_entity(), name=name, time_zone=time_zone, currency=currency, language=language, address="1 Arbat St, Moscow"
    )


@transaction.atomic
def make_user(*roles: Role, username: str | None = None, branch: Branch | None = None, password: str | None = None, **fields: str) -> User:
    """A person with the roles in `branch` (None: everywhere); without a password they can act and `log_in`, not type one."""
    last_name, first_name, patronymic = CAST[roles[0]] if roles else ("Nemov", "Kirill", "")
    user = User(
        username=username or f"{last_name.lower()}{User.objects.count() or ''}",
        **{"last_name": last_name, "first_name": first_name, "patronymic": patronymic, "home_branch": branch, **fields},
    )
    user.set_password(password)
    user.save()
    for role in roles:
        RoleGrant.objects.create(user=user, role=role, branch=branch)
    return user


def dr_orlova(branch: Branch | None = None) -> User:
    """Anna Petrovna Orlova, dentist; the same one on every call."""
    return User.objects.filter(username="orlova").first() or make_user(Role.DENTIST, username="orlova", branch=branch)


def registrar_belova(branch: Branch | None = None) -> User:
    """Irina Sergeevna Belova, administrator at the front desk; the same one on every call."""
    return User.objects.filter(username="belova").first() or make_user(Role.ADMINISTRATOR, username="belova", branch=branch)


def log_in(user: User) -> Client:
    """A browser in which the person is logged in already; works for pages and for the API."""
    client = Client()
    client.force_login(user)
    return client
