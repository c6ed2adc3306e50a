"""What a tooth has or loses once is planned at most once on each tooth of its line; whoever writes."""

from django.db import migrations

RULE = """
CREATE FUNCTION treatment_plans_item_once_a_tooth() RETURNS trigger LANGUAGE plpgsql AS $rule$
BEGIN
  IF EXISTS (
    SELECT FROM charting_procedure p JOIN price_list_service s ON s.id = p.service_id
     WHERE p.id = NEW.procedure_id
       AND s.chart_effect IN ('extraction', 'implant', 'crown', 'veneer', 'bracket') AND s.scope IN ('tooth', 'surfaces', 'root', 'span')
       AND NEW.quantity > (SELECT count(*) FROM charting_proceduretooth t WHERE t.procedure_id = p.id)
  ) THEN
    RAISE EXCEPTION 'line % does % times what is done once a tooth', NEW.id, NEW.quantity
      USING ERRCODE = 'check_violation', CONSTRAINT = 'treatment_plans_item_once_a_tooth';
  END IF;
  RETURN NULL;
END $rule$;
CREATE TRIGGER treatment_plans_item_once_a_tooth AFTER INSERT OR UPDATE OF quantity ON treatment_plans_item
  FOR EACH ROW WHEN (NEW.quantity > 1) EXECUTE FUNCTION treatment_plans_item_once_a_tooth();
ALTER TABLE treatment_plans_item ENABLE ALWAYS TRIGGER treatment_plans_item_once_a_tooth;
"""
UNDO = """
DROP TRIGGER treatment_plans_item_once_a_tooth ON treatment_plans_item;
DROP FUNCTION treatment_plans_item_once_a_tooth();
"""


class Migration(migrations.Migration):
    dependencies = [("treatment_plans", "0012_one_extraction"), ("price_list", "0004_appliances"), ("charting", "0044_born_before")]

    operations = [migrations.RunSQL(RULE, UNDO)]
