"""One bad value in a form that is right otherwise, and in every word of an address: what is checked late is reached too."""

import re

import pytest
from django.test import Client

from clinic.lib.numbers import whole
from tests.hostile.html import Form
from tests.hostile.test_pages import addresses, client, forms
from tests.hostile.walk import page_problem, problem_with
from tests.test_access import LEAVING

__all__ = ["client"]
pytestmark = pytest.mark.django_db
DAYS = ("0001-01-01", "0001-01-02", "9999-12-31", "9999-12-30", "1582-10-10", "2026-03-29", "2024-02-30")
BY_KIND: dict[str, tuple[str, ...]] = {
    "date": DAYS,
    "month": ("0001-01", "9999-12"),
    "week": ("0001-W01", "9999-W52"),
    "time": ("00:00", "23:59", "24:00", "02:30"),
    "datetime-local": ("0001-01-01T00:00", "9999-12-31T23:59", "2026-03-29T02:30"),
    "number": ("-1", "0", "0.005", "1e400", "NaN", "Infinity", "9999999999999999999", "32768", "2147483648", "9223372036854775808", "1,50"),
    "hidden": ("\x00", "²", "9" * 30, "9" * 5000, "-1", "[]", "{}", "9f0c1a52-3a55-4c1a-9d3e-0c3f6f2a7b11"),
}
TEXTS = ("\x00", "\u202e", "я" * 400, "0.005", "1,50", "NaN", "9999-12-31", "0001-01-01", "99999999999999999999", "😀", "²", "١")
WORDS = re.findall(
    r"\w+",
    """
    q day first last page cursor at then week month branch kind state user patient visit tooth frame alternative currency language category view
    start minutes dentist_id chair_id patient_id a b beside measure reading insurer material limit actor since until date
    """,
)
FAR = ("0001-01-01", "9999-12-31", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z")
VALUES = (*FAR, "9" * 30, "9" * 5000, "-1", "²", "\x00", "NaN", "\u202e", "x" * 5000, "%", "[]")


def spoilt(form: Form) -> list[dict[str, object]]:
    """The form as its page gave it, with one of its fields changed."""
    fields = [(name, kind) for name, kind in form.kinds.items() if name not in ("csrfmiddlewaretoken", "mode")]
    return [{**form.fields, name: value} for name, kind in fields for value in BY_KIND.get(kind, TEXTS)]


def problems_of(client: Client, *, every: int) -> list[str]:
    """What is wrong with the answers to every so many-th of these requests."""
    found, problems = forms(client)
    asked = [(name, form, data) for (name, _fields), form in found.items() if name not in (*LEAVING, "switch-user") for data in spoilt(form)]
    for name, form, data in asked[::every]:
        send = client.post if form.method == "POST" else client.get
        problem = problem_with(lambda send=send, form=form, data=data: send(form.action, data), judge=page_problem)  # type: ignore[misc]
        problems += [f"{name} {form.action} {data}: {problem}"] if problem else []
    return problems


def problems_with_words(client: Client, *, values_each: int) -> list[str]:
    """The same for pages asked for with one value in every word of their addresses."""
    problems = []
    for place, address in enumerate(addresses()):
        for turn in range(values_each):
            value = VALUES[(place + turn) % len(VALUES)]
            problem = problem_with(lambda address=address, value=value: client.get(address, dict.fromkeys(WORDS, value)), judge=page_problem)  # type: ignore[misc]
            problems += [f"{address} {value[:30]!r}: {problem}"] if problem else []
    return problems


def test_some_forms_with_one_bad_field_are_answered_calmly(client: Client) -> None:
    problems = problems_of(client, every=97)
    assert not problems, "\n".join(problems)


@pytest.mark.soak
def test_every_form_with_one_bad_field_is_answered_calmly(client: Client) -> None:
    problems = problems_of(client, every=1)
    assert not problems, "\n".join(problems)


def test_every_page_bears_a_bad_word_in_its_address(client: Client) -> None:
    problems = problems_with_words(client, values_each=1)
    assert not problems, "\n".join(problems)


@pytest.mark.soak
def test_every_page_bears_all_bad_words_in_its_address(client: Client) -> None:
    problems = problems_with_words(client, values_each=len(VALUES))
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize(("text", "number"), [("7", 7), ("000000007", 7), ("", None), ("²", None), ("١", None), ("-1", None), ("9" * 5000, None)])
def test_a_whole_number_is_one_of_few_plain_digits(text: str, number: int | None) -> None:
    assert whole(text) == number
