"""The whole chain over the API alone: every step by the right person's bearer token, read back from the history."""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from clinic.demo.people import Clinic
from clinic.price_list.models import Service
from clinic.staff import actions
from lab_orders.models import Lab
from tests.journeys.place import now, open_the_clinic
from tests.patients.drawing import drawn_signature

MOST_EVENTS = 1000
CROWN = "36000.00"
DRAWN = drawn_signature()
PETROV: dict[str, Any] = {
    "last_name": "Петров",
    "first_name": "Иван",
    "patronymic": "Ильич",
    "sex": "male",
    "birth_date": "1980-05-17",
    "contacts": [{"kind": "phone", "value": "8 (916) 123-45-67"}],
    "identifiers": [{"kind": "snils", "number": "112-233-445 95"}],
    "alerts": [{"kind": "allergy", "severity": "critical", "text": "Пенициллин: отёк Квинке"}],
}


@dataclass
class Caller:
    """A program that acts as one person."""

    name: str
    token: str
    client: Client = field(default_factory=Client)

    def __call__(self, method: str, path: str, status: int, body: dict[str, Any] | None = None, /, **headers: str) -> Any:
        """Ask, see that the answer has this status, and give it back; refusals have the one error shape."""
        headers = {"Authorization": f"Bearer {self.token}", **headers}
        data = {} if method == "GET" else {"data": body or {}, "content_type": "application/json"}
        answer = getattr(self.client, method.lower())(f"/api/v1{path}", headers=headers, **data)
        assert answer.status_code == status, (self.name, method, path, answer.status_code, answer.content.decode()[:1500])
        found = answer.json()
        if status >= 400:
            assert {"code", "message"} <= set(found) <= {"code", "message", "fields", "link"}, found
        return found

    def get(self, path: str) -> Any:
        return self("GET", path, 200)

    def post(self, path: str, status: int = 201, /, **body: Any) -> Any:
        return self("POST", path, status, body)


@dataclass
class Scene:
    """Who calls, and what the steps leave for the next ones."""

    clinic: Clinic
    callers: dict[str, Caller]
    patient: str = ""
    visit: str = ""
    item: dict[str, Any] = field(default_factory=dict)
    alternative: str = ""
    charge: str = ""

    def __getitem__(self, name: str) -> Caller:
        return self.callers[name]


@pytest.fixture
def scene() -> Scene:
    clinic = open_the_clinic()
    manager = clinic.users["manager"]
    names = ("manager", "admin", "orlova", "accountant", "lawyer", "marketer")
    tokens = {
        name: actions.create_api_token(user=clinic.users[name], name="journey", actor=manager, at=timezone.now(), life=timedelta(days=1)).value
        for name in names
    }
    return Scene(clinic, {name: Caller(name, token) for name, token in tokens.items()})


def service(code: str) -> str:
    return str(Service.objects.get(code=code).pk)


def test_the_whole_chain_over_the_api(scene: Scene) -> None:
    register(scene)
    insure(scene)
    book_and_seat(scene)
    examine(scene)
    plan_and_agree(scene)
    wait_for_the_laboratory(scene)
    complete(scene)
    settle(scene)
    sign_the_visit(scene)
    read_back(scene)


def register(scene: Scene) -> None:
    entry = {**PETROV, "id": str(uuid4()), "branch_id": str(scene.clinic.branches[0].pk)}
    assert scene["marketer"]("POST", "/patients", 403, entry)["code"] == "not_allowed"
    wrong = scene["admin"]("POST", "/patients", 422, {**entry, "identifiers": [{"kind": "snils", "number": "112-233-445 96"}]})
    assert wrong["code"] == "invalid"
    assert wrong["fields"]
    patient = scene["admin"].post("/patients", **entry)
    assert scene["admin"].post("/patients", **entry)["id"] == patient["id"]
    twin = scene["admin"]("POST", "/patients", 409, {**entry, "id": str(uuid4())})
    assert twin["code"] == "likely_duplicates"
    assert scene["admin"].get("/patients?q=petrov")["items"][0]["id"] == patient["id"]
    assert scene["admin"].get(f"/patients/{patient['id']}/contacts")[0]["value"] == "+79161234567"
    assert scene["orlova"].get(f"/patients/{patient['id']}/alerts")[0]["severity"] == "critical"
    scene.patient = patient["id"]


def insure(scene: Scene) -> None:
    insurer = scene["admin"]("PUT", "/insurers", 200, {"name": "СК «Согласие»", "kind": "ru_vmi"})
    programme = scene["admin"]("PUT", "/programmes", 200, {"insurer": insurer["id"], "name": "Стандарт"})
    covers = {"prosthetics": {"percent": "50", "limit_per_act": "10000"}}
    scene["admin"]("PUT", f"/programmes/{programme['id']}/coverage", 200, {"covers": covers})
    first_day = f"{now() - timedelta(days=30):%Y-%m-%d}"
    policy = {"patient": scene.patient, "programme": programme["id"], "number": "ДМС-001", "valid_from": first_day, "currency": "RUB"}
    scene["admin"]("PUT", "/policies", 200, {**policy, "annual_limit": "30000"})


def book_and_seat(scene: Scene) -> None:
    orlova, chair = scene.clinic.users["orlova"], scene.clinic.working["orlova"]
    slot = {
        "dentist_id": str(orlova.pk),
        "chair_id": str(chair.pk),
        "starts_at": now().isoformat(),
        "ends_at": (now() + timedelta(hours=1)).isoformat(),
    }
    booked = scene["admin"].post("/appointments", patient_id=scene.patient, **slot)
    taken = scene["admin"].post("/appointments", 409, patient_id=scene.patient, **slot)
    assert taken["code"] == "slot_taken"
    arrived = scene["admin"].post(f"/appointments/{booked['id']}/state", 200, version=booked["version"], state="arrived")
    stale = scene["admin"].post(f"/appointments/{booked['id']}/state", 409, version=booked["version"], state="cancelled", reason="Передумал")
    assert stale["code"] == "stale"
    assert arrived["has_alerts"]
    visit = scene["orlova"].post("/visits", appointment=booked["id"])
    assert scene["orlova"].post("/visits", appointment=booked["id"])["id"] == visit["id"]
    assert scene["admin"].get(f"/appointments/{booked['id']}")["state"] == "seated"
    scene.visit = visit["id"]


def examine(scene: Scene) -> None:
    dentist = scene["orlova"]
    wrong = dentist.post(f"/patients/{scene.patient}/findings", 422, kind="caries", tooth=36, surfaces=["I"], severity="deep")
    assert "surfaces" in wrong["fields"]
    finding = dentist.post(f"/patients/{scene.patient}/findings", kind="caries", tooth=36, surfaces=["M", "O"], severity="deep")
    code = dentist.get("/diagnosis-codes?q=K02.1")[0]["code"]
    diagnosis = dentist.post("/diagnoses", patient=scene.patient, finding=finding["id"], code=code)
    assert (diagnosis["code"], diagnosis["finding"]) == ("K02.1", finding["id"])
    chart = dentist.get(f"/patients/{scene.patient}/chart")
    assert [(mark["tooth"], mark["what"]) for mark in chart["marks"]] == [(36, "caries")]
    assert scene["admin"]("GET", f"/patients/{scene.patient}/chart", 403)["code"] == "not_allowed"


def plan_and_agree(scene: Scene) -> None:
    dentist = scene["orlova"]
    plan = dentist.post("/plans", patient=scene.patient, title="Лечение 36")
    main = plan["alternatives"][0]["id"]
    scene.item = dentist.post(f"/alternatives/{main}/items", service=service("O02"), teeth=[{"tooth": 36}])
    assert (scene.item["total"], scene.item["currency"]) == (CROWN, "RUB")
    other = dentist.post(f"/plans/{plan['id']}/alternatives", title="Пломба")["id"]
    dentist.post(f"/alternatives/{other}/items", service=service("T02"), teeth=[{"tooth": 36, "surfaces": ["M", "O"]}])
    for alternative in (main, other):
        assert dentist.post(f"/alternatives/{alternative}/present", 200)["state"] == "presented"
    dentist.post(f"/alternatives/{main}/accept", 200)
    whole = {row["id"]: row for row in dentist.get(f"/plans/{plan['id']}")["alternatives"]}
    assert {key: row["state"] for key, row in whole.items()} == {main: "accepted", other: "rejected"}
    assert (Decimal(whole[main]["insured"]), Decimal(whole[main]["patient_pays"])) == (Decimal(10000), Decimal(26000))
    refused = dentist.post(f"/items/{scene.item['id']}/complete", 409)
    assert refused["code"] == "not_agreed"
    assert refused["link"] == f"/patients/{scene.patient}/documents/"
    for kind in ("contract", "consent_prosthetics"):
        sign(scene["admin"], scene["admin"].post("/documents", patient=scene.patient, kind=kind, alternative=main, language="ru"))
    scene.alternative = main


def sign(caller: Caller, document: dict[str, Any]) -> None:
    who = {"role": "patient", "signer_name": "Петров Иван Ильич", "strokes": DRAWN["signature_strokes"], "image": DRAWN["signature_image"]}
    assert caller.post(f"/documents/{document['id']}/sign", 409, sha256="0" * 64, **who)["code"] == "document_outdated"
    signed = caller.post(f"/documents/{document['id']}/sign", sha256=document["sha256"], **who)
    assert signed["document_sha256"] == document["sha256"]


def wait_for_the_laboratory(scene: Scene) -> None:
    dentist = scene["orlova"]
    lab, due = str(Lab.objects.get(name__contains="Циркон").pk), f"{now() + timedelta(days=7):%Y-%m-%d}"
    order = dentist.post("/lab-orders", procedures=[scene.item["procedure"]], lab=lab, due_date=due, shade="A2", stages=["каркас", "сдача"])
    for state in ("sent", "in_work", "returned"):
        order = dentist.post(f"/lab-orders/{order['id']}/state", 200, version=order["version"], state=state)
    whole = dentist.get(f"/lab-orders/{order['id']}")
    assert (whole["state"], [change["state"] for change in whole["changes"]][-1]) == ("returned", "returned")
    assert whole["items"][0]["teeth"] == [36]


def complete(scene: Scene) -> None:
    dentist, path = scene["orlova"], f"/items/{scene.item['id']}/complete"
    stock = {row["code"]: Decimal(row["on_hand"]) for row in dentist.get("/materials?page_size=100")["results"]}
    key = {"Idempotency-Key": str(uuid4())}
    done = dentist("POST", path, 200, {"visit": scene.visit}, **key)
    assert dentist("POST", path, 200, {"visit": scene.visit}, **key) == done
    again = dentist.post(path, 409, visit=scene.visit)
    assert (again["code"], again["link"]) == ("already_completed", f"/items/{scene.item['id']}/result/")
    assert (done["charged"], done["currency"], done["shortages"]) == (CROWN, "RUB", [])
    left = {row["code"]: Decimal(row["on_hand"]) for row in dentist.get("/materials?page_size=100")["results"]}
    used = {code: stock[code] - left[code] for code in stock if stock[code] != left[code]}
    assert (used["SIL"], used["CEM"], len(used)) == (Decimal(20), Decimal("0.5"), len(done["movements"]))
    assert len(dentist.get(f"/patients/{scene.patient}/materials")["results"]) == len(done["movements"])
    line = scene["admin"].get(f"/patients/{scene.patient}/claim-lines")["results"][0]
    assert (line["id"], Decimal(line["amount"])) == (done["claim_line"], Decimal(10000))
    crowns = [mark for mark in dentist.get(f"/patients/{scene.patient}/chart")["marks"] if mark["what"] == "crown"]
    assert [(mark["tooth"], mark["state"]) for mark in crowns] == [(36, "done")]
    scene.charge = done["charge"]


def settle(scene: Scene) -> None:
    desk = scene["admin"]
    invoice = desk.post("/invoices", patient=scene.patient, charges=[scene.charge], language="ru")
    assert (Decimal(invoice["total"]), Decimal(invoice["insurer_total"]), Decimal(invoice["due"])) == (36000, 10000, 26000)
    assert Decimal(desk.get(f"/patients/{scene.patient}/balance")["balance"]) == 26000
    money, key = {"patient": scene.patient, "amount": "26000.00", "method": "card"}, {"Idempotency-Key": str(uuid4())}
    paid = desk("POST", "/payments", 201, money, **key)
    assert desk("POST", "/payments", 201, money, **key) == paid
    assert desk("POST", "/payments", 409, {**money, "amount": "1.00"}, **key)["code"] == "idempotency_mismatch"
    assert desk("POST", "/payments", 422, {**money, "amount": "-5"})["fields"]
    assert [row["id"] for row in desk.get(f"/payments?patient={scene.patient}")["results"]] == [paid["id"]]
    account = scene["accountant"].get(f"/patients/{scene.patient}/balance")
    assert (Decimal(account["balance"]), account["open_charges"]) == (0, [])


def sign_the_visit(scene: Scene) -> None:
    dentist, path = scene["orlova"], f"/visits/{scene.visit}"
    visit = dentist.get(path)
    note = {"complaint": "Скол пломбы.", "objective": "Зуб 36 под коронку.", "treatment": "Фиксация коронки на 36."}
    visit = dentist("PATCH", path, 200, {"version": visit["version"], **note})
    visit = dentist.post(f"{path}/close", 200)
    signed = dentist.post(f"{path}/sign", 200, version=visit["version"])
    assert signed["signed_by"] == str(scene.clinic.users["orlova"].pk)
    assert dentist("PATCH", path, 409, {"version": signed["version"], "complaint": "Другое"})["code"] == "visit_signed"
    dentist.post(f"{path}/addenda", text="Окклюзия проверена.", reason="Дополнение")


def read_back(scene: Scene) -> None:
    """The lawyer finds each link under the name of the person who made it."""
    assert scene["marketer"]("GET", f"/patients/{scene.patient}/history", 403)["code"] == "not_allowed"
    path = f"/patients/{scene.patient}/history"
    page = scene["lawyer"].get(path)
    events = page["events"]
    while page["next_cursor"] and len(events) < MOST_EVENTS:
        page = scene["lawyer"].get(f"{path}?cursor={page['next_cursor']}")
        events += page["events"]
    assert scene["lawyer"]("GET", f"{path}?cursor=nonsense", 422)["fields"]["cursor"]
    created = {(event["table"], event["actor_name"].split()[0]) for event in events if event["kind"] == "I"}
    desk, chair = "Белова", "Орлова"
    assert created >= {
        ("patients_patient", desk),
        ("patients_contact", desk),
        ("patients_identifier", desk),
        ("patients_alert", desk),
        ("insurance_policy", desk),
        ("scheduling_appointment", desk),
        ("charting_visit", chair),
        ("charting_finding", chair),
        ("charting_diagnosis", chair),
        ("treatment_plans_plan", chair),
        ("treatment_plans_item", chair),
        ("treatment_plans_document", desk),
        ("treatment_plans_signature", desk),
        ("lab_orders_laborder", chair),
        ("charting_performance", chair),
        ("inventory_movement", chair),
        ("billing_charge", chair),
        ("insurance_claimline", chair),
        ("billing_invoice", desk),
        ("billing_payment", desk),
        ("charting_visitaddendum", chair),
    }
    signed = {event["actor_name"].split()[0] for event in events if event["kind"] == "S"}
    assert signed >= {desk, chair}
    looked = {event["actor_name"].split()[0] for event in events if event["kind"] == "V"}
    assert looked >= {desk, chair, "Счётова", "Правдин"}


def test_refusals_speak_with_one_shape(scene: Scene) -> None:
    stranger = Caller("stranger", "clinic_nothing")
    assert stranger("GET", "/me", 401)["code"] == "not_authenticated"
    assert scene["admin"]("GET", f"/patients/{uuid4()}", 404)["code"] == "not_found"
    assert scene["admin"]("POST", "/patients", 422)["fields"]["last_name"]
    unreadable = scene["admin"].client.post("/api/v1/patients", b"{", "application/json", headers={"Authorization": f"Bearer {scene['admin'].token}"})
    assert (unreadable.status_code, unreadable.json()["code"]) == (400, "unreadable")


def test_a_token_works_at_home_or_in_the_branch_it_names(scene: Scene) -> None:
    abroad = {"X-Branch": str(scene.clinic.branches[1].pk)}
    entry = {**PETROV, "branch_id": str(scene.clinic.branches[0].pk)}
    patient = scene["admin"].post("/patients", **entry)["id"]
    home = scene["orlova"]("POST", "/plans", 201, {"patient": patient, "title": "Дома"})
    away = scene["orlova"]("POST", "/plans", 201, {"patient": patient, "title": "Ницца"}, **abroad)
    assert (home["currency"], away["currency"]) == ("RUB", "EUR")
    nowhere = {"X-Branch": str(uuid4()), "Idempotency-Key": "k"}
    assert scene["orlova"]("POST", "/plans", 422, {"patient": patient, "title": "?"}, **nowhere)["fields"]["X-Branch"]
    assert scene["orlova"]("GET", "/me", 422, None, **{"X-Branch": str(uuid4())})["code"] == "invalid"
    refused = scene["admin"]("GET", f"/patients/{uuid4()}", 404)
    assert refused["message"] == "Такой записи нет, или она вам недоступна."
