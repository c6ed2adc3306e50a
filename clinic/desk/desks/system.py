"""System: who may come in, who came in, who was refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from clinic.history.models import Event, EventKind
from clinic.staff.models import ApiToken, Branch, User

LOGINS_BACK = timedelta(days=2)
TOKENS_AHEAD = timedelta(days=30)
SHOWN = 12


@dataclass(frozen=True)
class SystemDesk:
    """Accounts, second factors, keys of programs and the last entries."""

    people: int
    without_second_factor: int
    without_pin: int
    tokens: int
    tokens_ending: int
    entries: Sequence[Event]


def build(user: User, branch: Branch, at: datetime) -> SystemDesk:
    people = User.objects.filter(is_active=True).aggregate(
        people=Count("pk"), without_second_factor=Count("pk", filter=Q(second_factor_at=None)), without_pin=Count("pk", filter=Q(pin=""))
    )
    tokens = ApiToken.objects.filter(revoked_at=None, expires_at__gt=at, user__is_active=True).aggregate(
        tokens=Count("pk"), tokens_ending=Count("pk", filter=Q(expires_at__lt=at + TOKENS_AHEAD))
    )
    entries = Event.objects.filter(op=EventKind.LOGIN, at__gte=at - LOGINS_BACK).order_by("-at", "-id")[:SHOWN]
    return SystemDesk(**people, **tokens, entries=list(entries))
