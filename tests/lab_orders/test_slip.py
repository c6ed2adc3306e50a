"""The slip of a laboratory order."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from lab_orders import slip
from tests.lab_orders.test_actions import draft
from tests.staff.factories import make_branch

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("language", "word"), [("ru", "Лаборатория"), ("fr", "Laboratoire"), ("en", "Laboratory")])
def test_the_slip_names_the_work_in_the_branch_language_and_hides_the_name(language: str, word: str) -> None:
    order = draft(branch=make_branch(f"Branch {language}", language=language), stages=["каркас"])
    text = PdfReader(BytesIO(slip.render(order, link="https://clinic.example/lab/1/"))).pages[0].extract_text()
    assert word in text
    assert "Коронка" in text
    assert "каркас" in text
    assert "A2" in text
    assert "Петров" not in text
