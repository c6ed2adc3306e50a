"""Templates of whole notes: what their placeholders become, which is offered first, what is refused; and short words."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from charting import actions, filling, placeholders
from charting.defaults import note_outlines
from charting.models import NoteOutline, TextMacro, Visit
from clinic.lib.errors import InvalidInput, NotAllowed, NotFound, StaleVersion
from clinic.lib.ids import uuid7
from clinic.staff.roles import Role
from inventory import actions as stock
from inventory import anaesthesia
from tests.charting.factories import NOW, make_code, make_finding, make_procedure, make_service, make_visit, patient_petrov, perform, place
from tests.charting.medical.factories import asked
from tests.inventory.factories import make_lot, storekeeper
from tests.staff.factories import dr_orlova, log_in, make_user

pytestmark = pytest.mark.django_db
JSON = "application/json"


def outline(title: str = "Filling", **values: Any) -> NoteOutline:
    details = {"title": title, "language": "en", "treatment": "{procedures}", **values}
    return actions.save_outline(actor=dr_orlova(), details=details)


def filled_sixteen() -> Visit:
    """The ordinary visit: caries of 16 MO found, a cartridge given, the filling done with its material."""
    visit = make_visit()
    finding = make_finding("caries", 16, "MO", severity="medium")
    make_code("K02.1")
    actions.record_diagnosis(patient=patient_petrov(), code="K02.1", finding=finding, actor=dr_orlova(), at=NOW)
    cartridge = stock.create_material(actor=storekeeper(), name="Ultracain", code="U", unit="carp", anaesthetic="articaine_100")
    composite = stock.create_material(actor=storekeeper(), name="Composite A2", code="C", unit="g")
    lots = make_lot(cartridge, "10", number="U-1"), make_lot(composite, "10", number="C-7")
    stock.set_norm(actor=storekeeper(), service=make_service("filling"), material_id=composite.pk, quantity=Decimal("0.3"), on_shortage="block")
    given = actions.Given(kind="infiltration", cartridges=Decimal(1), teeth=(16,))
    anaesthesia.give(visit=visit, given=given, lot_id=lots[0].pk, actor=dr_orlova(), at=NOW)
    performance = perform(make_procedure("filling", place(16, "MO")))
    stock.write_off(performance=performance, actor=dr_orlova(), at=NOW)
    return visit


# Placeholders


def test_text_is_filled_and_what_was_not_charted_leaves_a_blank() -> None:
    assert placeholders.fill("Tooth {teeth}, {surfaces}.", {"teeth": "16", "surfaces": ""}) == "Tooth 16, ___."
    assert placeholders.strangers("{teeth} {tooth} {") == ["{tooth}", "{"]
    assert placeholders.strangers("{teeth}") == []


def test_every_placeholder_tells_what_was_charted() -> None:
    visit = filled_sixteen()
    facts = filling.facts_of(visit, "en")
    assert set(facts) == set(placeholders.NAMES)
    assert facts["teeth"] == "16"
    assert facts["surfaces"] == "MO"
    assert facts["findings"] == "16 MO caries, medium (dentine)"
    assert facts["diagnosis"] == "K02.1 Кариес дентина (16)"
    assert facts["procedures"] == "16 MO: Service filling"
    assert facts["anaesthesia"] == "infiltration (16), articaine 4 %, adrenaline 1:100\u202f000, 1.7 ml, 1 cartridge, lot U-1"
    assert facts["materials"] == "Composite A2, lot C-7, 0.3 g"
    assert facts["health"] == ""
    assert "lot" not in filling.facts_of(visit, "ru")["materials"]
    assert "партия C-7" in filling.facts_of(visit, "ru")["materials"]


def test_health_tells_risks_with_the_day_of_the_questionnaire_and_guesses_nothing() -> None:
    visit = make_visit()
    asked(asthma="unknown")
    assert filling.facts_of(visit, "en")["health"] == ""
    asked()
    assert filling.facts_of(visit, "en")["health"].startswith("denies illnesses")
    asked(asthma="yes: inhaler")
    assert "inhaler (questionnaire of " in filling.facts_of(visit, "en")["health"]


def test_teeth_of_several_places_are_told_apart() -> None:
    visit = make_visit()
    perform(make_procedure("filling", place(16, "MO")))
    perform(make_procedure("filling", place(17, "O")))
    facts = filling.facts_of(visit, "en")
    assert (facts["teeth"], facts["surfaces"]) == ("16, 17", "16 MO, 17 O")


# Which is offered first


def test_the_template_that_names_the_act_most_exactly_comes_first() -> None:
    visit = filled_sixteen()
    outline("Any")
    outline("By code", codes=["K02"])
    outline("By kind", acts=["category:therapy"])
    outline("By effect", acts=["effect:filling"])
    outline("By service", acts=[f"service:{make_service('filling').code}"])
    offers = filling.offers(visit, "en")
    titles = [offer.outline.title for offer in offers if offer.outline.title.startswith(("By ", "Any"))]
    assert titles == ["By service", "By effect", "By kind", "By code", "Any"]
    assert offers[-1].score == 0
    assert offers[0].sections == {"treatment": "16 MO: Service filling"}


def test_the_shipped_templates_are_whole_in_three_languages_and_fit_their_visit() -> None:
    assert NoteOutline.objects.count() == 24
    visit = filled_sixteen()
    for language, rows in note_outlines().items():
        first = filling.offers(visit, language)[0]
        assert first.outline.title == rows[0]["title"]
        assert "{" not in "".join(first.sections.values())
    for row in NoteOutline.objects.all():
        actions.save_outline(actor=dr_orlova(), outline_id=row.pk, version=row.version, details={})


# Checked when saved


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"treatment": "Tooth {tooth}"}, "treatment"),
        ({"objective": "Half {teeth"}, "objective"),
        ({"treatment": ""}, "treatment"),
        ({"acts": ["effect:magic"]}, "acts"),
        ({"acts": ["service:none"]}, "acts"),
        ({"codes": ["02"]}, "codes"),
        ({"title": ""}, "title"),
        ({"language": "de"}, "language"),
    ],
)
def test_what_cannot_be_is_refused_under_its_field(wrong: dict[str, Any], field: str) -> None:
    began = timezone.now()
    with pytest.raises(InvalidInput) as refusal:
        outline(**wrong)
    assert field in refusal.value.fields
    assert not NoteOutline.objects.filter(created_at__gte=began).exists()


def test_an_unknown_placeholder_is_named_with_those_that_there_are() -> None:
    with pytest.raises(InvalidInput) as refusal:
        outline(treatment="Tooth {tooth}")
    assert str(refusal.value.fields["treatment"]).startswith("{tooth} is no placeholder. There are {teeth}, {surfaces},")


def test_a_title_is_there_once_and_a_stale_change_is_refused() -> None:
    first = outline()
    with pytest.raises(InvalidInput):
        outline()
    actions.save_outline(actor=dr_orlova(), outline_id=first.pk, version=first.version, details={"title": "Other"})
    with pytest.raises(StaleVersion):
        actions.save_outline(actor=dr_orlova(), outline_id=first.pk, version=first.version, details={"title": "Third"})
    with pytest.raises(NotAllowed):
        actions.save_outline(actor=make_user(Role.ACCOUNTANT), details={"title": "x"})
    with pytest.raises(IntegrityError, match="says_something"), transaction.atomic():
        NoteOutline.objects.create(title="Empty", language="en")


# Short words


def test_a_short_word_is_ones_own_or_the_clinics() -> None:
    mine = actions.save_macro(actor=dr_orlova(), word="vxv", text="within normal limits")
    common = actions.save_macro(actor=dr_orlova(), word="vxv", text="for all", is_for_all=True)
    with pytest.raises(InvalidInput):
        actions.save_macro(actor=dr_orlova(), word="vxv", text="again")
    other = make_user(Role.HYGIENIST)
    with pytest.raises(NotFound):
        actions.save_macro(actor=other, macro_id=mine.pk, version=mine.version, word="vxv", text="stolen")
    for wrong in ({"word": "two words"}, {"word": "x"}, {"text": " "}):
        with pytest.raises(InvalidInput):
            actions.save_macro(actor=other, **{"word": "nad", "text": "x", **wrong})  # type: ignore[arg-type]
    actions.remove_macro(actor=other, macro_id=common.pk, version=common.version)
    assert list(TextMacro.objects.exclude(owner=None).values_list("text", flat=True)) == ["within normal limits"]
    assert TextMacro.history.filter(id=common.pk, history_type="-").exists()


def test_the_pages_write_change_and_remove() -> None:
    client = log_in(dr_orlova())
    sent = {
        "title": "Filling",
        "language": "en",
        "codes": "k02, K04.0",
        "acts": ["effect:filling"],
        "treatment": "{procedures}",
        "position": "0",
        "is_active": "on",
    }
    assert client.post(reverse("note-outline-new"), sent).status_code == 302
    row = NoteOutline.objects.get(title="Filling")
    assert (row.codes, row.acts) == (["K02", "K04.0"], ["effect:filling"])
    wrong = client.post(reverse("note-outline", args=[row.pk]), {**sent, "version": row.version, "treatment": "{tooth}"})
    assert (wrong.status_code, "is no placeholder" in wrong.content.decode()) == (422, True)
    assert "Filling" in client.get(reverse("note-outlines") + "?language=en").content.decode()
    assert client.post(reverse("text-macro-new"), {"word": "vxv", "text": "within normal limits"}).status_code == 302
    macro = TextMacro.objects.get(owner=dr_orlova())
    assert "within normal limits" in client.get(reverse("text-macros")).content.decode()
    assert client.post(reverse("text-macro-remove", args=[macro.pk]), {"version": macro.version}).status_code == 302
    assert not TextMacro.objects.exclude(owner=None).exists()


def test_the_api_offers_writes_and_removes() -> None:
    visit = filled_sixteen()
    client = log_in(dr_orlova())
    sent = {
        "id": str(uuid7()),
        "title": "Filling",
        "language": "en",
        "acts": [f"service:{make_service('filling').code}"],
        "treatment": "{anaesthesia}",
    }
    made = client.post("/api/v1/note-outlines", sent, JSON)
    assert (made.status_code, client.post("/api/v1/note-outlines", sent, JSON).json()) == (201, made.json())
    offers = client.get(f"/api/v1/visits/{visit.pk}/outlines?language=en").json()
    assert offers[0]["sections"]["treatment"].startswith("infiltration (16)")
    changed = client.put(f"/api/v1/note-outlines/{sent['id']}", {**made.json(), "version": 1, "treatment": "{tooth}"}, JSON)
    assert (changed.status_code, list(changed.json()["fields"])) == (422, ["treatment"])
    macro = client.post("/api/v1/text-macros", {"word": "vxv", "text": "x"}, JSON).json()
    whole = {"word": "vxv", "text": "y", "is_for_all": False, "version": 1}
    assert client.put(f"/api/v1/text-macros/{macro['id']}", whole, JSON).json()["text"] == "y"
    assert client.delete(f"/api/v1/text-macros/{macro['id']}?version=2").status_code == 204
    assert not [row for row in client.get("/api/v1/text-macros").json()["results"] if row["word"] == "vxv"]
