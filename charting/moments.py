"""When an entry was made at the chair: what its device says, put right by the device's own clock and held within bounds."""

from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from clinic.lib.errors import InvalidInput
from clinic.patients.models import Patient

SKEW = timedelta(minutes=2)
LONGEST_WAIT = timedelta(days=7)


class NotThen(InvalidInput):
    """The time that the device gives for the entry cannot be; nothing was recorded."""

    code = "not_then"


def device_of(request: HttpRequest) -> datetime | None:
    """Where the device's clock stands now, as its request says."""
    told = request.headers.get("Device-Time", "")
    try:
        found = parse_datetime(told)
    except ValueError:
        return None
    return found if found and found.tzinfo else None


def of_request(request: HttpRequest, patient: Patient, told: datetime | None) -> datetime:
    """The instant of an entry that was made at `told`, as far as the device that sends the request can be believed.

    :raises NotThen: as in `made_at`.
    """
    return made_at(told, device=device_of(request), patient=patient, now=timezone.now())


def made_at(told: datetime | None, *, device: datetime | None, patient: Patient, now: datetime) -> datetime:
    """The instant of an entry that was made at `told` by a device whose clock stands at `device` now; without `told` it is made now.

    A clock that is right but for the time that the request took is believed as it is.

    :raises NotThen: when that lies ahead, before the patient's record began, or longer ago than a device may keep an entry.
    """
    if told is None:
        return now
    ahead = device - now if device else timedelta()
    found = told - ahead if abs(ahead) > SKEW else told
    if found > now + SKEW:
        raise NotThen(
            fields={"entered_at": _("The clock of the device is ahead, so the time of this entry lies in the future. It can be recorded as of now.")}
        )
    if found < patient.created_at - SKEW:
        raise NotThen(fields={"entered_at": _("The entry is older than this patient's record. It can be recorded as of now.")})
    if found < now - LONGEST_WAIT:
        raise NotThen(fields={"entered_at": _("The entry was made more than a week ago. It can be recorded as of now.")})
    return min(found, now)
