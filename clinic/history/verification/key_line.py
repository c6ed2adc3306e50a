"""Whether the history of keys is one line: each statement signed by the key before it, entered as it says, and declared in the ledger."""

from collections.abc import Iterator
from typing import Any

import psycopg

from clinic.history.sealing import keys, log, notes
from clinic.history.sealing.keys import KeyEntry
from clinic.history.verification.findings import Finding

DECLARED = "SELECT id, body ->> 'statement' FROM history.event WHERE op = 'C' AND tbl = 'history.key' ORDER BY id"


def check_keys(connection: "psycopg.Connection[Any]") -> Iterator[Finding]:
    """A key that no earlier one has signed for is told in every check: the paper must say so too."""
    now: str | None = None
    name = log.name(connection)
    declared = [statement for _, statement in connection.execute(DECLARED).fetchall()]
    entries = keys.history(connection)
    for number, entry in enumerate(entries, 1):
        if entry.id != number or declared[number - 1 : number] != [entry.statement] or not _is_signed(entry, now) or not _says(entry, name, now):
            yield Finding("key_wrong", {"number": entry.id})
        if entry.kind == "create" and now is not None:
            yield Finding("key_anew", {"number": entry.id, "key": _short(entry.vkey), "before": _short(now)})
        now = now if entry.kind == "revoke" else entry.vkey
    for number in range(len(entries) + 1, len(declared) + 1):
        yield Finding("key_wrong", {"number": number})
    if now is None:
        yield Finding("key_missing")


def _is_signed(entry: KeyEntry, now: str | None) -> bool:
    """By the key before; a new key signs for itself as well."""
    signers = {"create": [entry.vkey], "rotate": [now or entry.vkey, entry.vkey], "revoke": [now or ""]}.get(entry.kind, [""])
    try:
        notes.open_note(entry.statement, signers)
    except notes.BadNote:
        return False
    return True


def _says(entry: KeyEntry, name: str, now: str | None) -> bool:
    """The row beside the statement is what the statement says."""
    about = {
        "create": [f"new {entry.vkey}"],
        "rotate": [f"old {now}", f"new {entry.vkey}"],
        "revoke": [f"revoked {entry.vkey}", f"above {entry.size}"],
    }
    size = [] if entry.kind == "revoke" else [f"size {entry.size}"]
    expected = [f"{name} key", entry.kind, *about.get(entry.kind, []), *size]
    lines = entry.statement.splitlines()
    return lines[: len(expected)] == expected


def _short(vkey: str) -> str:
    return vkey.split("+")[1] if vkey.count("+") > 1 else vkey
