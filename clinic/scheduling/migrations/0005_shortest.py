"""An appointment takes five minutes at least when its times are set; a shorter one from before goes on through its states as it stands."""

from django.db import migrations

RULE = """
CREATE FUNCTION scheduling_appointment_not_too_short() RETURNS trigger LANGUAGE plpgsql AS $rule$
BEGIN
  IF NEW.ends_at > NEW.starts_at AND NEW.ends_at < NEW.starts_at + interval '5 minutes'
     AND (TG_OP = 'INSERT' OR (OLD.starts_at, OLD.ends_at) IS DISTINCT FROM (NEW.starts_at, NEW.ends_at)) THEN
    RAISE EXCEPTION 'scheduling_appointment_not_too_short: appointment % takes less than five minutes', NEW.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'scheduling_appointment_not_too_short';
  END IF;
  RETURN NEW;
END $rule$;
CREATE TRIGGER scheduling_appointment_not_too_short BEFORE INSERT OR UPDATE OF starts_at, ends_at ON scheduling_appointment
  FOR EACH ROW EXECUTE FUNCTION scheduling_appointment_not_too_short();
ALTER TABLE scheduling_appointment ENABLE ALWAYS TRIGGER scheduling_appointment_not_too_short;
"""
UNDO = """
DROP TRIGGER scheduling_appointment_not_too_short ON scheduling_appointment;
DROP FUNCTION scheduling_appointment_not_too_short();
"""


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0004_starts")]

    operations = [migrations.RunSQL(RULE, UNDO)]
