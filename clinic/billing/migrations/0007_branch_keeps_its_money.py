"""A branch where money is booked keeps its company and its currency: its till, its debts and its reports are of both."""

from django.db import migrations

KEEP = """
CREATE FUNCTION billing_branch_keeps() RETURNS trigger LANGUAGE plpgsql AS $rule$
BEGIN
  IF EXISTS (SELECT FROM billing_charge WHERE branch_id = OLD.id) OR EXISTS (SELECT FROM billing_payment WHERE branch_id = OLD.id) THEN
    RAISE EXCEPTION 'money is booked in branch %', OLD.id USING ERRCODE = 'check_violation', CONSTRAINT = 'staff_branch_in_use';
  END IF;
  RETURN NEW;
END $rule$;
CREATE TRIGGER billing_branch_keeps BEFORE UPDATE OF legal_entity_id, currency ON staff_branch FOR EACH ROW
  WHEN ((OLD.legal_entity_id, OLD.currency) IS DISTINCT FROM (NEW.legal_entity_id, NEW.currency)) EXECUTE FUNCTION billing_branch_keeps();
ALTER TABLE staff_branch ENABLE ALWAYS TRIGGER billing_branch_keeps;
"""
UNDO = "DROP TRIGGER billing_branch_keeps ON staff_branch; DROP FUNCTION billing_branch_keeps();"


class Migration(migrations.Migration):
    dependencies = [("billing", "0006_no_payer_of_a_charge"), ("staff", "0002_passwords_and_idempotency")]

    operations = [migrations.RunSQL(KEEP, UNDO)]
