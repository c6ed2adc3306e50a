"""The list of debts: pages, search, sums of the whole list on every page."""

from decimal import Decimal
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from clinic.billing import debts
from clinic.history.models import Event
from clinic.patients.models import Contact, Patient
from tests.billing.factories import accountant, make_charge
from tests.patients.factories import make_patient
from tests.staff.factories import log_in, make_branch

pytestmark = pytest.mark.django_db
OWING = 53


@pytest.fixture
def people() -> list[Patient]:
    made = [make_patient("Ковальчук" if number == 7 else f"Должник{number:02}") for number in range(OWING)]
    for number, patient in enumerate(made):
        make_charge(f"{100 + number}.00", patient)
    return made


@pytest.fixture
def reader(people: list[Patient]) -> Client:
    return log_in(accountant())


def names(answer: object) -> list[str]:
    return [debt.name.split()[0] for debt in answer.context["page"]]  # type: ignore[attr-defined]


def test_pages_hold_every_debtor_once_and_each_shows_the_sums_of_all(reader: Client) -> None:
    first, second = reader.get(reverse("unpaid")), reader.get(reverse("unpaid"), {"page": "2"})
    assert [len(names(first)), len(names(second))] == [50, OWING - 50]
    assert len({*names(first), *names(second)}) == OWING
    assert names(first)[0] == f"Должник{OWING - 1}"
    for answer in (first, second):
        (total,) = answer.context["totals"]
        assert (total.people, total.owed) == (OWING, Decimal(100 * OWING + OWING * (OWING - 1) // 2))
    assert names(reader.get(reverse("unpaid"), {"page": "999"})) == names(second)


def test_a_debtor_is_found_by_name_card_or_phone_and_no_name_stands_in_the_address(reader: Client, people: list[Patient]) -> None:
    wanted = people[7]
    Contact.objects.create(patient=wanted, kind="phone", value="+79167777777")
    for text in ("Ковальчук", str(wanted.card_number), "916 777 77 77"):
        sent = reader.post(reverse("unpaid"), {"q": text})
        assert text not in sent.headers["Location"]
        found = reader.get(sent.headers["Location"])
        assert "Ковальчук" in names(found)
        assert len(names(found)) < OWING
        assert found.context["totals"][0].owed == sum((debt.owed for debt in found.context["page"]), Decimal(0))
    nobody = reader.get(reader.post(reverse("unpaid"), {"q": "Небывалов"}).headers["Location"])
    assert "Nobody who owes matches." in nobody.content.decode()


def test_the_workbook_is_narrowed_as_the_page_is(reader: Client) -> None:
    address = reader.post(reverse("unpaid"), {"q": "Ковальчук"}).headers["Location"]
    query = reader.get(address).context["query"]
    sheet = load_workbook(BytesIO(reader.get(f"{reverse('unpaid-xlsx')}?{query}").content)).active
    assert sheet is not None
    assert sheet.max_row == 2
    (taken,) = Event.objects.filter(op="P", tbl="billing_unpaid")
    assert taken.body == {"here": True, "patients": [str(Patient.objects.get(last_name="Ковальчук").pk)]}


def test_a_program_reads_them_page_by_page(reader: Client) -> None:
    first = reader.get("/api/v1/debts?page_size=50").json()
    rest = reader.get(first["next"]).json()
    assert len({debt["patient"] for debt in [*first["results"], *rest["results"]]}) == OWING
    assert len(reader.get("/api/v1/debts?q=Ковальчук").json()["results"]) == 1


def test_a_list_is_counted_before_it_is_read(reader: Client) -> None:
    scope = debts.Scope(accountant().created_at.date(), [make_branch()])
    found = debts.DebtList(scope, debts.totals(scope))
    assert (len(found), len(found[:10]), found[0].owed) == (OWING, 10, Decimal(100 + OWING - 1))
