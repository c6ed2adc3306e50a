-- Alarms that were told to people, and the indexes that the page about history reads by. Run as history_owner.
CREATE INDEX receipt_order ON history.receipt (witness, id);
CREATE INDEX checkpoint_at ON history.checkpoint (at);

-- True when the alarm was not told within a day; from now on it is, and stands among the incidents.
CREATE FUNCTION history.report_alarm(what text, about text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  told text := 'told: ' || about;
BEGIN
  IF EXISTS (SELECT FROM history.incident WHERE kind = what AND detail = told AND at > clock_timestamp() - interval '1 day') THEN
    RETURN false;
  END IF;
  INSERT INTO history.incident (kind, detail) VALUES (what, told);
  RETURN true;
END $$;
REVOKE ALL ON FUNCTION history.report_alarm FROM PUBLIC;
GRANT EXECUTE ON FUNCTION history.report_alarm TO clinic_app;
