"""Anaesthesia of a visit: what is noted, what stops it, what leaves the stock, and what a mistake leaves behind."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from charting import actions as charting
from charting import anaesthesia_words, note_content
from charting.actions.said import NotOpen
from charting.medical.interaction_models import InteractionOverride
from charting.medical.interactions import InteractionStop
from charting.models import Anaesthesia, Visit
from clinic.lib.errors import InvalidInput, KeyTaken, NotAllowed, NotFound
from clinic.lib.ids import uuid7
from clinic.patients import actions as patients
from clinic.patients.models import Alert
from clinic.staff.roles import Role
from inventory import actions, anaesthesia, queries
from inventory.models import AnaesthesiaLot, Lot, Material, Movement
from tests.charting.medical.factories import asked
from tests.inventory.factories import NOW, make_lot, make_patient, make_service, storekeeper
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user

pytestmark = pytest.mark.django_db
JSON = "application/json"
ONE = Decimal(1)


def articaine(unit: str = "carp") -> Material:
    known = Material.objects.filter(code="ULTRA").first()
    return known or actions.create_material(actor=storekeeper(), name="Ultracain", code="ULTRA", unit=unit, anaesthetic="articaine_100")


def ten(number: str = "U-1", **values: Any) -> Lot:
    return make_lot(articaine(), "10", number=number, **values)


def visit_today() -> Visit:
    return charting.open_visit(patient=make_patient(), dentist=dr_orlova(), branch=make_branch(), actor=dr_orlova(), at=NOW)


def given(**values: Any) -> charting.Given:
    return charting.Given(**{"kind": "infiltration", "cartridges": ONE, "teeth": (16,), **values})


def typed(**values: Any) -> charting.Given:
    said = {"drug": "articaine", "concentration": Decimal(4), "vasoconstrictor": "adrenaline", "dilution": 100_000, "dose_ml": Decimal("1.7")}
    return given(**{**said, "lot": "X-9", **values})


def give(visit: Visit, what: charting.Given, **values: Any) -> Anaesthesia:
    return anaesthesia.give(visit=visit, given=what, **{"actor": dr_orlova(), "at": NOW, **values})


def on_hand(lot: Lot) -> Decimal:
    lot.refresh_from_db()
    return lot.on_hand


def alert(kind: str) -> None:
    patients.record_alert(alert=Alert(patient=make_patient(), kind=kind, severity="critical", text=""), actor=dr_orlova(), at=NOW)


def sign(visit: Visit) -> Visit:
    visit.refresh_from_db()
    written = charting.write_visit(visit=visit, version=visit.version, sections={"treatment": "Пломба"}, actor=dr_orlova())
    return charting.sign_visit(visit=written, version=written.version, actor=dr_orlova(), at=NOW)


def test_a_cartridge_of_a_lot_says_its_drug_dose_and_lot_and_leaves_the_stock() -> None:
    visit, lot = visit_today(), ten()
    row = give(visit, given(), lot_id=lot.pk)
    assert (row.drug, row.concentration, row.vasoconstrictor, row.dilution) == ("articaine", 4, "adrenaline", 100_000)
    assert (row.dose_ml, row.cartridges, row.lot, row.expires_on) == (Decimal("1.7"), 1, "U-1", date(2027, 6, 1))
    assert (row.teeth, row.given_by, row.given_at) == ([16], dr_orlova(), NOW)
    assert on_hand(lot) == 9
    assert list(queries.movements_of_patient(make_patient()).values_list("quantity", "anaesthesia_id")) == [(-1, row.pk)]


def test_a_typed_lot_takes_nothing_from_the_stock() -> None:
    row = give(visit_today(), typed())
    assert (row.lot, row.dose_ml) == ("X-9", Decimal("1.7"))
    assert not Movement.objects.filter(anaesthesia=row).exists()


def test_the_note_says_that_a_typed_lot_had_expired() -> None:
    visit = visit_today()
    old, good = (give(visit, typed(expires_on=day)) for day in (date(2026, 1, 31), date(2027, 1, 31)))
    with translation.override("fr"):
        assert anaesthesia_words.told(old).endswith("lot X-9, périmé le 31/01/2026")
    assert anaesthesia_words.told(good).endswith("lot X-9")


def test_a_repeated_request_is_one_anaesthesia_and_one_cartridge() -> None:
    visit, lot, key = visit_today(), ten(), uuid7()
    first = give(visit, given(), lot_id=lot.pk, id=key)
    assert give(visit, given(), lot_id=lot.pk, id=key) == first
    assert on_hand(lot) == 9
    with pytest.raises(KeyTaken):
        give(visit, given(cartridges=Decimal(2)), lot_id=lot.pk, id=key)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "magic"}, "kind"),
        ({"drug": "aspirin"}, "drug"),
        ({"concentration": Decimal(90)}, "drug"),
        ({"vasoconstrictor": "", "dilution": 100_000}, "vasoconstrictor"),
        ({"dose_ml": None, "cartridges": None}, "dose_ml"),
        ({"dose_ml": Decimal(170)}, "dose_ml"),
        ({"dose_ml": Decimal("NaN")}, "dose_ml"),
        ({"cartridges": Decimal(40)}, "cartridges"),
        ({"kind": "none"}, "kind"),
        ({"teeth": (19,)}, "teeth"),
        ({"lot": "x" * 61}, "lot"),
        ({"place": "x" * 201}, "place"),
    ],
)
def test_what_cannot_be_is_refused_under_its_field(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        give(visit_today(), typed(**wrong))
    assert any(name in (field, "tooth") for name in refusal.value.fields), refusal.value.fields
    assert not Anaesthesia.objects.exists()


def test_a_visit_without_anaesthesia_says_so() -> None:
    row = give(visit_today(), charting.Given(kind="none"))
    assert (row.kind, row.drug, row.dose_ml) == ("none", "", None)


def test_a_lot_that_is_empty_expired_elsewhere_or_no_anaesthetic_gives_nothing() -> None:
    visit = visit_today()
    old = ten("OLD", expires_on=date(2026, 11, 20))
    gloves = make_lot(actions.create_material(actor=storekeeper(), name="Gloves", code="G", unit="pair"), "5")
    with pytest.raises(NotFound):
        give(visit, given(), lot_id=uuid7())
    with pytest.raises(InvalidInput, match="need your attention"):
        give(visit, given(), lot_id=gloves.pk)
    with pytest.raises(InvalidInput) as refusal:
        give(visit, given(), lot_id=old.pk, at=NOW + timedelta(days=2))
    assert "expired" in str(refusal.value.fields["lot_id"])
    small = make_lot(articaine(), "1", number="SMALL")
    with pytest.raises(actions.NotEnough):
        give(visit, given(cartridges=Decimal(2)), lot_id=small.pk)
    assert not Anaesthesia.objects.exists()
    assert [lot.number for lot in queries.anaesthetic_lots(visit.branch, NOW + timedelta(days=2))] == ["SMALL"]


# Rules of interactions


def test_a_stop_asks_for_a_reason_before_anything_is_noted() -> None:
    visit, lot = visit_today(), ten()
    alert("anaesthesia")
    with pytest.raises(InteractionStop):
        give(visit, given(), lot_id=lot.pk)
    assert on_hand(lot) == 10
    row = give(visit, given(), lot_id=lot.pk, override_reason="Проба отрицательна")
    assert list(InteractionOverride.objects.values_list("rule__code", "anaesthesia_id", "reason")) == [
        ("anaesthetic_reaction", row.pk, "Проба отрицательна")
    ]
    assert give(visit, charting.Given(kind="none")).kind == "none"


def test_adrenaline_and_heart_disease_are_told_before_the_act() -> None:
    visit = visit_today()
    asked(patient=make_patient(), heart="yes")
    page = log_in(dr_orlova()).get(reverse("visit-anaesthesia", args=[visit.pk])).content.decode()
    assert "not more than 0.04 mg of adrenaline" in page


def test_the_database_stops_what_nobody_has_explained() -> None:
    visit = visit_today()
    alert("anaesthesia")
    values = {"kind": "topical", "drug": "lidocaine", "concentration": 10, "given_at": NOW, "given_by": dr_orlova()}
    with pytest.raises(IntegrityError, match="nobody said why"), transaction.atomic(), connection.cursor() as cursor:
        Anaesthesia.objects.create(patient=visit.patient, visit=visit, **values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


# The note and the norms


def performed(visit: Visit) -> Any:
    procedure = charting.add_procedure(patient=visit.patient, service=make_service(), actor=dr_orlova(), at=NOW)
    performance = charting.perform_procedure(procedure=procedure, actor=dr_orlova(), at=NOW, visit=visit)
    return actions.write_off(performance=performance, actor=dr_orlova(), at=NOW)


def test_what_a_norm_took_is_not_taken_twice() -> None:
    visit, lot = visit_today(), ten()
    actions.set_norm(actor=storekeeper(), service=make_service(), material_id=articaine().pk, quantity=ONE, on_shortage="block")
    performed(visit)
    assert on_hand(lot) == 9
    give(visit, given(), lot_id=lot.pk)
    assert on_hand(lot) == 9
    give(visit, given(), lot_id=lot.pk)
    assert on_hand(lot) == 8


def test_after_the_note_has_told_it_no_norm_guesses() -> None:
    visit, lot = visit_today(), ten()
    actions.set_norm(actor=storekeeper(), service=make_service(), material_id=articaine().pk, quantity=ONE, on_shortage="block")
    give(visit, given(cartridges=Decimal("0.5")), lot_id=lot.pk)
    assert performed(visit).movements == ()
    assert on_hand(lot) == Decimal("9.5")


def test_what_was_entered_in_error_stays_readable_and_returns_to_its_lot() -> None:
    visit, lot = visit_today(), ten()
    row = give(visit, given(), lot_id=lot.pk)
    marked = anaesthesia.mark_in_error(anaesthesia=row, reason="Другой пациент", actor=dr_orlova(), at=NOW)
    assert marked.in_error_at == NOW
    assert on_hand(lot) == 10
    with pytest.raises(NotOpen):
        anaesthesia.mark_in_error(anaesthesia=row, reason="ещё раз", actor=dr_orlova(), at=NOW)
    page = log_in(dr_orlova()).get(reverse("visit", args=[visit.pk])).content.decode()
    assert "<del>Infiltration (16), articaine 4 %, adrenaline 1:100\u202f000, 1.7 ml, 1 cartridge, lot U-1</del>" in page
    assert "Другой пациент" in page
    assert note_content.visit_content(visit)["anaesthesia"] == []


def test_only_who_may_act_gives_and_marks() -> None:
    visit = visit_today()
    row = give(visit, typed())
    for stranger in (make_user(Role.ASSISTANT), make_user(Role.ADMINISTRATOR)):
        with pytest.raises(NotAllowed):
            give(visit, typed(), actor=stranger)
        with pytest.raises(NotAllowed):
            anaesthesia.mark_in_error(anaesthesia=row, reason="x", actor=stranger, at=NOW)


def test_the_signature_covers_it_and_takes_no_more() -> None:
    visit, lot = visit_today(), ten()
    give(visit, given(), lot_id=lot.pk)
    signed = sign(visit)
    assert signed.signed_content is not None
    told = signed.signed_content["anaesthesia"][0]
    assert (told["drug"], told["concentration"], told["dose_ml"], told["lot"], told["teeth"]) == ("articaine", "4", "1.7", "U-1", [16])
    with pytest.raises(charting.VisitSigned):
        give(visit, given(), lot_id=lot.pk)
    values = {"kind": "none", "given_at": NOW, "given_by": dr_orlova()}
    with pytest.raises(IntegrityError, match="takes no"), transaction.atomic():
        Anaesthesia.objects.create(patient=visit.patient, visit=visit, **values)


def refused(change: Any) -> str:
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        change()
    return str(caught.value.__cause__.diag.constraint_name)  # type: ignore[union-attr]  # psycopg's own


def test_the_database_changes_nothing_of_it() -> None:
    visit, lot = visit_today(), ten()
    row = give(visit, given(), lot_id=lot.pk)
    rows = Anaesthesia.objects.filter(pk=row.pk)
    assert refused(lambda: rows.update(dose_ml=3)) == "charting_anaesthesia_frozen"
    assert refused(lambda: rows.update(in_error_at=NOW)) == "charting_anaesthesia_error_explained"
    assert refused(lambda: AnaesthesiaLot.objects.update(quantity=5)) == "inventory_anaesthesialot_append_only"
    movement = {"kind": "write_off", "quantity": -1, "moved_at": NOW, "moved_by": dr_orlova(), "patient": visit.patient}
    assert refused(lambda: Movement.objects.create(lot=lot, anaesthesia=row, **movement)) == "inventory_anaesthesia_taken_once"
    assert refused(lambda: Movement.objects.create(lot=lot, **movement)) == "inventory_write_off_for_an_act"
    assert refused(lambda: Visit.objects.filter(pk=visit.pk).update(cancelled_at=NOW, cancelled_by=dr_orlova())) == "charting_visit_untouched"


def test_the_database_knows_which_amounts_and_drugs_can_be() -> None:
    visit = visit_today()
    common = {"patient": visit.patient, "visit": visit, "given_at": NOW, "given_by": dr_orlova()}
    whole = {"kind": "infiltration", "drug": "articaine", "concentration": 4, "dose_ml": 1}
    for change, rule in (
        ({"kind": "none"}, "says_what"),
        ({"drug": ""}, "says_what"),
        ({"dose_ml": None}, "injection_has_dose"),
        ({"dose_ml": 21}, "dose_possible"),
        ({"cartridges": 11}, "cartridges_possible"),
        ({"dilution": 5}, "dilution"),
        ({"teeth": [99]}, "teeth_exist"),
    ):
        values: dict[str, Any] = {**common, **whole, **change}
        assert refused(lambda values=values: Anaesthesia.objects.create(**values)) == f"charting_anaesthesia_{rule}"


# Page and API


def post(client: Client, visit: Visit, **values: Any) -> Any:
    return client.post(reverse("visit-anaesthesia", args=[visit.pk]), {"id": str(uuid7()), "kind": "infiltration", "teeth": "16", **values})


def test_the_panel_offers_the_lots_and_keeps_what_was_typed() -> None:
    visit, lot = visit_today(), ten()
    client = log_in(dr_orlova())
    make_lot(articaine(), "4", number="U-2", expires_on=date(2099, 1, 1))
    page = client.get(reverse("visit-anaesthesia", args=[visit.pk])).content.decode()
    assert "U-2" in page
    wrong = post(client, visit, source=f"lot:{lot.pk}", cartridges="90", place="у 16")
    assert (wrong.status_code, "у 16" in wrong.content.decode()) == (422, True)
    none = post(client, visit, kind="none", cartridges="1")
    assert none.status_code == 302
    row = Anaesthesia.objects.get()
    assert row.kind == "none"
    assert client.post(reverse("anaesthesia-error", args=[row.pk]), {"reason": ""}).status_code == 422
    assert client.post(reverse("anaesthesia-error", args=[row.pk]), {"reason": "ошибка"}).status_code == 302


def test_the_panel_notes_a_lot_of_the_stock_and_a_typed_one() -> None:
    visit = visit_today()
    lot = make_lot(articaine(), "4", number="U-2", expires_on=date(2099, 1, 1))
    client = log_in(dr_orlova())
    assert post(client, visit, source=f"lot:{lot.pk}", cartridges="1").status_code == 302
    assert post(client, visit, source="drug:mepivacaine_3", cartridges="2", lot="M-1", kind="nerve_block").status_code == 302
    rows = Anaesthesia.objects.order_by("given_at", "pk")
    assert [(row.lot, row.dose_ml) for row in rows] == [("U-2", Decimal("1.70")), ("M-1", Decimal("3.60"))]
    printed = client.get(reverse("visit-print", args=[visit.pk])).content.decode()
    assert "Nerve block (16), mepivacaine 3 %, 3.6 ml, 2 cartridges, lot M-1" in printed


def test_the_api_notes_lists_and_marks() -> None:
    visit, lot = visit_today(), ten("U-3", expires_on=date(2099, 1, 1))
    client = log_in(dr_orlova())
    url = f"/api/v1/visits/{visit.pk}/anaesthesia"
    made = client.post(url, {"kind": "infiltration", "lot_id": str(lot.pk), "cartridges": "1", "teeth": [16]}, JSON)
    assert made.status_code == 201, made.content
    assert (made.json()["drug"], made.json()["lot"]) == ("articaine", "U-3")
    assert [row["id"] for row in client.get(url).json()] == [made.json()["id"]]
    told = client.post(f"/api/v1/anaesthesia/{made.json()['id']}/error", {"reason": "нет"}, JSON).json()
    assert told["error_reason"] == "нет"
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    alert("anaesthesia")
    stop = client.post(url, {"kind": "topical", "drug": "lidocaine", "concentration": "10"}, JSON)
    assert (stop.status_code, stop.json()["code"]) == (409, "interaction_stop")
    assert "override_reason" in stop.json()["fields"]
    assert "articaine_100" in [row["key"] for row in client.get("/api/v1/anaesthetics").json()]
    used = client.get(f"/api/v1/patients/{visit.patient_id}/materials").json()
    assert used["results"][0]["anaesthesia"] == made.json()["id"]
