"""Norms of consumption: changed and taken away only by the version that was read."""

from decimal import Decimal

import pytest
from django.urls import reverse

from clinic.lib.errors import StaleVersion
from inventory import actions
from inventory.models import Norm
from tests.inventory.factories import make_material, make_service, storekeeper
from tests.staff.factories import log_in, make_branch

pytestmark = pytest.mark.django_db


def set_norm(quantity: str, version: int | None = None) -> Norm:
    service, material = make_service(), make_material()
    return actions.set_norm(
        actor=storekeeper(), service=service, material_id=material.pk, quantity=Decimal(quantity), on_shortage="debt", version=version
    )


def test_a_norm_is_changed_by_its_version() -> None:
    first = set_norm("1")
    assert set_norm("1") == first
    with pytest.raises(StaleVersion):
        set_norm("2")
    assert set_norm("2", first.version).version == 2
    with pytest.raises(StaleVersion):
        set_norm("3", first.version)
    with pytest.raises(StaleVersion):
        actions.remove_norm(actor=storekeeper(), norm_id=first.pk, version=1)
    actions.remove_norm(actor=storekeeper(), norm_id=first.pk, version=2)
    with pytest.raises(StaleVersion):
        set_norm("3", 2)
    assert not Norm.objects.exists()


def test_the_page_keeps_what_was_typed_and_shows_what_stands() -> None:
    make_branch()
    browser, norm = log_in(storekeeper()), set_norm("1")
    url = reverse("norm-edit", args=[norm.pk])
    form = browser.get(url).context["form"]
    typed = {name: str(form[name].value()) for name in form.fields}
    set_norm("2", norm.version)
    stale = browser.post(url, {**typed, "quantity": "7"})
    assert stale.status_code == 422
    assert "Stands now: 2" in stale.content.decode()
    again = {name: str(stale.context["form"][name].value()) for name in form.fields}
    assert again["quantity"] == "7"
    browser.post(url, again)
    assert Norm.objects.get().quantity == 7


def test_the_api_answers_stale() -> None:
    make_branch()
    browser, norm = log_in(storekeeper()), set_norm("1")
    body = {"service": str(norm.service_id), "material": str(norm.material_id), "quantity": "5"}
    refused = browser.put("/api/v1/norms", body, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "stale")
    made = browser.put("/api/v1/norms", {**body, "version": 1}, content_type="application/json")
    assert (made.status_code, made.json()["version"]) == (200, 2)
    assert browser.delete(f"/api/v1/norms/{norm.pk}?version=1").status_code == 409
    assert browser.delete(f"/api/v1/norms/{norm.pk}?version=2").status_code == 204
