"""A state set by mistake is taken back in sight; stages may change places within one transaction."""

import clinic.history.operations
import django.db.models.constraints
from clinic.history.referee import Moves
from django.conf import settings
from django.db import migrations, models

FORWARD = {
    "draft": ["cancelled", "sent"],
    "sent": ["cancelled", "in_work", "returned"],
    "in_work": ["cancelled", "returned", "try_in"],
    "try_in": ["in_work", "remake", "returned"],
    "returned": ["fitted", "in_work", "remake"],
    "fitted": ["remake"],
    "remake": ["cancelled", "in_work", "returned"],
    "cancelled": [],
}
MOVES = {
    "draft": ["cancelled", "sent"],
    "sent": ["cancelled", "draft", "in_work", "returned"],
    "in_work": ["cancelled", "remake", "returned", "sent", "try_in"],
    "try_in": ["in_work", "remake", "returned"],
    "returned": ["fitted", "in_work", "remake", "sent", "try_in"],
    "fitted": ["remake", "returned"],
    "remake": ["cancelled", "fitted", "in_work", "returned", "try_in"],
    "cancelled": ["draft", "in_work", "remake", "sent"],
}


class Migration(migrations.Migration):

    dependencies = [
        ('history', '0001_ledger'),
        ('lab_orders', '0003_referee'),
        ('patients', '0006_held_rows'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='labstage',
            name='lab_orders_stage_position',
        ),
        migrations.AddField(
            model_name='historicalstatechange',
            name='is_correction',
            field=models.BooleanField(default=False, verbose_name='takes the last step back'),
        ),
        migrations.AddField(
            model_name='statechange',
            name='is_correction',
            field=models.BooleanField(default=False, verbose_name='takes the last step back'),
        ),
        migrations.AddConstraint(
            model_name='labstage',
            constraint=models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['DEFERRED'], fields=('order', 'position'), name='lab_orders_stage_position'),
        ),
        migrations.AddConstraint(
            model_name='statechange',
            constraint=models.CheckConstraint(condition=models.Q(('is_correction', False), models.Q(('reason', ''), _negated=True), _connector='OR'), name='lab_orders_correction_has_reason'),
        ),
        clinic.history.operations.Capture(
            name='StateChange',
        ),
        Moves("LabOrder", MOVES, before=FORWARD),
    ]
