"""Work that is ahead stands in one order that is not cancelled, and what was called off is not sent; whoever writes."""

from django.db import migrations

RULE = """
CREATE FUNCTION lab_orders_item_ordered_once() RETURNS trigger LANGUAGE plpgsql AS $rule$
BEGIN
  PERFORM FROM charting_procedure WHERE id = NEW.procedure_id FOR NO KEY UPDATE;
  IF EXISTS (
    SELECT FROM lab_orders_laborderitem i JOIN lab_orders_laborder o ON o.id = i.order_id
     WHERE i.procedure_id = NEW.procedure_id AND i.order_id <> NEW.order_id AND o.state <> 'cancelled'
  ) THEN
    RAISE EXCEPTION 'procedure % stands in another order', NEW.procedure_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'lab_orders_item_ordered_once';
  END IF;
  IF NOT EXISTS (SELECT FROM charting_procedure WHERE id = NEW.procedure_id AND state IN ('proposed', 'planned', 'in_progress')) THEN
    RAISE EXCEPTION 'procedure % is not ahead', NEW.procedure_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'lab_orders_item_ahead';
  END IF;
  RETURN NULL;
END $rule$;
CREATE TRIGGER lab_orders_item_ordered_once AFTER INSERT ON lab_orders_laborderitem
  FOR EACH ROW EXECUTE FUNCTION lab_orders_item_ordered_once();
ALTER TABLE lab_orders_laborderitem ENABLE ALWAYS TRIGGER lab_orders_item_ordered_once;

CREATE FUNCTION lab_orders_order_ordered_once() RETURNS trigger LANGUAGE plpgsql AS $rule$
BEGIN
  PERFORM FROM charting_procedure
    WHERE id IN (SELECT procedure_id FROM lab_orders_laborderitem WHERE order_id = NEW.id) ORDER BY id FOR NO KEY UPDATE;
  IF OLD.state = 'cancelled' AND EXISTS (
    SELECT FROM lab_orders_laborderitem ours
      JOIN lab_orders_laborderitem theirs ON theirs.procedure_id = ours.procedure_id AND theirs.order_id <> ours.order_id
      JOIN lab_orders_laborder o ON o.id = theirs.order_id AND o.state <> 'cancelled'
     WHERE ours.order_id = NEW.id
  ) THEN
    RAISE EXCEPTION 'the work of order % was ordered again', NEW.number
      USING ERRCODE = 'check_violation', CONSTRAINT = 'lab_orders_order_ordered_once';
  END IF;
  IF OLD.state = 'draft' AND NEW.state = 'sent' AND EXISTS (
    SELECT FROM lab_orders_laborderitem i JOIN charting_procedure p ON p.id = i.procedure_id
     WHERE i.order_id = NEW.id AND p.state IN ('cancelled', 'referred')
  ) THEN
    RAISE EXCEPTION 'work of order % was called off', NEW.number
      USING ERRCODE = 'check_violation', CONSTRAINT = 'lab_orders_order_called_off';
  END IF;
  RETURN NULL;
END $rule$;
CREATE TRIGGER lab_orders_order_ordered_once AFTER UPDATE OF state ON lab_orders_laborder
  FOR EACH ROW WHEN (OLD.state = 'cancelled' AND NEW.state <> 'cancelled' OR OLD.state = 'draft' AND NEW.state = 'sent')
  EXECUTE FUNCTION lab_orders_order_ordered_once();
ALTER TABLE lab_orders_laborder ENABLE ALWAYS TRIGGER lab_orders_order_ordered_once;
"""
UNDO = """
DROP TRIGGER lab_orders_order_ordered_once ON lab_orders_laborder;
DROP FUNCTION lab_orders_order_ordered_once();
DROP TRIGGER lab_orders_item_ordered_once ON lab_orders_laborderitem;
DROP FUNCTION lab_orders_item_ordered_once();
"""


class Migration(migrations.Migration):
    dependencies = [("lab_orders", "0005_starts")]

    operations = [migrations.RunSQL(RULE, UNDO)]
