"""Signed notes and checkpoints: the text that is signed, sent to witnesses and printed.

Formats: C2SP signed-note and tlog-checkpoint (https://c2sp.org), Ed25519. A verifier key reads `name+hash+key`.
"""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
DASH = "\u2014"


class BadNote(ValueError):
    """The text is no signed note, no checkpoint, or its signature does not hold."""


class Signer(Protocol):
    """Whoever can sign for a key: a file today, a key service tomorrow."""

    @property
    def vkey(self) -> str: ...

    def sign(self, message: bytes) -> bytes: ...


@dataclass(frozen=True)
class Checkpoint:
    """What a signed checkpoint says: the log's origin, how many leaves, their root, and the signer's clock (informative)."""

    origin: str
    size: int
    root: bytes
    at: datetime

    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\ntime {self.at.isoformat(timespec='milliseconds')}\n"


def make_vkey(name: str, public: bytes) -> str:
    """The verifier key as it is printed on paper."""
    return f"{name}+{_key_hash(name, public).hex()}+{base64.b64encode(ED25519 + public).decode()}"


def parse_vkey(vkey: str) -> tuple[str, bytes]:
    """:returns: name and 32 public bytes. :raises BadNote: when the key's own hash does not agree with it."""
    try:
        name, digest, encoded = vkey.strip().split("+", 2)
        raw = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error) as error:
        raise BadNote("this is no verifier key") from error
    if raw[:1] != ED25519 or len(raw) != 33 or _key_hash(name, raw[1:]).hex() != digest:
        raise BadNote("this verifier key is damaged")
    return name, raw[1:]


def sign(text: str, signers: Sequence[Signer]) -> str:
    """The note: the text (which ends in a line feed), an empty line, a signature line for each signer."""
    lines = []
    for signer in signers:
        name, public = parse_vkey(signer.vkey)
        signature = _key_hash(name, public) + signer.sign(text.encode())
        lines.append(f"{DASH} {name} {base64.b64encode(signature).decode()}\n")
    return f"{text}\n{''.join(lines)}"


def open_note(note: str, vkeys: Sequence[str]) -> str:
    """The text of a note that every one of `vkeys` has signed.

    :raises BadNote: when a signature is missing or wrong.
    """
    text, separator, tail = note.rpartition("\n\n")
    if not separator or not tail.endswith("\n"):
        raise BadNote("this is no signed note")
    text += "\n"
    signatures = [_signature(line) for line in tail.splitlines()]
    for vkey in vkeys:
        name, public = parse_vkey(vkey)
        mine = [raw[4:] for signer, raw in signatures if signer == name and raw[:4] == _key_hash(name, public)]
        if not mine:
            raise BadNote(f"not signed by the key {vkey.split('+')[1]}")
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(mine[0], text.encode())
        except InvalidSignature as error:
            raise BadNote(f"the signature by the key {vkey.split('+')[1]} is wrong") from error
    return text


def parse_checkpoint(text: str) -> Checkpoint:
    """:raises BadNote: when the text of the note is no checkpoint of ours."""
    try:
        origin, size, root, time = text.splitlines()
        label, _, instant = time.partition(" ")
        checkpoint = Checkpoint(origin, int(size), base64.b64decode(root, validate=True), parse_time(instant))
    except (ValueError, binascii.Error) as error:
        raise BadNote("this is no checkpoint") from error
    if label != "time" or len(checkpoint.root) != 32 or str(checkpoint.size) != size:
        raise BadNote("this is no checkpoint")
    return checkpoint


def parse_time(text: str) -> datetime:
    """An instant as it stands in our notes."""
    return datetime.fromisoformat(text)


def open_checkpoint(note: str, vkey: str) -> Checkpoint:
    """:raises BadNote: when it is no checkpoint or not signed by this key."""
    return parse_checkpoint(open_note(note, [vkey]))


class KeySigner:
    """Signs with a private key held in memory."""

    def __init__(self, name: str, private: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(private)
        self.vkey = make_vkey(name, self._private.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)


def _signature(line: str) -> tuple[str, bytes]:
    try:
        dash, name, encoded = line.split(" ")
        raw = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error) as error:
        raise BadNote("a signature line is damaged") from error
    if dash != DASH or len(raw) < 5:
        raise BadNote("a signature line is damaged")
    return name, raw


def _key_hash(name: str, public: bytes) -> bytes:
    return hashlib.sha256(f"{name}\n".encode() + ED25519 + public).digest()[:4]
