"""Insurance pages and API: rights, errors kept under their fields, queries."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.lib.ids import uuid7
from clinic.price_list.models import Category
from clinic.staff.roles import Role
from insurance.models import Claim, GuaranteeLetter, Insurer, Policy, Programme
from tests.billing.factories import NOW, accountant
from tests.insurance.factories import claimed, make_policy, make_programme
from tests.patients.factories import petrov
from tests.staff.factories import log_in, make_branch, make_user, registrar_belova

pytestmark = pytest.mark.django_db
API = "/api/v1"


def desk() -> Client:
    return log_in(registrar_belova(make_branch()))


def send(client: Client, method: str, path: str, data: Any) -> Any:
    return getattr(client, method)(f"{API}{path}", data, content_type="application/json")


def statements(captured: CaptureQueriesContext) -> int:
    return len([query for query in captured.captured_queries if "SAVEPOINT" not in query["sql"]])


def test_the_list_stays_within_its_queries() -> None:
    for number in range(8):
        make_programme(f"Страховщик {number}")
    client = desk()
    client.get(reverse("insurers"))
    with CaptureQueriesContext(connection) as captured:
        page = client.get(reverse("insurers"))
    assert "Страховщик 7" in page.content.decode()
    assert statements(captured) <= 12, [query["sql"][:120] for query in captured.captured_queries]


def test_it_enters_an_insurer_a_programme_and_its_coverage() -> None:
    client = desk()
    client.post(reverse("insurer-new"), {"id": str(uuid7()), "name": "СОГАЗ", "kind": "ru_vmi", "is_active": "on"})
    insurer = Insurer.objects.get()
    twice = client.post(reverse("insurer-new"), {"id": str(uuid7()), "name": "согаз", "kind": "ru_vmi"})
    assert twice.status_code == 422
    assert "name" in twice.context["form"].errors
    client.post(reverse("programme-new", args=[insurer.pk]), {"id": str(uuid7()), "name": "Стандарт", "is_active": "on"})
    programme, rows = Programme.objects.get(), {f"percent_{value}": "0" for value in Category.values}
    url = reverse("coverage", args=[programme.pk])
    assert client.post(url, {**rows, "percent_therapy": "101"}).status_code == 422
    client.post(url, {**rows, "percent_therapy": "80", "limit_therapy": "5 000"})
    assert programme.rules.get(category="therapy").limit_per_act == Decimal("5000.00")


def test_it_enters_a_policy_and_a_letter_with_its_scan() -> None:
    client, programme = desk(), make_programme()
    form = {"id": str(uuid7()), "programme": str(programme.pk), "number": "A-1", "valid_from": "2026-01-01", "currency": "RUB", "priority": "1"}
    bad = client.post(reverse("policy-new", args=[petrov().pk]), {**form, "valid_to": "2025-01-01", "annual_limit": "-5"})
    assert bad.status_code == 422
    client.post(reverse("policy-new", args=[petrov().pk]), {**form, "annual_limit": "20000"})
    policy = Policy.objects.get()
    letter = {"id": str(uuid7()), "number": "GP-1", "letter_date": "2026-11-01", "limit_amount": "1000"}
    url = reverse("letter-new", args=[policy.pk])
    assert client.post(url, {**letter, "file": SimpleUploadedFile("x.pdf", b"not a pdf")}).status_code == 422
    client.post(url, {**letter, "file": SimpleUploadedFile("x.exe", b"%PDF-1.7 letter")})
    scan = client.get(reverse("letter-file", args=[GuaranteeLetter.objects.get().pk]))
    assert (scan["Content-Type"], scan.content) == ("application/pdf", b"%PDF-1.7 letter")
    page = client.get(reverse("patient-insurance", args=[petrov().pk])).content.decode()
    assert "GP-1" in page


def test_it_makes_sends_and_closes_a_register() -> None:
    make_policy()
    claimed()
    client = desk()
    period = {"id": str(uuid7()), "insurer": str(Insurer.objects.get().pk), "period_from": "2026-11-01", "period_to": "2026-11-30"}
    client.post(reverse("claim-new"), period)
    claim = Claim.objects.get()
    assert client.get(reverse("claim", args=[claim.pk])).status_code == 200
    client.post(reverse("claim-sent", args=[claim.pk]), {"version": claim.version})
    claim.refresh_from_db()
    assert client.get(reverse("claim-xlsx", args=[claim.pk])).content.startswith(b"PK")
    client.post(reverse("claim-paid", args=[claim.pk]), {"version": claim.version})
    claim.refresh_from_db()
    assert claim.state == "paid"
    assert client.post(reverse("claim-new"), {**period, "id": str(uuid7())}).status_code == 422


def test_the_api_walks_from_insurer_to_register() -> None:
    client = log_in(accountant())
    client.get("/")
    make_branch()
    insurer = send(client, "put", "/insurers", {"name": "Mutuelle", "kind": "fr_amc"}).json()
    programme = send(client, "put", "/programmes", {"insurer": insurer["id"], "name": "Confort"}).json()
    assert send(client, "put", f"/programmes/{programme['id']}/coverage", {"covers": {"therapy": {"percent": "80"}}}).status_code == 200
    policy = {"patient": str(petrov().pk), "programme": programme["id"], "number": "7", "valid_from": "2026-01-01", "currency": "RUB"}
    saved = send(client, "put", "/policies", policy)
    assert saved.status_code == 200, saved.content
    assert send(client, "put", "/policies", policy).json()["code"] == "already_there"
    lines = [{"key": "a", "category": "therapy", "amount": "100.00", "currency": "RUB"}]
    found = send(client, "post", f"/patients/{petrov().pk}/estimate", {"lines": lines, "day": NOW.date().isoformat()}).json()
    assert (Decimal(found["insured"]), found["rows"][0]["key"]) == (80, "a")
    assert send(client, "post", f"/patients/{petrov().pk}/estimate", {"lines": [{**lines[0], "amount": "-1"}]}).status_code == 422
    claimed()
    claim = send(client, "post", "/claims", {"insurer": insurer["id"], "period_from": "2026-11-01", "period_to": "2026-11-30"}).json()
    assert len(client.get(f"{API}/claims/{claim['id']}/lines").json()["results"]) == 1
    assert client.get(f"{API}/claims/{claim['id']}/file").content.startswith(b"PK")
    done = send(client, "post", f"/claims/{claim['id']}/sent", {"version": claim["version"]}).json()
    assert send(client, "post", f"/claims/{claim['id']}/paid", {"version": done["version"]}).json()["state"] == "paid"
    for path in ("/insurers", "/claims", f"/policies?patient={petrov().pk}", f"/patients/{petrov().pk}/claim-lines"):
        assert client.get(f"{API}{path}").status_code == 200


def test_it_opens_only_to_those_who_may() -> None:
    outsider = log_in(make_user(Role.MARKETER, branch=make_branch()))
    for url in (reverse("insurers"), reverse("patient-insurance", args=[petrov().pk]), f"{API}/insurers", f"{API}/policies?patient={petrov().pk}"):
        assert outsider.get(url).status_code == 403
    dentist = log_in(make_user(Role.DENTIST, branch=make_branch()))
    assert dentist.get(reverse("insurers")).status_code == 200
    assert dentist.get(reverse("insurer-new")).status_code == 403
    assert send(dentist, "put", "/insurers", {"name": "x", "kind": "private"}).status_code == 403
