"""Whether what decides about erasures is as it should be: the rules of retention, the gate, and every erasure that ever was."""

import json
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import psycopg

from clinic.history.retention import RETENTION, Retention
from clinic.history.verification.findings import Finding

COLUMNS = ", ".join(field.name for field in fields(Retention))
RULES = f"SELECT {COLUMNS} FROM history.retention"  # noqa: S608 - our own columns
OPEN_GATE = "SELECT DISTINCT patient_id::text FROM history.erasing"
UNLAWFUL = """
SELECT e.patient_id::text, e.at, max(last.at) FROM history.event e,
  LATERAL (SELECT history.last_entry(e.patient_id, k.kind) AS at, k.years FROM jsonb_to_recordset(%s) AS k(kind text, years integer)) last
WHERE e.op = 'E' AND last.at > e.at - make_interval(years => last.years) GROUP BY e.id, e.patient_id, e.at
"""


def check_erasures(connection: "psycopg.Connection[Any]") -> Iterator[Finding]:
    """The rules against those of the program; nobody left the gate open; nothing was erased that was younger than the shortest rule."""
    standing = {Retention(*row) for row in connection.execute(RULES).fetchall()}
    for rule in sorted(standing ^ set(RETENTION), key=str):
        code = "rule_missing" if rule in RETENTION else "rule_foreign"
        yield Finding(code, {"country": rule.country or "-", "kind": rule.kind, "day": rule.valid_from.isoformat(), "years": rule.years})
    for (patient,) in connection.execute(OPEN_GATE).fetchall():
        yield Finding("gate_open", {"patient": patient})
    for patient, at, last in connection.execute(UNLAWFUL, [_shortest()]).fetchall():
        yield Finding("erased_too_young", {"patient": patient, "at": at.isoformat(), "last": last.date().isoformat()})


def _shortest() -> str:
    """For each kind, the fewest years that any rule has ever wanted: whoever erased earlier broke all of them."""
    years = {kind: min(rule.years for rule in RETENTION if rule.kind == kind) for kind in {rule.kind for rule in RETENTION}}
    return json.dumps([{"kind": kind, "years": least} for kind, least in years.items()])
