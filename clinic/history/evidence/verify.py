#!/usr/bin/env python3
"""Checks a dental clinic's evidence file, offline, with nothing but Python 3.8 or newer.

    python3 verify.py evidence.zip --key "clinic-history/...+1a2b3c4d+AQ..."
    python3 verify.py --receipt "DCR1...." --key "..."     (the text of a receipt's QR code, or a file with it; with evidence.zip before: both agree)

The key is the one printed on paper, never one from inside the file. Exit code 0: nothing was altered or left out.
Every event is a leaf of a Merkle tree (RFC 6962) whose root the clinic signs (Ed25519, RFC 8032) and witnesses keep.
"""

from __future__ import annotations

import argparse, base64, hashlib, json, os, sys, zipfile, zlib
from typing import Any, Tuple

LIMIT = 2 * 1024**3
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
Point = Tuple[int, int, int, int]
D = -121665 * pow(121666, P - 2, P) % P
class Bad(Exception):
    """The file does not prove what it says."""
def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
def add(p: Point, q: Point) -> Point:
    a, b, c, d = (p[1] - p[0]) * (q[1] - q[0]), (p[1] + p[0]) * (q[1] + q[0]), 2 * p[3] * q[3] * D, 2 * p[2] * q[2]
    return ((b - a) * (d - c) % P, (d + c) * (b + a) % P, (d - c) * (d + c) % P, (b - a) * (b + a) % P)
def times(n: int, p: Point) -> Point:
    found = (0, 1, 1, 0)
    while n:
        found, p, n = (add(found, p) if n & 1 else found), add(p, p), n >> 1
    return found
def point(data: bytes) -> Point:
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x * pow(2, (P - 1) // 4, P) % P if (x * x - square) % P else x
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        raise Bad("a key or signature is no point of the curve")
    x = P - x if x & 1 != sign else x
    return (x, y, 1, x * y % P)
BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
def signed(public: bytes, message: bytes, signature: bytes) -> bool:
    s = int.from_bytes(signature[32:], "little")
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    left, right = times(s, BASE), add(point(signature[:32]), times(h, point(public)))
    return len(signature) == 64 and s < L and all((left[i] * right[2] - right[i] * left[2]) % P == 0 for i in (0, 1))
def open_note(note: str, vkey: str) -> str:
    """The text of a signed note, when this key has signed it."""
    if vkey.count("+") < 2:
        raise Bad("this is no key")
    name, digest, encoded = vkey.split("+", 2)
    public, (text, tail) = base64.b64decode(encoded), note.rsplit("\n\n", 1)
    if public[:1] != b"\x01" or sha(name.encode() + b"\n" + public)[:4].hex() != digest:
        raise Bad("the key is damaged: compare it with the paper letter by letter")
    for raw in (base64.b64decode(line.split(" ")[-1]) for line in tail.splitlines()):
        if raw[:4].hex() == digest and signed(public[1:], (text + "\n").encode(), raw[4:]):
            return text + "\n"
    raise Bad(f"SIGNATURE: not signed by the key you gave ({digest})")
def checkpoint(note: str, statements: list[str], paper: str) -> tuple[str, int, bytes]:
    """Origin, size and root; signed by the key on paper, or by one that the clinic's own statements lead to from it."""
    vkey, size = paper.strip(), int(note.split("\n")[1])
    for statement in statements:
        words = dict(line.split(" ", 1) for line in statement.splitlines() if " " in line)
        if words.get("old") == vkey and int(words["size"]) < size:
            open_note(statement, vkey)
            open_note(statement, words["new"])
            vkey = words["new"]
        if words.get("revoked") == vkey and size > int(words["above"]):
            raise Bad(f"REVOKED: the clinic has declared this key stolen; it vouches for the first {words['above']} events only")
    origin, _size, root = open_note(note, vkey).splitlines()[:3]
    return origin, size, base64.b64decode(root)
def climb(at: int, last: int, start: bytes, path: list[bytes]) -> tuple[bytes, bytes]:
    """Both roots that a proof of RFC 9162, section 2.1, leads to: of the older tree and of the newer one."""
    old = new = start
    for sibling in path:
        if last == 0:
            raise Bad("a proof is too long")
        if at & 1 or at == last:
            old, new = sha(b"\x01" + sibling + old), sha(b"\x01" + sibling + new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new = sha(b"\x01" + new + sibling)
        at, last = at >> 1, last >> 1
    return (old, new) if last == 0 else (b"", b"")
def included(leaf: bytes, index: int, size: int, proof: list[str], root: bytes) -> bool:
    return 0 <= index < size and climb(index, size - 1, leaf, [bytes.fromhex(node) for node in proof])[1] == root
def consistent(first: int, second: int, old_root: bytes, new_root: bytes, proof: list[str]) -> bool:
    path = [bytes.fromhex(node) for node in proof]
    if first >= second or not path:
        return first == second and old_root == new_root
    path = [old_root, *path] if first & (first - 1) == 0 else path
    at, last = first - 1, second - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    return climb(at, last, path[0], path[1:]) == (old_root, new_root)
def check_event(event: Any, size: int, root: bytes) -> Any:
    """The head of an event that stands in the log exactly as here; its content too, unless it is gone."""
    head, what = json.loads(event["head"]), f"event at position {event['pos']}"
    if event["salt"] and sha(bytes.fromhex(event["salt"]) + (event["body"] or "").encode()).hex() != event["commit"]:
        raise Bad(f"CONTENT ALTERED: {what}")
    leaf = sha(f"\0{event['head']}\n{event['commit']}\n{event['pseq']}".encode())
    if not included(leaf, event["pos"], size, event["proof"], root):
        raise Bad(f"NOT IN THE SIGNED LOG: {what}: altered, backdated or foreign")
    return head
def check_patient(bundle: Any, size: int, root: bytes, notes: list[str]) -> str:
    before, number, clock, gone, text = -1, bundle["first"] - 1, "", 0, []
    for event in bundle["events"]:
        head = check_event(event, size, root)
        if head["patient"] != bundle["patient"]:
            raise Bad(f"FOREIGN: the event at position {event['pos']} is of another patient")
        if event["pos"] <= before or event["pseq"] != number + 1:
            raise Bad(f"LEFT OUT OR REORDERED: after event number {number} comes number {event['pseq']}")
        if head["at"] < clock:
            notes.append(f"the clock went back before event number {number + 1} ({head['at']} after {clock}); the order is proven all the same")
        gone = number + 1 if event["salt"] is None else 0 if head["op"] == "E" else gone
        before, number, clock = event["pos"], event["pseq"], max(clock, head["at"])
        text.append(event["body"] or "")
    if gone:
        raise Bad(f"CONTENT WITHHELD: event number {gone} has no content, and no erasure was recorded after it")
    closing, whole = bundle["closing"], bundle["first"] == 1 and number == bundle["count"]
    if check_event(closing, size, root)["table"] != "history.closing" or before >= closing["pos"]:
        raise Bad("LEFT OUT: the closing does not close these events")
    body, leaf = json.loads(closing["body"]), sha(f"\0{bundle['patient']} {bundle['count']}".encode())
    if not included(leaf, bundle["map_index"], body["patients"], bundle["map_proof"], bytes.fromhex(body["map"])):
        raise Bad(f"LEFT OUT: the signed count of this patient's events is not {bundle['count']}")
    if bundle["is_whole"] and not whole:
        raise Bad(f"LEFT OUT: the clinic had {bundle['count']} events of this patient, here are {bundle['first']} to {number}")
    notes.append(f"events {bundle['first']} to {number} of {bundle['count']}" + (", all of them" if whole else ": an extract, without a gap"))
    return "\n".join(text)
def check_files(archive: zipfile.ZipFile, bundle: Any, size: int, root: bytes, said: str) -> None:
    """The files are those that the clinic's own request for this evidence counted, each as its signed row says, each named by an event."""
    found, request = {}, bundle["request"]
    head = check_event(request, size, root)
    for file in bundle["files"]:
        check_event(file["event"], size, root)
        row = json.loads(file["event"]["body"])
        if row["id"] != file["id"] or (bundle["is_whole"] and file["id"] not in said):
            raise Bad(f"FOREIGN FILE: {file['path']} is named by no event of this patient")
        found[file["path"]] = row["sha256"]
    asked = json.loads(request["body"])
    if (head["table"], head["patient"]) != ("evidence", bundle["patient"]) or sorted(found.values()) != sorted(asked["files"]):
        raise Bad("FILES LEFT OUT OR ADDED: they are not those that were counted when this evidence was made")
    for path, expected in [*found.items(), ("record.pdf", asked["pdf"])]:
        digest, stream = hashlib.sha256(), archive.open(path)
        while chunk := stream.read(2**20):
            digest.update(chunk)
        if digest.hexdigest() != expected:
            raise Bad(f"FILE SWAPPED: {path} is not the one that was stored")
def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise Bad("DOUBLE NAMES inside bundle.json: it could be read in two ways")
    return dict(pairs)
def check(path: str, paper: str, notes: list[str]) -> tuple[Any, int]:
    archive = zipfile.ZipFile(path)
    sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
    if len(sizes) != len(archive.infolist()) or sum(sizes.values()) > LIMIT or sizes["bundle.json"] > LIMIT // 8:
        raise Bad("TOO LARGE OR DOUBLE: this archive is made to mislead or to fill the disk")
    bundle = json.loads(archive.read("bundle.json").decode(), object_pairs_hook=once)
    origin, size, root = checkpoint(archive.read("checkpoint.txt").decode(), bundle["keys"], paper)
    said = check_patient(bundle, size, root, notes)
    check_files(archive, bundle, size, root, said)
    for witness in bundle["witnesses"]:
        its_origin, its_size, its_root = checkpoint(witness["note"], bundle["keys"], paper)
        if its_origin == origin and not consistent(its_size, size, its_root, root, witness["proof"]):
            raise Bad(f"REWRITTEN: the log does not continue what the witness {witness['witness']} keeps")
    return bundle, size
def check_receipt(text: str, paper: str, bundle: Any) -> str:
    """What a receipt proves; with a bundle, that the bundle holds the very same event."""
    code = "".join(text.split()).replace("DCR1.", "")
    raw = zlib.decompressobj().decompress(base64.b32decode(code + "=" * (-len(code) % 8)), 2**20)
    receipt = json.loads(raw, object_pairs_hook=once)
    event, (_origin, size, root) = receipt["event"], checkpoint(receipt["note"], bundle["keys"] if bundle else [], paper)
    head, body = check_event(event, size, root), json.loads(event["body"])
    if bundle and not any(all(own[name] == event[name] for name in ("pos", "head", "commit")) for own in bundle["events"]):
        raise Bad("RECEIPT AND EVIDENCE DISAGREE: the evidence does not hold the event of this receipt")
    what = f"{head['actor_name']} recorded on {head['at']} the signature of {head['table']} {head['key']}, patient {head['patient']}"
    sealed = f"Position {event['pos']}, sealed under {size} events, {receipt['note'].split(chr(10))[3]}"
    return f"PROVEN: {what}.\nWhat was signed has SHA-256 {body.get('sha256') or body.get('hash')}. {sealed}.\n"
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", nargs="?")
    parser.add_argument("--receipt", help="the text of a receipt's QR code, or a file that holds it")
    parser.add_argument("--key", required=True, help="the public key printed on paper, or a file that holds it")
    arguments = parser.parse_args()
    key, receipt = (open(said).read() if said and len(said) < 256 and os.path.exists(said) else said for said in (arguments.key, arguments.receipt))
    notes: list[str] = []
    try:
        bundle, size = check(arguments.bundle, key, notes) if arguments.bundle else (None, 0)
        said = check_receipt(receipt or "", key, bundle) if receipt or not bundle else ""
    except Exception as error:  # whatever else goes wrong, it is no evidence
        why = "" if isinstance(error, Bad) else f"DAMAGED: truncated, broken or incomplete: {type(error).__name__} "
        sys.exit(f"NOT PROVEN. {why}{error}")
    if bundle:
        print(f"PROVEN: {len(bundle['events'])} events and {len(bundle['files'])} files of patient {bundle['patient']}.")
        print(f"The signed log had {size} events; {len(bundle['witnesses'])} witnesses outside agree with it.")
    print(said + "".join(f"Note: {note}.\n" for note in notes), end="")
if __name__ == "__main__":
    main()
