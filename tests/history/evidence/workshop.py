"""A log made by hand, without the clinic: its tree, notes and proofs are written from RFC 6962, RFC 9162 and c2sp.org alone.

So the expert's script is checked against a second opinion, and against a clinic that lies with its own key.
"""

import base64
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clinic.history.evidence.bundle import VERIFIER

PATIENT, OTHER = "01a201f7-45be-73f5-b970-1b6cc074951d", "01a201f7-45be-73f5-b970-1b6cc0749522"
PICTURE, PAGES = b"\x89PNG picture", b"%PDF timeline"
FILE = "01a201f7-0000-7000-8000-00000000f11e"


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def tree_hash(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, word by word; `leaves` are the leaves' bytes."""
    if not leaves:
        return sha(b"")
    if len(leaves) == 1:
        return sha(b"\x00" + leaves[0])
    k = largest_power_below(len(leaves))
    return sha(b"\x01" + tree_hash(leaves[:k]) + tree_hash(leaves[k:]))


def audit_path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962, section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = largest_power_below(len(leaves))
    if m < k:
        return [*audit_path(m, leaves[:k]), tree_hash(leaves[k:])]
    return [*audit_path(m - k, leaves[k:]), tree_hash(leaves[:k])]


def consistency(m: int, leaves: list[bytes], *, is_whole: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 6962, section 2.1.2."""
    if m == len(leaves):
        return [] if is_whole else [tree_hash(leaves)]
    k = largest_power_below(len(leaves))
    if m <= k:
        return [*consistency(m, leaves[:k], is_whole=is_whole), tree_hash(leaves[k:])]
    return [*consistency(m - k, leaves[k:], is_whole=False), tree_hash(leaves[:k])]


def largest_power_below(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


class Key:
    """An Ed25519 key of c2sp.org/signed-note."""

    def __init__(self, name: str, seed: bytes) -> None:
        self.name, self._private = name, Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._private.public_key().public_bytes_raw()
        self.id = sha(name.encode() + b"\x0a" + b"\x01" + self.public)[:4]
        self.vkey = f"{name}+{self.id.hex()}+{base64.b64encode(bytes([1]) + self.public).decode()}"

    def line(self, text: str) -> str:
        return f"\u2014 {self.name} {base64.b64encode(self.id + self._private.sign(text.encode())).decode()}\n"


def note(text: str, *keys: Key) -> str:
    return text + "\n" + "".join(key.line(text) for key in keys)


@dataclass
class Workshop:
    """A clinic with one patient of interest: a log that grows, and bundles over it."""

    key: Key = field(default_factory=lambda: Key("clinic-history/test", bytes(range(32))))
    leaves: list[bytes] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    statements: list[str] = field(default_factory=list)

    def add(self, op: str, table: str, body: Any, *, patient: str | None = None, at: str = "2026-03-01T10:00:00+00:00", **more: Any) -> int:
        pseq = 0
        if patient:
            pseq = self.counts[patient] = self.counts.get(patient, 0) + 1
        head = {"op": op, "table": table, "patient": patient, "at": at, "actor_name": "Орлова", "key": "k", **more}
        text, salt = None if body is None else json.dumps(body, ensure_ascii=False), sha(str(len(self.leaves)).encode())[:16]
        event = {"pos": len(self.leaves), "pseq": pseq, "head": json.dumps(head, ensure_ascii=False), "salt": salt.hex(), "body": text}
        event["commit"] = sha(salt + (text or "").encode()).hex()
        self.leaves.append(f"{event['head']}\n{event['commit']}\n{pseq}".encode())
        self.events.append(event)
        return len(self.leaves) - 1

    def close(self, counts: dict[str, int] | None = None, *, op: str = "C", **more: Any) -> int:
        counted = sorted((counts or self.counts).items())
        root = tree_hash([f"{patient} {count}".encode() for patient, count in counted])
        return self.add(op, "history.closing", {"size": len(self.leaves), "patients": len(counted), "map": root.hex()}, **more)

    def ask(self, **more: Any) -> int:
        body = {"files": [sha(PICTURE).hex()], "pdf": sha(PAGES).hex(), "reason": "claim", "since": None, "until": None, **more}
        return self.add("P", "evidence", body, patient=PATIENT)

    def checkpoint(self, size: int | None = None, *, key: Key | None = None) -> str:
        size = len(self.leaves) if size is None else size
        root = base64.b64encode(tree_hash(self.leaves[:size])).decode()
        return note(f"{self.key.name}/1\n{size}\n{root}\ntime 2026-03-01T10:00:00.000+00:00\n", key or self.key)

    def proven(self, pos: int) -> dict[str, Any]:
        return {**self.events[pos], "proof": [node.hex() for node in audit_path(pos, self.leaves)]}

    def bundle(self, *, request: int, closing: int, counts: dict[str, int] | None = None, first: int = 1, last: int | None = None) -> dict[str, Any]:
        counted = sorted((counts or self.counts).items())
        own = [pos for pos, event in enumerate(self.events) if json.loads(event["head"])["patient"] == PATIENT and pos < closing]
        index = [patient for patient, _ in counted].index(PATIENT)
        files = [pos for pos, event in enumerate(self.events) if json.loads(event["head"])["table"] == "files_storedfile"]
        return {
            "patient": PATIENT,
            "first": first,
            "is_whole": first == 1 and (last is None or last == dict(counted)[PATIENT]),
            "count": dict(counted)[PATIENT],
            "map_index": index,
            "map_proof": [node.hex() for node in audit_path(index, [f"{patient} {count}".encode() for patient, count in counted])],
            "request": self.proven(request),
            "closing": self.proven(closing),
            "keys": list(self.statements),
            "witnesses": [],
            "files": [{"path": f"files/001-{sha(PICTURE).hex()[:12]}.png", "id": FILE, "event": self.proven(pos)} for pos in files[:1]],
            "events": [self.proven(pos) for pos in own[first - 1 : last]],
        }

    def witness(self, size: int, *, key: Key | None = None, name: str = "w") -> dict[str, Any]:
        return {"witness": name, "note": self.checkpoint(size, key=key), "proof": [node.hex() for node in consistency(size, self.leaves)]}


def a_life(clinic: Workshop) -> Workshop:
    """Six events of the patient with others' between them, and a picture that one of them names."""
    for number in range(5):
        clinic.add("U", "patients_patient", {"note": f"Замечание {number}"}, patient=PATIENT)
        clinic.add("U", "patients_patient", {"note": f"Другой {number}"}, patient=OTHER)
    clinic.add("I", "files_storedfile", {"id": FILE, "sha256": sha(PICTURE).hex()})
    clinic.add("I", "charting_image", {"file_id": FILE}, patient=PATIENT)
    return clinic


def members_of(clinic: Workshop, content: dict[str, Any]) -> dict[str, bytes]:
    picture = f"files/001-{sha(PICTURE).hex()[:12]}.png"
    members = {"bundle.json": json.dumps(content).encode(), "checkpoint.txt": clinic.checkpoint().encode(), "record.pdf": PAGES}
    return {**members, "README.txt": b"read me", "verify.py": b"#", picture: PICTURE} if content.get("files") else members


def archive_of(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return target.getvalue()


def verdict(folder: Path, archive: bytes | None, vkey: str, *more: str, python: str = sys.executable, seconds: float = 60) -> tuple[int, str]:
    """Exit code and words of the script, run as an expert would: alone, with a limit on its memory and its time."""
    script, path = folder / "verify.py", folder / "evidence.zip"
    script.write_bytes(VERIFIER.read_bytes())
    if archive is not None:
        path.write_bytes(archive)
    limited = "import resource,runpy,sys; resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30)); sys.argv = sys.argv[1:]; "
    command = [python, "-I", "-c", limited + "runpy.run_path(sys.argv[0], run_name='__main__')", str(script)]
    command += ([str(path)] if archive is not None else []) + ["--key", vkey, *more]
    done = subprocess.run(command, capture_output=True, check=False, timeout=seconds)
    return done.returncode, (done.stdout + done.stderr).decode()
