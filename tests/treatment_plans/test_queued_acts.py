"""What a device queued is taken as it was written: an act done at the chart, and its taking back, with the times of the chart that was seen."""

from uuid import uuid4

import pytest
from django.utils import timezone

from charting.models import Performance
from tests.staff.factories import dr_orlova, log_in
from tests.treatment_plans.factories import agreed, first_item

pytestmark = pytest.mark.django_db
JSON = "application/json"


def test_done_and_taken_back_carry_the_moment_of_the_chart() -> None:
    item, dentist = first_item(agreed("filling")), log_in(dr_orlova())
    seen = {"seen_at": timezone.now().isoformat()}
    done = dentist.post(f"/api/v1/procedures/{item.procedure_id}/complete", {"id": str(uuid4()), **seen}, content_type=JSON)
    assert done.status_code == 200
    back = dentist.post(f"/api/v1/items/{item.pk}/reverse", {"id": str(uuid4()), "reason": "Another tooth", **seen}, content_type=JSON)
    assert back.status_code == 200
    assert Performance.objects.get().reversed_at is not None
