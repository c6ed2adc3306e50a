-- Events of a patient pass through one of 256 lanes (the last byte of the patient's key): whoever writes shares the lane until the end of the transaction,
-- an erasure takes it for itself. An event of this patient is so either seen by the erasure or stands after it, and nobody else's events wait. Run as history_owner.
CREATE OR REPLACE FUNCTION history.append(op text, tbl text, pk text, patient uuid, changed text[], body jsonb) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  who text := coalesce(nullif(current_setting('app.actor', true), ''), CASE WHEN op = 'X' THEN 'db:' || session_user END);
  my_xid xid8 := pg_current_xact_id();
  event_id bigint;
BEGIN
  IF who IS NULL THEN
    RAISE EXCEPTION 'history: a write without a named actor is refused' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF patient IS NOT NULL AND pg_advisory_xact_lock_shared(1818850917, get_byte(uuid_send(patient), 15)) IS NULL THEN
    RAISE EXCEPTION 'history: the lane of % cannot be had', patient;
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

CREATE OR REPLACE FUNCTION history.guard_erasing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' AND NEW.xid = pg_current_xact_id() THEN
    PERFORM pg_advisory_xact_lock(1818850917, get_byte(uuid_send(NEW.patient_id), 15));
    PERFORM history.refuse_unlawful(NEW.patient_id);
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE' AND EXISTS (
       SELECT FROM history.event e WHERE e.patient_id = OLD.patient_id AND e.op = 'E' AND e.xid = OLD.xid AND OLD.xid = pg_current_xact_id()) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'history: % of % is refused, only a lawful erasure opens it', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
