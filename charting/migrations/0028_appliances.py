"""Roles of teeth in dentures, plates, braces and retainers; the database lets a tooth be only what the act knows."""

import clinic.history.operations
from django.db import migrations, models

ROLES = """
CREATE FUNCTION charting_role_fits_act() RETURNS trigger LANGUAGE plpgsql AS $rule$
DECLARE
  effect text := (SELECT s.chart_effect FROM charting_procedure p JOIN price_list_service s ON s.id = p.service_id WHERE p.id = NEW.procedure_id);
  known text[] := CASE effect
    WHEN 'bridge' THEN ARRAY['abutment', 'pontic', 'treated']
    WHEN 'denture' THEN ARRAY['replaced', 'clasp', 'treated']
    WHEN 'plate' THEN ARRAY['treated', 'clasp', 'replaced']
    WHEN 'braces' THEN ARRAY['bracket', 'band']
    WHEN 'retainer' THEN ARRAY['bonded']
    ELSE ARRAY['treated'] END;
BEGIN
  IF effect IS NOT NULL AND NEW.role <> ALL (known) THEN
    RAISE EXCEPTION 'tooth % of procedure %: % is no role in an act that draws %', NEW.tooth, NEW.procedure_id, NEW.role, effect
      USING ERRCODE = 'check_violation', CONSTRAINT = 'charting_role_fits_act';
  END IF;
  RETURN NEW;
END $rule$;
CREATE TRIGGER charting_role_fits_act BEFORE INSERT ON charting_proceduretooth FOR EACH ROW EXECUTE FUNCTION charting_role_fits_act();
ALTER TABLE charting_proceduretooth ENABLE ALWAYS TRIGGER charting_role_fits_act;
"""
UNDO = """
DROP TRIGGER charting_role_fits_act ON charting_proceduretooth;
DROP FUNCTION charting_role_fits_act();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('charting', '0027_default_combinations'),
        ('history', '0001_ledger'),
        ('patients', '0012_alert_labels'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='proceduretooth',
            name='charting_tooth_role_known',
        ),
        migrations.AlterField(
            model_name='historicalproceduretooth',
            name='role',
            field=models.CharField(choices=[('treated', 'treated'), ('abutment', 'abutment'), ('pontic', 'pontic'), ('replaced', 'replaced'), ('clasp', 'clasp'), ('bracket', 'bracket'), ('band', 'band'), ('bonded', 'bonded wire')], default='treated', max_length=10, verbose_name='role'),
        ),
        migrations.AlterField(
            model_name='proceduretooth',
            name='role',
            field=models.CharField(choices=[('treated', 'treated'), ('abutment', 'abutment'), ('pontic', 'pontic'), ('replaced', 'replaced'), ('clasp', 'clasp'), ('bracket', 'bracket'), ('band', 'band'), ('bonded', 'bonded wire')], default='treated', max_length=10, verbose_name='role'),
        ),
        migrations.AddConstraint(
            model_name='proceduretooth',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['treated', 'abutment', 'pontic', 'replaced', 'clasp', 'bracket', 'band', 'bonded'])), name='charting_tooth_role_known'),
        ),
        clinic.history.operations.Capture(
            name='ProcedureTooth',
        ),
        migrations.RunSQL(ROLES, UNDO),
    ]
