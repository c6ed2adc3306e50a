"""A granted rectification says which request it answers."""

import clinic.history.operations
import clinic.history.referee
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('exports', '0001_evidence'),
        ('files', '0001_initial'),
        ('history', '0001_ledger'),
        ('patients', '0009_rectification'),
        ('privacy', '0002_same_patient'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='datarequest',
            name='rectification',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='request', to='patients.rectification', verbose_name='rectification that answers it'),
        ),
        migrations.AddField(
            model_name='historicaldatarequest',
            name='rectification',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='patients.rectification', verbose_name='rectification that answers it'),
        ),
        migrations.AddConstraint(
            model_name='datarequest',
            constraint=models.CheckConstraint(condition=models.Q(('rectification', None), models.Q(('kind', 'rectification'), ('outcome', 'granted')), _connector='OR'), name='privacy_request_rectified_when_granted'),
        ),
        clinic.history.operations.Capture(
            name='DataRequest',
        ),
        clinic.history.referee.SamePatient(
            "DataRequest",
            {"evidence_id": "exports_evidence", "rectification_id": "patients_rectification"},
            before={"evidence_id": "exports_evidence"},
        ),
    ]
