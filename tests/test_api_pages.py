"""Lists over the API come page by page with a cursor; whole arrays are those that cannot grow, each with the reason."""

from base64 import b64encode
from collections.abc import Iterator

import pytest
from django.test import Client

from charting.models import Combination
from clinic.api import api
from clinic.price_list.models import Category, Scope, Service
from clinic.staff.roles import Role
from tests.staff.factories import log_in, make_branch, make_user

WHOLE = {
    "list_appointments": "of a stretch of time that is bounded",
    "list_shifts": "of a stretch of time that is bounded",
    "find_slots": "a few proposals",
    "list_rooms": "of one branch",
    "list_chairs": "of one branch",
    "list_appointment_types": "set up by hand, shown whole in a form",
    "list_consent_rules": "one a kind of consent",
    "list_consent_forms": "one a kind of consent and language",
    "list_discount_limits": "one a role",
    "branches": "of one organisation",
    "list_legal_entities": "of one organisation",
    "tokens": "a person's own",
    "list_dictionaries": "editions that were published",
    "list_prices": "of one service",
    "find_diagnosis_codes": "the first that match",
    "list_canals": "the canals of one mouth",
    "list_oral_diagnosis_codes": "K00-K14 in force",
    "list_patient_imports": "the latest",
    "list_payers": "a patient and the relatives on the card",
    "list_policies": "of one patient",
    "list_guarantee_letters": "of one policy",
    "list_lab_order_files": "of one order",
    "record_history": "versions of one record",
    **dict.fromkeys(("list_alerts", "list_consents", "list_contacts", "list_identifiers", "list_relations"), "of one patient"),
    **dict.fromkeys(("list_consent_texts", "list_labels", "list_sources"), "kept by hand, shown whole in a form"),
    "list_evidence": "of one patient",
    "list_signatures": "of one patient, the latest",
    "list_data_requests": "what waits for an answer",
    "list_patient_data_requests": "of one patient",
    "list_rectifications": "of one patient",
    "list_alert_doubts": "of one patient",
    "list_interactions": "rules kept by hand, shown whole",
    "list_procedure_interactions": "of one procedure",
    "list_comparable_images": "of one image",
    "list_image_lines": "of one image",
    "list_erasure_obstacles": "of one patient",
    "list_erasures": "the latest",
    "list_anaesthetics": "a fixed list",
    "list_anaesthesia": "of one visit",
    "list_visit_requirements": "at most one a part of the note",
    "list_recall_proposals": "at most one a rule, after one visit",
    "list_visit_outlines": "kept by hand, offered whole",
}


def arrays() -> Iterator[str]:
    for operations in api.get_openapi_schema()["paths"].values():
        read = operations.get("get")
        content = read and read["responses"].get(200, {}).get("content", {}).get("application/json", {})
        if content and content["schema"].get("type") == "array":
            yield read["operationId"]


def test_a_list_without_pages_is_one_that_cannot_grow() -> None:
    assert set(arrays()) == set(WHOLE)


def walk(browser: Client, url: str) -> list[str]:
    seen = []
    while url:
        page = browser.get(url).json()
        seen += [row["id"] for row in page["results"]]
        url = page["next"]
    return seen


@pytest.fixture
def chief() -> Client:
    make_branch()
    return log_in(make_user(Role.MANAGER, Role.DENTIST, username="chief"))


@pytest.mark.django_db
def test_more_rows_of_one_place_than_a_page_holds_are_read_to_the_end(chief: Client) -> None:
    titles = {"title_ru": "Кариес", "title_fr": "Carie", "title_en": "Caries"}
    made = Combination.objects.bulk_create(
        Combination(**titles, kind="caries", diagnosis="K02.1", effect="filling", position=7) for _each in range(230)
    )
    Combination.objects.exclude(pk__in=[row.pk for row in made]).update(position=1)
    seen = walk(chief, "/api/v1/combinations?page_size=100")
    assert len(seen) == len(set(seen)) == Combination.objects.count()


@pytest.mark.django_db
@pytest.mark.parametrize("place", ["p=x", "p=2026-01-01", "q=7", "p=7&o=-1", "p=7&o=x", "o=100000000&p=7", "p=7&p=8", "o=3"])
@pytest.mark.parametrize("address", ["combinations", "debts", "usual-prescriptions"])
def test_a_cursor_that_no_list_has_given_is_refused(chief: Client, address: str, place: str) -> None:
    for cursor in (b64encode(place.encode()).decode(), place, f"{place}ё"):
        answer = chief.get(f"/api/v1/{address}", {"cursor": cursor})
        assert (answer.status_code, list(answer.json().get("fields", {}))) == (422, ["cursor"])


@pytest.mark.django_db
def test_more_services_of_one_category_than_a_page_holds_are_read_to_the_end() -> None:
    make_branch()
    common = {"title_ru": "Пломба", "category": Category.THERAPY, "scope": Scope.TOOTH}
    Service.objects.bulk_create(Service(code=f"T-{number:03}", **common) for number in range(250))
    browser, url, codes = log_in(make_user(Role.MANAGER, username="chief")), "/api/v1/services?page_size=100", []
    while url:
        page = browser.get(url).json()
        codes += [row["code"] for row in page["results"]]
        url = page["next"]
    assert codes == [f"T-{number:03}" for number in range(250)]
