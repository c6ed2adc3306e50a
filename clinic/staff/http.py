"""Requests as our middleware leaves them, for annotations: `request: Request` in a guarded view or an API operation."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_htmx.middleware import HtmxDetails

from clinic.lib.errors import DomainError
from clinic.staff.models import Branch, User


class AnyRequest(HttpRequest):
    """A request of a person or of a visitor; `branch` is where the person works now, `branches` where they may."""

    branch: Branch | None
    branches: list[Branch]
    htmx: HtmxDetails
    only_reads: bool
    """Of a page that sets what holds in all branches: whoever opened it does not hold the right in all of them."""


def show_once(request: HttpRequest, name: str) -> None:
    """Say that the answer's field `name` is a secret: a repeated request gets the answer without it, and it is stored nowhere."""
    request.shown_once = (*getattr(request, "shown_once", ()), name)  # type: ignore[attr-defined]


class Request(AnyRequest):
    """A request of a person who is logged in: what a view behind `guards.page` and every API operation receives."""

    user: User


class NoBranch(DomainError):
    code = "no_branch"
    default_message = _("You work in no branch yet. Ask the system administrator to give you a role in one.")


def branch_of(request: AnyRequest) -> Branch:
    """The branch the person works in now.

    :raises NoBranch: when they have none.
    """
    if request.branch is None:
        raise NoBranch
    return request.branch
