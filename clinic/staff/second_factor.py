"""The second factor: a time-based code from the person's telephone, with backup codes on paper."""

from datetime import datetime

import django_otp
import segno
from django.db import transaction
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from clinic.history import actions as history
from clinic.lib.errors import Conflict, DomainError, InvalidInput
from clinic.staff import attempts, reach
from clinic.staff.models import User

BACKUP_CODES = 10


class WrongCode(DomainError):
    """The code is not the one shown by the telephone now."""

    code = "wrong_code"
    default_message = _("This code does not match. Wait for the next one and check the telephone's clock.")


class CodeThrottled(DomainError):
    """Too many wrong codes."""

    code = "code_throttled"
    status = 429


class AlreadyOn(Conflict):
    """The second factor is on already."""

    code = "second_factor_on"
    default_message = _("The second factor is on already. Switch it off first to use another telephone.")


@transaction.atomic
def enrol(*, actor: User) -> TOTPDevice:
    """The telephone that waits for its first code; asked again, it is the same one.

    :raises AlreadyOn: when a telephone is confirmed.
    """
    locked = User.objects.select_for_update().get(pk=actor.pk)
    if locked.second_factor_at:
        raise AlreadyOn
    return TOTPDevice.objects.get_or_create(user=locked, confirmed=False, defaults={"name": "telephone"})[0]


def qr_code(device: TOTPDevice) -> SafeString:
    """The QR code with the device's secret, as inline SVG."""
    return mark_safe(segno.make(device.config_url, error="m").svg_inline(scale=5, border=2, dark="#000", light="#fff"))  # noqa: S308 - made here


@transaction.atomic
def confirm(*, actor: User, code: str, at: datetime) -> tuple[TOTPDevice, list[str]]:
    """Switch the second factor on with the first right code; returns the telephone and the backup codes, shown once.

    :raises WrongCode: :raises AlreadyOn:
    """
    device = enrol(actor=actor)
    if not device.verify_token(_digits(code)):
        raise WrongCode(fields={"code": WrongCode.default_message})
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    User.objects.filter(pk=actor.pk).update(second_factor_at=at)
    history.note_about_login("second_factor_on", user_id=actor.pk, body=None)
    return device, _new_backup_codes(actor)


@transaction.atomic
def new_backup_codes(*, actor: User) -> list[str]:
    """Fresh backup codes; the old ones end."""
    history.note_about_login("backup_codes_made", user_id=actor.pk, body=None)
    return _new_backup_codes(actor)


def verify(*, actor: User, code: str, address: str | None, at: datetime) -> Device:
    """The device whose code this is; a backup code is used up. Every wrong try is in the ledger, and too many close the door for a while.

    :raises WrongCode: :raises CodeThrottled:
    """
    found = _try_code(actor, code, address, at)
    if isinstance(found, DomainError):
        raise found
    return found


@transaction.atomic
def _try_code(actor: User, code: str, address: str | None, at: datetime) -> Device | DomainError:
    locked = User.objects.select_for_update().get(pk=actor.pk)
    until = attempts.code_closed_until(user=locked, address=address, at=at)
    device = None if until else django_otp.match_token(locked, _digits(code))
    if device is not None:
        history.note_about_login("second_factor_accepted", user_id=locked.pk, body={"device": device.name})
        return device
    if until is None:
        history.note_about_login("second_factor_refused", user_id=locked.pk, body=None)
        until = attempts.code_closed_until(user=locked, address=address, at=at)
    return _throttled(until, at) if until else WrongCode(fields={"code": WrongCode.default_message})


def _throttled(until: datetime, at: datetime) -> CodeThrottled:
    minutes = attempts.minutes_until(until, at)
    text = ngettext("Too many wrong codes. Try again in %(count)d minute.", "Too many wrong codes. Try again in %(count)d minutes.", minutes)
    return CodeThrottled(text % {"count": minutes})


@transaction.atomic
def disable(*, user: User, actor: User, reason: str) -> None:
    """Switch a person's second factor off; the reason is kept.

    :raises InvalidInput: without a reason.
    """
    if actor.pk != user.pk:
        reach.require_person(actor, user)
    if not reason.strip():
        raise InvalidInput(fields={"reason": _("Say why, it is kept in history.")})
    for kind in (TOTPDevice, StaticDevice):
        kind.objects.filter(user=user).delete()
    User.objects.filter(pk=user.pk).update(second_factor_at=None)
    history.note_about_login("second_factor_off", user_id=user.pk, body={"reason": reason.strip()})


def _new_backup_codes(user: User) -> list[str]:
    device = StaticDevice.objects.get_or_create(user=user, defaults={"name": "backup"})[0]
    device.token_set.all().delete()
    codes = [StaticToken.random_token() for _position in range(BACKUP_CODES)]
    StaticToken.objects.bulk_create([StaticToken(device=device, token=code) for code in codes])
    return codes


def _digits(code: str) -> str:
    return "".join(code.split()).lower()
