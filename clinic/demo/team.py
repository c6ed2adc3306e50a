"""Who works in the demo clinic; read by `bin/run` too, so nothing here needs Django."""

from dataclasses import dataclass

PASSWORD = "demo-clinic-2026"  # noqa: S105 - printed by bin/run for everybody to see
PIN = "2580"


@dataclass(frozen=True)
class Member:
    """One person of the demo clinic: user name, names, roles, language, branch (0 or 1, None: all), speciality, colour, RPPS number."""

    username: str
    last_name: str
    first_name: str
    patronymic: str
    roles: tuple[str, ...]
    language: str
    branch: int | None
    speciality: str = ""
    colour: str = ""
    rpps: str = ""


TEAM = (
    Member("manager", "Громова", "Елена", "Викторовна", ("manager",), "ru", None),
    Member("admin", "Белова", "Ирина", "Сергеевна", ("administrator",), "ru", None),
    Member("orlova", "Орлова", "Анна", "Петровна", ("dentist",), "ru", None, "Терапевт", "#2563eb"),
    Member("sokolov", "Соколов", "Дмитрий", "Игоревич", ("dentist",), "ru", None, "Хирург-имплантолог", "#0d9488"),
    Member("moreau", "Moreau", "Céline", "", ("dentist",), "fr", None, "Omnipratique", "#9333ea", "89970000009"),
    Member("chistova", "Чистова", "Мария", "Олеговна", ("hygienist",), "ru", None, "Гигиенист", "#ca8a04"),
    Member("lebedev", "Лебедев", "Иван", "", ("assistant",), "ru", None),
    Member("accountant", "Счётова", "Ольга", "Ивановна", ("accountant",), "ru", None),
    Member("lawyer", "Правдин", "Лев", "Маркович", ("lawyer",), "ru", None),
    Member("marketer", "Durand", "Claire", "", ("marketer",), "fr", None),
    Member("telesecretary", "Martin", "Julie", "", ("telesecretary",), "fr", 1),
    Member("sysadmin", "Smith", "Alex", "", ("system_administrator",), "en", None),
)


def greeting() -> str:
    """The demo users with their roles, and the password and PIN they share."""
    people = "\n".join(f"  {member.username:<14} {', '.join(member.roles)}" for member in TEAM)
    return f"password of every demo user: {PASSWORD}   PIN: {PIN}\n{people}"
