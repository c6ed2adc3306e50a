"""An exam without one measured tooth cannot be closed, and no measured tooth becomes absent in its draft."""

from django.db import migrations

RULE = """
CREATE FUNCTION charting_perio_measured() RETURNS trigger LANGUAGE plpgsql AS $rule$
BEGIN
  IF NEW.closed_at IS NOT NULL AND OLD.closed_at IS NULL AND NOT EXISTS (SELECT FROM charting_periotooth t WHERE t.exam_id = NEW.id) THEN
    RAISE EXCEPTION 'perio exam %: nothing is measured, there is nothing to close', NEW.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'charting_perio_measured';
  END IF;
  IF NEW.absent IS DISTINCT FROM OLD.absent AND EXISTS (SELECT FROM charting_periotooth t WHERE t.exam_id = NEW.id AND t.tooth = ANY (NEW.absent)) THEN
    RAISE EXCEPTION 'perio exam %: a measured tooth is not absent', NEW.id USING ERRCODE = 'check_violation', CONSTRAINT = 'charting_perio_absent_unmeasured';
  END IF;
  RETURN NEW;
END $rule$;
CREATE TRIGGER charting_perio_measured BEFORE UPDATE ON charting_perioexam FOR EACH ROW EXECUTE FUNCTION charting_perio_measured();
ALTER TABLE charting_perioexam ENABLE ALWAYS TRIGGER charting_perio_measured;
"""
UNDO = "DROP TRIGGER charting_perio_measured ON charting_perioexam; DROP FUNCTION charting_perio_measured();"


class Migration(migrations.Migration):
    dependencies = [("charting", "0012_starts")]

    operations = [migrations.RunSQL(RULE, UNDO)]
