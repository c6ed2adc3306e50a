"""Pages of the second factor: enrol, verify, backup codes, switch off."""

from base64 import b32encode

import django_otp
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from clinic.lib.errors import DomainError
from clinic.staff import second_factor, sessions
from clinic.staff.forms import CodeForm, ReasonForm
from clinic.staff.guards import entered, page
from clinic.staff.views.entrance import next_url


@never_cache
@entered
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """The code of the telephone, once per full login."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            device = second_factor.verify(
                actor=request.user,  # type: ignore[arg-type]
                code=form.cleaned_data["code"],
                address=request.META.get("REMOTE_ADDR"),
                at=timezone.now(),
            )
        except DomainError as error:
            form.refuse_with(error)
        else:
            django_otp.login(request, device)
            sessions.remember_device(request, device.persistent_id)
            return HttpResponseRedirect(next_url(request))
    return render(request, "staff/second_factor.html", {"form": form, "next": next_url(request)}, status=422 if form.errors else 200)


@never_cache
@page()
@require_http_methods(["GET", "HEAD", "POST"])
def enrol(request: HttpRequest) -> HttpResponse:
    """The QR code for the telephone and the first code from it; then the backup codes, shown once."""
    device = second_factor.enrol(actor=request.user)  # type: ignore[arg-type]
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            device, codes = second_factor.confirm(actor=request.user, code=form.cleaned_data["code"], at=timezone.now())  # type: ignore[arg-type]
        except DomainError as error:
            form.refuse_with(error)
        else:
            django_otp.login(request, device)
            sessions.remember_device(request, device.persistent_id)
            return render(request, "staff/backup_codes.html", {"codes": codes})
    secret = b32encode(device.bin_key).decode().rstrip("=")
    context = {"form": form, "qr": second_factor.qr_code(device), "secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))}
    return render(request, "staff/second_factor_enrol.html", context, status=422 if form.errors else 200)


@never_cache
@page()
@require_POST
def backup_codes(request: HttpRequest) -> HttpResponse:
    """New backup codes; the old ones end."""
    return render(request, "staff/backup_codes.html", {"codes": second_factor.new_backup_codes(actor=request.user)})  # type: ignore[arg-type]


@page()
@require_http_methods(["GET", "HEAD", "POST"])
def disable(request: HttpRequest) -> HttpResponse:
    """Switch one's own second factor off, with a reason."""
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        second_factor.disable(user=request.user, actor=request.user, reason=form.cleaned_data["reason"])  # type: ignore[arg-type]
        request.session.pop(django_otp.DEVICE_ID_SESSION_KEY, None)
        return redirect("account")
    return render(request, "staff/second_factor_off.html", {"form": form}, status=422 if form.errors else 200)
