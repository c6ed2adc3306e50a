"""A service for primary teeth is put on no permanent tooth and the other way round; an implant replaces a permanent tooth."""

from django.db import migrations

RULE = """
CREATE FUNCTION charting_tooth_dentition() RETURNS trigger LANGUAGE plpgsql AS $rule$
DECLARE wanted text;
BEGIN
  SELECT CASE WHEN s.chart_effect = 'implant' THEN 'permanent' ELSE s.dentition END INTO wanted
  FROM charting_procedure p JOIN price_list_service s ON s.id = p.service_id WHERE p.id = NEW.procedure_id;
  IF wanted = 'primary' AND NEW.tooth < 50 OR wanted = 'permanent' AND NEW.tooth > 50 THEN
    RAISE EXCEPTION 'tooth % is not of the dentition that the service of procedure % is for', NEW.tooth, NEW.procedure_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'charting_tooth_dentition';
  END IF;
  RETURN NEW;
END $rule$;
CREATE TRIGGER charting_tooth_dentition BEFORE INSERT ON charting_proceduretooth FOR EACH ROW EXECUTE FUNCTION charting_tooth_dentition();
ALTER TABLE charting_proceduretooth ENABLE ALWAYS TRIGGER charting_tooth_dentition;
"""
UNDO = "DROP TRIGGER charting_tooth_dentition ON charting_proceduretooth; DROP FUNCTION charting_tooth_dentition();"


class Migration(migrations.Migration):
    dependencies = [("charting", "0018_default_interactions"), ("price_list", "0003_dentition")]

    operations = [migrations.RunSQL(RULE, UNDO)]
