"""Movements are append-only and keep the lot's stock; a reversal is exactly the opposite of what it reverses."""

from django.db import migrations

from clinic.history.operations import AppendOnly

BOOK = """
CREATE FUNCTION inventory_book_movement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  original inventory_movement;
BEGIN
  IF NEW.reverses_id IS NOT NULL THEN
    SELECT * INTO original FROM inventory_movement WHERE id = NEW.reverses_id;
    IF original.lot_id <> NEW.lot_id OR original.quantity <> -NEW.quantity OR original.kind = 'reversal' THEN
      RAISE EXCEPTION 'a reversal is the exact opposite of its movement'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'inventory_reversal_is_opposite';
    END IF;
  END IF;
  UPDATE inventory_lot SET on_hand = on_hand + NEW.quantity WHERE id = NEW.lot_id;
  RETURN NULL;
END $$;
CREATE TRIGGER inventory_book_movement AFTER INSERT ON inventory_movement FOR EACH ROW EXECUTE FUNCTION inventory_book_movement();

CREATE FUNCTION inventory_guard_on_hand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (TG_OP = 'INSERT' AND NEW.on_hand <> 0) OR (TG_OP = 'UPDATE' AND NEW.on_hand <> OLD.on_hand AND pg_trigger_depth() < 2) THEN
    RAISE EXCEPTION 'stock changes by movements only'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'inventory_stock_by_movements';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER inventory_guard_on_hand BEFORE INSERT OR UPDATE ON inventory_lot FOR EACH ROW EXECUTE FUNCTION inventory_guard_on_hand();
"""
UNBOOK = """
DROP TRIGGER inventory_guard_on_hand ON inventory_lot;
DROP FUNCTION inventory_guard_on_hand();
DROP TRIGGER inventory_book_movement ON inventory_movement;
DROP FUNCTION inventory_book_movement();
"""


class Migration(migrations.Migration):
    dependencies = [("inventory", "0001_initial")]
    operations = [migrations.RunSQL([BOOK], [UNBOOK]), AppendOnly("Movement")]
