-- The erasure reaches what was written of the patient before anybody knew whose it was: rows that an import held back. Run as the owner of the live tables.
CREATE OR REPLACE FUNCTION history.erase(patient uuid, request jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' SET lock_timeout = '3s' AS $$
DECLARE
  about oid[];
  part record;
  gone bigint;
  gone_rows jsonb := '{}';
  gone_versions bigint := 0;
  gone_bodies bigint;
  earlier bigint[];
  told jsonb;
BEGIN
  INSERT INTO history.erasing VALUES (pg_current_xact_id(), patient); -- refused unless the erasure is lawful
  SELECT array_agg(c.oid) INTO about FROM pg_class c JOIN pg_trigger t ON t.tgrelid = c.oid AND t.tgname = 'history_capture'
  WHERE c.oid = 'public.patients_patient'::regclass OR EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'patient_id' AND NOT a.attisdropped);

  -- Stock is counted by its movements: they stay, without the patient.
  UPDATE public.inventory_movement SET patient_id = NULL, performance_id = NULL WHERE patient_id = patient;
  -- Who stands for another patient is a part of that one's record, with its own retention and holds: the link goes, the name stays.
  UPDATE public.patients_relation r SET related_patient_id = NULL, name = left(concat_ws(' ', p.last_name, p.first_name, nullif(p.patronymic, '')), 300)
  FROM public.patients_patient p WHERE p.id = patient AND r.related_patient_id = patient AND r.patient_id <> patient;
  -- Rows of an import that somebody left out because they are this patient.
  UPDATE public.patients_heldrow SET decision = 'same', patient_id = patient
  WHERE decision = 'discarded' AND candidates @> jsonb_build_array(jsonb_build_object('patient', patient));
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
    -- Versions from before the row was known to be of the patient.
    EXECUTE format('DELETE FROM public.%I WHERE %I IS NULL AND id IN (
                      SELECT pk::uuid FROM history.event WHERE patient_id = $1 AND op = ''D'' AND tbl = %L)', part.typed, part.key, part.relname) USING patient;
    GET DIAGNOSTICS gone = ROW_COUNT;
    gone_versions := gone_versions + gone;
  END LOOP;
  SET CONSTRAINTS ALL IMMEDIATE;
  -- Sealed events lose body and salt; those of this very transaction only the body, for their commitment is still to be sealed.
  UPDATE history.event e SET body = NULL, salt = CASE WHEN EXISTS (SELECT FROM history.leaf l WHERE l.event_id = e.id) THEN NULL ELSE e.salt END
  WHERE e.patient_id = patient AND e.body IS NOT NULL;
  GET DIAGNOSTICS gone_bodies = ROW_COUNT;
  -- So do events of a row that was the patient's at its end and nobody's before; they are named, for their heads do not say whose they are.
  WITH gone AS (
    SELECT DISTINCT tbl, pk FROM history.event WHERE patient_id = patient AND op = 'D'
  ), emptied AS (
    UPDATE history.event e SET body = NULL, salt = CASE WHEN EXISTS (SELECT FROM history.leaf l WHERE l.event_id = e.id) THEN NULL ELSE e.salt END
    FROM gone WHERE e.tbl = gone.tbl AND e.pk = gone.pk AND e.patient_id IS NULL AND e.body IS NOT NULL RETURNING e.id
  ) SELECT array_agg(id ORDER BY id) INTO earlier FROM emptied;
  told := jsonb_build_object('rows', gone_rows, 'versions', gone_versions, 'events', gone_bodies + coalesce(cardinality(earlier), 0),
                             'earlier', coalesce(to_jsonb(earlier), '[]'), 'request', request);
  PERFORM history.append('E', 'patients_patient', patient::text, patient, NULL, told);
  DELETE FROM history.erasing WHERE xid = pg_current_xact_id();
  SET CONSTRAINTS ALL DEFERRED;
  RETURN told;
END $$;
