"""Whether the rules that the apps' migrations put into the database still stand: frozen and append-only rows, one patient, legal moves, sums."""

import re
from collections.abc import Iterator
from typing import Any

import psycopg
from django.apps import apps
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunSQL

from clinic.history.models import Record
from clinic.history.verification.findings import Finding

MADE = re.compile(r'CREATE (?:CONSTRAINT )?TRIGGER "?(\w+)"?\s[^;]*?\sON (?:public\.)?"?(\w+)"?\s[^;]*?EXECUTE (?:FUNCTION|PROCEDURE) "?(\w+)"?\(')
GONE = re.compile(r'DROP TRIGGER (?:IF EXISTS )?"?(\w+)"? ON (?:public\.)?"?(\w+)"?')
FUNCTION = re.compile(r"CREATE (?:OR REPLACE )?FUNCTION (?:public\.)?(\w+)\(\)\s+RETURNS trigger.*?AS \$(\w*)\$(.*?)\$\2\$", re.DOTALL)
STANDING = """
SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal AND t.tgenabled IN ('A', 'O')
"""
SOURCES = "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prorettype = 'trigger'::regtype"
Rules = dict[tuple[str, str], str]


def check_rules(connection: "psycopg.Connection[Any]") -> Iterator[Finding]:
    """Triggers and their functions, as the migrations leave them one after another."""
    rules, functions = expected()
    standing = set(connection.execute(STANDING).fetchall())
    for table, trigger in sorted(rules.keys() - standing):
        yield Finding("rule_off", {"table": table, "trigger": trigger})
    sources = dict(connection.execute(SOURCES).fetchall())
    for name in sorted({*rules.values()} & functions.keys()):
        if sources.get(name, "").split() != functions[name].split():
            yield Finding("rule_altered", {"function": name})


def expected() -> tuple[Rules, dict[str, str]]:
    """The function of each (table, trigger), and the text of each function."""
    rules: Rules = {}
    functions: dict[str, str] = {}
    loader = MigrationLoader(None)
    plan = dict.fromkeys(node for leaf in sorted(loader.graph.leaf_nodes()) for node in loader.graph.forwards_plan(leaf))
    tables = {model._meta.db_table for model in apps.get_models() if issubclass(model, Record)}
    for app_label, name in plan:
        for operation in loader.graph.nodes[app_label, name].operations:
            if isinstance(operation, RunSQL):
                _read(_text(operation.sql), rules, functions)
            elif hasattr(operation, "rule_of"):
                table = apps.get_model(app_label, operation.name)._meta.db_table
                trigger, function, source = operation.rule_of(table)
                rules[table, trigger], functions[function] = function, source
    return {(table, trigger): function for (table, trigger), function in rules.items() if table in tables}, functions


def _read(sql: str, rules: Rules, functions: dict[str, str]) -> None:
    for found in sorted([*MADE.finditer(sql), *GONE.finditer(sql)], key=lambda match: match.start()):
        if found.re is MADE:
            rules[found[2], found[1]] = found[3]
        else:
            rules.pop((found[2], found[1]), None)
    functions |= {name: source for name, _tag, source in FUNCTION.findall(sql)}


def _text(sql: Any) -> str:
    return sql if isinstance(sql, str) else "\n".join(part if isinstance(part, str) else part[0] for part in sql)
