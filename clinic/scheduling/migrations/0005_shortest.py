"""An appointment takes five minutes at least; shorter ones stand from before, and are lengthened before anything else of them changes."""

from datetime import timedelta

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0004_starts")]

    operations = [
        AddConstraintNotValid(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=Q(ends_at__gte=F("starts_at") + timedelta(minutes=5)), name="scheduling_appointment_not_too_short"
            ),
        ),
    ]
