"""Sessions on the clinic's PCs: full logins, the switch of person by PIN, the lock, absolute and idle expiry.

A session belongs to one browser. `workstation` in it lists who logged in with a password here and when; such a person
(and anyone of the branch who has a PIN) may take the browser over by PIN. Twelve hours after the last full login it ends.
"""

from base64 import b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django_otp import DEVICE_ID_SESSION_KEY

from clinic.history import actions as history
from clinic.history import context
from clinic.staff.actions import context_of
from clinic.staff.models import User

BACKEND = "clinic.staff.backend.PersonBackend"
WORKSTATION = "workstation"
SEEN, SINCE, SHARED = "seen_at", "since", "shared"
SEEN_STEP = timedelta(minutes=1)
OFFLINE_COPY = "X-Offline-Copy"
"""What a device brings along for when the clinic cannot be reached: nobody has read it yet, the look is recorded as that."""
OFFLINE_SALT = "clinic.staff.offline-key"


def start(request: HttpRequest, user: User, *, at: datetime, is_shared: bool) -> None:
    """A full login with the password; the person joins the list of those who may come back here by PIN."""
    workstation = _workstation(request)
    people = {**workstation.get("people", {}), str(user.pk): {"at": at.timestamp(), "device": None}}
    branch = request.session.get("branch") or (str(user.home_branch_id) if user.home_branch_id else None)
    _enter(request, user, workstation={"people": people, SINCE: at.timestamp(), SHARED: is_shared, "branch": branch}, at=at)
    history.note_about_login("login", user_id=user.pk, body={"shared": is_shared})


def switch(request: HttpRequest, user: User, *, at: datetime) -> None:
    """Another person takes the browser over by PIN; from now on it is they who act."""
    workstation = _workstation(request)
    before = str(request.user.pk) if request.user.is_authenticated else None
    _enter(request, user, workstation=workstation, at=at)
    device = workstation.get("people", {}).get(str(user.pk), {}).get("device")
    if device:
        request.session[DEVICE_ID_SESSION_KEY] = device
    history.note_about_login("pin_accepted", user_id=user.pk, body={"before": before})


def remember_device(request: HttpRequest, device_id: str) -> None:
    """The second factor was shown here; the person need not show it again at each switch."""
    workstation = _workstation(request)
    workstation.get("people", {}).setdefault(str(request.user.pk), {"at": workstation.get(SINCE)})["device"] = device_id
    request.session[WORKSTATION] = workstation


def lock(request: HttpRequest, *, what: str) -> None:
    """Nobody acts any more, but people of this browser may come back by PIN."""
    workstation = _workstation(request)
    if request.user.is_authenticated:
        history.note_about_login(what, user_id=request.user.pk, body=None)
    auth.logout(request)
    request.session[WORKSTATION] = workstation


def end(request: HttpRequest, *, what: str) -> None:
    """The browser forgets everybody."""
    if request.user.is_authenticated:
        history.note_about_login(what, user_id=request.user.pk, body=None)
    auth.logout(request)


def is_open(request: HttpRequest, at: datetime) -> bool:
    """Somebody logged in here with a password within the last twelve hours, so a PIN is enough."""
    return bool(at.timestamp() - _workstation(request).get(SINCE, 0) < settings.SESSION_COOKIE_AGE)


def people_here(request: HttpRequest) -> list[str]:
    """Ids of the people who logged in with a password in this browser, latest first."""
    people = _workstation(request).get("people", {})
    return sorted(people, key=lambda user_id: -people[user_id]["at"])


def branch_here(request: HttpRequest) -> str | None:
    """The branch where this browser stands."""
    return request.session.get("branch") or _workstation(request).get("branch")


def signs_with_pin(request: HttpRequest) -> bool:
    """Whether whoever signs here says by PIN that it is they (`SIGN_WITH_PIN`)."""
    is_shared = bool(_workstation(request).get(SHARED))
    return settings.SIGN_WITH_PIN == "always" or (settings.SIGN_WITH_PIN == "shared" and is_shared)


def offline_key(request: HttpRequest, user: User) -> dict[str, object]:
    """A key of 256 bits that only this person is given, the same at every login, and the instant when this session ends at the latest."""
    key = salted_hmac(OFFLINE_SALT, str(user.pk), algorithm="sha256").digest()
    until = _workstation(request).get(SINCE, 0) + settings.SESSION_COOKIE_AGE
    return {"user": str(user.pk), "key": b64encode(key).decode(), "until": int(until * 1000)}


def _workstation(request: HttpRequest) -> dict[str, Any]:
    return dict(request.session.get(WORKSTATION, {}))


def _is_by_itself(request: HttpRequest) -> bool:
    """Whether the device asks without anybody's hand, so that an idle screen stays idle."""
    return OFFLINE_COPY in request.headers


def _enter(request: HttpRequest, user: User, *, workstation: dict[str, Any], at: datetime) -> None:
    before = context.current()
    branch = branch_here(request)
    auth.login(request, user, backend=BACKEND)
    request.session.pop(DEVICE_ID_SESSION_KEY, None)
    request.session[WORKSTATION] = workstation
    request.session[SEEN] = at.timestamp()
    if branch:
        request.session["branch"] = branch
    context.become(context_of(user, request=before.request if before else None, address=before.address if before else None, purpose="access"))


class SessionLimits:
    """Ends a session twelve hours after the last full login; locks an idle one on a shared PC."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            self._apply(request, timezone.now())
        return self.get_response(request)

    def _apply(self, request: HttpRequest, now: datetime) -> None:
        session, seconds = request.session, now.timestamp()
        if WORKSTATION not in session:
            session[WORKSTATION] = {"people": {}, SINCE: seconds, SHARED: False}
        idle_limit = settings.SESSION_IDLE_MINUTES_SHARED if session[WORKSTATION].get(SHARED) else settings.SESSION_IDLE_MINUTES
        idle = seconds - session.get(SEEN, seconds)
        with context.acting(context_of(request.user, address=request.META.get("REMOTE_ADDR"), purpose="access")):  # type: ignore[arg-type]
            if not is_open(request, now):
                end(request, what="session_expired")
            elif idle_limit and idle > idle_limit * 60:
                lock(request, what="idle_lock")
        if request.user.is_authenticated and not _is_by_itself(request) and (SEEN not in session or idle > SEEN_STEP.total_seconds()):
            session[SEEN] = seconds
