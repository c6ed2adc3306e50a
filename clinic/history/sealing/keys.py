"""The signing key: a private file outside the database, and the public history of keys inside it."""

import base64
import binascii
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from clinic.history.sealing import log, notes

PREFIX = "PRIVATE+KEY+"
HISTORY = "SELECT id, kind, vkey, size, statement FROM history.key ORDER BY id"
INSERT = "INSERT INTO history.key (id, kind, vkey, size, statement) VALUES (%s, %s, %s, %s, %s)"


class KeyFailure(Exception):
    """The signing key cannot be used; the message says what to do."""


@dataclass(frozen=True)
class KeyEntry:
    """A statement in the history of keys: `size` is the number of leaves when it took effect; for a revocation, the last size it vouches for."""

    id: int
    kind: str
    vkey: str
    size: int
    statement: str


def history(connection: "psycopg.Connection[Any]") -> list[KeyEntry]:
    """All statements about keys, oldest first."""
    return [KeyEntry(*row) for row in connection.execute(HISTORY).fetchall()]


def current(connection: "psycopg.Connection[Any]") -> str | None:
    """The verifier key that signs now, or None before the first was created."""
    made = [entry.vkey for entry in history(connection) if entry.kind != "revoke"]
    return made[-1] if made else None


def load(path: Path, vkey: str) -> notes.KeySigner:
    """The signer of the current key.

    :raises KeyFailure: when the file is missing, readable by others, damaged, or holds another key.
    """
    _finish_rotation(path, vkey)
    signer = read(path)
    if signer.vkey != vkey:
        raise KeyFailure(f"{path} holds another key than the log's current one ({_short(vkey)}): put the right file there.")
    return signer


def read(path: Path) -> notes.KeySigner:
    """:raises KeyFailure: when the file is missing, readable by others or damaged."""
    try:
        mode = path.stat().st_mode
        content = path.read_bytes()
    except OSError as error:
        raise KeyFailure(f"The signing key {path} cannot be read ({error.strerror}): run `manage.py history_key create`, or mount it.") from error
    if mode & 0o077:
        raise KeyFailure(f"{path} can be read by others than its owner: chmod 600 it, and rotate the key if somebody may have read it.")
    try:
        name, _, encoded = content.decode().strip().removeprefix(PREFIX).split("+", 2)
        raw = base64.b64decode(encoded, validate=True)
        return notes.KeySigner(name, raw[1:])
    except (ValueError, binascii.Error) as error:
        raise KeyFailure(f"{path} is no signing key, or it is damaged: restore it from its safe copy.") from error


def create(connection: "psycopg.Connection[Any]", path: Path, *, instead_of_lost: bool = False) -> str:
    """Make the log's key; `instead_of_lost` starts a new line of trust when the old private key is gone.

    :returns: the verifier key, to be printed and kept outside.
    :raises KeyFailure: when a key exists and is not said to be lost, or the file does.
    """
    with connection.transaction():
        log.lock(connection)
        entries = history(connection)
        if entries and not instead_of_lost:
            raise KeyFailure("The log has a key already: `history_key rotate` replaces it, `create --lost` starts anew when its file is gone.")
        signer = _write_new(path, log.origin(connection))
        _enter(connection, KeyEntry(0, "create", signer.vkey, log.size(connection), f"new {signer.vkey}\n"), [signer])
    return signer.vkey


def rotate(connection: "psycopg.Connection[Any]", path: Path) -> str:
    """Replace the key: the statement is signed by the old and the new one, and stands in the ledger too.

    :returns: the new verifier key.
    """
    upcoming = _next(path)
    with connection.transaction():
        log.lock(connection)
        vkey = current(connection)
        if vkey is None:
            raise KeyFailure("The log has no key yet: `history_key create` makes the first one.")
        old = load(path, vkey)
        upcoming.unlink(missing_ok=True)
        new = _write_new(upcoming, log.origin(connection))
        _enter(connection, KeyEntry(0, "rotate", new.vkey, log.size(connection), f"old {old.vkey}\nnew {new.vkey}\n"), [old, new])
    _finish_rotation(path, new.vkey)
    return new.vkey


def revoke(connection: "psycopg.Connection[Any]", path: Path, *, vkey: str, size: int, reason: str) -> None:
    """Say that what `vkey` signed above `size` leaves is not ours (it was stolen); signed by the current key.

    :raises KeyFailure: when the key is unknown or still the current one.
    """
    with connection.transaction():
        log.lock(connection)
        if vkey not in {entry.vkey for entry in history(connection)}:
            raise KeyFailure("This key has never signed here.")
        now = current(connection)
        if now is None or vkey == now:
            raise KeyFailure("This is the current key: rotate first, then revoke the old one.")
        what = f"revoked {vkey}\nabove {size}\nreason {' '.join(reason.split())}\n"
        _enter(connection, KeyEntry(0, "revoke", vkey, size, what), [load(path, now)])


def _enter(connection: "psycopg.Connection[Any]", entry: KeyEntry, signers: list[notes.Signer]) -> None:
    """Sign `entry.statement` and keep it: in the history of keys and in the ledger."""
    time = datetime.now(UTC).isoformat(timespec="seconds")
    text = f"{log.name(connection)} key\n{entry.kind}\n{entry.statement}size {log.size(connection)}\ntime {time}\n"
    statement = notes.sign(text, signers)
    connection.execute(INSERT, [len(history(connection)) + 1, entry.kind, entry.vkey, entry.size, statement])
    log.declare(connection, "history.key", {"kind": entry.kind, "statement": statement})


def _write_new(path: Path, name: str) -> notes.KeySigner:
    seed = secrets.token_bytes(32)
    signer = notes.KeySigner(name, seed)
    digest = signer.vkey.split("+")[1]
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise KeyFailure(f"{path} exists: it may be the key of another log; move it away first.") from error
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{PREFIX}{name}+{digest}+{base64.b64encode(notes.ED25519 + seed).decode()}\n")
        file.flush()
        os.fsync(file.fileno())
    _settle(path.parent)
    return signer


def _next(path: Path) -> Path:
    return path.with_name(f"{path.name}.next")


def _finish_rotation(path: Path, vkey: str) -> None:
    """A rotation that was cut short after its statement was committed has left the new key beside the old one; one cut short before, half a file.

    The sequencer and the rotation itself may finish it at the same moment: who comes second finds nothing left to do.
    """
    upcoming = _next(path)
    if not _holds(path, vkey) and _holds(upcoming, vkey):
        with suppress(FileNotFoundError):
            upcoming.replace(path)
        _settle(path.parent)


def _holds(path: Path, vkey: str) -> bool:
    try:
        return read(path).vkey == vkey
    except KeyFailure:
        return False


def _settle(folder: Path) -> None:
    """The folder's own entry reaches the disk too: a key that the database names must outlive a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _short(vkey: str) -> str:
    return vkey.split("+")[1]


def at_size(entries: "list[KeyEntry]", size: int) -> str:
    """The verifier key that signed a checkpoint of `size` leaves: a new key signs what is larger than the log was when it came."""
    made = [entry for entry in entries if entry.kind != "revoke" and entry.size < size]
    return made[-1].vkey if made else ""


def opened(entries: "list[KeyEntry]", note: str) -> notes.Checkpoint | None:
    """The checkpoint, if one of the log's keys has signed it and was not revoked below its size."""
    revoked = {entry.vkey: entry.size for entry in sorted(entries, key=lambda entry: -entry.size) if entry.kind == "revoke"}  # the lowest size stands
    for vkey in dict.fromkeys(entry.vkey for entry in entries):
        try:
            seen = notes.open_checkpoint(note, vkey)
        except notes.BadNote:
            continue
        return seen if seen.size <= revoked.get(vkey, seen.size) else None
    return None
