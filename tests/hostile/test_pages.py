"""Every form of every page with hostile text in its fields: no crash, nothing alive, nothing half-saved."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import get_resolver, resolve

from clinic.staff.models import User
from tests.hostile import html, values, world
from tests.hostile.walk import page_problem, problem_with
from tests.staff.factories import log_in
from tests.test_access import LEAVING, _patterns

pytestmark = pytest.mark.django_db
KEPT = ("csrfmiddlewaretoken", "version", "next", "id")
NUMBERS_AND_DAYS = ["NaN", "1e400", "-1", "9" * 40, "0001-01-01", "9999-12-31", "2024-02-30", "2026-10-25T02:30"]
TEXTS = [text for text in values.TEXTS if text != "\ud800"] + NUMBERS_AND_DAYS


@pytest.fixture
def client() -> Client:
    person = world.build()
    User.objects.filter(pk=person.pk).update(language="ru")
    browser = log_in(person)
    browser.raise_request_exception = False
    return browser


def addresses() -> Iterator[str]:
    """Every page that has no id in its address, or only ids of records that exist."""
    for route, name in _patterns(get_resolver(), "", ""):
        if not name.startswith("api:") and name not in LEAVING:
            ids = {part: world.id_called(part) for part in re.findall(r"<uuid:(\w+)>", route)}
            filled = re.sub(r"<uuid:(\w+)>", lambda found, ids=ids: ids[found[1]] or "<", route)  # type: ignore[misc]
            if "<" not in filled:
                yield f"/{filled}"


def forms(client: Client) -> tuple[dict[tuple[str, tuple[str, ...]], html.Form], list[str]]:
    """Each form once, by the page that takes it and its fields; and what was wrong with the pages they stand on."""
    found: dict[tuple[str, tuple[str, ...]], html.Form] = {}
    problems = []
    for address in addresses():
        answer = client.get(address)
        if problem := page_problem(answer):
            problems.append(f"GET {address}: {problem}")
        if answer.status_code == 200 and "text/html" in answer.headers["Content-Type"]:
            for form in html.read(answer.content.decode(), address)[0]:
                found.setdefault((_name(form.action), tuple(sorted(form.kinds))), form)
    return found, problems


def _name(action: str) -> str:
    return resolve(action.partition("?")[0]).url_name or action


def hostile(form: html.Form, number: int) -> dict[str, object]:
    """The form with another bad text in each field, hidden bookkeeping kept."""
    bad = {name: TEXTS[(number + place) % len(TEXTS)] for place, name in enumerate(form.kinds) if name not in KEPT}
    return {**form.fields, **bad}


def walk(client: Client, *, rounds: int) -> list[str]:
    found, problems = forms(client)
    for number, ((name, _fields), form) in enumerate(found.items()):
        for turn in range(rounds):
            if name not in (*LEAVING, "switch-user"):
                send = client.post if form.method == "POST" else client.get
                data = hostile(form, number * 7 + turn)
                problem = problem_with(lambda send=send, form=form, data=data: send(form.action, data), judge=page_problem)  # type: ignore[misc]
                problems += [f"{name} {form.action} {data}: {problem}"] if problem else []
    return problems


def test_every_form_survives_hostile_text(client: Client) -> None:
    problems = walk(client, rounds=1)
    assert not problems, "\n".join(problems)


@pytest.mark.soak
def test_every_field_survives_every_hostile_text(client: Client) -> None:
    problems = walk(client, rounds=len(TEXTS))
    assert not problems, "\n".join(problems)
