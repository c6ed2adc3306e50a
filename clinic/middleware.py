"""Request middleware: who acts, in which language and zone, and how a refused act is shown on a page."""

import logging
import sys
import zoneinfo
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address
from urllib.parse import unquote
from uuid import UUID, uuid4

from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.core.signals import got_request_exception
from django.dispatch import receiver
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from charting import notation
from clinic.history.context import Context, acting
from clinic.lib.errors import DomainError, NotAllowed, NotFound, Text
from clinic.lib.incoming import without_invisible
from clinic.lib.refusals import as_refusal, is_database_away
from clinic.patients import access
from clinic.staff import queries
from clinic.staff.actions import context_of
from clinic.staff.guards import PAGE_FORM
from clinic.staff.http import AnyRequest
from clinic.staff.models import Branch
from clinic.staff.sessions import OFFLINE_COPY

Handler = Callable[[HttpRequest], HttpResponse]
logger = logging.getLogger("clinic.pages")
PASSED_ON = (Http404, PermissionDenied, SuspiciousOperation, BadRequest, MultiPartParserError)
"""What Django itself answers with its 400, 403 and 404 pages."""
FOREIGN: dict[int, tuple[str, Text]] = {
    400: ("unreadable", _("The request could not be read. Nothing was saved.")),
    403: (NotAllowed.code, NotAllowed.default_message),
    404: (NotFound.code, NotFound.default_message),
    405: ("method_not_allowed", _("This address does not take this method.")),
    413: ("too_large", _("What was sent is too large. Nothing was saved.")),
    500: ("internal", _("Something went wrong on our side. Nothing was saved, try again.")),
    503: ("unavailable", _("The clinic's database does not answer. Nothing was saved; try again in a moment.")),
}


class ProxyAddressMiddleware:
    """Behind the clinic's own proxy the visitor's address is the last one in X-Forwarded-For: the one which that proxy has added."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        if settings.BEHIND_TLS_PROXY and forwarded:
            with suppress(ValueError):
                request.META["REMOTE_ADDR"] = str(ip_address(forwarded))
        return self.get_response(request)


class DatabaseAwayMiddleware:
    """While the database is away every address says so with 503: a chart then shows the device's copy, and what it sends waits."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        return _away(request) if is_database_away(getattr(request, "failed_on", None)) else response


@receiver(got_request_exception)
def _note_failure(*, request: HttpRequest | None = None, **_signal: object) -> None:
    """Django answers an error where it happens, out of sight of the middleware above."""
    if request is not None:
        setattr(request, "failed_on", sys.exc_info()[1])  # noqa: B010 - a request of Django has no such field


def _away(request: HttpRequest) -> HttpResponse:
    """Nothing about the visitor can be asked now but what the browser says."""
    with translation.override(request.COOKIES.get("language") or translation.get_language_from_request(request)):
        if request.path.startswith("/api/"):
            response = _as_json(HttpResponse(status=503))
        else:
            response = HttpResponse(render_to_string("503.html", {"LANGUAGE_CODE": translation.get_language()}), status=503)
    response.headers["Retry-After"] = "5"
    return response


class HistoryContextMiddleware:
    """Names the actor of the request for history; a visitor is named as such."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = _request_id(request)
        address = request.META.get("REMOTE_ADDR") or None
        if request.user.is_authenticated:
            purpose = "offline_copy" if OFFLINE_COPY in request.headers else "care"
            context = context_of(request.user, request=request_id, address=address, purpose=purpose)
        else:
            context = Context(actor="visitor", actor_name="visitor", actor_role="", purpose="access", request=request_id, address=address)
        reason = access.reason_given.set(unquote(request.headers.get(ACCESS_REASON, "")))
        try:
            with acting(context):
                response = self.get_response(request)
        finally:
            access.reason_given.reset(reason)
        response["X-Request-ID"] = str(request_id)
        return response


ACCESS_REASON = "X-Access-Reason"
"""Why a program opens a record outside the treating team (percent-encoded UTF-8); see `clinic.patients.access`."""


def _request_id(request: HttpRequest) -> UUID:
    try:
        return UUID(request.headers.get("X-Request-ID", ""))
    except ValueError:
        return uuid4()


class NotKeptMiddleware:
    """Nothing that was answered stays in the browser, unless a view says otherwise: Back after logging out shows no patient."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class PageFormMiddleware:
    """A form that a page's script has sent learns where to go next; a redirect would be followed unseen."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.headers.get(PAGE_FORM) and response.status_code in (301, 302, 303):
            response.headers["X-Go"] = response.headers["Location"]
            del response.headers["Location"]
            response.status_code = 204
        return response


class InvisibleTextMiddleware:
    """A name or reason of zero-width characters is no name and no reason: pages read it as empty."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> None:
        if request.method == "POST" and not request.path.startswith("/api/"):
            request.POST = without_invisible(request.POST)  # type: ignore[assignment] # the stubs know only the form as it was sent


class LanguageAndZoneMiddleware:
    """The user's language (a visitor's: the browser's) and notation of teeth, the branch's time zone."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: AnyRequest) -> HttpResponse:
        user = request.user
        language = user.language if user.is_authenticated else request.COOKIES.get("language") or translation.get_language_from_request(request)
        request.branch = _current_branch(request)
        zone = request.branch.time_zone if request.branch else "UTC"
        request.LANGUAGE_CODE = language if language in ("en", "ru", "fr") else "en"
        written = user.notation if user.is_authenticated else notation.current()
        with translation.override(request.LANGUAGE_CODE), timezone.override(zoneinfo.ZoneInfo(zone)), notation.shown_in(written):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        return response


def _current_branch(request: AnyRequest) -> Branch | None:
    if not request.user.is_authenticated:
        return None
    request.branches = queries.branches_of(request.user)
    request.user.works_in = queries.current_branch(request.user, request.session.get("branch"), request.branches)
    return request.user.works_in


class ErrorMiddleware:
    """Turns what no view caught into a page (under /api/ into JSON) that says what happened and what to do next."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_foreign = response.status_code >= 400 and not response.headers.get("Content-Type", "").startswith("application/json")
        return _as_json(response) if is_foreign and request.path.startswith("/api/") else response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, PASSED_ON) or request.path.startswith("/api/"):
            return None
        refusal = as_refusal(exception)
        if refusal is not exception:
            logger.log(logging.WARNING if refusal else logging.ERROR, "page failed", exc_info=exception)
        if refusal is None:
            got_request_exception.send(sender=None, request=request)
            return render(request, "500.html", status=500)
        if isinstance(refusal, access.ReasonRequired) and not request.headers.get("HX-Request"):
            back = request.get_full_path() if request.method == "GET" else ""
            context = {"error": refusal, "patient_id": refusal.patient_id, "next": back}
            return render(request, "patients/reason.html", context, status=refusal.status)
        template = "desk/_error.html" if request.headers.get("HX-Request") else "desk/error.html"
        return render(request, template, {"error": refusal}, status=refusal.status)


def _as_json(response: HttpResponse) -> HttpResponse:
    """An answer that Django made before or after the API (no such address, a body too large), in the API's one error shape."""
    code, message = FOREIGN.get(response.status_code, ("refused", DomainError.default_message))
    answer = JsonResponse({"code": code, "message": str(message)}, status=response.status_code)
    for name in ("Allow", "Retry-After"):
        if name in response.headers:
            answer.headers[name] = response.headers[name]
    return answer
