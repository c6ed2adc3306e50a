"""Where the clinic asks for it, whoever signs a note, adds to it or marks it as an error gives their PIN; the history of it says so."""

from typing import Any

import pytest
from django.test import Client

from charting.models import Visit
from clinic.history.models import Event
from clinic.staff import pins
from clinic.staff.models import User
from tests.charting.factories import make_visit
from tests.staff.factories import dr_orlova, log_in

pytestmark = pytest.mark.django_db
JSON = "application/json"
PIN = "4071"


@pytest.fixture
def visit() -> Visit:
    found = make_visit()
    Visit.objects.filter(pk=found.pk).update(complaint="Pain at night")
    found.refresh_from_db()
    return found


@pytest.fixture
def orlova() -> User:
    user = dr_orlova()
    return pins.set_pin(user=user, pin=PIN, actor=user)


@pytest.fixture
def shared(orlova: User) -> Client:
    """Dr Orlova's session on a shared chairside PC."""
    client = log_in(orlova)
    client.get("/chair/")
    session = client.session
    session["workstation"] = {**session["workstation"], "shared": True}
    session.save()
    return client


def sign(client: Client, visit: Visit, pin: str | None = None) -> int:
    asked = {"version": visit.version, **({} if pin is None else {"pin": pin})}
    status: int = client.post(f"/visits/{visit.pk}/sign/", asked).status_code
    return status


def signature(visit: Visit) -> dict[str, str]:
    return dict(Event.objects.get(op="S", tbl="charting_visit", patient_id=visit.patient_id).body or {})


def test_it_is_off_until_the_clinic_asks(shared: Client, visit: Visit) -> None:
    assert "sign-pin" not in shared.get(f"/visits/{visit.pk}/").content.decode()
    assert sign(shared, visit) == 302
    assert "confirmed" not in signature(visit)


@pytest.mark.parametrize("mode", ["shared", "always"])
def test_on_a_shared_pc_both_settings_ask(settings: Any, shared: Client, visit: Visit, mode: str) -> None:
    settings.SIGN_WITH_PIN = mode
    assert "sign-pin" in shared.get(f"/visits/{visit.pk}/").content.decode()
    assert sign(shared, visit) == 422
    visit.refresh_from_db()
    assert not visit.is_signed


@pytest.mark.parametrize(("mode", "status"), [("shared", 302), ("always", 422)])
def test_on_ones_own_pc_only_always_asks(settings: Any, orlova: User, visit: Visit, mode: str, status: int) -> None:
    settings.SIGN_WITH_PIN = mode
    assert sign(log_in(orlova), visit) == status


def test_a_wrong_pin_signs_nothing_and_keeps_the_page(settings: Any, shared: Client, visit: Visit) -> None:
    settings.SIGN_WITH_PIN = "shared"
    answer = shared.post(f"/visits/{visit.pk}/sign/", {"version": visit.version, "pin": "1111"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "This PIN does not match" in page
    assert "Pain at night" in page
    assert Event.objects.filter(tbl="pin_refused").count() == 1
    visit.refresh_from_db()
    assert not visit.is_signed
    assert not Event.objects.filter(op="S", patient_id=visit.patient_id).exists()


def test_too_many_wrong_pins_lock_it(settings: Any, shared: Client, visit: Visit) -> None:
    settings.SIGN_WITH_PIN = "shared"
    tries = [sign(shared, visit, "1111") for _try in range(8)]
    assert 429 in tries
    assert sign(shared, visit, PIN) == 429
    visit.refresh_from_db()
    assert not visit.is_signed


def test_the_right_pin_signs_and_history_says_so(settings: Any, shared: Client, visit: Visit) -> None:
    settings.SIGN_WITH_PIN = "shared"
    assert sign(shared, visit, PIN) == 302
    visit.refresh_from_db()
    assert visit.signed_by == dr_orlova()
    assert signature(visit) == {"sha256": visit.content_hash, "confirmed": "PIN"}


def test_whoever_has_no_pin_is_told_where_to_choose_one(settings: Any, visit: Visit) -> None:
    settings.SIGN_WITH_PIN = "always"
    answer = log_in(dr_orlova()).post(f"/visits/{visit.pk}/sign/", {"version": visit.version, "pin": PIN})
    assert answer.status_code == 422
    assert "/account/pin/" in answer.content.decode()


def test_the_api_asks_alike(settings: Any, orlova: User, visit: Visit) -> None:
    settings.SIGN_WITH_PIN = "always"
    client, path = log_in(orlova), f"/api/v1/visits/{visit.pk}/sign"
    codes = [client.post(path, {"version": visit.version, "pin": pin}, content_type=JSON).json().get("code") for pin in ("", "1111")]
    assert codes == ["pin_required", "wrong_pin"]
    signed = client.post(path, {"version": visit.version, "pin": PIN}, content_type=JSON)
    assert signed.status_code == 200
    assert signature(visit)["confirmed"] == "PIN"


def signed(shared: Client, visit: Visit) -> Visit:
    assert sign(shared, visit) == 302
    visit.refresh_from_db()
    return visit


def test_an_addendum_asks_as_the_signature_does(settings: Any, shared: Client, visit: Visit) -> None:
    path = f"/visits/{signed(shared, visit).pk}/addenda/"
    settings.SIGN_WITH_PIN = "shared"
    assert 'id="addendum-pin"' in shared.get(f"/visits/{visit.pk}/").content.decode()
    for pin, words in (("", "Type your PIN"), ("1111", "This PIN does not match")):
        answer = shared.post(path, {"text": "Also 17 <b>", "pin": pin})
        page = answer.content.decode()
        assert (answer.status_code, words in page, "Also 17 &lt;b&gt;" in page) == (422, True, True)
        assert pin == "" or pin not in page
    assert not visit.addenda.exists()
    assert shared.post(path, {"text": "Also 17", "pin": PIN}).status_code == 302
    event = Event.objects.get(op="A", tbl="charting_visit", patient_id=visit.patient_id)
    assert event.body == {"sha256": visit.addenda.get().content_hash, "confirmed": "PIN"}


def test_where_the_clinic_does_not_ask_an_addendum_needs_no_pin(settings: Any, shared: Client, orlova: User, visit: Visit) -> None:
    path = f"/visits/{signed(shared, visit).pk}/addenda/"
    assert shared.post(path, {"text": "Also 17"}).status_code == 302
    settings.SIGN_WITH_PIN = "shared"
    own = log_in(orlova)
    assert "addendum-pin" not in own.get(f"/visits/{visit.pk}/").content.decode()
    assert own.post(path, {"text": "Also 18"}).status_code == 302
    bodies = Event.objects.filter(op="A", tbl="charting_visit", patient_id=visit.patient_id).values_list("body", flat=True)
    assert ["confirmed" in (body or {}) for body in bodies] == [False, False]


def test_the_api_asks_for_an_addendum_alike(settings: Any, shared: Client, orlova: User, visit: Visit) -> None:
    signed(shared, visit)
    settings.SIGN_WITH_PIN = "always"
    client, path = log_in(orlova), f"/api/v1/visits/{visit.pk}/addenda"
    codes = [client.post(path, {"text": "Also 17", "pin": pin}, content_type=JSON).json().get("code") for pin in ("", "1111")]
    assert codes == ["pin_required", "wrong_pin"]
    assert client.post(path, {"text": "Also 17", "pin": PIN}, content_type=JSON).status_code == 201
    assert visit.addenda.count() == 1


def errors_of(shared: Client, visit: Visit) -> list[tuple[str, str]]:
    """Where the note and its addendum are marked: page and API of each."""
    assert shared.post(f"/visits/{signed(shared, visit).pk}/addenda/", {"text": "Also 17"}).status_code == 302
    of_addendum = f"addenda/{visit.addenda.get().pk}/error"
    return [(f"/visits/{visit.pk}/{tail}/", f"/api/v1/visits/{visit.pk}/{tail}") for tail in (of_addendum, "error")]


def test_marking_a_note_or_an_addendum_as_an_error_asks_as_the_signature_does(settings: Any, shared: Client, visit: Visit) -> None:
    addresses = errors_of(shared, visit)
    settings.SIGN_WITH_PIN = "shared"
    for page, address in addresses:
        assert 'type="password"' in shared.get(page).text
        for pin, words in (("", "Type your PIN"), ("1111", "This PIN does not match")):
            answer = shared.post(page, {"reason": "other patient", "pin": pin})
            assert (answer.status_code, words in answer.text, "other patient" in answer.text) == (422, True, True)
            assert pin == "" or pin not in answer.text
        codes = [shared.post(address, {"reason": "other patient", "pin": pin}, JSON).json()["code"] for pin in ("", "1111")]
        assert codes == ["pin_required", "wrong_pin"]
    visit.refresh_from_db()
    assert (visit.in_error_at, visit.addenda.get().in_error_at) == (None, None)
    assert shared.post(addresses[0][0], {"reason": "other patient", "pin": PIN}).status_code == 302
    assert shared.post(addresses[1][1], {"reason": "other patient", "pin": PIN}, JSON).status_code == 200
    for table in ("charting_visit", "charting_visitaddendum"):
        event = Event.objects.filter(tbl=table, op="U", changed__contains=["in_error_at"]).get()
        assert event.purpose == "confirmed_by_pin"
    assert "confirmed by PIN" in shared.get(f"/patients/{visit.patient_id}/history/").text


def test_where_the_clinic_does_not_ask_a_mark_needs_no_pin(shared: Client, visit: Visit) -> None:
    for page, _address in errors_of(shared, visit):
        assert 'type="password"' not in shared.get(page).text
        assert shared.post(page, {"reason": "other patient"}).status_code == 302
    assert not Event.objects.filter(purpose="confirmed_by_pin").exists()
