"""The entrance: login, logout, lock, switch of person by PIN."""

from datetime import datetime
from typing import Any

from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.middleware import HtmxDetails

from clinic.history import actions as history
from clinic.lib.errors import DomainError
from clinic.staff import attempts, pins, queries, sessions
from clinic.staff.forms import LoginForm
from clinic.staff.guards import entered, public
from clinic.staff.models import User

SHARED_COOKIE = "shared_pc"


@sensitive_post_parameters("password")
@never_cache
@public
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """Name and password; a wrong pair says nothing about which of the two was wrong."""
    now = timezone.now()
    if request.user.is_authenticated and request.method != "POST":
        return HttpResponseRedirect(next_url(request))
    form = LoginForm(request.POST or None, initial={"is_shared": SHARED_COOKIE in request.COOKIES})
    if request.method == "POST" and attempts.is_flooded(address=request.META.get("REMOTE_ADDR"), at=now, span=get_cool_off(request)):
        return _closed(request, until=now + get_cool_off(request), at=now, why="address")
    if request.method == "POST" and form.is_valid():
        until = attempts.name_closed_until(username=form.cleaned_data["username"], address=request.META.get("REMOTE_ADDR"), at=now)
        if until:
            return _closed(request, until=until, at=now, why="places")
        user = auth.authenticate(request, username=form.cleaned_data["username"], password=form.cleaned_data["password"])
        if isinstance(user, User):
            return _entered(request, user, is_shared=form.cleaned_data["is_shared"], at=now)
        history.record_login(what="login_refused", body={"username": form.cleaned_data["username"]})
        form.refuse()
    context = {"form": form, "next": next_url(request), "can_switch": sessions.is_open(request, now)}
    return render(request, "staff/login.html", context, status=422 if request.method == "POST" else 200)


def _entered(request: HttpRequest, user: User, *, is_shared: bool, at: datetime) -> HttpResponse:
    sessions.start(request, user, at=at, is_shared=is_shared)
    response = HttpResponseRedirect(next_url(request))
    if is_shared:
        response.set_cookie(SHARED_COOKIE, "1", max_age=365 * 86400, httponly=True, samesite="Lax", secure=not settings.DEBUG)
    else:
        response.delete_cookie(SHARED_COOKIE)
    return response


def locked_out(request: HttpRequest, original_response: HttpResponse | None = None, credentials: dict[str, Any] | None = None) -> HttpResponse:
    """Too many wrong passwords for a name at one address. Called by axes instead of the answer of the login page."""
    now = timezone.now()
    username = (credentials or {}).get("username") or request.POST.get("username", "").strip().lower()
    attempt = AccessAttempt.objects.filter(username=username, ip_address=request.META.get("REMOTE_ADDR")).order_by("-attempt_time").first()
    return _closed(request, until=(attempt.attempt_time if attempt else now) + get_cool_off(request), at=now)


def _closed(request: HttpRequest, *, until: datetime, at: datetime, why: str = "name") -> HttpResponse:
    """How long to wait and what else to do."""
    minutes = attempts.minutes_until(until, at)
    response = render(request, "staff/locked_out.html", {"minutes": minutes, "until": until, "why": why}, status=429)
    response["Retry-After"] = str(minutes * 60)
    return response


@entered
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """The browser forgets everybody."""
    sessions.end(request, what="logout")
    return redirect("login")


@entered
@require_POST
def lock(request: HttpRequest) -> HttpResponse:
    """Leave the chair: nobody acts until somebody's PIN is given."""
    sessions.lock(request, what="lock")
    return redirect("switch-user")


@sensitive_post_parameters("pin")
@never_cache
@public
@require_http_methods(["GET", "HEAD", "POST"])
def switch_user(request: HttpRequest) -> HttpResponse:
    """Who takes this PC over, by PIN; open only where somebody logged in with a password today."""
    now = timezone.now()
    if not sessions.is_open(request, now):
        return HttpResponseRedirect(f"{reverse('login')}?{urlencode({'next': next_url(request)})}")
    people = _people_of_browser(request)
    chosen = next((person for person in people if str(person.pk) == request.POST.get("user")), None)
    error: DomainError | None = None
    if request.method == "POST":
        try:
            if chosen is None:
                raise pins.WrongPin
            pins.check_pin(user=chosen, pin=request.POST.get("pin", ""), at=now)
        except DomainError as refusal:
            error = refusal
        else:
            sessions.switch(request, chosen, at=now)
            return HttpResponseRedirect(next_url(request))
    context = {"people": people, "chosen": chosen, "error": error, "next": next_url(request)}
    return render(request, "staff/switch_user.html", context, status=error.status if error else 200)


def _people_of_browser(request: HttpRequest) -> list[User]:
    here = sessions.people_here(request)
    people = queries.people_with_pin(sessions.branch_here(request), here).prefetch_related("role_grants")
    return sorted(people, key=lambda person: here.index(str(person.pk)) if str(person.pk) in here else len(here))


def next_url(request: HttpRequest) -> str:
    """Where the person wanted to go; never outside the clinic."""
    beside = HtmxDetails(request).current_url_abs_path if request.headers.get("HX-Request") else None
    url = request.POST.get("next") or request.GET.get("next") or beside or settings.LOGIN_REDIRECT_URL
    return url if url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()}, require_https=request.is_secure()) else "/"
