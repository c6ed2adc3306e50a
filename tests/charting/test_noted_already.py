"""Just the same finding is noted once a day; anything that differs is another remark."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from charting import actions
from charting.models import Finding
from tests.charting.factories import patient_petrov
from tests.staff.factories import dr_orlova, log_in

pytestmark = pytest.mark.django_db
CARIES = {"kind": "caries", "severity": "deep", "tooth": 26, "surfaces": ["M", "O"]}


@pytest.fixture
def dentist() -> Client:
    return log_in(dr_orlova())


def noted(dentist: Client, **said: Any) -> Any:
    return dentist.post(f"/api/v1/patients/{patient_petrov().pk}/findings", {**CARIES, **said}, content_type="application/json")


def test_the_same_again_is_refused_with_what_stands(dentist: Client) -> None:
    assert noted(dentist).status_code == 201
    refused = noted(dentist, id=str(uuid4()), surfaces=["O", "M"])
    assert (refused.status_code, refused.json()["code"]) == (409, "noted_already")
    assert "26" in refused.json()["message"]
    assert Finding.objects.count() == 1


@pytest.mark.parametrize("other", [{"severity": "medium"}, {"tooth": 27}, {"surfaces": ["O"]}, {"note": "under the old filling"}, {"again": True}])
def test_what_differs_or_is_meant_is_taken(dentist: Client, other: dict[str, Any]) -> None:
    assert [noted(dentist).status_code, noted(dentist, **other).status_code] == [201, 201]


def test_what_was_withdrawn_or_settled_or_of_another_day_stands_in_nobodys_way(dentist: Client) -> None:
    now = timezone.now()
    first = actions.record_finding(patient=patient_petrov(), actor=dr_orlova(), at=now - timedelta(days=2), **CARIES)  # type: ignore[arg-type]
    assert noted(dentist).status_code == 201
    second = Finding.objects.exclude(pk=first.pk).get()
    actions.mark_in_error(finding=second, actor=dr_orlova(), at=timezone.now(), reason="Another tooth")
    assert noted(dentist).status_code == 201
    actions.resolve_finding(finding=Finding.objects.exclude(pk__in=[first.pk, second.pk]).get(), actor=dr_orlova(), at=timezone.now())
    assert noted(dentist).status_code == 201


def test_what_is_stated_anew_is_no_twin(dentist: Client) -> None:
    for answer in ("normal", "lingering", "normal"):
        body: dict[str, Any] = {"kind": "cold_test", "severity": answer, "surfaces": []}
        assert noted(dentist, **body).status_code == 201
    assert [finding.severity for finding in Finding.objects.order_by("noted_at")] == ["normal", "lingering", "normal"]


def test_the_same_request_again_is_the_first_one(dentist: Client) -> None:
    key = str(uuid4())
    assert noted(dentist, id=key).json() == noted(dentist, id=key).json()
