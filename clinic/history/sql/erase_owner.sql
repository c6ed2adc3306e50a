-- The erasure itself, run as the owner of the live tables, who is also a member of history_owner.
CREATE FUNCTION history.erase(patient uuid, request jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  about oid[];
  part record;
  gone bigint;
  gone_rows jsonb := '{}';
  gone_versions bigint := 0;
  gone_bodies bigint;
  told jsonb;
BEGIN
  IF history.held(patient) THEN
    RAISE EXCEPTION 'history: patient % is under a legal hold', patient USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'legal_hold_stands';
  END IF;
  IF NOT EXISTS (SELECT FROM public.patients_patient WHERE id = patient FOR UPDATE) THEN
    RAISE EXCEPTION 'history: there is no patient %', patient USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'history_erase_nobody';
  END IF;
  IF EXISTS (SELECT FROM history.event e WHERE e.patient_id = patient AND NOT EXISTS (SELECT FROM history.leaf l WHERE l.event_id = e.id)) THEN
    RAISE EXCEPTION 'history: not all events of % are sealed', patient USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'history_erase_unsealed';
  END IF;
  IF EXISTS (SELECT FROM history.event e, history.retention r WHERE e.patient_id = patient AND e.op IN ('I', 'U') AND e.tbl LIKE 'charting\_%'
             AND e.at > clock_timestamp() - make_interval(years => r.years)) THEN
    RAISE EXCEPTION 'history: clinical entries of % are younger than the floor of retention', patient
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'history_erase_too_young';
  END IF;
  SELECT array_agg(c.oid) INTO about FROM pg_class c JOIN pg_trigger t ON t.tgrelid = c.oid AND t.tgname = 'history_capture'
  WHERE c.oid = 'public.patients_patient'::regclass OR EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'patient_id' AND NOT a.attisdropped);

  INSERT INTO history.erasing VALUES (pg_current_xact_id(), patient);
  -- Stock is counted by its movements: they stay, without the patient.
  UPDATE public.inventory_movement SET patient_id = NULL, performance_id = NULL WHERE patient_id = patient;
  DELETE FROM public.patients_relation WHERE related_patient_id = patient AND patient_id <> patient;
  -- What hangs on the patient's rows without being a record about the patient.
  FOR part IN
    SELECT f.conrelid::regclass AS child, a.attname AS link, f.confrelid::regclass AS parent,
           CASE f.confrelid WHEN 'public.patients_patient'::regclass THEN 'id' ELSE 'patient_id' END AS key
    FROM pg_constraint f JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = f.conkey[1]
    WHERE f.contype = 'f' AND f.confrelid = ANY (about) AND NOT f.conrelid = ANY (about)
  LOOP
    EXECUTE format('DELETE FROM %s WHERE %I IN (SELECT id FROM %s WHERE %I = $1)', part.child, part.link, part.parent, part.key) USING patient;
  END LOOP;
  FOR part IN
    SELECT c.relname, CASE c.relname WHEN 'patients_patient' THEN 'id' ELSE 'patient_id' END AS key,
           regexp_replace(c.relname, '_([^_]+)$', '_historical\1') AS typed
    FROM pg_class c WHERE c.oid = ANY (about) ORDER BY c.relname = 'patients_patient', c.relname
  LOOP
    EXECUTE format('DELETE FROM public.%I WHERE %I = $1', part.relname, part.key) USING patient;
    GET DIAGNOSTICS gone = ROW_COUNT;
    IF gone > 0 THEN gone_rows := gone_rows || jsonb_build_object(part.relname, gone); END IF;
    EXECUTE format('DELETE FROM public.%I WHERE %I = $1', part.typed, part.key) USING patient;
    GET DIAGNOSTICS gone = ROW_COUNT;
    gone_versions := gone_versions + gone;
  END LOOP;
  SET CONSTRAINTS ALL IMMEDIATE;
  -- Sealed events lose body and salt; those of this very transaction only the body, for their commitment is still to be sealed.
  UPDATE history.event e SET body = NULL, salt = CASE WHEN EXISTS (SELECT FROM history.leaf l WHERE l.event_id = e.id) THEN NULL ELSE e.salt END
  WHERE e.patient_id = patient AND e.body IS NOT NULL;
  GET DIAGNOSTICS gone_bodies = ROW_COUNT;
  told := jsonb_build_object('rows', gone_rows, 'versions', gone_versions, 'events', gone_bodies, 'request', request);
  PERFORM history.append('E', 'patients_patient', patient::text, patient, NULL, told);
  DELETE FROM history.erasing WHERE xid = pg_current_xact_id();
  SET CONSTRAINTS ALL DEFERRED;
  RETURN told;
END $$;
REVOKE ALL ON FUNCTION history.erase FROM PUBLIC;
GRANT EXECUTE ON FUNCTION history.erase TO clinic_app;

-- Rules of single tables (frozen, append-only) give way to it as well; those made from now on say so themselves.
DO $$
DECLARE rule record;
BEGIN
  FOR rule IN
    SELECT DISTINCT p.proname, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE t.tgname LIKE 'history\_%' AND p.pronamespace = 'public'::regnamespace AND p.prosrc NOT LIKE '%erasing_of%' LOOP
    EXECUTE format('CREATE OR REPLACE FUNCTION public.%I() RETURNS trigger LANGUAGE plpgsql AS %L', rule.proname, regexp_replace(rule.prosrc, 'RAISE EXCEPTION',
      'IF history.erasing_of() IS NOT NULL THEN IF TG_OP = ''DELETE'' THEN RETURN OLD; END IF; RETURN NEW; END IF; RAISE EXCEPTION'));
  END LOOP;
END $$;
