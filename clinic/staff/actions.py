"""Writes about people: accounts, roles, passwords and tokens."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from axes.utils import reset
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from clinic.history import actions as history
from clinic.history.context import Context
from clinic.history.creation import find_sent
from clinic.lib.errors import Conflict, DomainError, InvalidInput, StaleVersion
from clinic.lib.ids import uuid7
from clinic.staff import attempts, reach, rules
from clinic.staff.models import ApiToken, Branch, RoleGrant, User
from clinic.staff.roles import Permission, Role

TOKEN_LIFE = timedelta(days=365)
WRONG_RPPS = {
    "length": _("An RPPS number is 11 digits."),
    "key": _("A digit of this RPPS number is wrong: the last one does not fit the others. Compare it with the card."),
}


class UsernameTaken(Conflict):
    """Somebody logs in under this name already."""

    code = "username_taken"
    default_message = _("This user name belongs to somebody else. Choose another one.")


class OwnRoles(DomainError):
    """Nobody changes their own roles."""

    code = "own_roles"
    default_message = _("Nobody changes their own roles or account state. Ask another manager.")


class OnlyManagers(DomainError):
    """The manager's role passes from manager to manager."""

    code = "only_managers"
    default_message = _("Only a manager may give or end the role of manager.")


class LastManager(DomainError):
    """The clinic would be left without a manager."""

    code = "last_manager"
    default_message = _("This is the last active manager. Name another one first.")


class WrongPassword(DomainError):
    """The present password does not match."""

    code = "wrong_password"
    default_message = _("This is not your present password.")


class PasswordLocked(DomainError):
    """Too many wrong present passwords."""

    code = "password_locked"
    status = 429
    default_message = _("Too many wrong passwords. Log out and log in again, or ask a manager for a temporary password.")


@dataclass(frozen=True)
class Secret:
    """A password or token that is shown once and kept only as a hash."""

    owner: User
    value: str
    row: ApiToken | None = None


def context_of(user: User, *, request: UUID | None = None, address: str | None = None, purpose: str = "care") -> Context:
    """The history context of a person: id, name and roles frozen as they are now."""
    return Context(
        actor=str(user.pk),
        actor_name=user.get_full_name(),
        actor_role=",".join(sorted(user.roles)),
        purpose=purpose,
        request=request,
        address=address,
    )


@transaction.atomic
def create_first_user(*, username: str, last_name: str, first_name: str, at: datetime, password: str | None = None, language: str = "en") -> Secret:
    """The clinic's first manager, made when there is nobody who could make one; without a password a temporary one is made.

    :raises Conflict: when there are people already.
    """
    if User.objects.exists():
        raise Conflict(_("There are people already: log in as a manager and add this person on the people page."))
    user = User(created_at=at, must_change_password=password is None)
    _fill(user, {"username": username.strip().lower(), "last_name": last_name, "first_name": first_name, "language": language})
    value = password or temporary_password()
    _set_password(user, value)
    _save_account(user, force_insert=True)
    RoleGrant.objects.create(user=user, role=Role.MANAGER, created_at=at)
    return Secret(owner=user, value=value)


@transaction.atomic
def create_user(
    *, actor: User, at: datetime, username: str, details: Mapping[str, Any], password: str | None = None, id: UUID | None = None
) -> Secret:
    """An account for a person; without a password a temporary one is made, to be changed at the first login.

    `details`: names, e-mail, language, home branch, speciality, RPPS number, colour.

    :raises UsernameTaken: when the name is in use.
    """
    actor.require(Permission.STAFF_WRITE)
    details = _checked(details)
    known = find_sent(User, id, username=username, **details)
    if known is not None:
        return Secret(owner=known, value="")
    user = User(id=id or uuid7(), username=username.strip(), created_at=at, must_change_password=password is None)
    _fill(user, details)
    value = password or temporary_password()
    _set_password(user, value)
    _save_account(user, force_insert=True)
    return Secret(owner=user, value=value)


@transaction.atomic
def update_user(*, user: User, version: int, actor: User, details: Mapping[str, Any]) -> User:
    """Change a person's details; a person may change their own language, colour and e-mail only through `update_own`.

    :raises OutOfReach: as every write about another person's account, when that person works where the actor manages nobody.
    """
    locked = _lock(user, version)
    reach.require_person(actor, locked)
    _fill(locked, _checked(details))
    _save_account(locked)
    return locked


@transaction.atomic
def update_own(*, actor: User, language: str | None = None, colour: str | None = None, notation: str | None = None) -> User:
    """What a person may change about themselves."""
    locked = User.objects.select_for_update().get(pk=actor.pk)
    given = {"language": language or None, "colour": colour, "notation": notation or None}
    _fill(locked, {name: value for name, value in given.items() if value is not None})
    locked.full_clean(exclude=["password"])
    locked.save(update_fields=["language", "colour", "notation"])
    locked.refresh_from_db(fields=["version"])
    return locked


@transaction.atomic
def deactivate_user(*, user: User, actor: User, at: datetime) -> User:
    """Close the account of a person who left; their tokens end, their records and history stay.

    :raises OwnRoles: a person cannot close their own account. :raises LastManager:
    """
    actor.require(Permission.STAFF_WRITE)
    _refuse_own(user, actor)
    locked = User.objects.select_for_update().get(pk=user.pk)
    reach.require_person(actor, locked)
    if Role.MANAGER in locked.roles:
        _refuse_last_manager(actor, locked)
    locked.is_active = False
    locked.save(update_fields=["is_active"])
    locked.refresh_from_db(fields=["version"])
    ApiToken.objects.filter(user=locked, revoked_at=None).update(revoked_at=at)
    return locked


@transaction.atomic
def activate_user(*, user: User, actor: User) -> User:
    """Open the account of a person who came back."""
    locked = User.objects.select_for_update().get(pk=user.pk)
    reach.require_person(actor, locked)
    locked.is_active = True
    locked.save(update_fields=["is_active"])
    locked.refresh_from_db(fields=["version"])
    return locked


@transaction.atomic
def grant_role(*, user: User, role: Role, branch: Branch | None, actor: User, at: datetime) -> RoleGrant:
    """Give a person a role in one branch (None: in all); given twice it is the first one.

    :raises OwnRoles: nobody raises themselves. :raises OnlyManagers: only a manager makes a manager.
    :raises OutOfReach: who manages people in one branch gives roles in that one alone.
    """
    actor.require(Permission.STAFF_WRITE)
    _refuse_own(user, actor)
    reach.require_branch(actor, branch)
    if role == Role.MANAGER and Role.MANAGER not in actor.roles_reaching(branch):
        raise OnlyManagers
    locked = User.objects.select_for_update().get(pk=user.pk)
    standing = RoleGrant.objects.filter(user=locked, role=role, branch=branch, ended_at=None).first()
    return standing or RoleGrant.objects.create(user=locked, role=role, branch=branch, created_at=at)


@transaction.atomic
def end_role(*, grant: RoleGrant, actor: User, at: datetime) -> RoleGrant:
    """Take a role away; the row stays, with its end.

    :raises LastManager: the clinic keeps at least one. :raises OutOfReach: :raises OnlyManagers: as when it is given.
    """
    actor.require(Permission.STAFF_WRITE)
    _refuse_own(grant.user, actor)
    reach.require_branch(actor, grant.branch)
    if grant.role == Role.MANAGER and Role.MANAGER not in actor.roles_reaching(grant.branch):
        raise OnlyManagers
    locked = RoleGrant.objects.select_for_update().get(pk=grant.pk)
    if locked.ended_at is not None:
        return locked
    if locked.role == Role.MANAGER:
        _refuse_last_manager(actor, locked.user)
    locked.ended_at = at
    locked.save(update_fields=["ended_at"])
    return locked


def check_own_password(*, actor: User, password: str, field: str, at: datetime) -> None:
    """Who sits at the screen shows by the present password that it is they; too many wrong ones close this for a while.

    :raises WrongPassword: named under `field`. :raises PasswordLocked:
    """
    refusal = _try_password(actor, password, field, at)
    if refusal is not None:
        raise refusal


@transaction.atomic
def _try_password(actor: User, password: str, field: str, at: datetime) -> DomainError | None:
    locked = User.objects.select_for_update().get(pk=actor.pk)
    if attempts.closed_until(counted=attempts.PASSWORD, user=locked, at=at):
        return PasswordLocked()
    if check_password(password, locked.password):
        return None
    history.note_about_login("password_refused", user_id=locked.pk, body=None)
    return WrongPassword(fields={field: WrongPassword.default_message})


@transaction.atomic
def set_password(*, user: User, password: str, actor: User) -> User:
    """A person's own new password.

    :raises InvalidInput: when it is too short, too common or too like the name.
    """
    locked = User.objects.select_for_update().get(pk=user.pk)
    if actor.pk != user.pk:
        reach.require_person(actor, locked)
    _set_password(locked, password)
    locked.must_change_password = actor.pk != user.pk
    locked.save(update_fields=["password", "must_change_password"])
    return locked


@transaction.atomic
def reset_password(*, user: User, actor: User) -> Secret:
    """A temporary password, shown once, for a person who forgot theirs; a name locked after wrong passwords is free again."""
    value = temporary_password()
    changed = set_password(user=user, password=value, actor=actor)
    reset(username=user.username)
    history.note_about_login("login_freed", user_id=user.pk, body=None)
    return Secret(owner=changed, value=value)


@transaction.atomic
def reset_from_server(*, username: str) -> Secret:
    """A temporary password given by whoever runs the server: the way back when nobody in the clinic may give one.

    :raises InvalidInput: when nobody of that name works here.
    """
    locked = User.objects.select_for_update().filter(username__iexact=username, is_active=True).first()
    if locked is None:
        raise InvalidInput(fields={"username": _("There is no such person.")})
    value = temporary_password()
    _set_password(locked, value)
    locked.must_change_password = True
    locked.save(update_fields=["password", "must_change_password"])
    reset(username=locked.username)
    history.note_about_login("login_freed", user_id=locked.pk, body=None)
    return Secret(owner=locked, value=value)


@transaction.atomic
def create_api_token(*, user: User, name: str, actor: User, at: datetime, life: timedelta = TOKEN_LIFE) -> Secret:
    """A program's key that acts as `user`; the value is shown once and only its hash is kept."""
    reach.require_person(actor, user)
    value = f"clinic_{secrets.token_urlsafe(32)}"
    row = ApiToken(user=user, name=name.strip(), token_hash=ApiToken.hash_of(value), expires_at=at + life, created_at=at)
    if not row.name:
        raise InvalidInput(fields={"name": _("Say what the token is for.")})
    if not user.is_active:
        raise InvalidInput(fields={"user": _("This person no longer works here.")})
    row.save(force_insert=True)
    return Secret(owner=user, value=value, row=row)


@transaction.atomic
def revoke_api_token(*, token: ApiToken, actor: User, at: datetime) -> ApiToken:
    """End a token at once; it was revoked when it was revoked first."""
    if token.user_id != actor.pk:
        reach.require_person(actor, token.user)
    locked = ApiToken.objects.select_for_update().get(pk=token.pk)
    if locked.revoked_at is None:
        locked.revoked_at = at
        locked.save(update_fields=["revoked_at"])
    return locked


def temporary_password() -> str:
    """Readable over the phone: no letters that look alike."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _position in range(4)) for _group in range(3))


def _set_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InvalidInput(fields={"password": " ".join(error.messages)}) from error
    user.set_password(password)


def _fill(user: User, details: Mapping[str, Any]) -> None:
    for name in ("username", "last_name", "first_name", "patronymic", "email", "language", "notation", "home_branch", "speciality", "rpps", "colour"):
        if name in details:
            setattr(user, name, details[name])


def _checked(details: Mapping[str, Any]) -> Mapping[str, Any]:
    """The details with the RPPS number as it is kept, without spaces."""
    number = "".join(details.get("rpps", "").split())
    problem = rules.rpps_problem(number) if number else ""
    if problem:
        raise InvalidInput(fields={"rpps": WRONG_RPPS[problem]})
    return {**details, "rpps": number} if "rpps" in details else details


def _save_account(user: User, *, force_insert: bool = False) -> None:
    try:
        user.clean_fields(exclude=["password"])
    except ValidationError as error:
        raise InvalidInput(fields={name: " ".join(texts) for name, texts in error.message_dict.items()}) from error
    if User.objects.filter(username__iexact=user.username).exclude(pk=user.pk).exists():
        raise UsernameTaken(fields={"username": UsernameTaken.default_message})
    try:
        with transaction.atomic():
            user.save(force_insert=force_insert)
    except IntegrityError as error:
        if "staff_user_rpps_once" in str(error):
            raise InvalidInput(fields={"rpps": _("This RPPS number belongs to somebody else here.")}) from error
        raise UsernameTaken(fields={"username": UsernameTaken.default_message}) from error
    user.refresh_from_db(fields=["version"])


def _lock(user: User, version: int) -> User:
    locked = User.objects.select_for_update().get(pk=user.pk)
    if locked.version != version:
        raise StaleVersion
    return locked


def _refuse_own(user: User, actor: User) -> None:
    if user.pk == actor.pk:
        raise OwnRoles


def _refuse_last_manager(actor: User, leaving: User) -> None:
    if Role.MANAGER not in actor.roles:
        raise OnlyManagers
    others = RoleGrant.objects.filter(role=Role.MANAGER, ended_at=None, user__is_active=True).exclude(user=leaving)
    if not others.exists():
        raise LastManager
