"""Toasts inside htmx answers: a fragment carries the messages that a full page would have shown."""

from collections.abc import Callable

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

Handler = Callable[[HttpRequest], HttpResponse]


class ToastMiddleware:
    """Appends waiting messages to an htmx fragment, out of band; an answer that leads elsewhere keeps them for the next page."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if _is_fragment(request, response):
            waiting = list(get_messages(request))
            if waiting:
                text = render_to_string("desk/_toasts.html", {"messages": waiting, "oob": True}, request)
                response.content += text.encode(response.charset)
        return response


def _is_fragment(request: HttpRequest, response: HttpResponse) -> bool:
    leads_elsewhere = any(header in response for header in ("HX-Redirect", "HX-Refresh", "HX-Location", "Location"))
    is_html = not response.streaming and response.get("Content-Type", "").startswith("text/html")
    is_boosted = request.headers.get("HX-Boosted") or request.headers.get("HX-Target") == "body"
    return bool(request.headers.get("HX-Request")) and is_html and not leads_elsewhere and not is_boosted and response.status_code != 204
