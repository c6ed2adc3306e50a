"""The two screens the product is made for, the desk's laptop with a mouse and the chair's tablet with a finger; a page without its worker."""

import pytest
from playwright.sync_api import ViewportSize

LAPTOP: ViewportSize = {"width": 1280, "height": 800}
TABLET: ViewportSize = {"width": 1024, "height": 768}

on_the_laptop = pytest.mark.browser_context_args(viewport=LAPTOP)
on_the_tablet = pytest.mark.browser_context_args(viewport=TABLET, has_touch=True)


def _on(*, others: tuple[pytest.MarkDecorator, ...]) -> pytest.MarkDecorator:
    screens = [pytest.param(False, id="laptop", marks=on_the_laptop), pytest.param(True, id="tablet", marks=(on_the_tablet, *others))]
    return pytest.mark.parametrize("has_touch", screens)


on_both_screens = _on(others=())
on_the_laptop_and_at_night_on_the_tablet = _on(others=(pytest.mark.soak,))
"""For long walks whose every page has a short one on the tablet too."""

no_worker = pytest.mark.browser_context_args(service_workers="block")
"""For tests that hold or cut a call of the page: while a service worker takes the page over, a call may slip past the test's hand."""
