-- What history stands on, as the database has it: triggers, functions, owners, grants, defaults, rules, policies, powers of roles. Run as history_owner.
-- Written down after every migration as an X event; each check of history compares. The shapes are stable over a dump and a restore.
CREATE FUNCTION history.grants(acl aclitem[], owner oid) RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT string_agg(DISTINCT format('%s:%s', CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(g.grantee) END, g.privilege_type), ' '
                    ORDER BY format('%s:%s', CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(g.grantee) END, g.privilege_type))
  FROM aclexplode(acl) g WHERE g.grantee <> owner AND g.privilege_type <> 'MAINTAIN'
$$;

CREATE FUNCTION history.guards() RETURNS TABLE (guard text, shape text) LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  WITH own AS (
    SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
  ), relation AS (
    SELECT c.*, pg_get_userbyid(c.relowner) = 'history_owner' AS is_kept FROM pg_class c
    WHERE c.relnamespace IN (SELECT oid FROM own) AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND c.relpersistence <> 't'
  ), found (guard, shape) AS (
    SELECT format('trigger %s of %s', t.tgname, t.tgrelid::regclass), concat_ws(' ', t.tgenabled, pg_get_triggerdef(t.oid))
    FROM pg_trigger t JOIN relation r ON r.oid = t.tgrelid WHERE NOT t.tgisinternal
    UNION ALL
    SELECT format('function %s', p.oid::regprocedure),
           concat_ws(' ', p.prosrc, p.prosecdef, p.proconfig::text, l.lanname, pg_get_userbyid(p.proowner),
                     history.grants(coalesce(p.proacl, acldefault('f', p.proowner)), p.proowner))
    FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
    WHERE p.pronamespace IN (SELECT oid FROM own) AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    UNION ALL
    SELECT format('table %s', r.oid::regclass),
           concat_ws(' ', r.relkind, r.relpersistence, pg_get_userbyid(r.relowner), r.relrowsecurity, r.relforcerowsecurity,
                     history.grants(coalesce(r.relacl, acldefault(CASE r.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", r.relowner)), r.relowner),
                     pg_get_expr(r.relpartbound, r.oid),
                     (SELECT string_agg(i.inhparent::regclass::text, ' ' ORDER BY i.inhparent::regclass::text) FROM pg_inherits i WHERE i.inhrelid = r.oid))
    FROM relation r
    UNION ALL
    SELECT format('grants on column %s of %s', a.attname, r.oid::regclass), history.grants(a.attacl, r.relowner)
    FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attacl IS NOT NULL AND NOT a.attisdropped
    UNION ALL
    SELECT format('default of %s of %s', a.attname, r.oid::regclass), pg_get_expr(d.adbin, d.adrelid)
    FROM relation r JOIN pg_attrdef d ON d.adrelid = r.oid JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = d.adnum WHERE r.is_kept
    UNION ALL
    SELECT format('constraint %s of %s', k.conname, r.oid::regclass), pg_get_constraintdef(k.oid)
    FROM relation r JOIN pg_constraint k ON k.conrelid = r.oid WHERE r.is_kept AND k.contype IN ('c', 'p', 'u', 'f')
    UNION ALL
    SELECT format('rule %s of %s', w.rulename, r.oid::regclass), concat_ws(' ', w.ev_enabled, pg_get_ruledef(w.oid))
    FROM pg_rewrite w JOIN relation r ON r.oid = w.ev_class WHERE w.rulename <> '_RETURN'
    UNION ALL
    SELECT format('policy %s of %s', p.polname, r.oid::regclass),
           concat_ws(' ', p.polcmd, p.polpermissive, pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
    FROM pg_policy p JOIN relation r ON r.oid = p.polrelid
    UNION ALL
    SELECT format('event trigger %s', e.evtname), concat_ws(' ', e.evtenabled, e.evtevent, e.evtfoid::regprocedure, e.evttags::text)
    FROM pg_event_trigger e
    UNION ALL
    SELECT format('superuser %s', rolname), 'superuser' FROM pg_roles WHERE rolsuper AND oid <> 10
    UNION ALL
    SELECT format('role %s in role %s', m.rolname, g.rolname), 'member'
    FROM pg_auth_members a JOIN pg_roles m ON m.oid = a.member JOIN pg_roles g ON g.oid = a.roleid
    WHERE m.rolname !~ '^pg_' AND (g.rolsuper OR g.rolname IN ('history_owner', 'history_seq', 'clinic_owner', 'clinic_app', 'pg_write_all_data',
                                               'pg_execute_server_program', 'pg_write_server_files', 'pg_database_owner'))
    GROUP BY 1
    UNION ALL
    SELECT format('setting %s of role %s in database %s', split_part(o.option, '=', 1), coalesce(pg_get_userbyid(nullif(s.setrole, 0)), 'all'),
                  CASE s.setdatabase WHEN 0 THEN 'all' ELSE 'this' END), o.option
    FROM pg_db_role_setting s CROSS JOIN unnest(s.setconfig) o(option)
    WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
      AND o.option ~* '^(session_replication_role|event_triggers|search_path|row_security|history\.|app\.|session_preload_libraries|local_preload_libraries)'
    UNION ALL
    SELECT format('default privileges of %s in %s for %s', pg_get_userbyid(d.defaclrole), coalesce(n.nspname, 'all schemas'), d.defaclobjtype),
           history.grants(d.defaclacl, d.defaclrole)
    FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
  )
  SELECT f.guard, left(md5(string_agg(coalesce(f.shape, ''), ' ' ORDER BY f.shape)), 12) FROM found f GROUP BY f.guard
$$;

-- Called after every migration, by the owner: what differs from the last time becomes an event, for everybody to see.
CREATE FUNCTION history.note_guards() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, history, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  now_standing jsonb;
  known jsonb;
  changed jsonb;
BEGIN
  SELECT jsonb_object_agg(g.guard, g.shape) INTO now_standing FROM history.guards() g;
  SELECT e.body -> 'guards' INTO known FROM history.event e WHERE e.tbl = 'history.guards' AND e.op = 'X' ORDER BY e.id DESC LIMIT 1;
  SELECT jsonb_agg(coalesce(n.key, k.key) ORDER BY coalesce(n.key, k.key)) INTO changed
  FROM jsonb_each(now_standing) n FULL JOIN jsonb_each(known) k USING (key) WHERE n.value IS DISTINCT FROM k.value;
  IF changed IS NULL THEN RETURN 0; END IF;
  PERFORM history.append('X', 'history.guards', NULL, NULL, NULL,
                         jsonb_build_object('guards', now_standing, 'changed', CASE WHEN known IS NULL THEN '[]'::jsonb ELSE changed END));
  RETURN jsonb_array_length(changed);
END $$;
REVOKE ALL ON FUNCTION history.grants, history.guards, history.note_guards FROM PUBLIC;
GRANT EXECUTE ON FUNCTION history.grants, history.guards TO clinic_app, clinic_owner, history_ro;
GRANT EXECUTE ON FUNCTION history.note_guards TO clinic_owner;

-- What is said in the name of the log itself (closings, keys, guards) is not for the application to note.
CREATE OR REPLACE FUNCTION history.note(op text, tbl text, pk text, patient uuid, body jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, history, pg_temp SET timezone = 'UTC' AS $$
BEGIN
  IF op NOT IN ('V', 'S', 'A', 'P', 'L') OR tbl LIKE 'history.%' THEN
    RAISE EXCEPTION 'history: events of kind % about % are not written by the application', op, tbl USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN history.append(op, tbl, pk, patient, NULL, body);
END $$;
