"""Whether the guards stand: triggers enabled, functions as this program installs them, roles without powers they must not have."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from django.apps import apps

from clinic.history import capture
from clinic.history.models import Record
from clinic.history.verification.findings import Finding

SQL = Path(__file__).parent.parent / "sql"
PARTS = (
    "ledger",
    "look",
    "newest",
    "sealing",
    "schema",
    "alarms",
    "holds",
    "erase",
    "erase_owner",
    "retention",
    "retention_owner",
    "guards",
    "lanes",
    "acknowledge",
    "relations_owner",
    "held_rows",
    "held_rows_owner",
    "undecided_owner",
    "device",
    "database",
)
FUNCTION = re.compile(r"CREATE (?:OR REPLACE )?FUNCTION (history(?:_guard)?\.\w+)\(.*?AS \$\$(.*?)\$\$", re.DOTALL)
INSTALLED = """
SELECT n.nspname || '.' || p.proname, p.prosrc FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname IN ('history', 'history_guard')
"""
TRIGGERS = (
    "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgname LIKE 'history\\_%%' AND t.tgenabled = 'A'"
)
OWNED = """
SELECT n.nspname || '.' || c.relname, pg_get_userbyid(c.relowner) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND (n.nspname = 'history' OR (n.nspname = 'public' AND c.relname = ANY(%s)))
"""
LEDGER_TABLES = (
    "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'history' AND c.relkind IN ('r', 'p')"
)
CHANGING = {"pseq": (), "sequencer": (), "erasing": ("history_lawful", "history_no_truncate")}
"""Tables that are no ledgers, with the triggers that they have instead."""
WRITERS = {
    ("history_seq", table, "INSERT")
    for table in ("leaf", "tile", "checkpoint", "closing", "key", "epoch", "receipt", "incident", "verification", "pseq")
} | {("history_seq", "pseq", "UPDATE"), ("history_seq", "sequencer", "UPDATE")}
GRANTS = """
SELECT DISTINCT coalesce(pg_get_userbyid(nullif(a.grantee, 0)), 'PUBLIC'), c.relname, a.privilege_type
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attribute col ON col.attrelid = c.oid AND col.attacl IS NOT NULL,
  LATERAL (SELECT * FROM aclexplode(c.relacl) UNION ALL SELECT * FROM aclexplode(col.attacl)) a
WHERE c.relkind IN ('r', 'p') AND pg_get_userbyid(c.relowner) = 'history_owner' AND n.nspname IN ('history', 'public')
  AND a.grantee <> c.relowner AND a.privilege_type <> 'SELECT'
"""
MEMBERS = """
SELECT pg_get_userbyid(member) FROM pg_auth_members WHERE roleid = 'history_owner'::regrole AND pg_get_userbyid(member) <> 'clinic_owner'
"""
EVENT_TRIGGERS = "SELECT evtname FROM pg_event_trigger WHERE evtenabled = 'A'"
POWERS = """
SELECT rolname, concat_ws(', ', CASE WHEN rolsuper THEN 'superuser' END, CASE WHEN rolcreaterole THEN 'create role' END,
                          CASE WHEN rolbypassrls THEN 'bypass row security' END, CASE WHEN rolreplication THEN 'replication' END)
FROM pg_roles WHERE rolname IN ('clinic_app', 'clinic_owner', 'history_owner', 'history_seq', 'history_ro')
  AND (rolsuper OR rolcreaterole OR rolbypassrls OR rolreplication)
"""


RECORDED = """
SELECT e.id, e.at, e.actor_name, e.db_user, e.body::text, EXISTS (
  SELECT FROM history.event a WHERE a.tbl = 'history.guards' AND a.op = 'A' AND a.pk = e.id::text AND a.id > e.id AND a.db_user <> e.db_user)
FROM history.event e WHERE e.tbl = 'history.guards' AND e.op = 'X' ORDER BY e.id DESC
"""
STANDING = "SELECT guard, shape FROM history.guards()"
MOST_NAMES = 5


def check_guards(connection: "psycopg.Connection[Any]") -> Iterator[Finding]:
    """Everything that keeps history from being written otherwise than by its triggers."""
    yield from _check_records(connection)
    yield from _check_triggers(connection)
    yield from _check_functions(connection)
    standing = {row[0] for row in connection.execute(EVENT_TRIGGERS).fetchall()}
    for trigger in ("history_guard_ddl", "history_guard_drop"):
        if trigger not in standing:
            yield Finding("guard_off", {"trigger": trigger})
    yield from _check_rights(connection)


def _check_rights(connection: "psycopg.Connection[Any]") -> Iterator[Finding]:
    for role, powers in connection.execute(POWERS).fetchall():
        yield Finding("powers", {"role": role, "powers": powers})
    if connection.execute("SELECT history_guard.is_open()").fetchone() == (True,):
        yield Finding("open")
    for role, table, privilege in sorted(set(connection.execute(GRANTS).fetchall()) - WRITERS):
        yield Finding("grant_wrong", {"role": role, "table": table, "privilege": privilege})
    for (role,) in connection.execute(MEMBERS).fetchall():
        yield Finding("powers", {"role": role, "powers": "history_owner"})
    typed = [historical._meta.db_table for historical in (model.history.model for model in _records())]
    for table, owner in connection.execute(OWNED, [typed]).fetchall():
        if owner != "history_owner":
            yield Finding("owner_wrong", {"table": table})


def _check_records(connection: "psycopg.Connection[Any]") -> Iterator[Finding]:
    """What stands against what was written down by the last migration; and what each has changed, until a person has looked into it and said so."""
    standing, known = dict(connection.execute(STANDING).fetchall()), connection.execute(RECORDED).fetchall()
    for number, (_event, at, _who, _db_user, text, _is_acknowledged) in enumerate(known):
        body, when = json.loads(text or "null"), at.isoformat(timespec="seconds")
        if not isinstance(body, dict) or not isinstance(body.get("guards"), dict):
            yield Finding("unreadable", {"part": "guards", "error": f"what was written down on {when} is no record of them"})
        elif number == 0:
            yield from _differences(body["guards"], standing, when)
    yield from _unacknowledged(known)


def unacknowledged(connection: "psycopg.Connection[Any]") -> list[Finding]:
    """Changed guards that migrations have put on record and that no person has looked into; `event` is what an acknowledgement names."""
    return list(_unacknowledged(connection.execute(RECORDED).fetchall()))


def _unacknowledged(known: list[tuple[Any, ...]]) -> Iterator[Finding]:
    for event, at, who, db_user, text, is_acknowledged in known:
        body = json.loads(text or "null")
        changed = body.get("changed") if isinstance(body, dict) else None
        if isinstance(changed, list) and changed and not is_acknowledged:
            names = ", ".join(map(str, changed[:MOST_NAMES]))
            told = {"at": at.isoformat(timespec="seconds"), "who": f"{who} ({db_user})", "count": len(changed), "names": names}
            yield Finding("guards_noted", {"event": event, **told})


def _differences(recorded: dict[str, str], standing: dict[str, str], when: str) -> Iterator[Finding]:
    for name in sorted(recorded.keys() | standing.keys()):
        if recorded.get(name) != standing.get(name):
            code = "guard_missing" if name not in standing else "guard_new" if name not in recorded else "guard_altered"
            yield Finding(code, {"guard": name, "at": when})


def _check_triggers(connection: "psycopg.Connection[Any]") -> Iterator[Finding]:
    standing = set(connection.execute(TRIGGERS).fetchall())
    expected = set()
    for model in _records():
        table, typed = model._meta.db_table, model.history.model._meta.db_table
        names = ["history_capture", "history_version", "history_truncate", *([] if model.deletable else ["history_keep"])]
        expected |= {(table, name) for name in names} | {(typed, "history_append_only"), (typed, "history_no_truncate")}
    for (table,) in connection.execute(LEDGER_TABLES).fetchall():
        expected |= {(table, name) for name in CHANGING.get(table, ("history_append_only", "history_no_truncate"))}
        if table.partition("_")[0] == "event":
            expected.add((table, "history_held"))
    expected.add(("retention", "history_noted"))
    for table, trigger in sorted(expected - standing):
        yield Finding("trigger_off", {"table": table, "trigger": trigger})


def _check_functions(connection: "psycopg.Connection[Any]") -> Iterator[Finding]:
    installed = dict(connection.execute(INSTALLED).fetchall())
    for name, source in sorted(_expected_functions().items()):
        if capture.shape(installed.get(name, "")) != capture.shape(source):
            yield Finding("function_altered", {"function": name})


def _expected_functions() -> dict[str, str]:
    expected: dict[str, str] = {}
    for name in PARTS:
        expected |= dict(FUNCTION.findall((SQL / f"{name}.sql").read_text()))
    return expected | {f"history.capture_{model._meta.db_table}": capture.source(model) for model in _records()}


def _records() -> list[Any]:
    return [model for model in apps.get_models() if issubclass(model, Record)]
