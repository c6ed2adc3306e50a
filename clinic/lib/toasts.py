"""A sentence on the next page (or in the htmx answer) about what happened, with a way to open or undo it."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _


def tell(request: HttpRequest, text: str | Promise, *, open_url: str = "", undo_url: str = "", level: int = messages.SUCCESS) -> None:
    """Show `text` as a toast; `open_url` is a page, `undo_url` is posted to."""
    message = format_html("{}", text)
    if open_url:
        message += format_html(' <a href="{}">{}</a>', open_url, _("Open"))
    if undo_url:
        message += format_html(' <button type="button" hx-post="{}" hx-target="body">{}</button>', undo_url, _("Undo"))
    messages.add_message(request, level, message)
