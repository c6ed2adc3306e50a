"""Hostile text that stands in the tables: every page that shows it escapes it, every sheet keeps it from being a formula, every PDF prints."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, models, transaction
from django.test import Client
from openpyxl import load_workbook

from clinic.history.models import Record
from tests.hostile import world
from tests.hostile.test_pages import addresses
from tests.hostile.values import MARK
from tests.hostile.walk import page_problem
from tests.staff.factories import log_in

pytestmark = pytest.mark.django_db
MARKUP, FORMULA = f'"><script>{MARK}()</script><img src=x onerror={MARK}()>', "=cmd|'/c calc'!A1 \u202egnp\u2066\x1b\x07"
RARER = (MARKUP, FORMULA, "{{7*7}}{% now %}", "+1", "@SUM(A1)", "\u202egnp")
OURS = ("patients", "charting", "treatment_plans", "lab_orders", "price_list", "scheduling", "insurance", "inventory", "billing", "staff")
NOT_PROSE = ("username", "password", "token_hash", "pin", "currency", "language", "country", "time_zone", "content_hash", "document_sha256")


def texts_of(model: type[models.Model]) -> "Iterator[models.Field[Any, Any]]":
    """Columns in which people write what they like."""
    for field in model._meta.concrete_fields:
        is_text = isinstance(field, models.CharField | models.TextField) and not field.choices
        if is_text and field.name not in NOT_PROSE:
            yield field


def poison(text: str) -> int:
    """Write the text into every column that takes it; what a constraint or a freeze refuses stays as it was. Returns how many columns took it."""
    taken = 0
    for model in apps.get_models():
        if model._meta.app_label in OURS and issubclass(model, Record):
            for field in texts_of(model):
                taken += _write(model, field, text[: field.max_length or None])
    return taken


def _write(model: type[models.Model], field: "models.Field[Any, Any]", text: str) -> bool:
    row = model._default_manager.order_by("-pk").first()
    try:
        with transaction.atomic():
            return bool(row and model._default_manager.filter(pk=row.pk).update(**{field.name: text}))
    except DatabaseError:
        return False


def formulas(content: bytes) -> list[str]:
    return [str(cell.value) for sheet in load_workbook(BytesIO(content)) for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def problem_at(client: Client, address: str) -> str | None:
    answer: Any = client.get(address)
    if "spreadsheet" in answer.headers.get("Content-Type", "") and answer.status_code == 200:
        found = formulas(b"".join(answer.streaming_content) if answer.streaming else answer.content)
        return f"formulas {found}" if found else None
    if answer.status_code == 200 and "text/html" in answer.headers.get("Content-Type", "") and "49{% now" in answer.content.decode():
        return "a template in the text was evaluated"
    return page_problem(answer)


@pytest.mark.parametrize("text", [FORMULA + MARKUP, *(pytest.param(text, marks=pytest.mark.soak) for text in RARER)])
def test_every_page_shows_it_as_text(text: str) -> None:
    client = log_in(world.build())
    client.raise_request_exception = False
    assert poison(text) > 40
    problems = [f"{address}: {problem}" for address in addresses() if (problem := problem_at(client, address))]
    assert not problems, "\n".join(problems)
