"""Journeys walk the product in the installed Chromium, against a live server on the worker's own clone of the database."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import ConsoleMessage, Page, expect
from pytest_django.live_server_helper import LiveServer

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LAPTOP = {"width": 1280, "height": 800}
PATIENCE = 30_000
REFUSED_OR_CUT = (
    "status of 4",
    "status of 503",
    "Response Status Error Code 4",
    "net::ERR_FAILED",
    "net::ERR_INTERNET",
    "htmx:sendError",
    "htmx:sendAbort",
    "htmx:afterRequest",
)

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # playwright keeps a loop in the test's own thread
expect.set_options(timeout=PATIENCE)


@pytest.hookimpl(tryfirst=True)  # before pytest-django puts the tests with a database of their own last
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever stands in this folder is a journey, on a database of its own."""
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker("journey")
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium; playwright's own download only where there is none."""
    found = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    return {**browser_type_launch_args, "args": FLAGS, **({"executable_path": found} if found else {})}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "viewport": LAPTOP, "locale": "en-GB", "timezone_id": "Europe/Moscow"}


@pytest.fixture(scope="session")
def kept_files() -> pytest.MonkeyPatch:
    """The pages' files come from memory and stay in the browser, as under `bin/run`; Django's own handler would look for each anew on each page."""
    patch = pytest.MonkeyPatch()
    patch.setattr("django.contrib.staticfiles.handlers.StaticFilesHandler", lambda application: application)
    patch.setattr(settings, "WHITENOISE_AUTOREFRESH", False)
    patch.setattr(settings, "WHITENOISE_MAX_AGE", 3600, raising=False)
    return patch


@pytest.fixture(scope="session")
def live_server(kept_files: pytest.MonkeyPatch, live_server: LiveServer) -> LiveServer:
    kept_files.undo()
    return live_server


@pytest.fixture(scope="session")
def base_url(live_server: LiveServer) -> str:
    """`page.goto("/diary/")` opens the live server's page."""
    return str(live_server.url)


@pytest.fixture
def page(page: Page) -> Iterator[Page]:
    """A page on which nothing may go wrong unseen: an uncaught error, a refused script or style, a missing file fails the test."""
    wrong: list[str] = []

    def notice(message: ConsoleMessage) -> None:
        address = message.location["url"]
        is_missing = "status of 404" in message.text and "/static/" in address
        if message.type == "error" and (is_missing or not any(words in message.text for words in REFUSED_OR_CUT)):
            wrong.append(f"{message.text} {address}")

    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", notice)
    page.set_default_timeout(PATIENCE)
    yield page
    assert not wrong, wrong
