"""A line is done only with the consents that the clinic insists on; the refusal names them and leads to signing."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

import charting.actions
from clinic.billing.models import Charge
from clinic.lib.errors import InvalidInput, NotAllowed, StaleVersion
from clinic.patients.models import Patient
from clinic.staff.roles import Role
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user
from tests.treatment_plans.factories import NOON, a_document, accept, first_item, line, plan_with, procedure
from tests.treatment_plans.factories import sign as put_signature
from tests.treatment_plans.test_documents import issue, sign
from treatment_plans import actions, completion, consents, rules
from treatment_plans.models import Alternative, ConsentRule, Item

pytestmark = pytest.mark.django_db


def contracted(name: str) -> Alternative:
    """Accepted and contracted, without any consent."""
    alternative = plan_with(name).alternatives.get()
    accept(alternative)
    alternative.refresh_from_db()
    document = a_document(alternative, items=list(alternative.items.all()))
    put_signature(document)
    alternative.items.update(agreed_document=document)
    return alternative


def complete(item: Item) -> completion.Completion:
    return completion.complete_item(item_id=item.pk, actor=dr_orlova(), at=NOON)


def test_a_missing_consent_that_blocks_is_named_and_leads_to_its_form() -> None:
    item = first_item(contracted("extraction"))
    with pytest.raises(completion.ConsentMissing) as refused:
        complete(item)
    assert "Consent: surgery" in str(refused.value.message)
    assert "examination" not in str(refused.value.message)
    assert refused.value.link == f"/patients/{item.patient_id}/documents/new/?alternative={item.alternative_id}&kind=consent_surgery"
    assert not Charge.objects.exists()


def test_an_issued_consent_is_led_to_and_once_signed_the_line_is_done() -> None:
    alternative = contracted("extraction")
    consent = issue("consent_surgery", alternative)
    with pytest.raises(completion.ConsentMissing) as refused:
        complete(first_item(alternative))
    assert refused.value.link == f"/documents/{consent.pk}/"
    sign(consent, role="clinic")
    with pytest.raises(completion.ConsentMissing):
        complete(first_item(alternative))
    sign(consent)
    assert [left.kind for left in complete(first_item(alternative)).unsigned_consents] == ["consent_general"]


def test_one_that_warns_is_told_of_after_the_act() -> None:
    item = first_item(contracted("filling"))
    result = complete(item)
    assert [(left.kind, left.is_blocking) for left in result.unsigned_consents] == [("consent_general", False), ("consent_therapy", False)]
    shown = log_in(dr_orlova(make_branch())).get(reverse("item-result", args=[item.pk])).content.decode()
    assert "Not signed yet: Consent: therapy." in shown


def test_a_general_consent_counts_for_every_plan_and_a_special_one_for_its_own() -> None:
    alternative = contracted("extraction")
    sign(issue("consent_general", patient=alternative.patient))
    sign(issue("consent_surgery", patient=alternative.patient))
    with pytest.raises(completion.ConsentMissing) as refused:
        complete(first_item(alternative))
    assert "Consent: surgery" in str(refused.value.message)
    assert [left.kind for left in completion.unsigned_consents(first_item(alternative), NOON)] == ["consent_surgery"]
    assert rules.satisfies_consent("consent_children", names_line=False, is_of_this_plan=False, is_of_no_plan=True)
    assert rules.satisfies_consent("consent_general", names_line=False, is_of_this_plan=True, is_of_no_plan=False)
    assert not rules.satisfies_consent("consent_general", names_line=False, is_of_this_plan=False, is_of_no_plan=False)
    assert not rules.satisfies_consent("consent_children", names_line=False, is_of_this_plan=True, is_of_no_plan=False)


def add_later(alternative: Alternative, name: str, tooth: int) -> Item:
    """A line that joined the accepted alternative after its papers were signed, and its signed addendum."""
    late = line(alternative, procedure(name, patient=alternative.patient, tooth=tooth), position=alternative.items.count() + 1, frozen=True)
    sign(issue("addendum", alternative))
    late.refresh_from_db()
    return late


def test_a_consent_counts_for_the_lines_it_names_and_not_for_those_added_later() -> None:
    alternative = contracted("extraction")
    first = issue("consent_surgery", alternative)
    sign(first)
    late = add_later(alternative, "extraction", 37)
    with pytest.raises(completion.ConsentMissing) as refused:
        complete(late)
    assert "Consent: surgery (new lines)" in str(refused.value.message)
    assert refused.value.link == f"/patients/{late.patient_id}/documents/new/?alternative={alternative.pk}&kind=consent_surgery"
    second = issue("consent_surgery", alternative)
    assert [row.item_id for row in second.lines.all()] == [late.pk]
    sign(second)
    assert complete(late).charge.amount == late.total
    assert complete(first_item(alternative)).charge.amount == late.total


def test_a_consent_that_waits_without_naming_a_new_line_is_issued_anew() -> None:
    alternative = contracted("extraction")
    for kind in ("consent_general", "consent_surgery"):
        issue(kind, alternative)
    late = add_later(alternative, "extraction", 37)
    made = actions.issue_papers(alternative_id=alternative.pk, language="ru", actor=dr_orlova(), at=NOON)
    assert [document.kind for document in made] == ["consent_surgery"]
    assert made[0].replaces is not None
    assert {row.item_id for row in made[0].lines.all()} == {late.pk, first_item(alternative).pk}


def test_a_consent_can_be_issued_once_more_for_lines_that_are_consented_to() -> None:
    alternative = contracted("extraction")
    sign(issue("consent_surgery", alternative))
    again = issue("consent_surgery", alternative, language="fr")
    assert [row.item_id for row in again.lines.all()] == [first_item(alternative).pk]


def perform_past_the_plan(item: Item) -> None:
    performance = charting.actions.perform_procedure(procedure=item.procedure, actor=dr_orlova(), at=NOON)
    with transaction.atomic():
        Item.objects.filter(pk=item.pk).update(performance=performance)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS treatment_plans_item_consented IMMEDIATE")


def test_the_database_refuses_a_line_done_without_its_consent_whoever_writes() -> None:
    alternative = contracted("extraction")
    sign(issue("consent_surgery", alternative))
    late = add_later(alternative, "extraction", 37)
    perform_past_the_plan(first_item(alternative))
    with pytest.raises(IntegrityError, match="without a signed consent_surgery"):
        perform_past_the_plan(late)
    sign(issue("consent_surgery", alternative))
    Item.objects.filter(pk=late.pk).update(performance=late.procedure.performances.get())


@pytest.mark.parametrize("category", list(rules.CONSENT_OF_CATEGORY))
@pytest.mark.parametrize("is_minor", [True, False])
def test_the_database_calls_for_the_same_consents_as_the_pages(category: str, is_minor: bool) -> None:  # noqa: FBT001
    with connection.cursor() as cursor:
        cursor.execute("SELECT treatment_plans_consents_of(%s, %s)", [category, is_minor])
        (kinds,) = cursor.fetchone()
    assert set(kinds) == set(rules.consents_for([category], is_minor=is_minor))


def test_a_child_needs_its_own_consent() -> None:
    alternative = contracted("filling")
    Patient.objects.filter(pk=alternative.patient_id).update(birth_date="2015-05-17")
    with pytest.raises(completion.ConsentMissing, match="treatment of a child"):
        complete(first_item(alternative))


def test_the_clinic_decides_which_consents_block() -> None:
    manager = make_user(Role.MANAGER)
    item = first_item(contracted("extraction"))
    actions.set_consent_rule(kind="consent_surgery", strictness="warn", version=1, actor=manager)
    rule = actions.set_consent_rule(kind="consent_general", strictness="block", version=1, actor=manager)
    with pytest.raises(completion.ConsentMissing, match="examination"):
        complete(item)
    with pytest.raises(StaleVersion):
        actions.set_consent_rule(kind="consent_general", strictness="warn", version=1, actor=manager)
    actions.set_consent_rule(kind="consent_general", strictness="warn", version=rule.version, actor=manager)
    assert complete(item).charge.amount == item.total
    with pytest.raises(NotAllowed):
        actions.set_consent_rule(kind="consent_general", strictness="warn", actor=dr_orlova())
    for kind, strictness in (("contract", "block"), ("consent_general", "perhaps")):
        with pytest.raises(InvalidInput):
            actions.set_consent_rule(kind=kind, strictness=strictness, actor=manager)


def test_the_shipped_rules_insist_on_what_cannot_be_undone() -> None:
    found = {rule.kind: rule.strictness for rule, _title in consents.rules_by_kind()}
    assert {kind for kind, strictness in found.items() if strictness == "warn"} == {"consent_general", "consent_therapy", "consent_hygiene"}
    assert len(found) == ConsentRule.objects.count() == 10


def test_the_page_and_the_api_set_the_rules() -> None:
    browser: Client = log_in(make_user(Role.MANAGER, branch=make_branch()))
    assert "Consent: surgery" in browser.get(reverse("consent-rules")).content.decode()
    assert browser.post(reverse("consent-rule-set", args=["consent_surgery"]), {"strictness": "warn", "version": "1"}).status_code == 302
    stale = browser.post(reverse("consent-rule-set", args=["consent_surgery"]), {"strictness": "block", "version": "1"})
    assert (stale.status_code, "as it stands now" in stale.content.decode()) == (409, True)
    assert ConsentRule.objects.get(kind="consent_surgery").strictness == "warn"
    answer = browser.put("/api/v1/consent-rules/consent_surgery", {"strictness": "block", "version": 2}, content_type="application/json")
    assert answer.json() == {"kind": "consent_surgery", "version": 3, "strictness": "block"}
    assert {"kind": "consent_surgery", "version": 3, "strictness": "block"} in browser.get("/api/v1/consent-rules").json()


def test_the_refusal_reaches_the_screen_with_its_link() -> None:
    item = first_item(contracted("extraction"))
    answer = log_in(dr_orlova(make_branch())).post(reverse("item-complete", args=[item.pk]), headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert "kind=consent_surgery" in answer.content.decode()


def test_all_papers_are_issued_at_once_and_signed_one_after_another() -> None:
    alternative = plan_with("extraction").alternatives.get()
    browser = log_in(dr_orlova(make_branch()))
    with pytest.raises(actions.NotAccepted):
        actions.issue_papers(alternative_id=alternative.pk, language="ru", actor=dr_orlova(), at=NOON)
    accept(alternative)
    answer = browser.post(reverse("alternative-papers", args=[alternative.pk]))
    kinds = list(alternative.documents.order_by("issued_at", "pk").values_list("kind", flat=True))
    assert kinds == ["contract", "consent_general", "consent_surgery"]
    contract = alternative.documents.get(kind="contract")
    assert answer["Location"] == reverse("document", args=[contract.pk])
    assert "Next to sign" not in browser.get(answer["Location"]).content.decode()
    sign(contract)
    shown = browser.get(answer["Location"]).content.decode()
    assert reverse("document", args=[alternative.documents.get(kind="consent_general").pk]) in shown
    for consent in alternative.documents.exclude(kind="contract"):
        sign(consent)
    assert "Next to sign" not in browser.get(answer["Location"]).content.decode()
    again = browser.post(f"/api/v1/alternatives/{alternative.pk}/papers", {}, content_type="application/json")
    assert (again.status_code, again.json()) == (201, [])
    assert complete(first_item(alternative)).unsigned_consents == ()
