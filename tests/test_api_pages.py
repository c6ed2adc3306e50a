"""Lists over the API come page by page with a cursor; whole arrays are those that cannot grow, each with the reason."""

from collections.abc import Iterator

import pytest

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
