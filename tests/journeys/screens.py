"""The two screens the product is made for, the desk's laptop with a mouse and the chair's tablet with a finger; a page without its worker."""

import pytest
from playwright.sync_api import ViewportSize

LAPTOP: ViewportSize = {"width": 1280, "height": 800}
TABLET: ViewportSize = {"width": 1024, "height": 768}

on_both_screens = pytest.mark.parametrize(
    "has_touch",
    [
        pytest.param(False, id="laptop", marks=pytest.mark.browser_context_args(viewport=LAPTOP)),
        pytest.param(True, id="tablet", marks=pytest.mark.browser_context_args(viewport=TABLET, has_touch=True)),
    ],
)

no_worker = pytest.mark.browser_context_args(service_workers="block")
"""For tests that hold or cut a call of the page: while a service worker takes the page over, a call may slip past the test's hand."""
