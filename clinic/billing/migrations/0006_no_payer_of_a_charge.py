"""A charge has no payer: who pays stands on payments and invoices. The column was never written."""

import clinic.history.operations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0005_same_patient'),
        ('history', '0001_ledger'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='charge',
            name='payer',
        ),
        migrations.RemoveField(
            model_name='historicalcharge',
            name='payer',
        ),
        clinic.history.operations.Capture(
            name='Charge',
        ),
    ]
