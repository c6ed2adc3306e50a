"""No list page asks the database more with thirty rows than with one, and none asks more than twelve times."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.staff.roles import Role
from tests.query_rows import add_row
from tests.staff.factories import log_in, make_user
from tests.treatment_plans.factories import petrov

pytestmark = pytest.mark.django_db
MOST = 12
LISTS = ["home", "patients", "diary", "shifts", "chairs", "appointment-types", "till", "unpaid", "stock", "norms", "prices", "dictionaries"]
LISTS += ["people", "places", "insurers", "lab", "labs", "registries", "reports", "note-templates", "history", "cases", "settings"]
LISTS += ["note-requirements", "recalls", "recall-rules"]
OF_PATIENT = ["patient", "chart", "visits", "images", "plans", "documents", "patient-lab", "patient-appointments", "patient-materials"]
OF_PATIENT += ["perio", "perio-compare", "indices", "patient-money", "patient-insurance", "patient-history", "patient-as-of", "patient-papers"]
USED = {"patients": 6, "diary": 7, "patient": 8, "chart": 7, "plans": 9, "patient-history": 11}  # opened all day long
BORDERS = ("SAVEPOINT", "RELEASE", "ROLLBACK", "SELECT set_config", 'UPDATE "django_session"')  # the last: once a minute, on whichever page
ROWS = 30


def queries(browser: Client, url: str) -> list[str]:
    """Statements of the page once its caches are warm."""
    browser.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(url).status_code == 200, url
    return [query["sql"] for query in captured.captured_queries if not query["sql"].startswith(BORDERS)]


def pages() -> dict[str, str]:
    day = {"diary": "?day=2026-11-23"}
    lists = {name: reverse(name) + day.get(name, "") for name in LISTS}
    return lists | {name: reverse(name, args=[petrov().pk]) for name in OF_PATIENT}


def test_no_list_page_asks_more_with_more_rows() -> None:
    browser = log_in(make_user(Role.MANAGER, Role.DENTIST, username="omniscient"))
    add_row(0)
    few = {name: queries(browser, url) for name, url in pages().items()}
    for number in range(1, ROWS):
        add_row(number)
    many = {name: queries(browser, url) for name, url in pages().items()}
    grown = {name: (len(few[name]), len(many[name])) for name in few if len(many[name]) > len(few[name])}
    assert not grown, "\n".join(f"{name} {counts}: " + "\n  ".join(sql[:160] for sql in many[name]) for name, counts in grown.items())
    heavy = {name: len(many[name]) for name in many if len(many[name]) > USED.get(name, MOST)}
    assert not heavy, heavy
