"""How many wrong passwords, PINs and codes are taken, and from where (docs/decisions/0011).

All strangers share one count: every address that a person has not come in from. Each network the person has come in from keeps a count of its own.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from math import ceil

from django.conf import settings
from django.db import connection

from clinic.staff import rules
from clinic.staff.models import User

Place = IPv4Network | IPv6Network
PLACES_KEPT = timedelta(days=90)
STEPS = (rules.Limit(5, timedelta(minutes=15)), rules.Limit(20, timedelta(days=1)))
NAME_SPAN = timedelta(hours=1)
PLACES = """
SELECT DISTINCT network(set_masklen(addr, CASE family(addr) WHEN 4 THEN 32 ELSE 64 END)) FROM history.event
WHERE op = 'L' AND tbl = ANY(%(entered)s) AND pk = %(person)s AND at > %(since)s AND addr IS NOT NULL
"""
TRIES = """
SELECT tbl, at FROM history.event WHERE op = 'L' AND at > %(since)s AND (
  tbl = ANY(%(freed)s) AND pk = %(person)s
  OR tbl = %(refused)s AND (pk = %(person)s OR body ->> 'username' = %(name)s)
    AND (%(places)s::inet[] IS NULL OR coalesce(addr <<= ANY(%(places)s::inet[]), false) = %(inside)s)
) ORDER BY id DESC
"""


@dataclass(frozen=True)
class Counted:
    """What the ledger calls a wrong try, and what begins a new count."""

    refused: str
    freed: tuple[str, ...]


NAME = Counted("login_refused", ("login_freed",))
PASSWORD = Counted("password_refused", ("login", "login_freed"))
PIN = Counted("pin_refused", ("pin_accepted", "pin_set"))
CODE = Counted("second_factor_refused", ("second_factor_accepted", "second_factor_on", "second_factor_off"))


def place_of(address: str) -> Place:
    """The network that counts as one place: an IPv4 address, or the /64 that a provider gives one IPv6 line."""
    return ip_network((address, 32 if ip_address(address).version == 4 else 64), strict=False)


def name_closed_until(*, username: str, address: str | None, at: datetime) -> datetime | None:
    """When a password for the name is taken again from an address that is strange to its owner; None: now."""
    user = User.objects.filter(username__iexact=username).first()
    places = _places(user, at) if user else []
    if address and place_of(address) in places:
        return None
    limit = rules.Limit(settings.LOGIN_NAME_LIMIT, NAME_SPAN)
    wrong = _wrong(NAME, at - limit.span, person=user, name=username.lower(), places=places, inside=False)
    return rules.free_again(wrong, (limit,), at)


def closed_until(*, counted: Counted, user: User, at: datetime) -> datetime | None:
    """When the person's next PIN or password is looked at, wherever it is given; None: now."""
    return rules.free_again(_wrong(counted, at - STEPS[-1].span, person=user), STEPS, at)


def code_closed_until(*, user: User, address: str | None, at: datetime) -> datetime | None:
    """When the person's next code is looked at from this address; None: now."""
    known, place = _places(user, at), place_of(address) if address else None
    is_known = place in known
    wrong = _wrong(CODE, at - STEPS[-1].span, person=user, places=[place] if place and is_known else known, inside=is_known)
    return rules.free_again(wrong, STEPS, at)


def is_flooded(*, address: str | None, at: datetime, span: timedelta) -> bool:
    """Many names tried from one place: the locks by name would not notice."""
    if not address:
        return False
    query = "SELECT count(*) FROM history.event WHERE op = 'L' AND tbl = %s AND at > %s AND addr <<= %s::inet"
    with connection.cursor() as cursor:
        cursor.execute(query, [NAME.refused, at - span, str(place_of(address))])
        return bool(cursor.fetchone()[0] >= settings.LOGIN_FLOOD_LIMIT)


def minutes_until(until: datetime, at: datetime) -> int:
    """Whole minutes to wait, one at least."""
    return max(1, ceil((until - at) / timedelta(minutes=1)))


def _places(user: User, at: datetime) -> list[Place]:
    """Where the person came in from lately; with a second factor only where it was shown."""
    entered = ["second_factor_accepted", "second_factor_on"] if user.second_factor_at else ["login"]
    with connection.cursor() as cursor:
        cursor.execute(PLACES, {"entered": entered, "person": str(user.pk), "since": at - PLACES_KEPT})
        return [ip_network(place) for (place,) in cursor.fetchall()]


def _wrong(
    counted: Counted, since: datetime, *, person: User | None, name: str | None = None, places: list[Place] | None = None, inside: bool = True
) -> list[datetime]:
    """Instants of the wrong tries since the last one that begins a new count, latest first."""
    where: dict[str, str | bool | list[str] | datetime | None] = {
        "since": since,
        "refused": counted.refused,
        "freed": list(counted.freed),
        "person": str(person.pk) if person else None,
        "name": name,
        "places": None if places is None else [str(place) for place in places],
        "inside": inside,
    }
    instants = []
    with connection.cursor() as cursor:
        cursor.execute(TRIES, where)
        for what, instant in cursor.fetchall():
            if what != counted.refused:
                break
            instants.append(instant)
    return instants
