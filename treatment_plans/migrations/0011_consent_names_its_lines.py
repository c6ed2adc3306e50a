"""A line is done only with every consent that the clinic insists on, signed and naming that line; whoever writes."""

from django.db import migrations

RULE = """
CREATE FUNCTION treatment_plans_consents_of(category text, is_minor boolean) RETURNS text[] LANGUAGE sql IMMUTABLE AS $rule$
  SELECT array_remove(ARRAY[
    'consent_general',
    CASE category
      WHEN 'anaesthesia' THEN 'consent_anaesthesia'
      WHEN 'hygiene' THEN 'consent_hygiene'
      WHEN 'therapy' THEN 'consent_therapy'
      WHEN 'endodontics' THEN 'consent_endodontics'
      WHEN 'periodontics' THEN 'consent_surgery'
      WHEN 'surgery' THEN 'consent_surgery'
      WHEN 'implants' THEN 'consent_implants'
      WHEN 'prosthetics' THEN 'consent_prosthetics'
      WHEN 'orthodontics' THEN 'consent_orthodontics'
      WHEN 'paediatric' THEN 'consent_children'
    END,
    CASE WHEN is_minor THEN 'consent_children' END
  ], NULL)
$rule$;
CREATE FUNCTION treatment_plans_item_consented() RETURNS trigger LANGUAGE plpgsql AS $rule$
DECLARE lacking text;
BEGIN
  SELECT string_agg(r.kind, ', ' ORDER BY r.kind) INTO lacking
    FROM charting_performance f
    JOIN charting_procedure a ON a.id = NEW.procedure_id
    JOIN price_list_service s ON s.id = a.service_id
    JOIN patients_patient p ON p.id = NEW.patient_id
    JOIN treatment_plans_alternative v ON v.id = NEW.alternative_id
    JOIN treatment_plans_plan l ON l.id = v.plan_id
    JOIN staff_branch b ON b.id = l.branch_id
    JOIN treatment_plans_consentrule r ON r.strictness = 'block' AND r.kind = ANY (treatment_plans_consents_of(
      s.category, coalesce(p.birth_date > (f.performed_at AT TIME ZONE b.time_zone)::date - interval '18 years', false)
    ))
   WHERE f.id = NEW.performance_id AND NOT EXISTS (
     SELECT FROM treatment_plans_document d
       JOIN treatment_plans_signature g ON g.document_id = d.id AND g.role IN ('patient', 'representative')
      WHERE d.patient_id = NEW.patient_id AND d.kind = r.kind AND (
        EXISTS (SELECT FROM treatment_plans_documentitem n WHERE n.document_id = d.id AND n.item_id = NEW.id)
        OR (d.alternative_id IS NULL AND d.kind IN ('consent_general', 'consent_children'))
        OR (d.alternative_id = NEW.alternative_id AND d.kind = 'consent_general')
      )
   );
  IF lacking IS NOT NULL THEN
    RAISE EXCEPTION 'item % is done without a signed % that names it', NEW.id, lacking
      USING ERRCODE = 'check_violation', CONSTRAINT = 'treatment_plans_item_consented';
  END IF;
  RETURN NULL;
END $rule$;
CREATE CONSTRAINT TRIGGER treatment_plans_item_consented AFTER INSERT OR UPDATE OF performance_id ON treatment_plans_item
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.performance_id IS NOT NULL) EXECUTE FUNCTION treatment_plans_item_consented();
ALTER TABLE treatment_plans_item ENABLE ALWAYS TRIGGER treatment_plans_item_consented;
"""
UNDO = """
DROP TRIGGER treatment_plans_item_consented ON treatment_plans_item;
DROP FUNCTION treatment_plans_item_consented(), treatment_plans_consents_of(text, boolean);
"""


class Migration(migrations.Migration):
    dependencies = [("treatment_plans", "0010_alternative_moves"), ("charting", "0009_referee"), ("price_list", "0001_initial"), ("staff", "0001_initial")]

    operations = [migrations.RunSQL(RULE, UNDO)]
