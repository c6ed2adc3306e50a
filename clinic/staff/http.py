"""Requests as our middleware leaves them, for annotations: `request: Request` in a guarded view or an API operation."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from clinic.staff.models import Branch, User


class AnyRequest(HttpRequest):
    """A request of a person or of a visitor; `branch` is where the person works now."""

    branch: Branch | None
    htmx: HtmxDetails


class Request(AnyRequest):
    """A request of a person who is logged in: what a view behind `guards.page` and every API operation receives."""

    user: User
