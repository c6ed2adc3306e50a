"""System: who may come in, who came in, who was refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from clinic.history import wording
from clinic.history.models import Event, EventKind
from clinic.history.verification.status import Status, status
from clinic.staff.models import ApiToken, Branch, User

LOGINS_BACK = timedelta(days=2)
TOKENS_AHEAD = timedelta(days=30)
SHOWN = 12


@dataclass(frozen=True)
class Entry:
    """Somebody came in, went out or was refused, in words."""

    at: datetime
    who: str
    what: str
    address: str


@dataclass(frozen=True)
class SystemDesk:
    """Accounts, second factors, keys of programs and the last entries."""

    seal: Status
    people: int
    without_second_factor: int
    without_pin: int
    tokens: int
    tokens_ending: int
    entries: Sequence[Entry]


def build(user: User, branch: Branch, at: datetime) -> SystemDesk:
    people = User.objects.filter(is_active=True).aggregate(
        people=Count("pk"), without_second_factor=Count("pk", filter=Q(second_factor_at=None)), without_pin=Count("pk", filter=Q(pin=""))
    )
    tokens = ApiToken.objects.filter(revoked_at=None, expires_at__gt=at, user__is_active=True).aggregate(
        tokens=Count("pk"), tokens_ending=Count("pk", filter=Q(expires_at__lt=at + TOKENS_AHEAD))
    )
    return SystemDesk(seal=status(at), **people, **tokens, entries=_entries(at - LOGINS_BACK))


def _entries(since: datetime) -> list[Entry]:
    events = list(Event.objects.filter(op=EventKind.LOGIN, at__gte=since).order_by("-at", "-id")[:SHOWN])
    told = wording.lines(events, {})
    return [Entry(line.at, line.actor_name, line.what, event.addr or "") for event, line in zip(events, told, strict=True)]
