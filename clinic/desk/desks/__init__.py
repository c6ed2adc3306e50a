"""What each role sees first: one module per desk, each a frozen picture of now."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clinic.desk.desks import chair, front, law, manager, marketing, money, system
from clinic.staff.models import Branch, User
from clinic.staff.roles import Role


@dataclass(frozen=True)
class Desk:
    """A role's first page: its name in the address, its title, whose it is and what it shows."""

    name: str
    title: str | Promise
    roles: frozenset[Role]
    build: Callable[[User, Branch, datetime], Any]
    is_live: bool = False


DESKS = (
    Desk("chair", _("At the chair"), frozenset({Role.DENTIST, Role.HYGIENIST, Role.ASSISTANT}), chair.build, is_live=True),
    Desk("front", _("Front desk"), frozenset({Role.ADMINISTRATOR, Role.TELESECRETARY}), front.build, is_live=True),
    Desk("money", _("Accounts"), frozenset({Role.ACCOUNTANT}), money.build),
    Desk("manager", _("The branch in figures"), frozenset({Role.MANAGER}), manager.build),
    Desk("law", _("Legal"), frozenset({Role.LAWYER}), law.build),
    Desk("marketing", _("Where patients come from"), frozenset({Role.MARKETER}), marketing.build),
    Desk("system", _("System"), frozenset({Role.SYSTEM_ADMINISTRATOR}), system.build),
)


def desks_of(user: User) -> list[Desk]:
    """The desks of the person's roles, the most used first."""
    return [desk for desk in DESKS if desk.roles & user.roles]
