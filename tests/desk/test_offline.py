"""What a device brings along: the person's own patients of today, the files of the pages, a worker at the root."""

from datetime import timedelta

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.utils import timezone

from clinic.staff.roles import Role
from tests.scheduling.factories import book, make_shift
from tests.staff.factories import dr_orlova, log_in, make_user

pytestmark = pytest.mark.django_db


def test_the_days_own_patients_are_brought_along() -> None:
    now = timezone.now().replace(second=0, microsecond=0)
    make_shift(dr_orlova(), now, now + timedelta(hours=2))
    seat = book(now)
    pack = log_in(dr_orlova()).get("/offline-pack/").json()
    assert f"/patients/{seat.patient_id}/chart/" in pack["addresses"]
    assert f"/api/v1/patients/{seat.patient_id}/chart" in pack["addresses"]
    assert log_in(make_user(Role.DENTIST, username="another", branch=seat.branch)).get("/offline-pack/").json()["addresses"] == []


def test_the_files_of_the_pages_are_there() -> None:
    files = log_in(dr_orlova()).get("/offline-pack/").json()["files"]
    assert {"/static/charting/js/chart.js", "/static/charting/js/perio/perio.js", "/static/desk/js/renew.js"} <= set(files)
    assert all(finders.find(name.removeprefix("/static/")) for name in files)


def test_the_worker_is_served_from_the_root() -> None:
    answer = Client().get("/offline-worker.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert b'import "/static/charting/js/offline/worker.js";' in answer.content
    assert "worker-src 'self'" in answer["Content-Security-Policy"]
