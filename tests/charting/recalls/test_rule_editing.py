"""The clinic's rules of recalls: shipped, written, succeeded, ended; what held before stays readable."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from charting.dated_rules import RuleEnded, end_rule
from charting.models import RecallRule
from charting.recalls import queries, rule_editing
from clinic.lib.errors import InvalidInput, KeyTaken, NotAllowed
from clinic.lib.ids import uuid7
from tests.charting.factories import NOW
from tests.charting.recalls.factories import accepted, manager, proposed, rule, visit_with
from tests.inventory.factories import make_service
from tests.staff.factories import dr_orlova, log_in

pytestmark = pytest.mark.django_db
JSON = "application/json"
TEXTS = {"purpose_ru": "осмотр", "purpose_fr": "contrôle", "purpose_en": "look", "source": "Clinic's own default"}
SENT: dict[str, Any] = {"code": "mine", "kind": "checkup", "diagnoses": ["k08.1"], "acts": ["effect:crown"], "months": 9, **TEXTS}


def written(**changes: Any) -> RecallRule:
    return rule_editing.write_rule(details={**SENT, **changes}, actor=manager(), at=NOW)


def test_every_clinic_begins_with_rules_in_three_languages_that_name_their_source() -> None:
    rows = list(RecallRule.objects.all())
    assert len(rows) >= 12
    for row in rows:
        rule_editing.write_rule(details={name: getattr(row, name) for name in rule_editing.FIELDS}, instead_of=row, actor=manager(), at=NOW)
    assert queries.rules_in_force(NOW).count() == len(rows)
    assert {"K05.3", "K04.5", "K02"} <= {code for row in rows for code in row.diagnoses}


def test_a_new_rule_proposes_from_now_on() -> None:
    visit = visit_with("K08.1")
    assert proposed(visit) == {}
    made = written()
    assert made.diagnoses == ["K08.1"]
    assert str(proposed(visit)["mine"].due_on) == "2027-08-22"
    written(code="service", diagnoses=[], acts=[f"service:{make_service('T-1').code}"], months=None, days=10)


def test_a_change_ends_the_rule_and_what_was_accepted_by_it_stays() -> None:
    visit, before = visit_with("K05.3"), rule("periodontitis")
    recall, later = accepted(visit), NOW + timedelta(minutes=1)
    details = {name: getattr(before, name) for name in rule_editing.FIELDS}
    after = rule_editing.write_rule(details={**details, "months": 4, "code": "ignored"}, instead_of=before, actor=manager(), at=later)
    before.refresh_from_db()
    assert (after.code, before.in_force_to, recall.rule) == ("periodontitis", later, before)
    assert [rule.pk for rule in queries.rules_in_force(later) if rule.code == "periodontitis"] == [after.pk]
    with pytest.raises(RuleEnded):
        rule_editing.write_rule(details=details, instead_of=before, actor=manager(), at=later)
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        RecallRule.objects.filter(pk=after.pk).update(months=1)


def test_an_ended_rule_proposes_nothing() -> None:
    visit = visit_with("K05.3")
    end_rule(rule=rule("periodontitis"), actor=manager(), at=NOW)
    assert proposed(visit) == {}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"code": "Ä"}, "code"),
        ({"code": "caries"}, "code"),
        ({"kind": "magic"}, "kind"),
        ({"diagnoses": [], "acts": []}, "diagnoses"),
        ({"diagnoses": ["tooth"]}, "diagnoses"),
        ({"acts": ["effect:magic"]}, "acts"),
        ({"acts": ["drug:nsaids"]}, "acts"),
        ({"acts": ["service:no"]}, "acts"),
        ({"months": None}, "months"),
        ({"days": 7}, "months"),
        ({"months": 0}, "months"),
        ({"months": 61}, "months"),
        ({"months": None, "days": 366}, "days"),
        ({"younger_than": 0}, "younger_than"),
        ({"purpose_fr": ""}, "purpose_fr"),
        ({"source": ""}, "source"),
    ],
)
def test_what_cannot_be_a_rule_is_refused_under_its_field(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        written(**wrong)
    assert list(refused.value.fields) == [field]
    assert not RecallRule.objects.filter(code="mine").exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"diagnoses": [], "acts": []}, {"diagnoses": ["K0"]}, {"diagnoses": ["K02", "x"]}, {"acts": ["drug:nsaids"]}, {"months": None},
        {"days": 3}, {"months": 61}, {"kind": "magic"}, {"source": ""}, {"purpose_ru": ""}, {"younger_than": 0}, {"code": "A"}, {"code": "caries"},
    ],
)  # fmt: skip
def test_the_database_refuses_it_too(wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match="charting_recall_rule"), transaction.atomic():
        RecallRule.objects.create(**{**SENT, "diagnoses": ["K08.1"], "in_force_from": NOW, **wrong})


def test_rules_are_the_managers() -> None:
    with pytest.raises(NotAllowed):
        rule_editing.write_rule(details=SENT, actor=dr_orlova(), at=NOW)
    with pytest.raises(NotAllowed):
        end_rule(rule=rule("caries"), actor=dr_orlova(), at=NOW)
    key = uuid7()
    told: dict[str, Any] = {"actor": manager(), "at": NOW, "id": key}
    assert rule_editing.write_rule(details=SENT, **told) == rule_editing.write_rule(details=SENT, **told)
    with pytest.raises(KeyTaken):
        rule_editing.write_rule(details={**SENT, "months": 1}, **told)


def test_the_settings_page_lists_writes_changes_and_ends() -> None:
    client = log_in(manager())
    page = client.get(reverse("recall-rules")).text
    assert "supportive periodontal care" in page.lower()
    assert "K05.2, K05.3" in page
    form = {**SENT, "diagnoses": "k08.1 K08.2"}
    assert client.post(reverse("recall-rule-new"), form).status_code == 302
    refused = client.post(reverse("recall-rule-new"), {**form, "days": "7"})
    assert (refused.status_code, "either months or days" in refused.text) == (422, True)
    row = rule("mine")
    assert row.diagnoses == ["K08.1", "K08.2"]
    assert client.post(reverse("recall-rule", args=[row.pk]), {**form, "months": "5"}).status_code == 302
    assert rule("mine").months == 5
    assert client.post(reverse("recall-rule-end", args=[rule("mine").pk])).status_code == 302
    assert not RecallRule.objects.filter(code="mine", in_force_to=None).exists()
    assert log_in(dr_orlova()).get(reverse("recall-rules")).status_code == 403


def test_the_api_of_the_rules() -> None:
    chief = log_in(manager())
    sent = {**SENT, "id": str(uuid7())}
    made = chief.post("/api/v1/recall-rules", sent, JSON)
    assert (made.status_code, chief.post("/api/v1/recall-rules", sent, JSON).json()) == (201, made.json())
    path = f"/api/v1/recall-rules/{made.json()['id']}"
    text = {name: value for name, value in SENT.items() if name != "code"}
    changed = chief.put(path, {**text, "months": 4}, JSON)
    assert (changed.json()["code"], changed.json()["months"]) == ("mine", 4)
    assert chief.put(path, text, JSON).json()["code"] == "rule_ended"
    assert chief.post(f"/api/v1/recall-rules/{changed.json()['id']}/end").json()["in_force_to"]
    rows = chief.get("/api/v1/recall-rules?page_size=100").json()["results"]
    assert [row["months"] for row in rows if row["code"] == "mine"] == [4, 9]
    assert log_in(dr_orlova()).post("/api/v1/recall-rules", sent, JSON).status_code == 403
