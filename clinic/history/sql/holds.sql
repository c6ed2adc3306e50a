-- A legal hold: while one stands, nothing of the patient is destroyed, whoever asks and through whatever function. The holds themselves are
-- records of the legal desk, captured like every other; here they are only read.
CREATE FUNCTION history.held(patient uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN EXISTS (
    SELECT FROM public.legal_hold h
    WHERE h.patient_id = patient AND h.since <= clock_timestamp() AND (h.until IS NULL OR h.until > clock_timestamp())
      AND NOT EXISTS (SELECT FROM public.legal_holdlift l WHERE l.hold_id = h.id));
END $$;
REVOKE ALL ON FUNCTION history.held FROM PUBLIC;
GRANT EXECUTE ON FUNCTION history.held TO clinic_app, clinic_owner, history_ro;

CREATE FUNCTION history.refuse_held() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF OLD.patient_id IS NOT NULL AND history.held(OLD.patient_id) THEN
    RAISE EXCEPTION 'history: % of % is refused, patient % is under a legal hold', TG_OP, TG_TABLE_NAME, OLD.patient_id
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'legal_hold_stands';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION history.refuse_held FROM PUBLIC;
CREATE TRIGGER history_held BEFORE UPDATE OR DELETE ON history.event FOR EACH ROW EXECUTE FUNCTION history.refuse_held();
DO $$
DECLARE name text;
BEGIN
  FOR name IN SELECT c.relname FROM pg_class c WHERE c.oid = 'history.event'::regclass
              UNION ALL SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'history.event'::regclass LOOP
    EXECUTE format('ALTER TABLE history.%I ENABLE ALWAYS TRIGGER history_held', name);
  END LOOP;
END $$;
