"""Nobody is born after what was seen of them: a birth date is not moved behind a visit, a finding or a picture that stands."""

from django.db import migrations

RULE = """
CREATE FUNCTION charting_born_before() RETURNS trigger LANGUAGE plpgsql AS $rule$
DECLARE
  earliest timestamptz := (NEW.birth_date - 1)::timestamp AT TIME ZONE 'UTC';
BEGIN
  IF EXISTS (SELECT FROM charting_visit WHERE patient_id = NEW.id AND opened_at < earliest AND in_error_at IS NULL AND cancelled_at IS NULL)
    OR EXISTS (SELECT FROM charting_finding WHERE patient_id = NEW.id AND noted_at < earliest AND in_error_at IS NULL)
    OR EXISTS (SELECT FROM charting_image WHERE patient_id = NEW.id AND taken_at < earliest AND in_error_at IS NULL)
  THEN
    RAISE EXCEPTION 'patient % was seen before %', NEW.id, NEW.birth_date
      USING ERRCODE = 'check_violation', CONSTRAINT = 'patients_patient_born_late';
  END IF;
  RETURN NEW;
END $rule$;
CREATE TRIGGER charting_born_before BEFORE UPDATE OF birth_date ON patients_patient
  FOR EACH ROW WHEN (NEW.birth_date > COALESCE(OLD.birth_date, '-infinity')) EXECUTE FUNCTION charting_born_before();
ALTER TABLE patients_patient ENABLE ALWAYS TRIGGER charting_born_before;
"""
UNDO = """
DROP TRIGGER charting_born_before ON patients_patient;
DROP FUNCTION charting_born_before();
"""


class Migration(migrations.Migration):
    dependencies = [("charting", "0043_paper_dentition"), ("patients", "0017_erased_candidates")]

    operations = [migrations.RunSQL(RULE, UNDO)]
