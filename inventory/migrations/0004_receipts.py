"""Each receipt keeps the barcode, the supplier and the cost it came with."""

import clinic.history.operations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('charting', '0007_finding_changes'),
        ('history', '0001_ledger'),
        ('inventory', '0003_rules_always'),
        ('patients', '0006_held_rows'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalmovement',
            name='barcode',
            field=models.CharField(blank=True, max_length=80, verbose_name='barcode'),
        ),
        migrations.AddField(
            model_name='historicalmovement',
            name='supplier',
            field=models.CharField(blank=True, max_length=200, verbose_name='supplier'),
        ),
        migrations.AddField(
            model_name='historicalmovement',
            name='unit_cost',
            field=models.DecimalField(blank=True, decimal_places=4, max_digits=12, null=True, verbose_name='cost of a unit'),
        ),
        migrations.AddField(
            model_name='movement',
            name='barcode',
            field=models.CharField(blank=True, max_length=80, verbose_name='barcode'),
        ),
        migrations.AddField(
            model_name='movement',
            name='supplier',
            field=models.CharField(blank=True, max_length=200, verbose_name='supplier'),
        ),
        migrations.AddField(
            model_name='movement',
            name='unit_cost',
            field=models.DecimalField(blank=True, decimal_places=4, max_digits=12, null=True, verbose_name='cost of a unit'),
        ),
        migrations.AddIndex(
            model_name='movement',
            index=models.Index(condition=models.Q(('barcode', ''), _negated=True), fields=['barcode'], name='inventory_receipt_barcode'),
        ),
        migrations.AddConstraint(
            model_name='movement',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'receipt'), models.Q(('barcode', ''), ('supplier', ''), ('unit_cost', None)), _connector='OR'), name='inventory_only_receipts_have_a_supplier'),
        ),
        migrations.AddConstraint(
            model_name='movement',
            constraint=models.CheckConstraint(condition=models.Q(('unit_cost', None), ('unit_cost__gte', 0), _connector='OR'), name='inventory_receipt_cost_not_negative'),
        ),
        clinic.history.operations.Capture(
            name='Movement',
        ),
    ]
