-- What the clock of a device said of an entry that waited, or whose clock is wrong, before anybody put it right: an event of its own, before the entry, in the same
-- transaction (`xid`). The program tells it with the context; only the ledger writes it. Run as history_owner.
ALTER TABLE history.event DROP CONSTRAINT event_op_check;
ALTER TABLE history.event ADD CONSTRAINT event_op_check CHECK (op IN ('I', 'U', 'D', 'T', 'V', 'S', 'A', 'P', 'L', 'X', 'E', 'C', 'N')) NOT VALID;

CREATE OR REPLACE FUNCTION history.append(op text, tbl text, pk text, patient uuid, changed text[], body jsonb) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  who text := coalesce(nullif(current_setting('app.actor', true), ''), CASE WHEN op = 'X' THEN 'db:' || session_user END);
  device jsonb := nullif(current_setting('app.device', true), '');
  my_xid xid8 := pg_current_xact_id();
  event_id bigint;
BEGIN
  IF who IS NULL THEN
    RAISE EXCEPTION 'history: a write without a named actor is refused' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF patient IS NOT NULL AND pg_advisory_xact_lock_shared(1818850917, get_byte(uuid_send(patient), 15)) IS NULL THEN
    RAISE EXCEPTION 'history: the lane of % cannot be had', patient;
  END IF;
  IF device IS NOT NULL AND patient IS NOT NULL AND op IN ('I', 'U') THEN
    PERFORM set_config('app.device', '', true);
    PERFORM history.append('N', 'device clock', NULL, patient, NULL, device);
  END IF;
  INSERT INTO history.event (xid, op, tbl, pk, patient_id, actor, actor_name, actor_role, on_behalf_of, purpose, request, addr, app_version, changed, body)
  VALUES (my_xid, op, tbl, pk, patient, who,
          coalesce(nullif(current_setting('app.actor_name', true), ''), who),
          coalesce(current_setting('app.actor_role', true), ''),
          nullif(current_setting('app.on_behalf_of', true), ''),
          coalesce(nullif(current_setting('app.purpose', true), ''), 'unstated'),
          nullif(current_setting('app.request', true), '')::uuid,
          nullif(current_setting('app.addr', true), '')::inet,
          nullif(current_setting('app.version', true), ''), changed, body)
  RETURNING id INTO event_id;
  RETURN event_id;
END $$;
