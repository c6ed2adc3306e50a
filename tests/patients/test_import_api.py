"""An import of patients over the API, from the upload to the sheet of errors."""

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from clinic.patients.importing import actions
from clinic.patients.models import ImportRun, ImportState, Patient
from tests.patients.test_import import PEOPLE, RUSSIAN
from tests.staff.factories import log_in, make_branch, registrar_belova

pytestmark = pytest.mark.django_db
PATH = "/api/v1/patient-imports"


@pytest.fixture
def desk() -> Client:
    return log_in(registrar_belova(make_branch()))


def upload(client: Client, content: bytes) -> Any:
    return client.post(PATH, {"file": SimpleUploadedFile("list.csv", content)})


def send(client: Client, method: str, path: str, body: dict[str, Any]) -> Any:
    return getattr(client, method)(path, body, content_type="application/json")


def test_it_goes_from_the_upload_to_the_sheet_of_errors(desk: Client) -> None:
    run = upload(desk, (RUSSIAN + PEOPLE).encode("cp1251")).json()
    assert (run["state"], run["mapping"]["Моб. телефон"], run["rows_total"]) == ("uploaded", "phone", 4)
    assert "external_number" in run["fields"]
    one = f"{PATH}/{run['id']}"
    without_phone = {column: name for column, name in run["mapping"].items() if name != "phone"}
    assert send(desk, "put", f"{one}/mapping", {"mapping": without_phone}).json()["mapping"] == without_phone
    assert desk.get(f"{one}/report").status_code == 404
    for mode, saved in (("dry", 0), ("import", 2)):
        assert send(desk, "post", f"{one}/start", {"mode": mode, "mapping": run["mapping"]}).json()["state"] == "running"
        actions.go_through(ImportRun.objects.get().pk)
        assert Patient.objects.count() == saved
    done = desk.get(one).json()
    assert (done["state"], done["rows_imported"], done["rows_failed"], done["has_report"]) == ("done", 2, 2, True)
    sheet = load_workbook(BytesIO(desk.get(f"{one}/report").content)).active
    assert sheet is not None
    assert sheet.max_row == 3


def test_it_refuses_what_is_no_list_and_columns_that_mean_nothing(desk: Client) -> None:
    refused = upload(desk, b"%PDF-1.7")
    assert (refused.status_code, refused.json()["code"]) == (422, "unreadable_sheet")
    one = f"{PATH}/{upload(desk, RUSSIAN.encode()).json()['id']}"
    wrong = send(desk, "put", f"{one}/mapping", {"mapping": {"Имя": "shoe_size", "Рост": "sex"}})
    assert (wrong.status_code, set(wrong.json()["fields"])) == (422, {"Имя", "Рост"})
    assert send(desk, "post", f"{one}/start", {"mode": "dry", "mapping": {"Имя": "first_name"}}).json()["code"] == "columns_missing"
    ImportRun.objects.update(state=ImportState.RUNNING)
    running = send(desk, "put", f"{one}/mapping", {"mapping": {"Фамилия": "last_name", "Имя": "first_name"}})
    assert (running.status_code, running.json()["code"]) == (409, "still_running")
