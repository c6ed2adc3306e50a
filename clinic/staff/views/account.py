"""One's own account: password, PIN, language, tooth numbers."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.lib.errors import DomainError
from clinic.staff import actions, pins, queries, sessions
from clinic.staff.forms import PasswordForm, PinForm
from clinic.staff.guards import entered, page, public
from clinic.staff.models import Notation, User
from clinic.staff.views.entrance import next_url


@page()
@require_GET
def account(request: HttpRequest) -> HttpResponse:
    """Who one is here, and what one may change."""
    person = queries.get_person(_user(request).pk)
    grants = [grant for grant in person.role_grants.all() if grant.is_current]
    return render(request, "staff/account.html", {"person": person, "grants": grants, "notations": Notation.choices})


@page()
@require_GET
def page_token(request: HttpRequest) -> JsonResponse:
    """Who acts now, and a token for forms that were opened before the last login."""
    return JsonResponse({"user": str(_user(request).pk), "token": get_token(request)})


@page()
@require_GET
def offline_key(request: HttpRequest) -> JsonResponse:
    """The key of what waits on the person's devices for the clinic to be reachable, and until when a device may hold it."""
    return JsonResponse(sessions.offline_key(request, _user(request)))


@sensitive_post_parameters()
@entered
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """A new password; a temporary one must be replaced before anything else."""
    user = _user(request)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.check_own_password(actor=user, password=form.cleaned_data["old"], field="old", at=timezone.now())
            changed = actions.set_password(user=user, password=form.cleaned_data["password"], actor=user)
        except DomainError as error:
            form.refuse_with(error)
        else:
            update_session_auth_hash(request, changed)
            messages.success(request, _("The password is changed. Other sessions of yours are closed."))
            return HttpResponseRedirect(next_url(request))
    context = {"form": form, "next": next_url(request), "is_temporary": user.must_change_password}
    return render(request, "staff/password.html", context, status=422 if form.errors else 200)


@sensitive_post_parameters()
@page()
@require_http_methods(["GET", "HEAD", "POST"])
def pin(request: HttpRequest) -> HttpResponse:
    """A PIN for shared PCs, chosen by its owner."""
    user = _user(request)
    form = PinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.check_own_password(actor=user, password=form.cleaned_data["password"], field="password", at=timezone.now())
            pins.set_pin(user=user, pin=form.cleaned_data["pin"], actor=user)
        except DomainError as error:
            form.refuse_with(error)
        else:
            messages.success(request, _("The PIN is set. Use it to take over a shared computer."))
            return redirect("account")
    return render(request, "staff/pin.html", {"form": form}, status=422 if form.errors else 200)


@public
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """The language of the pages: the person's own, or a visitor's in a cookie."""
    chosen = request.POST.get("language", "")
    response = HttpResponseRedirect(next_url(request))
    if chosen in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            actions.update_own(actor=request.user, language=chosen)
        response.set_cookie("language", chosen, max_age=365 * 86400, samesite="Lax")
    return response


@page()
@require_POST
def notation(request: HttpRequest) -> HttpResponse:
    """How tooth numbers are shown to the person."""
    chosen = request.POST.get("notation", "")
    if chosen in Notation.values:
        actions.update_own(actor=_user(request), notation=chosen)
    return redirect("account")


def _user(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]
