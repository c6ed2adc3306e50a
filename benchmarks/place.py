"""The branch that is measured: four chairs, four dentists, a full store. Made through the product's own actions."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from clinic.demo import team
from clinic.scheduling import setup_actions
from clinic.scheduling.models import Chair
from clinic.staff import actions, places
from clinic.staff.models import Branch, LegalEntity, User
from clinic.staff.roles import Role
from inventory import actions as stock
from inventory.models import Material

NAME = "Benchmark"
CHAIRS = 4
FIRST_SHIFT, LAST_SHIFT = 40, 400


@dataclass(frozen=True)
class Place:
    """Chair and dentist go in pairs."""

    branch: Branch
    chairs: list[Chair]
    dentists: list[User]


def place() -> Place:
    """The branch as it is, or made now."""
    branch = Branch.objects.select_related("legal_entity").filter(name=NAME).first() or _found()
    chairs = list(Chair.objects.filter(branch=branch).order_by("position"))
    return Place(branch, chairs, list(User.objects.filter(username__startswith="bench").order_by("username")))


@transaction.atomic
def _found() -> Branch:
    now = timezone.now()
    manager = User.objects.get(username="manager")
    company = LegalEntity.objects.get(country="RU")
    details = {"name": NAME, "time_zone": "Europe/Moscow", "currency": "RUB", "language": "ru", "legal_entity": company}
    branch = places.create_branch(actor=manager, at=now, details=details)
    room = setup_actions.save_room(actor=manager, branch_id=branch.pk, room_id=None, version=None, values={"name": "1", "is_active": True})
    for number in range(CHAIRS):
        values = {"name": f"Chair {number + 1}", "room_id": room.pk, "position": number, "is_active": True}
        chair = setup_actions.save_chair(actor=manager, at=now, branch_id=branch.pk, chair_id=None, version=None, values=values)
        dentist = _hire(manager, number, branch, now)
        _roster(manager, dentist, chair, now)
    _stock(branch, now)
    return branch


def _hire(manager: User, number: int, branch: Branch, now: datetime) -> User:
    details = {"last_name": f"Врач{number}", "first_name": "Анна", "language": "ru", "home_branch": branch}
    user = actions.create_user(actor=manager, at=now, username=f"bench{number}", details=details, password=team.PASSWORD).owner
    actions.grant_role(user=user, role=Role.DENTIST, branch=None, actor=manager, at=now)
    return User.objects.get(pk=user.pk)


def _roster(manager: User, dentist: User, chair: Chair, now: datetime) -> None:
    """Shifts in the time ahead that is left free for bookings."""
    for days in range(FIRST_SHIFT, LAST_SHIFT):
        start = datetime.combine((now + timedelta(days=days)).date(), datetime.min.time(), UTC) + timedelta(hours=6)
        end = start + timedelta(hours=12)
        shift: dict[str, Any] = {"user_id": dentist.pk, "branch_id": chair.branch_id, "chair_id": chair.pk, "starts_at": start, "ends_at": end}
        setup_actions.add_shift(actor=manager, at=now, **shift)


def _stock(branch: Branch, now: datetime) -> None:
    keeper = User.objects.get(username="lebedev")
    for material in Material.objects.all():
        expires = (now + timedelta(days=1000)).date()
        number, quantity = f"bench-{material.code}", Decimal(500000)
        stock.receive(actor=keeper, at=now, material_id=material.pk, branch=branch, number=number, quantity=quantity, expires_on=expires)
