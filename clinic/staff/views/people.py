"""People of the clinic: accounts, roles, secrets, tokens. Writing takes STAFF_WRITE."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.lib.errors import DomainError, NotFound
from clinic.lib.pages import page_of
from clinic.staff import actions, pins, queries, reach, second_factor
from clinic.staff.forms import PersonForm, ReasonForm, RoleForm, TokenForm
from clinic.staff.guards import page
from clinic.staff.models import ApiToken, RoleGrant, User
from clinic.staff.roles import Permission, Role

READ, WRITE = page(Permission.STAFF_VIEW), page(Permission.STAFF_WRITE)


@READ
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Everybody, those who left last."""
    current = RoleGrant.objects.filter(ended_at=None).select_related("branch").order_by("role", "pk")
    text = request.GET.get("q", "").strip()
    rows = queries.everybody(text=text).prefetch_related(None).prefetch_related(Prefetch("role_grants", current, to_attr="current_grants"))
    return render(request, "staff/people.html", {"page": page_of(request, rows), "q": text})


@WRITE
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """An account for a new person; the temporary password is shown once."""
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        details = _details(form)
        try:
            made = actions.create_user(actor=_actor(request), at=timezone.now(), username=details.pop("username"), details=details)
        except DomainError as error:
            form.refuse_with(error)
        else:
            return render(request, "staff/secret.html", {"person": made.owner, "secret": made.value, "kind": "password"}, status=201)
    return render(request, "staff/person_form.html", {"form": form}, status=422 if form.errors else 200)


@READ
@require_GET
def person(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """One person: details, roles, tokens."""
    return _person_page(request, queries.get_person(user_id))


@WRITE
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """A person's details."""
    subject = queries.get_person(user_id)
    form = PersonForm(request.POST or None, instance=subject, initial={"version": subject.version})
    if request.method == "POST" and form.is_valid():
        try:
            actions.update_user(user=subject, version=form.cleaned_data["version"] or 0, actor=_actor(request), details=_details(form))
        except DomainError as error:
            form.refuse_with(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("person", user_id)
    return render(request, "staff/person_form.html", {"form": form, "person": subject}, status=422 if form.errors else 200)


@WRITE
@require_POST
def roles(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Give a role."""
    subject, form = queries.get_person(user_id), RoleForm(request.POST)
    if form.is_valid():
        try:
            actions.grant_role(
                user=subject, role=Role(form.cleaned_data["role"]), branch=form.cleaned_data["branch"], actor=_actor(request), at=timezone.now()
            )
        except DomainError as error:
            form.refuse_with(error)
        else:
            return redirect("person", user_id)
    return _person_page(request, subject, role_form=form)


@WRITE
@require_POST
def role_end(request: HttpRequest, user_id: UUID, grant_id: UUID) -> HttpResponse:
    """Take a role away."""
    grant = RoleGrant.objects.select_related("user").filter(pk=grant_id, user=user_id).first()
    if grant is None:
        raise NotFound
    actions.end_role(grant=grant, actor=_actor(request), at=timezone.now())
    return redirect("person", user_id)


@WRITE
@require_POST
def deactivation(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Close the account of a person who left, or open it again."""
    subject = queries.get_person(user_id)
    if subject.is_active:
        actions.deactivate_user(user=subject, actor=_actor(request), at=timezone.now())
    else:
        actions.activate_user(user=subject, actor=_actor(request))
    return redirect("person", user_id)


@never_cache
@WRITE
@require_POST
def password_reset(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """A temporary password, shown once."""
    made = actions.reset_password(user=queries.get_person(user_id), actor=_actor(request))
    return render(request, "staff/secret.html", {"person": made.owner, "secret": made.value, "kind": "password"})


@WRITE
@require_POST
def pin_reset(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Erase a PIN, so that its owner chooses a new one."""
    pins.set_pin(user=queries.get_person(user_id), pin="", actor=_actor(request))
    messages.success(request, _("The PIN is erased."))
    return redirect("person", user_id)


@WRITE
@require_POST
def second_factor_reset(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Switch the second factor of a person off who lost the telephone."""
    subject, form = queries.get_person(user_id), ReasonForm(request.POST)
    if form.is_valid():
        second_factor.disable(user=subject, actor=_actor(request), reason=form.cleaned_data["reason"])
        return redirect("person", user_id)
    return _person_page(request, subject, reason_form=form)


@never_cache
@WRITE
@require_POST
def tokens(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Make a token for a program; its value is shown once."""
    subject, form = queries.get_person(user_id), TokenForm(request.POST)
    if form.is_valid():
        try:
            made = actions.create_api_token(
                user=subject, name=form.cleaned_data["name"], actor=_actor(request), at=timezone.now(), life=timedelta(days=form.cleaned_data["days"])
            )
        except DomainError as error:
            form.refuse_with(error)
        else:
            return render(request, "staff/secret.html", {"person": subject, "secret": made.value, "kind": "token"}, status=201)
    return _person_page(request, subject, token_form=form)


@WRITE
@require_POST
def token_revocation(request: HttpRequest, user_id: UUID, token_id: UUID) -> HttpResponse:
    """End a token at once."""
    token = ApiToken.objects.filter(pk=token_id, user=user_id).first()
    if token is None:
        raise NotFound
    actions.revoke_api_token(token=token, actor=_actor(request), at=timezone.now())
    return redirect("person", user_id)


def _person_page(request: HttpRequest, subject: User, **forms: Any) -> HttpResponse:
    grants = sorted(subject.role_grants.all(), key=lambda grant: (grant.ended_at is not None, grant.role))
    may_write, is_in_reach = _actor(request).may(Permission.STAFF_WRITE), reach.reaches_person(_actor(request), subject)
    context = {
        "person": subject,
        "grants": grants,
        "tokens": subject.api_tokens.order_by("revoked_at", "-created_at"),
        "role_form": RoleForm(),
        "reason_form": ReasonForm(),
        "token_form": TokenForm(),
        "may_write": may_write and subject.pk != request.user.pk,
        "is_in_reach": may_write and is_in_reach,
        **forms,
    }
    return render(request, "staff/person.html", context, status=422 if forms else 200)


def _details(form: PersonForm) -> dict[str, Any]:
    return {name: value for name, value in form.cleaned_data.items() if name != "version"}


def _actor(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]
