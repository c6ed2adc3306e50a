"""The frame of every page: where one may go, how refusals look, how the screen is set."""

import pytest
from django.contrib import messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.http import HttpResponse
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import translation

from clinic.desk.middleware import ToastMiddleware
from clinic.lib.errors import InvalidInput
from clinic.lib.toasts import tell
from clinic.staff.roles import Role
from tests.staff.factories import make_branch, make_user

pytestmark = pytest.mark.django_db


def logged_in(*roles: Role) -> Client:
    client = Client()
    client.force_login(make_user(*roles))
    return client


def test_a_refusal_is_said_once() -> None:
    """A field that says what the whole refusal says adds nothing; one that says more stands below."""
    error = InvalidInput("Tooth 46 has no such surface.", fields={"teeth": "Tooth 46 has no such surface.", "service": "Choose a service."})
    text = render_to_string("desk/_error_strip.html", {"error": error})
    assert text.count("Tooth 46") == text.count("Choose a service.") == 1


def test_it_shows_the_shell_to_each_role() -> None:
    for role in Role:
        response = logged_in(role).get("/")
        assert response.status_code == 200, role
        assert "hx-headers" in response.text


def test_it_leaves_out_of_the_rail_what_the_role_may_not_do() -> None:
    response = logged_in(Role.MARKETER).get("/")
    names = {link.entry.url_name for link in response.context["shell"].rail}
    assert not names & {"diary", "patients", "till", "lab"}


def test_it_has_no_inline_script_or_style() -> None:
    text = logged_in(Role.MANAGER).get("/").text
    assert "style=" not in text
    assert "onclick" not in text
    assert "<script>" not in text


def test_it_switches_the_branch_only_to_ones_own() -> None:
    make_branch()
    client = logged_in(Role.DENTIST)
    second = make_branch("Rivoli", currency="EUR")
    client.post("/branch/", {"branch": str(second.pk), "next": "/"})
    assert client.get("/").context["shell"].branch == second
    response = client.post("/branch/", {"branch": "nonsense", "next": "https://evil.example/"})
    assert response["Location"] == "/"
    assert client.get("/").context["shell"].branch == second


def test_it_keeps_the_screen_as_it_was_set() -> None:
    client = logged_in(Role.DENTIST)
    client.cookies["theme"] = "dark"
    client.cookies["mode"] = "<b>"
    text = client.get("/").text
    assert 'data-theme="dark"' in text
    assert "data-mode" not in text.split("<head>")[0]


def test_it_shows_a_page_that_does_not_exist_in_the_shell() -> None:
    response = logged_in(Role.DENTIST).get("/nowhere/")
    assert response.status_code == 404
    assert 'class="rail"' in response.text


def test_it_escapes_a_remembered_title_once() -> None:
    template = Template("{% load desk %}{% remember title %} {{ name }} {% endremember %}<h1>{{ title }}</h1>")
    assert template.render(Context({"name": "<b>O'Neil</b>"})) == "<h1>&lt;b&gt;O&#x27;Neil&lt;/b&gt;</h1>"


def answer_with_toast(**headers: str) -> str:
    request = RequestFactory().get("/", headers=headers)
    request.session = {}  # type: ignore[assignment]
    request._messages = FallbackStorage(request)  # type: ignore[attr-defined]
    tell(request, "<Moved>", open_url="/diary/", undo_url="/undo/")
    messages.error(request, "Late")
    return ToastMiddleware(lambda _request: HttpResponse("<p>part</p>"))(request).content.decode()


def test_it_adds_toasts_to_a_fragment_and_leaves_a_page_alone() -> None:
    text = answer_with_toast(**{"HX-Request": "true"})
    assert 'hx-swap-oob="beforeend"' in text
    assert "&lt;Moved&gt;" in text
    assert 'hx-post="/undo/"' in text
    assert answer_with_toast() == "<p>part</p>"


class TestSteady:
    """What stands on every page is rendered once for each language."""

    def test_it_is_said_in_the_language_of_the_reader(self) -> None:
        frame = Template("{% load desk i18n %}{% steady %}<b>{% translate 'Log out' %}</b>{% endsteady %}")
        said = []
        for language in ("en", "ru", "en"):
            with translation.override(language):
                said.append(frame.render(Context()))
        assert said[0] == said[2] != said[1]
        assert "<b>Log out</b>" in said[0] and "<b>Выйти</b>" in said[1]

    @pytest.mark.parametrize("part", ["{{ user }}", "{% if user %}yes{% endif %}", "{% icon name %}", "{% csrf_token %}", "{% url 'home' %}"])
    def test_it_takes_nothing_of_the_page(self, part: str) -> None:
        with pytest.raises(TemplateSyntaxError, match="steady"):
            Template(f"{{% load desk %}}{{% steady %}}{part}{{% endsteady %}}")
