"""Files of a laboratory order over the API."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from clinic.history.models import Event
from clinic.staff.roles import Role
from tests.lab_orders.test_actions import draft
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user

pytestmark = pytest.mark.django_db
SCAN = b"%PDF-1.7 impression"


def test_a_program_attaches_lists_and_takes_files() -> None:
    order, client = draft(), log_in(dr_orlova(make_branch()))
    path = f"/api/v1/lab-orders/{order.pk}/files"
    first = client.post(path, {"file": SimpleUploadedFile("scan.pdf", SCAN)})
    again = client.post(path, {"file": SimpleUploadedFile("same.pdf", SCAN)})
    assert (first.status_code, again.json()) == (201, first.json())
    assert client.get(path).json() == [first.json()] == client.get(f"/api/v1/lab-orders/{order.pk}").json()["files"]
    assert (first.json()["media_type"], first.json()["size"]) == ("application/pdf", len(SCAN))
    taken = client.get(f"{path}/{first.json()['id']}")
    assert (taken.content, taken.headers["Content-Disposition"]) == (SCAN, "attachment")
    assert Event.objects.filter(op="V", tbl="lab order", patient_id=order.patient_id).count() >= 4


def test_a_file_of_no_known_kind_or_of_another_order_is_refused() -> None:
    order, other, client = draft(), draft(), log_in(dr_orlova(make_branch()))
    path = f"/api/v1/lab-orders/{order.pk}/files"
    refused = client.post(path, {"file": SimpleUploadedFile("scan.pdf", b"MZ program")})
    assert (refused.status_code, list(refused.json()["fields"])) == (422, ["file"])
    attached = client.post(path, {"file": SimpleUploadedFile("scan.pdf", SCAN)}).json()["id"]
    assert client.get(f"/api/v1/lab-orders/{other.pk}/files/{attached}").status_code == 404
    assert log_in(make_user(Role.ACCOUNTANT)).post(path, {"file": SimpleUploadedFile("scan.pdf", SCAN)}).status_code == 403
