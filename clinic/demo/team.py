"""Who works in the demo clinic; read by `bin/run` too, so nothing here needs a database."""

from dataclasses import dataclass

from clinic.staff.roles import Role

PASSWORD = "demo-clinic-2026"  # noqa: S105 - printed by bin/run for everybody to see
PIN = "2580"


@dataclass(frozen=True)
class Member:
    """One person of the demo clinic: user name, names, roles, language, branch (0 or 1, None: all), speciality."""

    username: str
    last_name: str
    first_name: str
    patronymic: str
    roles: tuple[Role, ...]
    language: str
    branch: int | None
    speciality: str = ""
    colour: str = ""


TEAM = (
    Member("manager", "Громова", "Елена", "Викторовна", (Role.MANAGER,), "ru", None),
    Member("admin", "Белова", "Ирина", "Сергеевна", (Role.ADMINISTRATOR,), "ru", None),
    Member("orlova", "Орлова", "Анна", "Петровна", (Role.DENTIST,), "ru", None, "Терапевт", "#2563eb"),
    Member("sokolov", "Соколов", "Дмитрий", "Игоревич", (Role.DENTIST,), "ru", None, "Хирург-имплантолог", "#0d9488"),
    Member("moreau", "Moreau", "Céline", "", (Role.DENTIST,), "fr", None, "Omnipratique", "#9333ea"),
    Member("chistova", "Чистова", "Мария", "Олеговна", (Role.HYGIENIST,), "ru", None, "Гигиенист", "#ca8a04"),
    Member("lebedev", "Лебедев", "Иван", "", (Role.ASSISTANT,), "ru", None),
    Member("accountant", "Счётова", "Ольга", "Ивановна", (Role.ACCOUNTANT,), "ru", None),
    Member("lawyer", "Правдин", "Лев", "Маркович", (Role.LAWYER,), "ru", None),
    Member("marketer", "Durand", "Claire", "", (Role.MARKETER,), "fr", None),
    Member("telesecretary", "Martin", "Julie", "", (Role.TELESECRETARY,), "fr", 1),
    Member("sysadmin", "Smith", "Alex", "", (Role.SYSTEM_ADMINISTRATOR,), "en", None),
)


def greeting() -> str:
    """The demo users with their roles, and the password and PIN they share."""
    people = "\n".join(f"  {member.username:<14} {', '.join(role.value for role in member.roles)}" for member in TEAM)
    return f"password of every demo user: {PASSWORD}   PIN: {PIN}\n{people}"
