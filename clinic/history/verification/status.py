"""How history stands, as people see it: the last checks, the sequencer, the witnesses, what has happened."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.history.sealing import epochs, keys
from clinic.history.sealing.epochs import Epoch
from clinic.history.verification.findings import WORDS, Finding
from clinic.history.verification.incidents import TITLES

STALE = timedelta(hours=36)
SLEEPING = timedelta(minutes=2)
SHOWN = 30
CHECK = "SELECT at, is_full, size, findings, seconds FROM history.verification"
NOW = """
WITH whole AS (SELECT max(id) AS id FROM history.verification WHERE is_full)
SELECT v.at, v.is_full, v.size, v.findings, v.seconds, s.alive_at,
  (SELECT at FROM history.checkpoint ORDER BY size LIMIT 1),
  (SELECT min(e.at) FROM history.event e WHERE e.id > s.low AND NOT EXISTS (SELECT FROM history.leaf l WHERE l.event_id = e.id))
FROM history.sequencer s LEFT JOIN history.verification v ON v.id = (
  SELECT max(u.id) FROM history.verification u, whole WHERE u.id = whole.id
     OR (u.id > coalesce(whole.id, 0) AND jsonb_path_exists(u.findings, '$[*] ? (@.is_warning == false)')))
"""
NEWEST = "SELECT size, root, note, at FROM history.checkpoint ORDER BY size DESC LIMIT 1"
BEFORE = "SELECT size, root, note, at FROM history.checkpoint WHERE at < %s ORDER BY at DESC LIMIT 1"
INCIDENTS = "SELECT at, kind, detail, size FROM history.incident WHERE at > clock_timestamp() - interval '90 days' ORDER BY id DESC LIMIT 50"
WITNESSES = """
WITH RECURSIVE names AS (
  SELECT min(witness) AS name FROM history.receipt
  UNION ALL SELECT (SELECT min(witness) FROM history.receipt WHERE witness > names.name) FROM names WHERE names.name IS NOT NULL)
SELECT name, kept.size, kept.at, failed.at, failed.error FROM names
LEFT JOIN LATERAL (SELECT id, size, at FROM history.receipt WHERE witness = name AND error IS NULL ORDER BY witness, id DESC LIMIT 1) kept ON true
LEFT JOIN LATERAL (
  SELECT at, error FROM history.receipt WHERE witness = name AND id > coalesce(kept.id, 0) ORDER BY witness, id LIMIT 1) failed ON true
WHERE name IS NOT NULL ORDER BY name
"""


@dataclass(frozen=True)
class Check:
    """A check of history that was made."""

    at: datetime
    is_full: bool
    size: int
    findings: tuple[Finding, ...]
    seconds: float

    @property
    def is_clean(self) -> bool:
        return all(finding.is_warning for finding in self.findings)

    def __str__(self) -> str:
        if self.is_clean and not self.findings:
            return _("History was whole")
        count = len(self.findings)
        if self.is_clean:
            return ngettext("History was whole, %(count)s warning", "History was whole, %(count)s warnings", count) % {"count": count}
        return ngettext("History was altered: %(count)s finding", "History was altered: %(count)s findings", count) % {"count": count}


@dataclass(frozen=True)
class Status:
    """The one line about history: the last check of all of it (or a later one that found something), and who seals."""

    check: Check | None
    is_stale: bool
    asleep_since: datetime | None

    @property
    def level(self) -> str:
        if self.is_stale or self.asleep_since or (self.check and not self.check.is_clean):
            return "danger"
        return "good" if self.check and not self.check.findings else "warning"

    def __str__(self) -> str:
        if self.check and not self.check.is_clean:
            return _("History was altered: the check of %(at)s found it. Change nothing and call the lawyer.") % {"at": _when(self.check.at)}
        if self.asleep_since:
            return _("Nothing has been sealed since %(at)s: the sequencer does not run.") % {"at": _when(self.asleep_since)}
        if self.is_stale and self.check:
            return _("History was last checked on %(at)s: the nightly check does not run.") % {"at": _when(self.check.at)}
        if self.check is None:
            return _("History has never been checked: the nightly check does not run.") if self.is_stale else _("History will be checked tonight.")
        return self._whole(self.check)

    def _whole(self, check: Check) -> str:
        known = {"at": _when(check.at), "size": check.size, "count": len(check.findings)}
        if not check.findings:
            return ngettext(
                "History is whole, checked on %(at)s, %(size)s event.", "History is whole, checked on %(at)s, %(size)s events.", check.size
            ) % {"at": known["at"], "size": known["size"]}
        return (
            ngettext(
                "History is whole, checked on %(at)s, yet not watched as it should be: %(count)s warning.",
                "History is whole, checked on %(at)s, yet not watched as it should be: %(count)s warnings.",
                len(check.findings),
            )
            % known
        )


@dataclass(frozen=True)
class Checkpoint:
    """A signed root."""

    size: int
    root: bytes
    note: str
    at: datetime


@dataclass(frozen=True)
class Incident:
    """Something that happened to the log."""

    at: datetime
    kind: str
    detail: str
    size: int | None

    @property
    def title(self) -> str:
        return str(TITLES.get(self.kind, self.kind))


@dataclass(frozen=True)
class Receipts:
    """What a witness has taken, and since when it takes nothing."""

    name: str
    size: int | None
    kept_at: datetime | None
    failing_since: datetime | None
    error: str | None


@dataclass(frozen=True)
class Key:
    """A statement about the log's keys."""

    kind: str
    vkey: str
    size: int

    @property
    def title(self) -> str:
        return {"create": _("New key"), "rotate": _("Key replaced"), "revoke": _("Key revoked: it was stolen")}[self.kind]


@dataclass(frozen=True)
class Life:
    """A life of the log after the first."""

    number: int
    at: datetime
    size: int
    reason: str

    @classmethod
    def of(cls, epoch: Epoch) -> "Life":
        return cls(epoch.number, epoch.at, epoch.size, epoch.line("reason"))


@dataclass(frozen=True)
class Overview:
    """Everything on the page."""

    checks: list[Check]
    incidents: list[Incident]
    witnesses: list[Receipts]
    checkpoint: Checkpoint | None
    keys: list[Key]
    lives: list[Life]


def status(at: datetime) -> Status:
    """One query; `at` is now."""
    (row,) = _rows(NOW)
    check = _check(row[:5]) if row[0] else None
    alive_at, first_at, waiting_since = row[5:]
    begun = check.at if check else first_at
    is_asleep = waiting_since is not None and waiting_since < at - SLEEPING and (alive_at is None or alive_at < at - SLEEPING)
    return Status(check, bool(begun and begun < at - STALE), max(waiting_since, alive_at or waiting_since) if is_asleep else None)


def overview() -> Overview:
    connection.ensure_connection()
    raw: Any = connection.connection
    newest = _rows(NEWEST)
    return Overview(
        checks=[_check(row) for row in _rows(f"{CHECK} ORDER BY id DESC LIMIT %s", SHOWN)],
        incidents=[Incident(*row) for row in _rows(INCIDENTS)],
        witnesses=witnesses(),
        checkpoint=_checkpoint(newest[0]) if newest else None,
        keys=[Key(entry.kind, entry.vkey, entry.size) for entry in keys.history(raw)],
        lives=[Life.of(epoch) for epoch in epochs.history(raw)],
    )


def witnesses() -> list[Receipts]:
    """Every witness that was ever asked to keep something."""
    return [Receipts(*row) for row in _rows(WITNESSES)]


def checkpoint_before(at: datetime) -> Checkpoint | None:
    """The newest checkpoint that was signed before an instant."""
    rows = _rows(BEFORE, at)
    return _checkpoint(rows[0]) if rows else None


def _check(row: Any) -> Check:
    at, is_full, size, findings, seconds = row
    known = tuple(Finding(entry["code"], entry["values"]) for entry in json.loads(findings) if entry["code"] in WORDS)
    return Check(at, is_full, size, known, seconds)


def _checkpoint(row: Any) -> Checkpoint:
    size, root, note, at = row
    return Checkpoint(size, bytes(root), note, at)


def _rows(statement: str, *parameters: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def _when(at: datetime) -> str:
    return str(date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT"))
