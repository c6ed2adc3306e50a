"""The clinic's own words about patients: labels, sources, editions of the consent to data processing."""

from typing import Any
from uuid import UUID

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.lib import panels
from clinic.lib.errors import NotFound
from clinic.lib.toasts import tell
from clinic.patients import actions, queries
from clinic.patients.forms import LANGUAGES, ConsentTextForm, LabelForm, SourceForm
from clinic.patients.models import ConsentText, Label, Source
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.roles import Permission


@page(Permission.SETTINGS_WRITE, everywhere=Permission.SETTINGS_WRITE)
def labels(request: Request) -> HttpResponse:
    """The labels, those in use first, and on how many patients each is."""
    return render(request, "patients/settings_labels.html", {"labels": queries.labels_with_use()})


@page(Permission.SETTINGS_WRITE, everywhere=Permission.SETTINGS_WRITE)
def label(request: Request, label_id: UUID | None = None) -> HttpResponse:
    """A new label, or a change of one; it is taken out of use, never deleted."""
    found = _found(Label, label_id)
    form = LabelForm(request.POST or None, initial=_shown(found, LabelForm))

    def save(values: dict[str, Any]) -> None:
        version = values.pop("version")
        actions.save_label(label=_filled(found, values), version=version if label_id else None, actor=request.user, at=timezone.now())
        tell(request, _("Saved."))

    return panels.submit(request, form, save, context={"title": found.name or _("New label"), "verb": _("Save")})


@page(Permission.SETTINGS_WRITE, everywhere=Permission.SETTINGS_WRITE)
def sources(request: Request) -> HttpResponse:
    """Where patients come from, and how many each source brought."""
    return render(request, "patients/settings_sources.html", {"sources": queries.sources_with_use()})


@page(Permission.SETTINGS_WRITE, everywhere=Permission.SETTINGS_WRITE)
def source(request: Request, source_id: UUID | None = None) -> HttpResponse:
    """A new source, or a change of one; it is taken out of use, never deleted."""
    found = _found(Source, source_id)
    form = SourceForm(request.POST or None, initial=_shown(found, SourceForm))

    def save(values: dict[str, Any]) -> None:
        version = values.pop("version")
        actions.save_source(source=_filled(found, values), version=version if source_id else None, actor=request.user, at=timezone.now())
        tell(request, _("Saved."))

    return panels.submit(request, form, save, context={"title": found.name or _("New source"), "verb": _("Save")})


@page(Permission.SETTINGS_WRITE, everywhere=Permission.SETTINGS_WRITE)
def consent_texts(request: Request) -> HttpResponse:
    """Every edition by language; the newest is in force."""
    editions = list(queries.consent_texts_with_use())
    groups = [(code, name, [text for text in editions if text.language == code]) for code, name in LANGUAGES]
    return render(request, "patients/settings_consents.html", {"groups": groups})


@page(Permission.SETTINGS_WRITE)
def consent_text(request: Request, text_id: UUID) -> HttpResponse:
    """One edition as patients read and sign it."""
    return render(request, "patients/settings_consent.html", {"text": queries.get_consent_text(text_id)})


@page(Permission.SETTINGS_WRITE, everywhere=Permission.SETTINGS_WRITE)
def consent_text_new(request: Request, language: str) -> HttpResponse:
    """The next edition in one language, begun from the one in force."""
    name = dict(LANGUAGES).get(language)
    if name is None:
        raise NotFound
    last = ConsentText.objects.filter(language=language).order_by("-edition").first()
    form = ConsentTextForm(request.POST or None, initial={"title": last.title, "body": last.body} if last else {})

    def save(values: dict[str, Any]) -> None:
        text = actions.publish_consent_text(language=language, actor=request.user, at=timezone.now(), **values)
        tell(request, _("Edition %(number)s is in force.") % {"number": text.edition})

    lead = _("New patients sign this text from now on. Consents signed before keep the text that was signed.")
    title = _("New edition: %(language)s") % {"language": name}
    return panels.submit(request, form, save, context={"title": title, "lead": lead, "verb": _("Publish")})


def _found(model: Any, pk: UUID | None) -> Any:
    found = model.objects.filter(pk=pk).first() if pk else model()
    if found is None:
        raise NotFound
    return found


def _shown(record: Any, form: type[Form]) -> dict[str, Any]:
    return {name: getattr(record, name) for name in form.base_fields}


def _filled(record: Any, values: dict[str, Any]) -> Any:
    for name, value in values.items():
        setattr(record, name, value)
    return record
