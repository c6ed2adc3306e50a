from django.db import migrations

ITEM_GUARD = """
-- As before, and a consent agrees no line: only a contract, annex or addendum does.
CREATE OR REPLACE FUNCTION treatment_plans_item_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  decided text;
BEGIN
  SELECT state INTO decided FROM treatment_plans_alternative WHERE id = NEW.alternative_id FOR SHARE;
  IF decided IN ('accepted', 'rejected', 'cancelled') AND NEW.frozen_at IS NULL THEN
    RAISE EXCEPTION 'alternative % is %, its lines are frozen', NEW.alternative_id, decided
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'treatment_plans_item_unfrozen';
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.cancelled_at IS NOT NULL AND NEW.cancelled_at IS DISTINCT FROM OLD.cancelled_at THEN
    RAISE EXCEPTION 'item % is cancelled', OLD.id
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'treatment_plans_item_cancelled';
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.agreed_document_id IS NOT NULL AND NEW.agreed_document_id IS DISTINCT FROM OLD.agreed_document_id THEN
    RAISE EXCEPTION 'item % is agreed already', OLD.id
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'treatment_plans_item_agreed_once';
  END IF;
  IF NEW.agreed_document_id IS NOT NULL AND (TG_OP = 'INSERT' OR OLD.agreed_document_id IS NULL) AND NOT EXISTS (
    SELECT FROM treatment_plans_documentitem l JOIN treatment_plans_signature s ON s.document_id = l.document_id
      JOIN treatment_plans_document d ON d.id = l.document_id AND d.kind IN ('contract', 'annex', 'addendum')
    WHERE l.document_id = NEW.agreed_document_id AND l.item_id = NEW.id AND s.role IN ('patient', 'representative')
  ) THEN
    RAISE EXCEPTION 'document % does not agree item %', NEW.agreed_document_id, NEW.id
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'treatment_plans_item_agreement_signed';
  END IF;
  IF NEW.performance_id IS NOT NULL AND (TG_OP = 'INSERT' OR NEW.performance_id IS DISTINCT FROM OLD.performance_id) AND decided <> 'accepted' THEN
    RAISE EXCEPTION 'alternative % is %, nothing of it can be performed', NEW.alternative_id, decided
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'treatment_plans_item_accepted';
  END IF;
  RETURN NEW;
END $$

"""


class Migration(migrations.Migration):
    dependencies = [("treatment_plans", "0002_rules")]

    operations = [migrations.RunSQL([ITEM_GUARD], migrations.RunSQL.noop)]
