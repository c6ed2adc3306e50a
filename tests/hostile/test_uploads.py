"""Files that are not what they say, and names that nobody should give; a login that does not tell who works here."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import get_hasher
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.test import override_settings

from clinic.files.uploads import sniff
from clinic.lib.errors import InvalidInput
from clinic.patients.models import ImportRun
from clinic.staff.models import User
from clinic.staff.roles import Role
from tests.staff.factories import PASSWORD, log_in, make_branch, make_user, registrar_belova

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
FOREIGN = {
    "svg": SVG,
    "svg with a prologue": b'<?xml version="1.0"?>' + SVG,
    "html": b"<!doctype html><script>alert(1)</script>",
    "gif with html": b"GIF89a/*<script>alert(1)</script>*/",
    "almost png": b"\x89PNG\r\n<script>",
    "zip": b"PK\x03\x04" + b"\0" * 64,
    "program": b"\x7fELF" + b"\0" * 600,
    "nothing": b"",
}


@pytest.mark.parametrize("content", FOREIGN.values(), ids=FOREIGN)
def test_what_is_no_picture_or_document_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput):
        sniff(BytesIO(content))


def test_one_byte_over_the_limit_is_refused() -> None:
    with override_settings(MAX_UPLOAD_BYTES=10):
        assert sniff(BytesIO(b"%PDF-12345")) == "application/pdf"
        with pytest.raises(InvalidInput):
            sniff(BytesIO(b"%PDF-123456"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["../../etc/cron.d/x.csv", "a\r\nSet-Cookie: b=c.csv", '"><script>zqx()</script>.csv', "\u202evsc.csv", "x" * 400 + ".csv"]
)
def test_a_file_s_name_leads_nowhere(name: str) -> None:
    desk = log_in(registrar_belova(make_branch()))
    answer = desk.post("/patients/import/", {"file": SimpleUploadedFile(name, "Фамилия;Имя\nОрлов;Пётр\n".encode())})
    run = ImportRun.objects.get()
    shown = desk.get(answer.headers["Location"])
    assert "Set-Cookie: b=c" not in str(shown.headers)
    assert not {"/", "\r", "\n"} & set(run.file_name)
    assert "<script>zqx" not in shown.content.decode()


@pytest.mark.django_db
def test_a_wrong_login_costs_the_same_whoever_it_names(monkeypatch: pytest.MonkeyPatch) -> None:
    make_user(Role.DENTIST, username="orlova", branch=make_branch(), password=PASSWORD)
    make_user(Role.DENTIST, username="gone", branch=make_branch(), password=PASSWORD)
    User.objects.filter(username="gone").update(is_active=False)
    make_user(Role.DENTIST, username="without", branch=make_branch())
    spent = []
    hasher = type(get_hasher())

    def counted(act: Callable[..., Any]) -> Callable[..., Any]:
        def count(self: Any, password: str, *rest: Any) -> Any:
            spent.append(password)
            return act(self, password, *rest)

        return count

    monkeypatch.setattr(hasher, "encode", counted(hasher.encode))
    costs = []
    for name in ("orlova", "nobody", "gone", "without"):
        spent.clear()
        request = HttpRequest()
        request.META["REMOTE_ADDR"] = "10.0.0.9"
        assert authenticate(request, username=name, password="wrong-wrong-wrong") is None
        costs.append(len(spent))
    assert len(set(costs)) == 1, costs
    assert costs[0] >= 1
