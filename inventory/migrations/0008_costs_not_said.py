"""A cost that nobody said is none; zero is what came for nothing.

Lots of before said zero for both, and it counted as not said: they say none now. Receipts are never rewritten and keep the zero that was sent.
History keeps what it was told: undone, its column still takes none.
"""

import clinic.history.operations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('history', '0001_ledger'),
        ('inventory', '0007_starts'),
        ('staff', '0002_passwords_and_idempotency'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='lot',
            name='inventory_cost_not_negative',
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL("ALTER TABLE inventory_historicallot ALTER COLUMN unit_cost DROP NOT NULL", migrations.RunSQL.noop)],
            state_operations=[
                migrations.AlterField(
                    model_name='historicallot',
                    name='unit_cost',
                    field=models.DecimalField(blank=True, decimal_places=4, max_digits=12, null=True, verbose_name='cost of a unit'),
                ),
            ],
        ),
        migrations.AlterField(
            model_name='lot',
            name='unit_cost',
            field=models.DecimalField(blank=True, decimal_places=4, max_digits=12, null=True, verbose_name='cost of a unit'),
        ),
        migrations.AddConstraint(
            model_name='lot',
            constraint=models.CheckConstraint(condition=models.Q(('unit_cost', None), ('unit_cost__gte', 0), _connector='OR'), name='inventory_cost_not_negative'),
        ),
        clinic.history.operations.Capture(
            name='Lot',
        ),
        migrations.RunSQL(
            "UPDATE inventory_lot SET unit_cost = NULL WHERE unit_cost = 0",
            reverse_sql="UPDATE inventory_lot SET unit_cost = 0 WHERE unit_cost IS NULL",
        ),
    ]
