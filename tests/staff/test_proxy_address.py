"""Whose address history and the lock-out know when a proxy stands in front."""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from clinic.middleware import ProxyAddressMiddleware


def seen(forwarded: str) -> str:
    """The address that the rest of the clinic sees."""
    addresses: list[str] = []

    def look(request: HttpRequest) -> HttpResponse:
        addresses.append(request.META["REMOTE_ADDR"])
        return HttpResponse()

    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": forwarded} if forwarded else {})
    ProxyAddressMiddleware(look)(request)
    return addresses[0]


@pytest.mark.parametrize(
    ("is_behind", "forwarded", "address"),
    [
        (False, "203.0.113.7", "10.0.0.1"),
        (True, "203.0.113.7", "203.0.113.7"),
        (True, "1.2.3.4, 203.0.113.7", "203.0.113.7"),
        (True, "2001:db8::1", "2001:db8::1"),
        (True, "nonsense", "10.0.0.1"),
        (True, "", "10.0.0.1"),
    ],
)
def test_only_the_address_that_our_proxy_added_counts(settings: Any, is_behind: object, forwarded: str, address: str) -> None:
    settings.BEHIND_TLS_PROXY = is_behind
    assert seen(forwarded) == address
