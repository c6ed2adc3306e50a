-- One round trip for what the application reports itself: the context comes with the event instead of in a transaction of its own.
CREATE FUNCTION history.note_as(op text, tbl text, pk text, patient uuid, body jsonb, actor text, actor_name text, actor_role text,
                                on_behalf_of text, purpose text, request text, addr text, version text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, history, pg_temp SET timezone = 'UTC' AS $$
BEGIN
  PERFORM set_config('app.actor', actor, true), set_config('app.actor_name', actor_name, true), set_config('app.actor_role', actor_role, true),
          set_config('app.on_behalf_of', on_behalf_of, true), set_config('app.purpose', purpose, true), set_config('app.request', request, true),
          set_config('app.addr', addr, true), set_config('app.version', version, true);
  RETURN history.note(op, tbl, pk, patient, body);
END $$;
REVOKE ALL ON FUNCTION history.note_as FROM PUBLIC;
GRANT EXECUTE ON FUNCTION history.note_as TO clinic_app, clinic_owner;
