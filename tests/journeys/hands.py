"""What a person does before the journey starts."""

from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client
from playwright.sync_api import Page

from clinic.staff.models import User


def login_as(page: Page, user: User, base_url: str) -> None:
    """Let the browser hold a session of `user`, past the login page; the next person's session replaces it."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.clear_cookies()
    page.context.add_cookies([{"name": session.key, "value": session.value, "domain": urlsplit(base_url).hostname or "", "path": "/"}])
