"""What the database itself holds about insurance: append-only claim lines, limits of policies and letters, frozen registers."""

from django.db import migrations

from clinic.history.operations import AppendOnly, Freeze

FUNCTIONS = """
CREATE FUNCTION insurance_check_limits(which uuid, year date, promise uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE allowed numeric; used numeric;
BEGIN
  SELECT annual_limit INTO allowed FROM insurance_policy WHERE id = which FOR NO KEY UPDATE;
  SELECT coalesce(sum(amount), 0) INTO used FROM insurance_claimline WHERE policy_id = which AND year_start = year;
  IF used > allowed THEN
    PERFORM billing_refuse('insurance_annual_limit', format('policy %s: %s claimed of %s a year', which, used, allowed));
  END IF;
  IF promise IS NOT NULL THEN
    SELECT limit_amount INTO allowed FROM insurance_guaranteeletter WHERE id = promise;
    SELECT coalesce(sum(amount), 0) INTO used FROM insurance_claimline WHERE letter_id = promise;
    IF used > allowed THEN
      PERFORM billing_refuse('insurance_letter_limit', format('letter %s: %s claimed of %s', promise, used, allowed));
    END IF;
  END IF;
END $$;

CREATE FUNCTION insurance_claim_line_rule() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE p insurance_policy; c billing_charge; s billing_insurershare; o insurance_claimline;
BEGIN
  SELECT * INTO p FROM insurance_policy WHERE id = NEW.policy_id;
  SELECT * INTO c FROM billing_charge WHERE id = NEW.charge_id;
  SELECT * INTO s FROM billing_insurershare WHERE id = NEW.share_id;
  IF (p.patient_id, p.currency, NEW.performance_id) IS DISTINCT FROM (c.patient_id, c.currency, c.performance_id) OR c.patient_id <> NEW.patient_id
     OR (s.charge_id, s.amount) IS DISTINCT FROM (NEW.charge_id, NEW.amount)
     OR (NEW.letter_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM insurance_guaranteeletter WHERE id = NEW.letter_id AND policy_id = NEW.policy_id)) THEN
    PERFORM billing_refuse('insurance_claim_line_fits', format('claim line %s does not fit its policy, charge, share or letter', NEW.id));
  END IF;
  IF NEW.reverses_id IS NOT NULL THEN
    SELECT * INTO o FROM insurance_claimline WHERE id = NEW.reverses_id;
    IF o.reverses_id IS NOT NULL OR (o.amount, o.charge_id, o.policy_id, o.letter_id, o.year_start)
       IS DISTINCT FROM (-NEW.amount, NEW.charge_id, NEW.policy_id, NEW.letter_id, NEW.year_start) THEN
      PERFORM billing_refuse('insurance_reversal_opposite', format('claim line %s is not the opposite of %s', NEW.id, o.id));
    END IF;
  END IF;
  PERFORM insurance_check_limits(NEW.policy_id, NEW.year_start, NEW.letter_id);
  RETURN NULL;
END $$;

CREATE FUNCTION insurance_policy_rule() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE year date;
BEGIN
  FOR year IN SELECT DISTINCT year_start FROM insurance_claimline WHERE policy_id = NEW.id LOOP
    PERFORM insurance_check_limits(NEW.id, year, NULL);
  END LOOP;
  RETURN NULL;
END $$;

CREATE FUNCTION insurance_letter_rule() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM insurance_check_limits(NEW.policy_id, NEW.letter_date, NEW.id);
  RETURN NULL;
END $$;

CREATE FUNCTION insurance_entry_rule() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE register uuid; c insurance_claim; fits boolean;
BEGIN
  IF TG_OP = 'DELETE' THEN register := OLD.claim_id; ELSE register := NEW.claim_id; END IF;
  SELECT * INTO c FROM insurance_claim WHERE id = register FOR NO KEY UPDATE;
  IF c.state <> 'draft' THEN
    PERFORM billing_refuse('insurance_sent_claim_frozen', format('register %s has been sent', c.id));
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  SELECT g.insurer_id = c.insurer_id AND p.currency = c.currency AND h.legal_entity_id = c.legal_entity_id INTO fits
    FROM insurance_claimline l JOIN insurance_policy p ON p.id = l.policy_id JOIN insurance_programme g ON g.id = p.programme_id
    JOIN billing_charge h ON h.id = l.charge_id WHERE l.id = NEW.line_id;
  IF fits IS NOT TRUE THEN
    PERFORM billing_refuse('insurance_entry_fits', format('line %s does not belong to register %s', NEW.line_id, c.id));
  END IF;
  RETURN NEW;
END $$;
"""

TRIGGERS = """
CREATE CONSTRAINT TRIGGER insurance_claim_line_rule AFTER INSERT ON insurance_claimline
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION insurance_claim_line_rule();
ALTER TABLE insurance_claimline ENABLE ALWAYS TRIGGER insurance_claim_line_rule;
CREATE CONSTRAINT TRIGGER insurance_policy_rule AFTER UPDATE ON insurance_policy
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION insurance_policy_rule();
ALTER TABLE insurance_policy ENABLE ALWAYS TRIGGER insurance_policy_rule;
CREATE CONSTRAINT TRIGGER insurance_letter_rule AFTER UPDATE ON insurance_guaranteeletter
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION insurance_letter_rule();
ALTER TABLE insurance_guaranteeletter ENABLE ALWAYS TRIGGER insurance_letter_rule;
CREATE TRIGGER insurance_entry_rule BEFORE INSERT OR UPDATE OR DELETE ON insurance_claimentry
  FOR EACH ROW EXECUTE FUNCTION insurance_entry_rule();
ALTER TABLE insurance_claimentry ENABLE ALWAYS TRIGGER insurance_entry_rule;
"""


class Migration(migrations.Migration):
    dependencies = [("insurance", "0001_initial"), ("billing", "0002_rules")]

    operations = [
        migrations.RunSQL(FUNCTIONS, reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL(TRIGGERS, reverse_sql=migrations.RunSQL.noop),
        AppendOnly("ClaimLine"),
        Freeze("Claim", when="OLD.state <> 'draft'", except_columns=("state", "paid_at", "paid_by_id")),
    ]
