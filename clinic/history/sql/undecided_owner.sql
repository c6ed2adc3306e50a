-- A row held back by an import that may be the patient is decided about before the record goes. Run as the owner of the live tables.
CREATE OR REPLACE FUNCTION history.refuse_unlawful(patient uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  person record;
  rule record;
  last date;
BEGIN
  IF history.held(patient) THEN
    RAISE EXCEPTION 'history: patient % is under a legal hold', patient USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'legal_hold_stands';
  END IF;
  SELECT p.birth_date, l.country INTO person FROM patients_patient p
  JOIN staff_branch b ON b.id = p.branch_id JOIN staff_legalentity l ON l.id = b.legal_entity_id WHERE p.id = patient FOR UPDATE OF p;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'history: there is no patient %', patient USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'history_erase_nobody';
  END IF;
  IF EXISTS (SELECT FROM history.event e WHERE e.patient_id = patient AND NOT EXISTS (SELECT FROM history.leaf l WHERE l.event_id = e.id)) THEN
    RAISE EXCEPTION 'history: not all events of % are sealed', patient USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'history_erase_unsealed';
  END IF;
  FOR rule IN
    SELECT DISTINCT ON (r.kind) r.kind, r.years, r.minor_until_age FROM history.retention r
    WHERE r.valid_from <= current_date AND r.country IN (person.country, '') ORDER BY r.kind, (r.country = person.country) DESC, r.valid_from DESC
  LOOP
    last := history.last_entry(patient, rule.kind);
    IF last + make_interval(years => rule.years) >= current_date OR (
         last < person.birth_date + interval '18 years' AND person.birth_date + make_interval(years => rule.minor_until_age) >= current_date) THEN
      RAISE EXCEPTION 'history: % entries of % are younger than the law lets them be erased', rule.kind, patient
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'history_erase_too_young';
    END IF;
  END LOOP;
  IF EXISTS (SELECT FROM billing_payment WHERE payer_id = patient AND patient_id <> patient)
     OR EXISTS (SELECT FROM billing_invoice WHERE payer_id = patient AND patient_id <> patient) THEN
    RAISE EXCEPTION 'history: patient % pays for others', patient USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'history_erase_payer';
  END IF;
  IF EXISTS (SELECT FROM patients_heldrow WHERE decision = 'open' AND candidates @> jsonb_build_array(jsonb_build_object('patient', patient))) THEN
    RAISE EXCEPTION 'history: rows of imports that may be patient % wait for a decision', patient
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'history_erase_undecided';
  END IF;
END $$;
