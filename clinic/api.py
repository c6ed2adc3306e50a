"""The API under /api/v1/: one NinjaAPI, a router per app, one error shape."""

import logging
from collections.abc import Callable
from functools import cached_property, wraps
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.docs import Swagger
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from charting.api import router as charting_router
from clinic.billing.api import router as billing_router
from clinic.desk.history_api import router as history_router
from clinic.lib import asked, openapi
from clinic.lib.errors import DomainError, InvalidInput, NotFound
from clinic.lib.field_errors import NOT_VALID, in_words, name_of
from clinic.lib.incoming import StrictParser, Unreadable
from clinic.lib.refusals import as_refusal
from clinic.patients.api import router as patients_router
from clinic.price_list.api import router as price_list_router
from clinic.scheduling.api import router as scheduling_router
from clinic.staff.api import router as staff_router
from clinic.staff.auth import session_auth, token_auth
from exports.api import router as exports_router
from exports.legal.api import router as legal_router
from exports.privacy.api import router as privacy_router
from insurance.api import router as insurance_router
from inventory.api import router as inventory_router
from lab_orders.api import router as lab_orders_router
from treatment_plans.api import router as treatment_plans_router


class ClinicAPI(NinjaAPI):
    """The API; its published description says of every operation how it may refuse."""

    @cached_property
    def described(self) -> OpenAPISchema:
        """Made once, for it takes seconds; it is the same for everybody."""
        document = super().get_openapi_schema()
        openapi.complete(document)
        return document

    def get_openapi_schema(self, **_asked: Any) -> OpenAPISchema:
        return self.described

    def create_temporal_response(self, request: HttpRequest) -> HttpResponse:
        """What ninja calls between knowing the caller and reading the request."""
        request.problems = list(asked.of_parameters(request.operation, request))  # type: ignore[attr-defined]
        if asked.is_unasked_body(request.operation, request):  # type: ignore[attr-defined]
            self.parser.parse_body(request)
        return super().create_temporal_response(request)


api = ClinicAPI(
    title="Dental clinic",
    version="1",
    urls_namespace="api",
    auth=[token_auth, session_auth],
    docs=Swagger(settings={"docExpansion": "none", "filter": True}),  # hundreds of operations, drawn at once, keep a browser busy for seconds
    docs_url="/docs",
    parser=StrictParser(),
)
logger = logging.getLogger("clinic.api")


def error_body(code: str, message: str, fields: dict[str, str] | None = None, link: str | None = None) -> dict[str, Any]:
    """The one error shape: {code, message, fields?, link?}."""
    body: dict[str, Any] = {"code": code, "message": message}
    if fields:
        body["fields"] = fields
    if link:
        body["link"] = link
    return body


@api.exception_handler(DomainError)
def refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    fields = {name: str(text) for name, text in error.fields.items()}
    return api.create_response(request, error_body(error.code, str(error.message), fields, error.link), status=error.status)


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields: dict[str, str] = {}
    for name, words in map(_field, error.errors):
        fields.setdefault(name, words)
    for name, text in getattr(request, "problems", []):
        fields.setdefault(name, str(text))
    return api.create_response(request, error_body("invalid", str(InvalidInput.default_message), fields), status=422)


def _field(item: dict[str, Any]) -> tuple[str, str]:
    """Name and words of one problem; ninja's own pagination names the parameter alone."""
    if "loc" not in item:
        return next(iter(item), ""), str(NOT_VALID)
    location = item["loc"][2:] or (item["loc"] if item["loc"][0] == "body" else item["loc"][1:])
    return name_of(location), in_words(item)


@api.exception_handler(AuthenticationError)
def unknown_caller(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    if "X-CSRFToken" in request.headers:  # a page of ours, whose person reads it
        message = _("You were logged out. Log in again in another tab; what you typed is kept here.")
    else:
        message = _("Log in, or send a token that is in force: Authorization: Bearer …")
    return api.create_response(request, error_body("not_authenticated", message), status=401)


@api.exception_handler(Http404)
def missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return api.create_response(request, error_body(NotFound.code, str(NotFound.default_message)), status=404)


@api.exception_handler(HttpError)
def unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What ninja refuses by itself: a body that is no JSON."""
    cause = error.__cause__
    if error.status_code == Unreadable.status:
        return refused(request, cause if isinstance(cause, DomainError) else Unreadable())
    return api.create_response(request, error_body("refused", str(error)), status=error.status_code)


@api.exception_handler(Exception)
def broken(request: HttpRequest, error: Exception) -> HttpResponse:
    """An error of a library in our words; anything else is our fault: it is logged, and the caller learns nothing of its inside."""
    if isinstance(error, SuspiciousOperation | MultiPartParserError):
        raise error  # Django answers 400 or 413, `clinic/middleware.py` says it in our shape
    refusal = as_refusal(error)
    logger.log(logging.WARNING if refusal else logging.ERROR, "API request failed", exc_info=error)
    if refusal:
        return refused(request, refusal)
    got_request_exception.send(sender=None, request=request)
    return api.create_response(request, error_body("internal", _("Something went wrong on our side. Nothing was saved, try again.")), status=500)


def _naming_itself(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The operation stands at its request, so that what is read can be held against what was asked."""
    operation: Operation = run.__self__  # type: ignore[attr-defined]

    @wraps(run)
    def known(request: HttpRequest, **path: Any) -> HttpResponse:
        request.operation = operation  # type: ignore[attr-defined]
        return run(request, **path)

    return known


def _asked_for_all(view: Callable[..., Any]) -> Callable[..., Any]:
    """Nothing is done for a request of which a part would be passed over or guessed."""

    @wraps(view)
    def done(request: HttpRequest, *path: Any, **values: Any) -> Any:
        if problems := request.problems:  # type: ignore[attr-defined]
            raise InvalidInput(fields=dict(reversed(problems)))
        return view(request, *path, **values)

    return done


api.add_decorator(_naming_itself, mode="view")
api.add_decorator(_asked_for_all, mode="operation")
for _router in (
    patients_router,
    price_list_router,
    scheduling_router,
    billing_router,
    staff_router,
    history_router,
    charting_router,
    treatment_plans_router,
    inventory_router,
    lab_orders_router,
    insurance_router,
    exports_router,
    legal_router,
    privacy_router,
):
    api.add_router("", _router)
