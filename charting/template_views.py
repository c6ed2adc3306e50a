"""Pages of the clinic's ready texts for notes."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from charting import actions, queries
from charting.forms import TemplateForm
from charting.models import NoteSection, NoteTemplate
from clinic.lib import panels
from clinic.lib.errors import DomainError, NotFound, StaleVersion
from clinic.lib.pages import page_of
from clinic.lib.toasts import tell
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.roles import Permission


@page(Permission.VISIT_WRITE)
@require_GET
def note_templates(request: Request) -> HttpResponse:
    """The ready texts of the clinic, by section."""
    language = request.GET.get("language", get_language() or "en")
    text = request.GET.get("q", "").strip()
    shown = page_of(request, queries.note_templates(language=language, text=text), 100)
    groups = [(label, [row for row in shown if row.section == name]) for name, label in NoteSection.choices]
    kept = [("language", language)]
    return render(request, "charting/note_templates.html", {"groups": groups, "language": language, "page": shown, "q": text, "kept": kept})


@page(Permission.VISIT_WRITE)
@require_http_methods(["GET", "POST"])
def note_template(request: Request, template_id: UUID | None = None) -> HttpResponse:
    """Write a new ready text, or change one."""
    row = NoteTemplate.objects.filter(pk=template_id).first() if template_id else NoteTemplate(language=get_language() or "en")
    if row is None:
        raise NotFound
    form = TemplateForm(request.POST or None, instance=row, initial={"version": row.version})
    if request.method == "POST" and form.is_valid():
        try:
            version = form.cleaned_data["version"]
            saved = actions.save_template(actor=request.user, details=form.cleaned_data, template_id=template_id, version=version)
        except StaleVersion as error:
            panels.add_errors(form, error)
            panels.show_standing(form, error.standing)
        except DomainError as error:
            for name, text in (error.fields or {"title": error.message}).items():
                form.add_error(name if name in form.fields else None, str(text))
        else:
            tell(request, _("The template “%(title)s” is saved.") % {"title": saved.title})
            return redirect(f"{reverse('note-templates')}?language={saved.language}")
    status = 422 if form.errors else 200
    return render(request, "charting/note_template.html", {"form": form, "template": row}, status=status)
