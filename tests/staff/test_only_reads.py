"""Settings that hold in all branches, before whoever holds the right in one: they are read, and no form of them can be sent."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client
from django.urls import resolve

from clinic.staff.models import Branch, LegalEntity
from clinic.staff.roles import Role
from tests.hostile import html, world
from tests.hostile.test_pages import addresses
from tests.staff.factories import log_in, make_user
from tests.test_access import LEAVING

pytestmark = pytest.mark.django_db
TOLD = "It is changed by whoever holds the right in all of them"
REFUSED = "do not hold the right in all of them"


@pytest.fixture
def half() -> Client:
    world.build()
    branch = Branch.objects.create(name="Far", legal_entity=LegalEntity.objects.earliest("pk"))
    return log_in(make_user(Role.MANAGER, Role.ACCOUNTANT, Role.ADMINISTRATOR, Role.DENTIST, branch=branch, username="half"))


def of_all_branches() -> Iterator[str]:
    for address in addresses():
        if getattr(resolve(address).func, "everywhere", None) is not None:
            yield address


def test_they_say_who_changes_them_and_offer_nothing_to_send(half: Client) -> None:
    seen = 0
    for address in of_all_branches():
        answer = half.get(address)
        if answer.status_code == 405:
            continue
        page = answer.content.decode()
        assert TOLD in page, address
        main = html.read(page[page.index('id="main"') : page.index("</main>")], address)[0]
        assert not [form for form in main if form.method == "POST" and form.buttons], address
        panel = half.get(address, headers={"HX-Request": "true"}).content.decode()
        assert TOLD in panel, address
        seen += 1
    assert seen >= 20


def test_no_form_of_any_page_is_refused_for_its_reach(half: Client) -> None:
    refused = []
    for address in addresses():
        answer = half.get(address)
        if answer.status_code != 200 or "text/html" not in answer.headers["Content-Type"]:
            continue
        for form in html.read(answer.content.decode(), address)[0]:
            name = resolve(form.action.partition("?")[0]).url_name
            if form.method != "POST" or not form.buttons or name in (*LEAVING, "switch-user"):
                continue
            standing = transaction.savepoint()
            said = half.post(form.action, form.fields).content.decode()
            transaction.savepoint_rollback(standing)
            refused += [(address, form.action)] if REFUSED in said else []
    assert not refused


def test_whoever_holds_the_right_everywhere_is_offered_all(half: Client) -> None:
    whole = log_in(make_user(Role.MANAGER, username="whole"))
    page = whole.get(next(address for address in of_all_branches() if address.endswith("/labels/new/")))
    assert TOLD not in page.content.decode()
    assert html.read(page.content.decode(), "/")[0][-1].buttons
