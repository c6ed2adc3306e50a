"""A line that extracts a tooth joins an alternative only while no other line ahead in it extracts that tooth; whoever writes."""

from django.db import migrations

RULE = """
CREATE FUNCTION treatment_plans_item_extracts_once() RETURNS trigger LANGUAGE plpgsql AS $rule$
DECLARE taken text;
BEGIN
  PERFORM FROM treatment_plans_alternative WHERE id = NEW.alternative_id FOR NO KEY UPDATE;
  SELECT string_agg(DISTINCT theirs.tooth::text, ', ' ORDER BY theirs.tooth::text) INTO taken
    FROM charting_proceduretooth ours
    JOIN charting_proceduretooth theirs ON theirs.tooth = ours.tooth AND theirs.procedure_id <> ours.procedure_id
    JOIN treatment_plans_item i ON i.procedure_id = theirs.procedure_id AND i.alternative_id = NEW.alternative_id AND i.cancelled_at IS NULL
    JOIN charting_procedure p ON p.id = theirs.procedure_id AND p.state IN ('proposed', 'planned', 'in_progress')
    JOIN price_list_service s ON s.id = p.service_id AND s.chart_effect = 'extraction'
   WHERE ours.procedure_id = NEW.procedure_id
     AND EXISTS (
       SELECT FROM charting_procedure q JOIN price_list_service t ON t.id = q.service_id
        WHERE q.id = NEW.procedure_id AND q.state IN ('proposed', 'planned', 'in_progress') AND t.chart_effect = 'extraction'
     );
  IF taken IS NOT NULL THEN
    RAISE EXCEPTION 'another line of alternative % extracts tooth %', NEW.alternative_id, taken
      USING ERRCODE = 'check_violation', CONSTRAINT = 'treatment_plans_item_extracts_once';
  END IF;
  RETURN NULL;
END $rule$;
CREATE TRIGGER treatment_plans_item_extracts_once AFTER INSERT ON treatment_plans_item
  FOR EACH ROW WHEN (NEW.cancelled_at IS NULL) EXECUTE FUNCTION treatment_plans_item_extracts_once();
ALTER TABLE treatment_plans_item ENABLE ALWAYS TRIGGER treatment_plans_item_extracts_once;
"""
UNDO = """
DROP TRIGGER treatment_plans_item_extracts_once ON treatment_plans_item;
DROP FUNCTION treatment_plans_item_extracts_once();
"""


class Migration(migrations.Migration):
    dependencies = [("treatment_plans", "0011_consent_names_its_lines")]

    operations = [migrations.RunSQL(RULE, UNDO)]
