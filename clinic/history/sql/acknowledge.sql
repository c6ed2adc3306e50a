-- Whoever looked into guards that a migration put on record says so, with a reason: an addendum to that event, in the ledger for ever. Run as history_owner.
CREATE FUNCTION history.acknowledge_guards(noted bigint, reason text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, history, pg_temp SET timezone = 'UTC' AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM history.event e WHERE e.id = noted AND e.tbl = 'history.guards' AND e.op = 'X') OR btrim(reason) = '' THEN
    RAISE EXCEPTION 'history: % is no record of guards, or the reason is missing', noted USING ERRCODE = 'invalid_parameter_value';
  END IF;
  RETURN history.append('A', 'history.guards', noted::text, NULL, NULL, jsonb_build_object('reason', reason));
END $$;
REVOKE ALL ON FUNCTION history.acknowledge_guards FROM PUBLIC;
GRANT EXECUTE ON FUNCTION history.acknowledge_guards TO clinic_app;
