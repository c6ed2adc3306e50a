from django.db import migrations

BLOCKING = ("anaesthesia", "endodontics", "surgery", "implants", "prosthetics", "orthodontics", "children")
WARNING = ("general", "therapy", "hygiene")

CHARGE_RULE = [
    """
-- What stands in a plan is charged only when a contract, annex or addendum lists it and the patient's side has signed that:
-- a changed plan needs a signed addendum before the new line can be charged. Asked at the end of the transaction, whoever posts the charge.
CREATE OR REPLACE FUNCTION treatment_plans_charge_agreed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  act uuid;
BEGIN
  SELECT procedure_id INTO act FROM charting_performance WHERE id = NEW.performance_id;
  IF EXISTS (SELECT FROM treatment_plans_item i WHERE i.procedure_id = act AND i.cancelled_at IS NULL)
     AND NOT EXISTS (
       SELECT FROM treatment_plans_item i
         JOIN treatment_plans_documentitem l ON l.item_id = i.id AND l.document_id = i.agreed_document_id
         JOIN treatment_plans_document d ON d.id = l.document_id AND d.kind IN ('contract', 'annex', 'addendum')
         JOIN treatment_plans_signature s ON s.document_id = d.id AND s.role IN ('patient', 'representative')
       WHERE i.procedure_id = act AND i.cancelled_at IS NULL
     ) THEN
    RAISE EXCEPTION 'charge % is of a planned act that no signed contract or addendum covers', NEW.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'treatment_plans_charge_agreed';
  END IF;
  RETURN NULL;
END $$
""",
    """
CREATE CONSTRAINT TRIGGER treatment_plans_charge_agreed AFTER INSERT ON billing_charge
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.reverses_id IS NULL) EXECUTE FUNCTION treatment_plans_charge_agreed()
""",
    """
ALTER TABLE billing_charge ENABLE ALWAYS TRIGGER treatment_plans_charge_agreed
""",
]


def seed_consent_rules(apps, schema_editor):
    rule = apps.get_model("treatment_plans", "ConsentRule")
    kinds = {**dict.fromkeys(BLOCKING, "block"), **dict.fromkeys(WARNING, "warn")}
    rule.objects.bulk_create(rule(kind=f"consent_{kind}", strictness=strictness) for kind, strictness in kinds.items())


class Migration(migrations.Migration):
    dependencies = [("treatment_plans", "0004_consent_rules"), ("billing", "0002_rules")]

    operations = [
        migrations.RunPython(seed_consent_rules, migrations.RunPython.noop),
        migrations.RunSQL(CHARGE_RULE, migrations.RunSQL.noop),
    ]
