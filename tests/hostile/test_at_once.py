"""Two people at one record: one wins, the other is told."""

from functools import partial

import pytest
from django.db import transaction

from clinic.lib.errors import DomainError, StaleVersion
from clinic.patients import actions as patients
from tests.billing.factories import NOW
from tests.billing.test_concurrency import at_once, done
from tests.staff.factories import dr_orlova, registrar_belova
from tests.treatment_plans.factories import agreed, first_item, petrov
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
