"""PINs of shared PCs: chosen by their owner, checked with a limit."""

from datetime import datetime

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from clinic.history import actions as history
from clinic.lib.errors import DomainError, InvalidInput
from clinic.staff import attempts, reach, rules
from clinic.staff.models import User


class WrongPin(DomainError):
    """The PIN does not match."""

    code = "wrong_pin"
    default_message = _("This PIN does not match. Try again.")


class PinRequired(DomainError):
    """The PIN of whoever signs is asked for."""

    code = "pin_required"
    status = 422
    default_message = _("Type your PIN: it says that it is you who signs. Nothing was signed.")


class PinLocked(DomainError):
    """Too many wrong PINs."""

    code = "pin_locked"
    status = 429


@transaction.atomic
def set_pin(*, user: User, pin: str, actor: User) -> User:
    """The PIN with which a person takes over a shared PC; an empty one forbids it. Only its owner knows it.

    :raises InvalidInput: when it is not 4-8 digits or is too easy to guess.
    """
    if actor.pk != user.pk:
        reach.require_person(actor, user)
    if actor.pk != user.pk and pin:
        raise InvalidInput(fields={"pin": _("Only its owner chooses a PIN. You may erase it, so that they choose a new one.")})
    if pin and not rules.is_pin(pin):
        raise InvalidInput(fields={"pin": _("A PIN is 4 to 8 digits.")})
    if pin and rules.is_easy_pin(pin):
        raise InvalidInput(fields={"pin": _("This PIN is too easy to guess. Avoid rows and repeats.")})
    locked = User.objects.select_for_update().get(pk=user.pk)
    locked.pin = make_password(pin) if pin else ""
    locked.save(update_fields=["pin"])
    history.note_about_login("pin_set", user_id=locked.pk, body=None)
    return locked


def check_pin(*, user: User, pin: str, at: datetime) -> None:
    """Let the owner of the PIN pass; every wrong try is in the ledger, and too many of them lock the PIN for a while.

    :raises WrongPin: it is another person's or nobody's. :raises PinLocked: too many wrong tries.
    """
    refusal = _try_pin(user, pin, at)
    if refusal is not None:
        raise refusal


def confirm(*, user: User, pin: str, at: datetime) -> None:
    """Let the person sign who gives their own PIN.

    :raises PinRequired: it is not given, or the person has none yet. :raises WrongPin: :raises PinLocked:
    """
    if not user.pin:
        raise PinRequired(_("You have no PIN yet. Choose one under “My account”, then sign. Nothing was signed."), link="/account/pin/")
    if not pin:
        raise PinRequired
    check_pin(user=user, pin=pin, at=at)


@transaction.atomic
def _try_pin(user: User, pin: str, at: datetime) -> DomainError | None:
    locked = User.objects.select_for_update().get(pk=user.pk)
    until = attempts.closed_until(counted=attempts.PIN, user=locked, at=at)
    if until is None and locked.pin and locked.is_active and check_password(pin, locked.pin):
        return None
    if until is None:
        history.note_about_login("pin_refused", user_id=locked.pk, body=None)
        until = attempts.closed_until(counted=attempts.PIN, user=locked, at=at)
    return _locked_until(until, at) if until else WrongPin()


def _locked_until(until: datetime, at: datetime) -> PinLocked:
    minutes = attempts.minutes_until(until, at)
    text = ngettext(
        "Too many wrong PINs. Try again in %(count)d minute, or log in with the password.",
        "Too many wrong PINs. Try again in %(count)d minutes, or log in with the password.",
        minutes,
    )
    return PinLocked(text % {"count": minutes})
