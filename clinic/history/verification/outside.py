"""What witnesses hold, against the log: their notes become roots that the reading of the log must come to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg

from clinic.history.sealing import epochs, keys, log, notes
from clinic.history.sealing.witnesses import Witness, WitnessFailure
from clinic.history.sealing.witnesses.authority import Authority, BadStamp
from clinic.history.verification.findings import Finding
from clinic.history.verification.seals import Expected

STAMPS = """
SELECT r.witness, r.size, r.receipt, c.note FROM history.receipt r JOIN history.checkpoint c USING (size)
WHERE starts_with(r.witness, 'tsa+') AND r.error IS NULL AND r.size > %s ORDER BY r.size
"""
DECLARED = "SELECT FROM history.event WHERE op = 'C' AND tbl = 'history.epoch' AND body ->> 'statement' = %s"


@dataclass
class Heard:
    """What witnesses have said: their checkpoints of this log, and what is wrong with the rest."""

    seen: list[tuple[str, notes.Checkpoint]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def ask(connection: "psycopg.Connection[Any]", witnesses: Sequence[Witness], *, every_note: bool) -> Heard:
    """The newest note of each witness, or every note. Asked before the log is read: what they hold by then, the log must hold."""
    heard = Heard(findings=[] if witnesses else [Finding("witness_none")])
    entries, name = keys.history(connection), log.name(connection)
    for witness in witnesses:
        try:
            for note in _notes(witness, name, every_note=every_note):
                seen = keys.opened(entries, note)
                if seen is None or seen.origin.rpartition("/")[0] != name:
                    heard.findings.append(Finding("foreign", {"witness": witness.name}))
                else:
                    heard.seen.append((witness.name, seen))
        except Exception as failure:  # whatever is wrong with one witness, the others must be heard
            heard.findings.append(Finding("witness_silent", {"witness": witness.name, "error": str(failure)}))
    return heard


def compare(connection: "psycopg.Connection[Any]", heard: Heard, size: int, expected: Expected) -> Iterator[Finding]:
    """No witness has seen more than there is; what each has seen becomes a root to be found."""
    lives = epochs.history(connection)
    for witness, seen in heard.seen:
        yield from _compare(seen, size, lives, witness, expected)


def _notes(witness: Witness, name: str, *, every_note: bool) -> Iterator[str]:
    newest = witness.newest(name)
    if newest is not None:
        yield newest
        if every_note:
            yield from witness.kept(name)


def _compare(seen: notes.Checkpoint, size: int, lives: Sequence[epochs.Epoch], witness: str, expected: Expected) -> Iterator[Finding]:
    """A checkpoint of an earlier life binds only as far as the life that came after says."""
    limit = epochs.bound(lives, epochs.number_of(seen.origin))
    if limit is not None and seen.size > limit:
        return
    if seen.size > size:
        yield Finding("rollback", {"witness": witness, "seen": seen.size, "size": size})
    elif all(root != seen.root or source != witness for root, _, source in expected.roots.get(seen.size, ())):
        expected.add(seen.size, seen.root, seen.at, witness)


def check_stamps(connection: "psycopg.Connection[Any]", witnesses: Sequence[Witness], *, begin: int) -> Iterator[Finding]:
    """Each time stamp is over the checkpoint beside it, and of an authority of the configured root."""
    authorities = {witness.name: witness for witness in witnesses if isinstance(witness, Authority)}
    for name, size, token, note in connection.execute(STAMPS, [begin]).fetchall():
        try:
            (authorities.get(name) or Authority(name)).check(bytes(token), note)
        except (BadStamp, ValueError) as failure:
            yield Finding("stamp_wrong", {"witness": name, "size": size, "error": str(failure)})
        except WitnessFailure as failure:
            yield Finding("witness_silent", {"witness": name, "error": str(failure)})


def check_lives(connection: "psycopg.Connection[Any]") -> Iterator[Finding]:
    """Every new life is signed by a key of its log, declared in the ledger, and told in every check from then on."""
    vkeys = [entry.vkey for entry in keys.history(connection)]
    for number, life in enumerate(epochs.history(connection), 2):
        is_signed = any(_is_signed(life.statement, vkey) for vkey in vkeys)
        is_true = (life.number, life.line("holds"), life.statement.splitlines()[1:2]) == (number, str(life.size), [str(number)])
        if not is_signed or not is_true or connection.execute(DECLARED, [life.statement]).fetchone() is None:
            yield Finding("epoch_wrong", {"number": life.number})
        outside = life.line("outside").split()
        about = {"number": life.number, "at": life.at.isoformat(timespec="seconds"), "size": life.size, "reason": life.line("reason")}
        yield Finding("epoch", {**about, "seen": outside[1] if len(outside) > 1 else "-"})


def _is_signed(statement: str, vkey: str) -> bool:
    try:
        notes.open_note(statement, [vkey])
    except notes.BadNote:
        return False
    return True
