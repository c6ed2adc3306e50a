"""The rules of the stock hold in every session, a replicating one too."""

from django.db import migrations

FORWARDS = """
ALTER TABLE inventory_movement ENABLE ALWAYS TRIGGER inventory_book_movement;
ALTER TABLE inventory_lot ENABLE ALWAYS TRIGGER inventory_guard_on_hand;
"""
BACKWARDS = """
ALTER TABLE inventory_movement ENABLE TRIGGER inventory_book_movement;
ALTER TABLE inventory_lot ENABLE TRIGGER inventory_guard_on_hand;
"""


class Migration(migrations.Migration):
    dependencies = [("inventory", "0002_stock_rules")]

    operations = [migrations.RunSQL(FORWARDS, reverse_sql=BACKWARDS)]
