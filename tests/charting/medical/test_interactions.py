"""Rules of interactions: which fire, what a stop stops, what a reason lets pass, and that the database holds it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from charting import actions as charting
from charting import dated_rules
from charting.medical import actions, interactions, queries, rule_editing
from charting.medical.interaction_models import InteractionOverride, InteractionRule, InteractionWarning
from charting.models import Performance, Procedure
from clinic.lib.errors import InvalidInput, NotAllowed
from clinic.patients import actions as patients
from clinic.patients.models import Alert
from clinic.price_list.models import Service
from clinic.staff.roles import Role
from tests.charting.factories import NOW, patient_petrov
from tests.charting.medical.factories import asked
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user
from tests.treatment_plans.factories import NOON, agreed, first_item, petrov
from treatment_plans import completion
from treatment_plans.models import Item

pytestmark = pytest.mark.django_db
JSON = "application/json"
DETAILS: dict[str, Any] = {
    "code": "latex", "level": "stop", "risks": ["answer:latex_allergy"], "words": [], "younger_than": None, "acts": ["category:hygiene"],
    "text_ru": "Латекс", "text_fr": "Latex", "text_en": "Latex", "source": "BSACI 2015",
}  # fmt: skip


def fired(*act: str) -> list[str]:
    return [rule.code for rule in interactions.firing(patient_petrov(), act, NOW)]


def alert(kind: str, text: str = "") -> Alert:
    return patients.record_alert(alert=Alert(patient=patient_petrov(), kind=kind, severity="critical", text=text), actor=dr_orlova(), at=NOW)


def extraction() -> Procedure:
    values = {"title_ru": "Удаление", "category": "surgery", "chart_effect": "extraction", "scope": "mouth"}
    service = Service.objects.get_or_create(code="S01", defaults=values)[0]
    return charting.add_procedure(patient=patient_petrov(), service=service, actor=dr_orlova(), at=NOW)


def at_commit() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def test_every_shipped_rule_names_its_source_and_speaks_three_languages() -> None:
    for rule in InteractionRule.objects.all():
        assert all([rule.source, rule.text_ru, rule.text_fr, rule.text_en]), rule.code
        rule_editing._check(rule)
    assert InteractionRule.objects.count() >= 15


def test_rules_fire_by_alert_by_answer_by_word_and_by_age() -> None:
    assert fired("category:surgery") == []
    alert("anticoagulant")
    assert fired("category:surgery") == ["anticoagulant_surgery"]
    assert fired("category:hygiene") == []
    asked(asthma="yes", recent_heart_event="no", anticoagulants="yes")
    assert fired("drug:adrenaline") == ["sulfite_asthma"]
    assert fired("drug:penicillins") == []
    alert("allergy", "ПЕНИЦИЛЛИН: отёк")
    assert fired("drug:penicillins") == ["penicillin_allergy"]
    assert fired("drug:tetracyclines") == []
    child = patient_petrov()
    child.birth_date = date(2020, 1, 1)
    child.save(update_fields=["birth_date"])
    assert fired("drug:tetracyclines") == ["tetracycline_children"]


def test_an_answer_whose_alert_was_ended_fires_no_more() -> None:
    asked(bleeding="yes")
    asked(at=NOW + timedelta(hours=1))
    assert "bleeding_surgery" in fired("effect:extraction"), "a no alone ends nothing"
    (doubt,) = queries.open_doubts(patient_petrov())
    actions.settle_doubt(doubt=doubt, holds=False, reason="коагулограмма в норме", actor=dr_orlova(), at=NOW)
    assert fired("effect:extraction") == []


def test_a_stop_stops_until_a_reason_is_given_and_the_reason_is_kept() -> None:
    alert("bisphosphonates")
    act = extraction()
    with pytest.raises(interactions.InteractionStop) as stopped:
        charting.perform_procedure(procedure=act, actor=dr_orlova(), at=NOW)
    assert "остеонекроз" in str(stopped.value.message) or "osteonecrosis" in str(stopped.value.message)
    assert not Performance.objects.exists()
    done = charting.perform_procedure(procedure=act, actor=dr_orlova(), at=NOW, override_reason="согласовано с онкологом")
    kept = InteractionOverride.objects.get()
    assert (kept.performance, kept.rule.code, kept.reason, kept.made_by) == (done, "antiresorptive_surgery", "согласовано с онкологом", dr_orlova())
    at_commit()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        InteractionOverride.objects.update(reason="x")
    again = InteractionOverride.history.filter(id=kept.pk).count()
    assert again == 1


def test_the_database_refuses_a_stopped_act_without_its_reason() -> None:
    alert("bisphosphonates")
    act = extraction()
    row = {"procedure": act, "patient": act.patient, "performer": dr_orlova(), "branch": make_branch(), "performed_at": NOW}
    with pytest.raises(DatabaseError, match="antiresorptive_surgery stops it"), transaction.atomic():
        Performance.objects.create(**row)
        at_commit()


def test_a_warning_that_was_read_lets_the_act_pass_and_is_kept_with_it() -> None:
    alert("pregnancy")
    values = {"title_ru": "Снимок", "category": "imaging", "scope": "mouth"}
    service = Service.objects.get_or_create(code="R01", defaults=values)[0]
    act = charting.add_procedure(patient=patient_petrov(), service=service, actor=dr_orlova(), at=NOW)
    assert fired(*interactions.act_of(service)) == ["pregnancy_imaging"]
    with pytest.raises(interactions.PrecautionsUnread):
        charting.perform_procedure(procedure=act, actor=dr_orlova(), at=NOW)
    rule = InteractionRule.objects.get(code="pregnancy_imaging")
    done = charting.perform_procedure(procedure=act, actor=dr_orlova(), at=NOW, precautions=[rule.pk])
    at_commit()
    assert not InteractionOverride.objects.exists()
    assert (InteractionWarning.objects.get().performance, InteractionWarning.objects.get().rule) == (done, rule)


def test_a_changed_rule_leaves_the_earlier_one_readable() -> None:
    boss = make_user(Role.MANAGER, username="chief")
    first = rule_editing.write_rule(details=DETAILS, actor=boss, at=NOW)
    asked(latex_allergy="yes")
    assert fired("category:hygiene") == ["latex"]
    second = rule_editing.write_rule(details={**DETAILS, "level": "warn"}, instead_of=first, actor=boss, at=NOW + timedelta(days=1))
    assert [rule.level for rule in interactions.firing(patient_petrov(), ["category:hygiene"], NOW)] == ["stop"]
    assert [rule.level for rule in interactions.firing(patient_petrov(), ["category:hygiene"], NOW + timedelta(days=2))] == ["warn"]
    wrong: dict[str, Any]
    for wrong in ({"risks": []}, {"risks": ["answer:nobody"]}, {"acts": ["drug:magic"]}, {"source": ""}, {"code": "latex"}):
        with pytest.raises(InvalidInput):
            rule_editing.write_rule(details={**DETAILS, "code": "other", **wrong}, actor=boss, at=NOW)
    with pytest.raises(dated_rules.RuleEnded):
        rule_editing.write_rule(details=DETAILS, instead_of=first, actor=boss, at=NOW)
    with pytest.raises(NotAllowed):
        dated_rules.end_rule(rule=second, actor=dr_orlova(), at=NOW)
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        InteractionRule.objects.filter(pk=second.pk).update(text_en="x")


def stopped_line() -> str:
    """An agreed line of Petrov's that every rule for fillings stops."""
    rule_editing.write_rule(
        details={**DETAILS, "acts": ["effect:filling"], "risks": ["alert:diabetes"]}, actor=make_user(Role.MANAGER, username="chief"), at=NOON
    )
    item = first_item(agreed("filling"))
    patients.record_alert(alert=Alert(patient=petrov(), kind="diabetes", severity="warning"), actor=dr_orlova(), at=NOON)
    return str(item.pk)


def test_a_stopped_line_is_refused_over_the_api_and_done_with_a_reason() -> None:
    key = stopped_line()
    client = log_in(dr_orlova())
    refused = client.post(f"/api/v1/items/{key}/complete", {}, content_type=JSON)
    assert (refused.status_code, refused.json()["code"], list(refused.json()["fields"])) == (409, "interaction_stop", ["override_reason"])
    assert not Performance.objects.exists()
    done = client.post(f"/api/v1/items/{key}/complete", {"override_reason": "сахар 6,1"}, content_type=JSON)
    assert done.status_code == 200
    at_commit()
    assert InteractionOverride.objects.get().reason == "сахар 6,1"


def test_the_page_shows_what_speaks_against_the_act_before_it() -> None:
    key = stopped_line()
    client = log_in(dr_orlova())
    asked_first = client.post(reverse("item-complete", args=[key]))
    assert asked_first["Location"] == reverse("item-override", args=[key])
    assert not Performance.objects.exists()
    panel = client.get(asked_first["Location"]).content.decode()
    assert "BSACI 2015" in panel
    assert client.post(asked_first["Location"], {"override_reason": ""}).status_code == 422
    done = client.post(asked_first["Location"], {"override_reason": "сахар 6,1"})
    assert done["Location"] == reverse("item-result", args=[key])
    assert completion.completion_of(Item.objects.get(pk=key)) is not None
    assert "сахар 6,1" in client.get(reverse("patient-health", args=[petrov().pk])).content.decode()


def test_the_clinic_keeps_its_rules_on_pages_and_over_the_api() -> None:
    boss = log_in(make_user(Role.MANAGER, username="chief"))
    sent = {**DETAILS, "words": "латекс, latex", "younger_than": ""}
    assert boss.post(reverse("interaction-rule-new"), sent).status_code == 302
    rule = InteractionRule.objects.get(code="latex")
    assert rule.words == ["латекс", "latex"]
    assert "BSACI 2015" in boss.get(reverse("interaction-rules")).content.decode()
    assert boss.post(reverse("interaction-rule", args=[rule.pk]), {**sent, "acts": []}).status_code == 422
    assert boss.get(reverse("interaction-rule", args=[rule.pk])).status_code == 200
    assert boss.post(reverse("interaction-rule", args=[rule.pk]), {**sent, "source": "BSACI 2020"}).status_code == 302
    ended = boss.put(f"/api/v1/interaction-rules/{rule.pk}", DETAILS, content_type=JSON)
    assert (ended.status_code, ended.json()["code"]) == (409, "rule_ended")
    now = InteractionRule.objects.get(code="latex", in_force_to=None)
    assert boss.post(reverse("interaction-rule-end", args=[now.pk])).status_code == 302
    made = boss.post("/api/v1/interaction-rules", DETAILS, content_type=JSON)
    assert made.status_code == 201
    assert boss.post(f"/api/v1/interaction-rules/{made.json()['id']}/end").json()["in_force_to"] is not None
    assert len(boss.get("/api/v1/interaction-rules").json()["results"]) >= 15
    alert("anticoagulant")
    told = log_in(dr_orlova()).get(f"/api/v1/patients/{patient_petrov().pk}/interactions?act=drug:nsaids").json()
    assert [(row["code"], row["level"]) for row in told] == [("nsaid_anticoagulant", "warn")]
    told = log_in(dr_orlova()).get(f"/api/v1/procedures/{extraction().pk}/interactions").json()
    assert [row["code"] for row in told] == ["anticoagulant_surgery"]
