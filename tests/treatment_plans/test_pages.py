"""Pages of plans and documents: what a dentist does there, what the screen answers, how many queries it takes."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.history.models import Event
from clinic.staff.roles import Role
from tests.patients.drawing import drawn_signature
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user
from tests.treatment_plans.factories import NOON, agreed, first_item, petrov, plan_with, procedure, service
from tests.treatment_plans.test_documents import accepted, issue
from treatment_plans import actions
from treatment_plans.models import Alternative, Document, Plan

pytestmark = pytest.mark.django_db
MOST_QUERIES = 14
HTMX = {"HX-Request": "true"}


@pytest.fixture
def dentist() -> Client:
    return log_in(dr_orlova(make_branch()))


def post(client: Client, name: str, key: object, **values: object) -> object:
    return client.post(reverse(name, args=[key]), values)


def text(client: Client, name: str, key: object, query: str = "") -> str:
    answer = client.get(reverse(name, args=[key]) + query)
    assert answer.status_code == 200, answer.content[:500]
    return answer.content.decode()


def test_the_plan_tab_lists_plans_and_says_what_to_do_without_any(dentist: Client) -> None:
    assert "Open a plan" in text(dentist, "plans", petrov().pk)
    plan = plan_with("filling", "crown", alternatives=2)
    shown = text(dentist, "plans", petrov().pk)
    assert plan.title in shown
    assert "38 390,50" in shown.replace("\xa0", " ").replace("\u202f", " ").replace("38,390.50", "38 390,50")


def test_a_plan_is_opened_filled_presented_and_accepted(dentist: Client) -> None:
    patient = petrov()
    answer = dentist.post(
        reverse("plan-new", args=[patient.pk]),
        {"id": "018f0000-0000-7000-8000-000000000001", "title": "Санация", "dentist": dr_orlova().pk},
        headers=HTMX,
    )
    plan = Plan.objects.get()
    assert answer.headers["HX-Redirect"] == plan.get_absolute_url()
    alternative = plan.alternatives.get()
    act = procedure("crown", tooth=46)
    assert str(act.pk) in text(dentist, "plan", plan.pk)
    post(dentist, "item-add", alternative.pk, procedure=act.pk)
    post(dentist, "item-add", alternative.pk, service=service("filling").pk, teeth="36 OD, 37 o")
    assert alternative.items.count() == 2
    assert [(row.tooth, row.surfaces) for row in alternative.items.last().procedure.teeth.order_by("tooth")] == [(36, ["O", "D"]), (37, ["O"])]  # type: ignore[union-attr]
    answer = dentist.post(reverse("plan-present", args=[plan.pk]), follow=True)
    assert "I choose this" in answer.content.decode()
    post(dentist, "alternative-accept", alternative.pk)
    assert "not signed for yet" in text(dentist, "plan", plan.pk)


@pytest.mark.parametrize("teeth", ["99", "36 XYZ", "36 I", ""])
def test_it_refuses_impossible_teeth_in_words(dentist: Client, teeth: str) -> None:
    alternative = plan_with("crown").alternatives.get()
    answer = dentist.post(reverse("item-add", args=[alternative.pk]), {"service": service("filling").pk, "teeth": teeth})
    assert answer.status_code == 422
    assert alternative.items.count() == 1


def test_the_discount_form_keeps_what_was_typed(dentist: Client) -> None:
    item = first_item(plan_with("filling").alternatives.get())
    values = {"version": item.version, "quantity": 1, "discount_percent": "50", "discount_reason": "Постоянный"}
    answer = dentist.post(reverse("item-edit", args=[item.pk]), values, headers=HTMX)
    assert answer.status_code == 422
    assert "above your limit" in answer.content.decode()
    assert "Постоянный" in answer.content.decode()
    assert dentist.post(reverse("item-edit", args=[item.pk]), {**values, "discount_percent": "5"}, headers=HTMX).headers["HX-Refresh"] == "true"


def test_services_are_found_by_words_and_code(dentist: Client) -> None:
    alternative = plan_with("filling").alternatives.get()
    service("crown")
    shown = text(dentist, "service-search", alternative.pk, "?q=коронк восстановл")
    assert "A16.07.004" in shown
    assert "A16.07.002" not in shown
    assert "No service fits" in text(dentist, "service-search", alternative.pk, "?q=xyz")


def test_done_opens_what_happened_and_a_second_click_is_refused(dentist: Client) -> None:
    item = first_item(agreed("filling"))
    address = reverse("item-complete", args=[item.pk])
    answer = dentist.post(address, headers=HTMX)
    assert answer.status_code == 204
    assert json.loads(answer.headers["HX-Trigger"])["panel-open"] == {"url": reverse("item-result", args=[item.pk])}
    shown = text(dentist, "item-result", item.pk)
    assert "Charged" in shown
    again = dentist.post(address)
    assert again.status_code == 409
    assert reverse("item-result", args=[item.pk]) in again.content.decode()
    answer = dentist.post(reverse("item-reverse", args=[item.pk]), {"reason": "Не тот зуб"}, headers=HTMX)
    assert answer.headers["HX-Refresh"] == "true"
    assert "This line is not done" in text(dentist, "item-result", item.pk)


def test_an_unsigned_line_is_refused_with_the_way_to_sign(dentist: Client) -> None:
    item = first_item(accepted("filling"))
    answer = dentist.post(reverse("item-complete", args=[item.pk]))
    assert answer.status_code == 409
    assert reverse("documents", args=[item.patient_id]) in answer.content.decode()


def test_a_contract_that_waits_is_signed_and_not_issued_again(dentist: Client) -> None:
    alternative = accepted("filling")
    assert "Issue the contract" in text(dentist, "plan", alternative.plan_id)
    document = issue("contract", alternative)
    shown = text(dentist, "plan", alternative.plan_id)
    assert f"Sign {document.full_number}" in shown
    assert "Issue the contract" not in shown


def test_a_document_is_issued_read_signed_and_saved(dentist: Client) -> None:
    alternative = accepted("filling")
    new = reverse("document-new", args=[alternative.patient_id])
    values = {"id": "018f0000-0000-7000-8000-000000000002", "kind": "contract", "language": "ru", "alternative": str(alternative.pk)}
    answer = dentist.post(new, values, headers=HTMX)
    document = Document.objects.get()
    assert answer.headers["HX-Redirect"] == f"/documents/{document.pk}/"
    assert dentist.post(new, {**values, "kind": "addendum", "id": "018f0000-0000-7000-8000-000000000003"}, headers=HTMX).status_code == 422
    shown = text(dentist, "document", document.pk)
    assert document.file.sha256 in shown
    form = {"id": "018f0000-0000-7000-8000-000000000004", "sha256": document.file.sha256, "role": "patient", "signer_name": "Петров Иван Ильич"}
    unsigned = dentist.post(reverse("document-sign", args=[document.pk]), form)
    assert unsigned.status_code == 422
    assert "The signature is missing" in unsigned.content.decode()
    assert dentist.post(reverse("document-sign", args=[document.pk]), {**form, **drawn_signature()}).status_code == 302
    file = dentist.get(reverse("document-file", args=[document.pk]) + "?save")
    assert file["Content-Type"] == "application/pdf"
    assert file["Content-Disposition"] == f'attachment; filename="D-{document.year}-000001.pdf"'
    assert "frame-ancestors 'self'" in file["Content-Security-Policy"]
    assert file.content != dentist.get(reverse("document-file", args=[document.pk]) + "?issued").content
    assert Event.objects.filter(op="P", patient_id=alternative.patient_id).count() == 2
    assert f"D-{document.year}-000001" in text(dentist, "documents", alternative.patient_id)


def test_an_unplanned_act_leads_to_its_contract(dentist: Client) -> None:
    values = {"id": "018f0000-0000-7000-8000-000000000005", "service": service("hygiene").pk, "teeth": "", "language": "fr"}
    answer = dentist.post(reverse("unplanned", args=[petrov().pk]), values, headers=HTMX)
    assert answer.headers["HX-Redirect"] == f"/documents/{Document.objects.get(kind='contract').pk}/"


def test_the_front_desk_reads_plans_and_issues_documents(dentist: Client) -> None:
    desk = log_in(make_user(Role.ADMINISTRATOR, branch=make_branch()))
    plan = plan_with("filling")
    shown = text(desk, "plan", plan.pk)
    assert 'name="teeth"' not in shown
    assert reverse("plan-present", args=[plan.pk]) in shown
    alternative = plan.alternatives.get()
    assert "I choose this" in desk.post(reverse("plan-present", args=[plan.pk]), follow=True).content.decode()
    assert desk.post(reverse("alternative-accept", args=[alternative.pk])).status_code == 302
    alternative.refresh_from_db()
    assert alternative.state == "accepted"
    assert desk.get(reverse("plan-new", args=[plan.patient_id])).status_code == 403
    assert desk.get(reverse("document-new", args=[plan.patient_id])).status_code == 200


def test_a_look_at_a_plan_is_recorded(dentist: Client) -> None:
    plan = plan_with("filling")
    text(dentist, "plan", plan.pk)
    assert Event.objects.filter(op="V", tbl="plan", patient_id=plan.patient_id).exists()


def queries(client: Client, name: str, key: object) -> int:
    text(client, name, key)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        text(client, name, key)
    return sum(1 for query in captured if "set_config" not in query["sql"] and "SAVEPOINT" not in query["sql"])


def test_list_pages_take_a_constant_number_of_queries(dentist: Client) -> None:
    plan = plan_with("filling", "crown", "extraction")
    issue("consent_general")
    few = [queries(dentist, name, key) for name, key in (("plans", plan.patient_id), ("plan", plan.pk), ("documents", plan.patient_id))]
    alternative = Alternative.objects.get(plan=plan)
    for number in range(3):
        actions.copy_alternative(alternative_id=alternative.pk, title=f"Копия {number}", actor=dr_orlova(), at=NOON)
        plan_with("filling", "hygiene")
        issue("consent_surgery")
    many = [queries(dentist, name, key) for name, key in (("plans", plan.patient_id), ("plan", plan.pk), ("documents", plan.patient_id))]
    assert (many[0], many[2]) == (few[0], few[2])
    assert max(many[0], many[2]) <= MOST_QUERIES
    assert many[1] - few[1] <= 4 * 3
