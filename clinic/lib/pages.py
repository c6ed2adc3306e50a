"""A list a page at a time; `desk/_pagination.html` leads from page to page."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest


def page_of(request: HttpRequest, rows: Any, size: int = 50) -> "Page[Any]":
    """The page of `rows` that the address asks for; one that there is not becomes the nearest."""
    return Paginator(rows, size).get_page(request.GET.get("page"))
