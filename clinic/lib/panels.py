"""Forms in the side panel: shown, refused with what was typed kept, or saved and closed."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh

from clinic.lib.errors import DomainError, StaleVersion


def add_errors(form: BaseForm, error: DomainError) -> None:
    """Put a refusal's words under its fields, the rest above the form."""
    for name, text in error.fields.items():
        form.add_error(name if name in form.fields else None, str(text))
    if not error.fields:
        form.add_error(None, str(error.message))


def show_standing(form: BaseForm, standing: object) -> None:
    """Put what stands now under each field that was typed otherwise, and let the next save be the answer to it.

    A form of several records has its own `show_standing`.
    """
    own = getattr(form, "show_standing", None)
    if own is not None:
        own()
    elif standing is not None:
        renew(form, {"version": vars(standing)["version"]})
        _compare(form, standing)


def renew(form: BaseForm, versions: Mapping[str, int | None]) -> None:
    """Let a bound form carry these versions and keep all that was typed."""
    data: Any = form.data
    data = data.copy()
    for name, version in versions.items():
        data[name] = "" if version is None else str(version)
    form.data = data


def _compare(form: BaseForm, standing: object) -> None:
    for name in [name for name in form.fields if not form.fields[name].widget.is_hidden]:
        now, typed = getattr(standing, name, None), form.cleaned_data.get(name)
        if hasattr(standing, name) and now != typed:
            form.add_error(name, _("Stands now: %(value)s") % {"value": _shown(standing, name)})


def _shown(standing: object, name: str) -> object:
    value = getattr(standing, f"get_{name}_display", lambda: getattr(standing, name))()
    if isinstance(value, bool):
        value = "✓" if value else ""
    return value if value not in (None, "") else "–"


def submit(
    request: HttpRequest,
    form: BaseForm,
    save: Callable[[dict[str, Any]], object],
    *,
    template: str = "desk/panel_form.html",
    context: Mapping[str, Any],
) -> HttpResponse:
    """Show the form on GET; on POST save it, or show it again with its errors (422). `context` needs `title` and `verb`.

    `save` may return the address of what it made; otherwise the page below the panel is shown again.
    """
    if request.method == "POST" and form.is_valid():
        try:
            made = save(form.cleaned_data)
        except StaleVersion as error:
            add_errors(form, error)
            show_standing(form, error.standing)
        except DomainError as error:
            add_errors(form, error)
        else:
            return go(request, made) if isinstance(made, str) else _back(request)
    status = 422 if request.method == "POST" else 200
    return render(request, template, {**context, "form": form}, status=status)


def go(request: HttpRequest, url: str) -> HttpResponse:
    """Lead the browser to another page, from a panel too."""
    return HttpResponseClientRedirect(url) if request.headers.get("HX-Request") else redirect(url)


def _back(request: HttpRequest) -> HttpResponse:
    """Reload the page for htmx; a plain form goes back to the page it stood on."""
    if request.headers.get("HX-Request"):
        return HttpResponseClientRefresh()
    came_from = request.META.get("HTTP_REFERER", "")
    is_ours = url_has_allowed_host_and_scheme(came_from, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return redirect(came_from if is_ours and urlsplit(came_from).path != request.path else "/")


def done(request: HttpRequest, url_name: str, *args: object) -> HttpResponse:
    """After an act: reload the page for htmx, else go to `url_name`."""
    if request.headers.get("HX-Request"):
        return HttpResponseClientRefresh()
    return redirect(url_name, *args)
