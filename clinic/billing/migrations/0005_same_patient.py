"""Records stay with their patient, and what they point at is of the same patient."""

from django.db import migrations

from clinic.history.referee import SamePatient


class Migration(migrations.Migration):
    dependencies = [("billing", "0004_payers"), ("charting", "0009_referee")]

    operations = [
        SamePatient("Allocation", {"payment_id": "billing_payment", "charge_id": "billing_charge", "reverses_id": "billing_allocation"}),
        SamePatient("Charge", {"performance_id": "charting_performance", "reverses_id": "billing_charge"}),
        SamePatient("InsurerShare", {"charge_id": "billing_charge", "reverses_id": "billing_insurershare"}),
        SamePatient("Invoice", {"cancels_id": "billing_invoice"}),
        SamePatient("InvoiceLine", {"invoice_id": "billing_invoice", "charge_id": "billing_charge", "reverses_id": "billing_invoiceline"}),
        SamePatient("Payment", {"refunds_id": "billing_payment"}),
    ]
