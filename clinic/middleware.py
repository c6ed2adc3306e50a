"""Request middleware: who acts, in which language and zone, and how a refused act is shown on a page."""

import zoneinfo
from collections.abc import Callable
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation

from clinic.history.context import Context, acting
from clinic.lib.errors import DomainError
from clinic.staff import queries
from clinic.staff.actions import context_of
from clinic.staff.http import AnyRequest
from clinic.staff.models import Branch

Handler = Callable[[HttpRequest], HttpResponse]


class HistoryContextMiddleware:
    """Names the actor of the request for history; a visitor is named as such."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = _request_id(request)
        address = request.META.get("REMOTE_ADDR") or None
        if request.user.is_authenticated:
            context = context_of(request.user, request=request_id, address=address)
        else:
            context = Context(actor="visitor", actor_name="visitor", actor_role="", purpose="access", request=request_id, address=address)
        with acting(context):
            response = self.get_response(request)
        response["X-Request-ID"] = str(request_id)
        return response


def _request_id(request: HttpRequest) -> UUID:
    try:
        return UUID(request.headers.get("X-Request-ID", ""))
    except ValueError:
        return uuid4()


class LanguageAndZoneMiddleware:
    """The user's language (a visitor's: the browser's), the branch's time zone."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: AnyRequest) -> HttpResponse:
        user = request.user
        language = user.language if user.is_authenticated else request.COOKIES.get("language") or translation.get_language_from_request(request)
        request.branch = _current_branch(request)
        zone = request.branch.time_zone if request.branch else "UTC"
        request.LANGUAGE_CODE = language if language in ("en", "ru", "fr") else "en"
        with translation.override(request.LANGUAGE_CODE), timezone.override(zoneinfo.ZoneInfo(zone)):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        return response


def _current_branch(request: AnyRequest) -> Branch | None:
    if not request.user.is_authenticated:
        return None
    request.branches = queries.branches_of(request.user)
    return queries.current_branch(request.user, request.session.get("branch"), request.branches)


class DomainErrorMiddleware:
    """Turns a DomainError that no view caught into a page that says what happened and what to do next."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError) or request.path.startswith("/api/"):
            return None
        template = "desk/_error.html" if request.headers.get("HX-Request") else "desk/error.html"
        return render(request, template, {"error": exception}, status=exception.status)
