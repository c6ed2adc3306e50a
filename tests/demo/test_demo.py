"""The demo clinic: believable, whole, the same for the same seed."""

from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from charting.models import Performance, Visit
from charting.perio.models import PerioExam
from clinic.billing.models import Payment
from clinic.demo import build, team
from clinic.patients.models import Patient
from clinic.price_list.models import Service
from clinic.scheduling.models import Appointment
from clinic.staff.models import User
from lab_orders.models import LabOrder
from treatment_plans.models import Alternative, Document

NOW = datetime(2026, 11, 18, 11, 20, tzinfo=UTC)


@pytest.mark.django_db
def test_it_builds_every_link_of_the_chain() -> None:
    made = build.build(seed=1, patients=24, months=2, now=NOW, show_progress=False)
    assert made["patients"] == Patient.objects.count() == 24
    assert User.objects.count() == len(team.TEAM)
    assert Service.objects.count() > 100
    assert set(Alternative.objects.values_list("state", flat=True)) >= {"draft", "presented", "accepted", "rejected"}
    assert Document.objects.filter(kind="contract", signatures__isnull=False).exists()
    assert set(Appointment.objects.values_list("state", flat=True)) >= {"booked", "confirmed", "seated", "done", "cancelled"}
    for model in (Visit, Performance, Payment, LabOrder, PerioExam):
        assert model.objects.exists(), model
    assert Patient.objects.filter(language="fr").exists()
    assert Patient.objects.filter(relations__is_guardian=True).exists()


@pytest.mark.django_db
def test_it_refuses_a_database_in_use_and_leaves_it_alone_when_asked() -> None:
    User.objects.create(username="somebody", last_name="Some", first_name="Body")
    with pytest.raises(CommandError, match="not empty"):
        call_command("demo")
    call_command("demo", "--if-empty")
    assert Patient.objects.count() == 0


def test_it_prints_users_and_password(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("demo", "--print-users")
    printed = capsys.readouterr().out
    assert team.PASSWORD in printed
    assert all(member.username in printed for member in team.TEAM)
