"""Who may open a page: every page view wears `@page(...)` or `@public`."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails
from django_otp import DEVICE_ID_SESSION_KEY

from clinic.staff import reach
from clinic.staff.roles import Permission

View = Callable[..., HttpResponseBase]
Decorator = Callable[[View], View]


def page(*permissions: Permission, everywhere: Permission | None = None) -> Decorator:
    """Open a page only to a person who is logged in (second factor included) and holds all of `permissions`.

    Nobody is led to the login page; a person without the right gets the 403 page. What the page sets holds in all branches when it names
    the right to set it `everywhere`: who does not hold that in all of them reads only, which the page shows (`request.only_reads`).
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            step = missing_step(request)
            if step:
                return _lead_to(request, step)
            for permission in permissions:
                request.user.require(permission)  # type: ignore[union-attr]
            if everywhere is not None:
                request.only_reads = not reach.holds_everywhere(request.user, everywhere)  # type: ignore[attr-defined, arg-type]
            return view(request, *args, **kwargs)

        guarded.permissions = permissions  # type: ignore[attr-defined]
        guarded.everywhere = everywhere  # type: ignore[attr-defined]
        return guarded

    return decorate


def entered(view: View) -> View:
    """Open a page to a person who gave name and password, before the other steps: second factor, new password, logout."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs) if request.user.is_authenticated else _lead_to(request, "login")

    guarded.permissions = ()  # type: ignore[attr-defined]
    return guarded


def public(view: View) -> View:
    """Mark a page as open to everybody."""
    view.permissions = "public"  # type: ignore[attr-defined]
    return view


def missing_step(request: HttpRequest) -> str | None:
    """The page that must be passed before any other: login, second factor or a new password; None when all are done."""
    user = request.user
    if not user.is_authenticated:
        return "login"
    if user.second_factor_at and not request.session.get(DEVICE_ID_SESSION_KEY):
        return "second-factor"
    return "password-change" if user.must_change_password else None


PAGE_FORM = "X-Page-Form"
"""What a page's own script says with a form it sends: the page must not be left, nor what was typed lost."""


def _lead_to(request: HttpRequest, step: str) -> HttpResponse:
    if request.headers.get(PAGE_FORM) or (request.headers.get("HX-Request") and request.method == "POST"):
        return HttpResponse(status=401)
    if request.headers.get("HX-Request"):
        back = HtmxDetails(request).current_url_abs_path or "/"
        return HttpResponseClientRedirect(f"{reverse(step)}?{urlencode({'next': back})}")
    if step == "login":
        return redirect_to_login(request.get_full_path())
    return redirect(f"{reverse(step)}?{urlencode({'next': request.get_full_path()})}")
