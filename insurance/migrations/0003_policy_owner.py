"""A policy stays with the patient it was entered for."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION insurance_policy_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.patient_id IS DISTINCT FROM OLD.patient_id THEN
    PERFORM billing_refuse('insurance_policy_owner', format('policy %s stays with its patient', OLD.id));
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER insurance_policy_owner BEFORE UPDATE ON insurance_policy FOR EACH ROW EXECUTE FUNCTION insurance_policy_owner();
ALTER TABLE insurance_policy ENABLE ALWAYS TRIGGER insurance_policy_owner;
"""
BACKWARDS = "DROP TRIGGER insurance_policy_owner ON insurance_policy; DROP FUNCTION insurance_policy_owner();"


class Migration(migrations.Migration):
    dependencies = [("insurance", "0002_rules")]

    operations = [migrations.RunSQL(FORWARDS, reverse_sql=BACKWARDS)]
