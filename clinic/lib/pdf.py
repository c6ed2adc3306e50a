"""PDF from a template: A4, fonts of the machine, nothing fetched from anywhere."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import translation


def render(template: str, context: Mapping[str, Any], *, language: str) -> bytes:
    """Render a template in a language to PDF. Pictures must be `data:` URLs; any other address is refused."""
    with translation.override(language):
        html = render_to_string(template, dict(context))
    weasyprint = import_module("weasyprint")  # by the first document: it would add a second to every start of a server
    fetcher = weasyprint.urls.URLFetcher(allowed_protocols=["data"], allow_redirects=False)
    pdf: bytes = weasyprint.HTML(string=html, url_fetcher=fetcher).write_pdf()
    return pdf


def response(content: bytes, *, name: str, inline: bool = True) -> HttpResponse:
    """A PDF answer that a browser shows (`inline`) or saves; `name` without extension, letters and digits only."""
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'{"inline" if inline else "attachment"}; filename="{name}.pdf"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
