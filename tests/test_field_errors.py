"""What the API says about wrong fields, in the caller's language."""

from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from clinic.lib.field_errors import WORDS, in_words, name_of
from clinic.staff.roles import Role
from tests.staff.factories import log_in, make_branch, make_user

SAID = {
    "en": {"name": "This is missing.", "position": "This must be at most 999.", "branch_id": "This is not an id."},
    "ru": {"name": "Это поле не заполнено.", "position": "Должно быть не больше 999.", "branch_id": "Это не идентификатор."},
    "fr": {"name": "Ce champ manque.", "position": "999 au plus.", "branch_id": "Ce n’est pas un identifiant."},
}


def manager(language: str) -> Client:
    user = make_user(Role.MANAGER, branch=make_branch())
    user.language = language
    user.save(update_fields=["language"])
    return log_in(user)


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "ru", "fr"])
def test_fields_are_refused_in_the_language_of_the_caller(language: str) -> None:
    body = {"position": 1000, "branch_id": "x"}
    answer = manager(language).post("/api/v1/rooms", body, content_type="application/json")
    assert answer.status_code == 422
    fields = answer.json()["fields"]
    assert {name: text[: len(SAID[language][name])] for name, text in fields.items()} == SAID[language]


@pytest.mark.django_db
def test_a_parameter_of_the_address_is_called_as_it_is_written() -> None:
    browser = manager("en")
    assert set(browser.get("/api/v1/appointments").json()["fields"]) == {"branch", "from", "to"}
    assert set(browser.get("/api/v1/appointments", {"branch": "x", "from": "y", "to": "z"}).json()["fields"]) == {"branch", "from", "to"}


@pytest.mark.django_db
def test_a_body_that_is_no_json_is_refused_in_words() -> None:
    answer = manager("ru").post("/api/v1/rooms", "{", content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "unreadable")
    assert "JSON" in answer.json()["message"]
    assert "Cannot parse" not in answer.json()["message"]


@pytest.mark.parametrize(
    ("location", "name"),
    [
        (("amount",), "amount"),
        (("lines", 0, "amount"), "lines.0.amount"),
        (("lines", 0), "lines.0"),
        (("date",), "date"),
        (("lines", 2, "date"), "lines.2.date"),
        (("allocate_to", "literal['oldest','none']"), "allocate_to"),
        (("allocate_to", "dict[uuid,decimal]"), "allocate_to"),
        (("allocate_to", "dict[uuid,decimal]", "x", "[key]"), "allocate_to.x"),
        (("since", "date"), "since"),
        (("place", "PlaceIn", "tooth"), "place.tooth"),
        (("place", "function-after[check(), PlaceIn]", "tooth"), "place.tooth"),
        (("covers", "therapy", "percent"), "covers.therapy.percent"),
    ],
)
def test_a_field_is_called_as_the_caller_wrote_it(location: tuple[str | int, ...], name: str) -> None:
    assert name_of(location) == name


SENT: list[tuple[str, str, dict[str, Any], set[str]]] = [
    ("post", "payments", {"patient": "x", "amount": "1.00", "method": "cash", "allocate_to": "newest"}, {"patient", "allocate_to"}),
    ("post", "payments", {"amount": "1.00", "method": "cash", "allocate_to": {"x": "y"}}, {"patient", "allocate_to", "allocate_to.x"}),
    ("post", "payments", {"amount": "1.00", "method": "cash", "allocate_to": 7}, {"patient", "allocate_to"}),
    ("post", "allocations", {"charges": {"x": "y"}}, {"patient", "charges.x"}),
    (
        "post",
        "patients",
        {"contacts": [{"kind": "pigeon", "value": 7}]},
        {"branch_id", "last_name", "first_name", "contacts.0.kind", "contacts.0.value"},
    ),
    ("post", "invoices", {"charges": ["x"], "language": "ru"}, {"patient", "charges.0"}),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "path", "body", "names"), SENT)
def test_the_inside_of_the_validator_stays_inside(method: str, path: str, body: dict[str, Any], names: set[str]) -> None:
    answer = getattr(manager("en"), method)(f"/api/v1/{path}", body, content_type="application/json")
    assert (answer.status_code, set(answer.json()["fields"])) == (422, names)


@pytest.mark.parametrize("kind", sorted(WORDS))
@pytest.mark.parametrize("language", ["ru", "fr"])
def test_every_usual_error_has_words(kind: str, language: str) -> None:
    names = ("min_length", "max_length", "pattern", "gt", "ge", "lt", "le", "multiple_of", "max_digits", "decimal_places", "whole_digits")
    error: dict[str, Any] = {"type": kind, "msg": "pydantic", "ctx": {**dict.fromkeys(names, 7), "expected": "'a' or 'b'"}}
    with translation.override("en"):
        english = in_words(error)
    with translation.override(language):
        said = in_words(error)
    assert said not in (english, "pydantic")
    assert "%" not in said


FAMILIES = [
    ("int_parsing", "a number"),
    ("decimal_parsing", "a number"),
    ("date_from_datetime_parsing", "a date"),
    ("datetime_type", "with a time"),
    ("uuid_parsing", "an id"),
    ("bool_parsing", "true"),
]


@pytest.mark.parametrize(("kind", "words"), FAMILIES)
def test_families_share_their_words(kind: str, words: str) -> None:
    assert words in in_words({"type": kind, "msg": "pydantic"})


def test_an_unusual_error_keeps_its_own_words() -> None:
    assert in_words({"type": "value_error", "msg": "Give one of the two."}) == "Give one of the two."
