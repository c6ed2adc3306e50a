"""The person in whose name a management command works: `--actor`."""

from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError

from clinic.history.context import acting
from clinic.lib.errors import DomainError
from clinic.staff.actions import context_of
from clinic.staff.models import User
from clinic.staff.roles import Permission


def add_actor_argument(parser: ArgumentParser, *aliases: str, required: bool = False) -> None:
    """Add `--actor NAME`; without it history names the command itself."""
    parser.add_argument("--actor", *aliases, dest="actor", required=required, help="user name of the person who runs this; history names them")


@contextmanager
def acting_person(username: str | None, permission: Permission, *, purpose: str) -> Iterator[User | None]:
    """Run the block in the name of the person, who must hold the permission; in the command's own name when nobody is given.

    :raises CommandError: when there is no such active person, or they may not.
    """
    if not username:
        yield None
        return
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise CommandError(f"There is no active user {username!r}.")
    try:
        user.require(permission)
    except DomainError as error:
        raise CommandError(f"{username}: {error.message}") from error
    with acting(context_of(user, purpose=purpose)):
        yield user
