"""Who pays: a patient or a name, never nobody.

The ledger is never rewritten, so payments from before keep neither and read as the patient's own; the rule holds for every row written since.
"""

import clinic.history.operations
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0003_open_amounts"),
        ("files", "0001_initial"),
        ("history", "0001_ledger"),
        ("patients", "0006_held_rows"),
        ("staff", "0002_passwords_and_idempotency"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="historicalinvoice",
            name="payer_tax_id",
            field=models.CharField(blank=True, max_length=20, verbose_name="payer's tax number"),
        ),
        migrations.AddField(
            model_name="historicalpayment",
            name="payer_name",
            field=models.CharField(blank=True, max_length=300, verbose_name="payer's name"),
        ),
        migrations.AddField(
            model_name="historicalpayment",
            name="payer_tax_id",
            field=models.CharField(blank=True, max_length=20, verbose_name="payer's tax number"),
        ),
        migrations.AddField(
            model_name="invoice",
            name="payer_tax_id",
            field=models.CharField(blank=True, max_length=20, verbose_name="payer's tax number"),
        ),
        migrations.AddField(
            model_name="payment",
            name="payer_name",
            field=models.CharField(blank=True, max_length=300, verbose_name="payer's name"),
        ),
        migrations.AddField(
            model_name="payment",
            name="payer_tax_id",
            field=models.CharField(blank=True, max_length=20, verbose_name="payer's tax number"),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(condition=models.Q(("payer_name", ""), _negated=True), name="billing_invoice_names_its_payer"),
        ),
        AddConstraintNotValid(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("payer__isnull", False), models.Q(("payer_name", ""), _negated=True), _connector="XOR"),
                name="billing_payment_has_one_payer",
            ),
        ),
        clinic.history.operations.Capture(
            name="Invoice",
        ),
        clinic.history.operations.Capture(
            name="Payment",
        ),
    ]
