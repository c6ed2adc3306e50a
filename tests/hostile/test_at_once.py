"""Two people at one record: one wins, the other is told."""

from functools import partial
from typing import Any

import pytest
from django.db import transaction

from clinic.lib.errors import DomainError, StaleVersion
from clinic.lib.ids import uuid7
from clinic.patients import actions as patients
from clinic.patients import signature
from clinic.patients.models import ConsentText
from clinic.scheduling import actions as scheduling
from clinic.staff.roles import Role
from tests.billing.factories import NOW
from tests.billing.test_concurrency import at_once, done
from tests.patients.drawing import drawn_signature
from tests.scheduling.factories import book, working_day
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user, registrar_belova
from tests.treatment_plans.factories import NOON, accept, agreed, first_item, petrov, plan_with
from treatment_plans import actions as plans
from treatment_plans import reversal
from treatment_plans.completion import complete_item
from treatment_plans.models import Item

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_ten_who_edit_one_patient_nine_are_told() -> None:
    with transaction.atomic():
        clerk, patient = registrar_belova(), petrov()
    change = partial(patients.change_patient, patient_id=patient.pk, version=patient.version, actor=clerk, at=NOW)
    results = at_once([partial(change, changes={"city": f"Город {number}"}) for number in range(10)])
    assert len(done(results)) == 1
    assert sum(isinstance(result, StaleVersion) for result in results) == 9


def test_of_ten_reversals_of_one_line_one_counts() -> None:
    with transaction.atomic():
        dentist = dr_orlova()
        item = first_item(agreed("filling"))
        complete_item(item_id=item.pk, actor=dentist, at=NOW)
    results = at_once([partial(reversal.reverse_item, item_id=item.pk, reason="не тот зуб", actor=dentist, at=NOW)] * 10)
    assert len(done(results)) == 1
    assert all(isinstance(result, DomainError) for result in results if isinstance(result, Exception))
    assert Item.objects.get(pk=item.pk).procedure.performances.filter(reversed_at=None).count() == 0


def drawn() -> signature.Signature:
    fields = drawn_signature()
    return signature.read(strokes=fields["signature_strokes"], image=fields["signature_image"])


def test_of_five_signatures_of_one_consent_to_data_processing_one_stands() -> None:
    with transaction.atomic():
        clerk, patient = registrar_belova(), petrov()
    text = ConsentText.objects.get(language="ru", edition=1)
    sign = partial(patients.sign_consent, patient=patient, text=text, drawn=drawn(), actor=clerk, at=NOW)
    results = at_once([sign] * 5)
    assert len(done(results)) == 1
    assert sum(isinstance(result, patients.ConsentInForce) for result in results) == 4
    assert patient.consents.filter(withdrawn_at=None).count() == 1


def test_of_five_patient_s_signatures_on_one_document_one_stands() -> None:
    with transaction.atomic():
        dentist = dr_orlova()
        alternative = plan_with("filling").alternatives.get()
        accept(alternative)
        contract = plans.issue_document(
            kind="contract", patient=alternative.patient, branch=make_branch(), language="ru", alternative_id=alternative.pk, actor=dentist, at=NOON
        )
    said: dict[str, Any] = {"sha256": contract.file.sha256, "role": "patient", "signer_name": "Петров Иван", "basis": "", "address": "10.0.0.7"}
    results = at_once([partial(plans.sign_document, document_id=contract.pk, drawn=drawn(), actor=dentist, at=NOON, **said)] * 5)
    assert len(done(results)) == 1
    assert all(isinstance(result, DomainError) for result in results if isinstance(result, Exception))
    assert contract.signatures.count() == 1


def test_two_different_steps_of_an_appointment_at_once_are_one_step() -> None:
    with transaction.atomic():
        working_day()
        clerk, appointment = registrar_belova(), book()
    step = partial(scheduling.change_state, actor=clerk, at=NOON, appointment_id=appointment.pk, version=appointment.version)
    results = at_once([partial(step, state="confirmed"), partial(step, state="cancelled", reason="заболел")] * 3)
    assert len({result.state for result in done(results)}) == 1  # type: ignore[attr-defined]  # appointments
    assert all(isinstance(result, StaleVersion) for result in results if isinstance(result, Exception))
    appointment.refresh_from_db()
    assert list(appointment.state_changes.values_list("state", flat=True)).count(appointment.state) == 1


@pytest.mark.parametrize("path", ["labels", "sources"])
def test_what_is_put_at_once_under_one_key_is_one_and_who_put_another_name_is_told(path: str) -> None:
    with transaction.atomic():
        browsers = [log_in(make_user(Role.MANAGER, username=f"manager{number}")) for number in range(4)]
    key = str(uuid7())
    sent = [{"id": key, "name": name} for name in ("VIP", "Gold", "VIP", "Gold")]
    puts = [partial(browser.put, f"/api/v1/{path}", body, content_type="application/json") for browser, body in zip(browsers, sent, strict=True)]
    answers: list[Any] = at_once(puts)
    assert sorted(answer.status_code for answer in answers) == [200, 200, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"stale"}
    assert len({answer.content for answer in answers if answer.status_code == 200}) == 1
