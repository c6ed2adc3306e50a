"""When an entry was made at the chair: what its device says, put right by the device's own clock and held within bounds."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from clinic.history import context
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

    What the device said itself goes into history before the entry, when that is another time than now.

    :raises NotThen: as in `made_at`.
    """
    device, now = device_of(request), timezone.now()
    found = made_at(told, device=device, patient=patient, now=now)
    if told is not None:
        keep_told(told, device=device, now=now, taken=found)
    return found


def keep_told(told: datetime, *, device: datetime | None, now: datetime, taken: datetime | None = None) -> None:
    """Let history keep what the device said before what this request writes from now on; an entry of this moment by a right clock says nothing."""
    ahead = device - now if device else timedelta()
    current = context.current()
    if current is None or max(abs(now - told), abs(ahead)) <= SKEW:
        return
    said = {"told": told, "clock": device, "arrived": now, "taken": taken}
    body = {name: moment.isoformat() for name, moment in said.items() if moment}
    if device:
        body["ahead_seconds"] = str(round(ahead.total_seconds(), 1))
    context.become(replace(current, device=json.dumps(body)))


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
