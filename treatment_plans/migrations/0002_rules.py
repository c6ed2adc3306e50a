from decimal import Decimal

from django.db import migrations

from clinic.history.operations import AppendOnly, Freeze

RULES = [
    """
-- An alternative's state moves forward only, and an accepted one has no line whose price is still free.
CREATE OR REPLACE FUNCTION treatment_plans_alternative_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state IN ('rejected', 'cancelled') OR (OLD.state = 'accepted' AND NEW.state <> 'cancelled') THEN
    RAISE EXCEPTION 'alternative % is % and cannot become %', OLD.id, OLD.state, NEW.state
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'treatment_plans_alternative_decided';
  END IF;
  IF NEW.state IN ('accepted', 'rejected')
     AND EXISTS (SELECT FROM treatment_plans_item i WHERE i.alternative_id = NEW.id AND i.frozen_at IS NULL) THEN
    RAISE EXCEPTION 'alternative % has lines that are not frozen', OLD.id
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'treatment_plans_alternative_unfrozen';
  END IF;
  RETURN NEW;
END $$
""",
    """
CREATE TRIGGER treatment_plans_alternative_moves BEFORE UPDATE OF state ON treatment_plans_alternative
  FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION treatment_plans_alternative_moves()
""",
    """
ALTER TABLE treatment_plans_alternative ENABLE ALWAYS TRIGGER treatment_plans_alternative_moves
""",
    """
-- A line under a decided alternative is frozen; it is agreed only by a document that lists it and that the patient's side signed
""",
    """
-- it is performed only under an accepted alternative.
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
""",
    """
CREATE TRIGGER treatment_plans_item_guard BEFORE INSERT OR UPDATE ON treatment_plans_item
  FOR EACH ROW EXECUTE FUNCTION treatment_plans_item_guard()
""",
    """
ALTER TABLE treatment_plans_item ENABLE ALWAYS TRIGGER treatment_plans_item_guard
""",
    """
-- Numbers of a series follow each other without a gap.
CREATE OR REPLACE FUNCTION treatment_plans_document_numbered() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  last integer;
BEGIN
  SELECT max(number) INTO last FROM treatment_plans_document
  WHERE legal_entity_id = NEW.legal_entity_id AND series = NEW.series AND year = NEW.year;
  IF NEW.number <> coalesce(last, 0) + 1 THEN
    RAISE EXCEPTION 'document number % does not follow %', NEW.number, coalesce(last, 0)
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'treatment_plans_document_gapless';
  END IF;
  RETURN NEW;
END $$
""",
    """
CREATE TRIGGER treatment_plans_document_numbered BEFORE INSERT ON treatment_plans_document
  FOR EACH ROW EXECUTE FUNCTION treatment_plans_document_numbered()
""",
    """
ALTER TABLE treatment_plans_document ENABLE ALWAYS TRIGGER treatment_plans_document_numbered
""",
    """
-- A signature names the hash of the very file it signs, and a replaced document is not signed any more.
CREATE OR REPLACE FUNCTION treatment_plans_signature_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM treatment_plans_document d JOIN files_storedfile f ON f.id = d.file_id
    WHERE d.id = NEW.document_id AND f.sha256 = NEW.document_sha256 AND d.patient_id = NEW.patient_id
  ) THEN
    RAISE EXCEPTION 'signature % does not fit document %', NEW.id, NEW.document_id
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'treatment_plans_signature_fits';
  END IF;
  IF EXISTS (SELECT FROM treatment_plans_document d WHERE d.replaces_id = NEW.document_id) THEN
    RAISE EXCEPTION 'document % is replaced', NEW.document_id
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'treatment_plans_signature_replaced';
  END IF;
  RETURN NEW;
END $$
""",
    """
CREATE TRIGGER treatment_plans_signature_fits BEFORE INSERT ON treatment_plans_signature
  FOR EACH ROW EXECUTE FUNCTION treatment_plans_signature_fits()
""",
    """
ALTER TABLE treatment_plans_signature ENABLE ALWAYS TRIGGER treatment_plans_signature_fits
""",
]
LIMITS = {"dentist": Decimal(10), "hygienist": Decimal(5), "manager": Decimal(100)}


def seed_discount_limits(apps, schema_editor):
    apps.get_model("treatment_plans", "DiscountLimit").objects.bulk_create(
        apps.get_model("treatment_plans", "DiscountLimit")(role=role, percent=percent) for role, percent in LIMITS.items()
    )


class Migration(migrations.Migration):
    dependencies = [("treatment_plans", "0001_initial")]

    operations = [
        Freeze(
            "Item",
            when="OLD.frozen_at IS NOT NULL",
            except_columns=(
                "phase_id",
                "visit_number",
                "position",
                "agreed_document_id",
                "performance_id",
                "cancelled_at",
                "cancelled_by_id",
                "cancel_reason",
            ),
        ),
        Freeze("Alternative", when="OLD.state IN ('accepted', 'rejected', 'cancelled')", except_columns=("state",)),
        AppendOnly("AlternativeStep"),
        AppendOnly("Document"),
        AppendOnly("DocumentItem"),
        AppendOnly("Signature"),
        migrations.RunSQL(RULES, migrations.RunSQL.noop),
        migrations.RunPython(seed_discount_limits, migrations.RunPython.noop),
    ]
