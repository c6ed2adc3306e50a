"""The database referees an import and an erasure that meet: a row held back passes through the lanes of all whom it looks like."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION patients_heldrow_candidates() RETURNS trigger LANGUAGE plpgsql AS $rule$
DECLARE
  erased uuid;
BEGIN
  IF NEW.patient_id IS NOT NULL OR (TG_OP = 'UPDATE' AND NEW.candidates IS NOT DISTINCT FROM OLD.candidates) THEN
    RETURN NEW; -- whose it is is known, and its event passes through that lane; or nobody new is named
  END IF;
  -- The lanes of history.append (lanes.sql), in order: an erasure either waits and then sees this row, or is over and is seen here.
  PERFORM pg_advisory_xact_lock_shared(1818850917, lane) FROM (
    SELECT DISTINCT get_byte(uuid_send((c ->> 'patient')::uuid), 15) AS lane FROM jsonb_array_elements(NEW.candidates) c ORDER BY lane) lanes;
  SELECT e.patient_id INTO erased FROM jsonb_array_elements(NEW.candidates) c
  JOIN history.event e ON e.patient_id = (c ->> 'patient')::uuid AND e.op = 'E' LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'row % looks like %, whose record was erased', NEW.id, erased
      USING ERRCODE = 'check_violation', CONSTRAINT = 'patients_heldrow_candidates';
  END IF;
  RETURN NEW;
END $rule$;
CREATE TRIGGER patients_heldrow_candidates BEFORE INSERT OR UPDATE OF candidates ON patients_heldrow
  FOR EACH ROW EXECUTE FUNCTION patients_heldrow_candidates();
ALTER TABLE patients_heldrow ENABLE ALWAYS TRIGGER patients_heldrow_candidates;
"""
BACKWARDS = """
DROP TRIGGER patients_heldrow_candidates ON patients_heldrow;
DROP FUNCTION patients_heldrow_candidates();
"""


class Migration(migrations.Migration):
    dependencies = [("patients", "0016_import_notes"), ("history", "0012_lanes")]

    operations = [migrations.RunSQL(FORWARDS, reverse_sql=BACKWARDS)]
