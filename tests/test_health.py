"""A supervisor learns whether the clinic is up and ready, and nothing about anybody."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from clinic.history.models import Event

pytestmark = pytest.mark.django_db


def test_the_process_is_up() -> None:
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_the_clinic_is_ready_and_nothing_is_written() -> None:
    before = Event.objects.count()
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert Event.objects.count() == before
    assert "no-store" in answer["Cache-Control"]


def test_it_is_not_ready_before_its_migrations() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'staff'")
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"status": "unavailable", "reason": "migrations"})


def test_it_is_up_but_not_ready_without_its_database() -> None:
    """In a process of its own, whose database is away from the start."""
    script = "import clinic.wsgi, django.test as t; print([t.Client().get(path).status_code for path in ('/healthz', '/readyz')])"
    environment = {"PATH": os.environ["PATH"], "DEBUG": "true", "DATABASE_URL": "postgresql://clinic_app@/clinic?host=/nonexistent"}
    done = subprocess.run([sys.executable, "-c", script], cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[200, 503]", done.stderr
