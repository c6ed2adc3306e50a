"""Pages of the templates of whole notes and of short words."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from charting import actions, placeholders, queries
from charting.forms import MacroForm, OutlineForm
from charting.models import NoteOutline, TextMacro
from clinic.lib import panels
from clinic.lib.errors import DomainError, InvalidInput, NotFound, StaleVersion
from clinic.lib.pages import page_of
from clinic.lib.toasts import tell
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.roles import Permission


@page(Permission.VISIT_WRITE)
@require_GET
def note_outlines(request: Request) -> HttpResponse:
    """The clinic's templates of whole notes in one language."""
    language, text = request.GET.get("language", get_language() or "en"), request.GET.get("q", "").strip()
    shown = page_of(request, queries.note_outlines(language=language, text=text), 100)
    context = {"page": shown, "language": language, "q": text, "kept": [("language", language)]}
    return render(request, "charting/note_outlines.html", context)


@page(Permission.VISIT_WRITE)
@require_http_methods(["GET", "POST"])
def note_outline(request: Request, outline_id: UUID | None = None) -> HttpResponse:
    """Write a template of a note, or change one."""
    row = NoteOutline.objects.filter(pk=outline_id).first() if outline_id else NoteOutline(language=get_language() or "en")
    if row is None:
        raise NotFound
    form = OutlineForm(request.POST or None, instance=row, initial={"version": row.version})
    if request.method == "POST" and form.is_valid():
        try:
            version = form.cleaned_data["version"]
            saved = actions.save_outline(actor=request.user, details=form.cleaned_data, outline_id=outline_id, version=version)
        except StaleVersion as error:
            panels.add_errors(form, error)
            panels.show_standing(form, error.standing)
        except DomainError as error:
            panels.add_errors(form, error)
        else:
            tell(request, _("The template “%(title)s” is saved.") % {"title": saved.title})
            return redirect(f"{reverse('note-outlines')}?language={saved.language}")
    context = {"form": form, "outline": row, "places": placeholders.NAMES}
    return render(request, "charting/note_outline.html", context, status=422 if form.errors else 200)


@page(Permission.VISIT_WRITE)
@require_GET
def text_macros(request: Request) -> HttpResponse:
    """One's own short words and those of the clinic."""
    text = request.GET.get("q", "").strip()
    return render(request, "charting/text_macros.html", {"page": page_of(request, queries.macros_for(request.user, text=text), 100), "q": text})


@page(Permission.VISIT_WRITE)
@require_http_methods(["GET", "POST"])
def text_macro(request: Request, macro_id: UUID | None = None) -> HttpResponse:
    """A short word for a text, new or changed."""
    row = queries.get_macro_for(request.user, macro_id) if macro_id else TextMacro(owner=request.user)
    initial = {"word": row.word, "text": row.text, "is_for_all": row.owner_id is None, "version": row.version}
    form = MacroForm(request.POST or None, initial=initial)

    def save(values: dict[str, Any]) -> str:
        actions.save_macro(actor=request.user, macro_id=macro_id, **values)
        return reverse("text-macros")

    return panels.submit(request, form, save, context={"title": row.word or _("New short word"), "verb": _("Save")})


@page(Permission.VISIT_WRITE)
@require_POST
def text_macro_remove(request: Request, macro_id: UUID) -> HttpResponse:
    """Take a short word away."""
    row, version = queries.get_macro_for(request.user, macro_id), request.POST.get("version", "")
    if not version.isdecimal() or len(version) > 9:
        raise InvalidInput
    actions.remove_macro(actor=request.user, macro_id=row.pk, version=int(version))
    return redirect("text-macros")
