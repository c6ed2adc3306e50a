"""Who signs: on a shared PC the session may be that of somebody who has left, so the clinic may ask for the signer's PIN (`SIGN_WITH_PIN`)."""

from datetime import datetime

from django.http import HttpRequest

from clinic.staff import pins, sessions
from clinic.staff.models import User

REFUSALS = (pins.PinRequired, pins.WrongPin, pins.PinLocked)


def confirmed_by(request: HttpRequest, user: User, pin: str, *, at: datetime) -> str:
    """How the person of this session has shown that it is they who sign; empty where the clinic does not ask.

    :raises clinic.staff.pins.PinRequired: :raises clinic.staff.pins.WrongPin: :raises clinic.staff.pins.PinLocked:
    """
    if not sessions.signs_with_pin(request):
        return ""
    pins.confirm(user=user, pin=pin, at=at)
    return "PIN"
