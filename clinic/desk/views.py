"""The desk: what each role sees first, and the switches of the shell."""

from typing import cast

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from clinic.staff import queries
from clinic.staff.guards import page
from clinic.staff.models import User


@page()
def home(request: HttpRequest) -> HttpResponse:
    """Today, as the person's role needs it."""
    return render(request, "desk/home.html")


@page()
@require_POST
def choose_branch(request: HttpRequest) -> HttpResponse:
    """Work in another of one's branches from now on."""
    chosen = request.POST.get("branch", "")
    if any(str(branch.pk) == chosen for branch in queries.branches_of(_user(request))):
        request.session["branch"] = chosen
    return _back(request)


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _back(request: HttpRequest) -> HttpResponseRedirect:
    url = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()})
    return HttpResponseRedirect(url if is_ours else "/")
