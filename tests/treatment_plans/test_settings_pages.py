"""Discounts by role and the clinic's own texts of informed consents."""

from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from clinic.files.actions import read
from clinic.history.models import Event
from clinic.staff.roles import Role
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user
from tests.treatment_plans.factories import NOON, petrov
from treatment_plans import actions, editions, rules
from treatment_plans.models import ConsentEdition, DiscountLimit

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> Client:
    return log_in(make_user(Role.MANAGER))


def test_a_limit_is_changed_on_the_page_and_over_the_api(manager: Client) -> None:
    typed = {"manager": "100", "dentist": "12.5", "hygienist": "5", "version_dentist": "1", "version_hygienist": "1"}
    assert manager.post(reverse("discount-limits"), typed).status_code == 302
    assert DiscountLimit.objects.get(role="dentist").percent == Decimal("12.5")
    assert Event.objects.filter(tbl="treatment_plans_discountlimit", op="U").count() == 1
    answer = manager.put("/api/v1/discount-limits/dentist", {"percent": "7", "version": 2}, content_type="application/json")
    assert answer.json() == {"role": "dentist", "version": 3, "percent": "7"}
    assert manager.put("/api/v1/discount-limits/lawyer", {"percent": "7"}, content_type="application/json").json()["fields"].keys() == {"role"}
    assert manager.put("/api/v1/discount-limits/dentist", {"percent": "101"}, content_type="application/json").status_code == 422


def test_a_limit_changed_by_another_is_shown_and_what_was_typed_is_kept(manager: Client) -> None:
    form = manager.get(reverse("discount-limits")).context["form"]
    typed = {name: str(form[name].value()) for name in form.fields}
    manager.put("/api/v1/discount-limits/dentist", {"percent": "7", "version": 1}, content_type="application/json")
    stale = manager.post(reverse("discount-limits"), {**typed, "dentist": "33"})
    assert stale.status_code == 422
    assert "Stands now: 7" in stale.content.decode()
    assert DiscountLimit.objects.get(role="dentist").percent == 7
    again = {name: str(stale.context["form"][name].value()) for name in form.fields}
    assert (again["dentist"], manager.post(reverse("discount-limits"), again).status_code) == ("33", 302)
    assert DiscountLimit.objects.get(role="dentist").percent == 33


def test_a_wrong_limit_keeps_what_was_typed(manager: Client) -> None:
    answer = manager.post(reverse("discount-limits"), {"manager": "100", "dentist": "140"})
    assert answer.status_code == 422
    assert "140" in answer.content.decode()
    assert DiscountLimit.objects.get(role="dentist").percent == 10


@pytest.mark.parametrize("language", ["ru", "fr", "en"])
def test_the_sample_can_be_changed_by_hand(manager: Client, language: str) -> None:
    page = manager.get(reverse("consent-form", args=["consent_hygiene", language])).content.decode()
    assert "## " in page
    kinds = {block.kind for block in rules.blocks_of(editions.text_in_force("consent_hygiene", language))}
    assert kinds == {"heading", "paragraph", "list"}
    assert "<" not in editions.text_in_force("consent_hygiene", language)


def test_a_published_edition_is_printed_from_then_on(manager: Client) -> None:
    body = "## Цель\nСнять <b>камень</b>\n- один\n- два"
    assert manager.post(reverse("consent-form", args=["consent_hygiene", "ru"]), {"body": body}).status_code == 302
    issued: dict[str, Any] = {
        "kind": "consent_hygiene",
        "patient": petrov(),
        "branch": make_branch(),
        "alternative_id": None,
        "actor": dr_orlova(),
        "at": NOON,
    }
    document = actions.issue_document(language="ru", **issued)
    said = "\n".join(page.extract_text() for page in PdfReader(BytesIO(read(document.file))).pages)
    assert "Снять <b>камень</b>" in said
    assert "Редакция 1 от" in said
    assert "Образец" not in said
    assert "Снятие зубного камня" not in said
    assert "1" in manager.get(reverse("consent-forms")).content.decode()


def test_editions_are_numbered_and_never_change(manager: Client) -> None:
    body = {"kind": "consent_therapy", "language": "fr", "body": "Texte"}
    numbers = [manager.post("/api/v1/consent-forms", body, content_type="application/json").json()["edition"] for _time in range(2)]
    assert numbers == [1, 2]
    assert [row["edition"] for row in manager.get("/api/v1/consent-forms").json()] == [2]
    with pytest.raises(DatabaseError), transaction.atomic():
        ConsentEdition.objects.update(body="other")
    wrong = manager.post("/api/v1/consent-forms", {"kind": "contract", "language": "de", "body": " "}, content_type="application/json")
    assert wrong.json()["fields"].keys() == {"kind", "language", "body"}
