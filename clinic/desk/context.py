"""What every page's frame needs: where one may go, which branches one works in, how the screen is set."""

from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from clinic.desk import navigation
from clinic.staff.models import Branch, User
from clinic.staff.roles import Permission

THEMES = ("light", "dark")
RAILS = ("narrow", "wide")
MODES = ("chair",)


class Shell:
    """Read by the templates, attribute by attribute, so that a fragment asks the database for nothing."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @property
    def user(self) -> User | None:
        user = getattr(self._request, "user", None)
        return user if user is not None and user.is_authenticated else None

    @cached_property
    def rail(self) -> list[navigation.Link]:
        return navigation.rail(self.user, self._request.path) if self.user else []

    @cached_property
    def branches(self) -> list[Branch]:
        return getattr(self._request, "branches", []) if self.user else []

    @cached_property
    def branch(self) -> Branch | None:
        return getattr(self._request, "branch", None)

    @cached_property
    def role_names(self) -> str:
        return ", ".join(str(role.label) for role in sorted(self.user.roles)) if self.user else ""

    @cached_property
    def search_url(self) -> str | None:
        is_useful = any(link.entry.url_name == "patients" for link in self.rail)
        return navigation.url_or_none("patient-search") if is_useful else None

    @property
    def reads_records(self) -> bool:
        """Whether this person's devices bring the day's patients along."""
        return self.user is not None and self.user.may(Permission.CLINICAL_VIEW)

    @cached_property
    def switch_url(self) -> str | None:
        return navigation.url_or_none("switch-user")

    @cached_property
    def account_url(self) -> str | None:
        return navigation.url_or_none("account")

    @cached_property
    def logout_url(self) -> str | None:
        return navigation.url_or_none("logout")

    @cached_property
    def language_url(self) -> str | None:
        return navigation.url_or_none("choose-language")

    @property
    def languages(self) -> list[tuple[str, str]]:
        names = {"en": "English", "ru": "Русский", "fr": "Français"}
        return [(code, names[code]) for code, _name in settings.LANGUAGES]

    @property
    def theme(self) -> str:
        return self._cookie("theme", THEMES)

    @property
    def rail_width(self) -> str:
        return self._cookie("rail", RAILS)

    @property
    def mode(self) -> str:
        return self._cookie("mode", MODES)

    def _cookie(self, name: str, allowed: tuple[str, ...]) -> str:
        value = self._request.COOKIES.get(name, "")
        return value if value in allowed else ""


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `shell` on every page."""
    return {"shell": Shell(request)}
