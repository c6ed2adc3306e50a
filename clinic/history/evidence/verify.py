#!/usr/bin/env python3
"""Checks a dental clinic's evidence file, offline, with nothing but Python 3.8 or newer. Exit code 0: nothing was altered or left out.
    python3 -I verify.py evidence.zip --key "clinic-history/...+1a2b3c4d+AQ..."     (the key is the one printed on paper, none from inside the file)
    python3 -I verify.py --receipt "DCR1...." --key "..."     (the text of a receipt's QR code, or a file with it; with evidence.zip: both agree)
Every event is a leaf of a Merkle tree (RFC 6962) whose root the clinic signs (Ed25519, RFC 8032) and witnesses keep."""
from __future__ import annotations
import argparse, base64, hashlib, json, os, sys, zipfile, zlib
from typing import Any
LIMIT, NOTE, MOST = 2**28, 10**5, 100  # bytes of bundle.json, of a signed note; how many witnesses, statements about keys
NAMES = """format patient first is_whole count map_index map_proof request closing keys witnesses files events before after event pos pseq head
commit salt body proof witness note stamp receipt path id""".split()  # all that bundle.json and a receipt have
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
class Bad(Exception): ...  # the file does not prove what it says
def need(holds: Any, why: str) -> None:
    if not holds:
        raise Bad(why)
def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
def add(p: tuple[int, ...], q: tuple[int, ...]) -> tuple[int, ...]:
    a, b, c, d = (p[1] - p[0]) * (q[1] - q[0]), (p[1] + p[0]) * (q[1] + q[0]), 2 * p[3] * q[3] * D, 2 * p[2] * q[2]
    return ((b - a) * (d - c) % P, (d + c) * (b + a) % P, (d - c) * (d + c) % P, (b - a) * (b + a) % P)
def times(n: int, p: tuple[int, ...]) -> tuple[int, ...]:
    return add(times(n >> 1, add(p, p)), p if n & 1 else (0, 1, 1, 0)) if n else (0, 1, 1, 0)
def point(data: bytes) -> tuple[int, ...]:
    sign, y = divmod(int.from_bytes(data, "little"), 2**255)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = x * pow(2, (P - 1) // 4, P) % P if ((x := pow(square, (P + 3) // 8, P)) * x - square) % P else x
    need(y < P and (x * x - square) % P == 0 and (x or not sign), "a key or signature is no point of the curve")
    return (x := P - x if x & 1 != sign else x, y, 1, x * y % P)
BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
def signed(public: bytes, message: bytes, signature: bytes) -> bool:
    s, h = (int.from_bytes(data, "little") for data in (signature[32:], hashlib.sha512(signature[:32] + public + message).digest()))
    left, right = times(s % L, BASE), add(point(signature[:32]), times(h % L, point(public)))
    return len(signature) == 64 and s < L and all((left[i] * right[2] - right[i] * left[2]) % P == 0 for i in (0, 1))
def open_note(note: str, vkey: str) -> str:  # the text of a signed note (c2sp.org/signed-note), when this key has signed it
    (text, found, tail), (name, digest, encoded) = note.rpartition("\n\n"), [*vkey.split("+", 2), "", ""][:3]
    need(found and len(note) <= NOTE and all(line[:2] == "\u2014 " for line in tail.splitlines()), "DAMAGED: a note is cut off, too long or added to")
    public, mine = base64.b64decode(encoded + "==="), [line for line in tail.splitlines() if line.startswith(f"\u2014 {name} ")]
    need(sha(f"{name}\n".encode() + public)[:4].hex() == digest and public[0] == 1, "THE KEY is damaged: compare it with the paper letter by letter")
    raws = [raw[4:] for raw in (base64.b64decode(line.split(" ")[-1]) for line in mine) if raw[:4].hex() == digest]
    need(any(signed(public[1:], f"{text}\n".encode(), raw) for raw in raws[:3]), f"SIGNATURE: not signed by the key you gave ({digest})")
    return text
def checkpoint(note: str, statements: list[str], paper: str) -> tuple[str, int, bytes]:  # origin, size, root; a key on paper leads to others
    moves = [(said, dict(x.split(" ", 1) for x in said[:9999].rpartition("\n\n")[0].split("\n") if " " in x)) for said in statements[:MOST]]
    vkey, size = paper.strip(), number(note[:NOTE].split("\n")[1])
    for known, other, ways in (("old", "new", moves), ("new", "old", moves[::-1])):  # a later key than the one on paper, or an earlier one
        for statement, words in ways:
            if words.get(known) == vkey and "old" in words and (number(words["size"]) < size) == (known == "old"):
                vkey = [words[other] for key in (vkey, words[other]) if open_note(statement, key)][1]
    above = min((number(words["above"]) for _said, words in moves if words.get("revoked") == vkey), default=size)
    need(size <= above, f"REVOKED: the clinic has declared this key stolen; it vouches for the first {above} events only")
    return (text := open_note(note, vkey).split("\n"))[0], size, base64.b64decode(text[2])
def climb(at: int, last: int, old: bytes, new: bytes, proof: list[str]) -> tuple[bytes, bytes]:  # to the roots of both trees (RFC 9162, 2.1)
    for sibling in (int(node, 16).to_bytes(32, "big") for node in proof):  # a shorter or longer one could pass as two, or as none
        need(last, "a proof is too long")
        if at & 1 or at == last:
            old, new = sha(b"\x01" + sibling + old), sha(b"\x01" + sibling + new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new = sha(b"\x01" + new + sibling)
        at, last = at >> 1, last >> 1
    return (old, new) if last == 0 else (b"", b"")
def included(leaf: bytes, index: int, size: int, proof: list[str], root: bytes) -> bool:
    return 0 <= index < size and climb(index, size - 1, leaf, leaf, proof)[1] == root
def consistent(first: int, second: int, old_root: bytes, new_root: bytes, proof: list[str]) -> bool:
    if first >= second or not proof:
        return first == second and old_root == new_root
    power, start = (first & -first).bit_length() - 1, old_root if first & (first - 1) == 0 else int(proof.pop(0), 16).to_bytes(32, "big")
    return climb((first - 1) >> power, (second - 1) >> power, start, start, proof) == (old_root, new_root)
def check_event(event: Any, size: int, root: bytes, *kind: str) -> tuple[Any, Any]:  # head and body; only an erased one has no body
    what, leaf = f"event at position {event['pos']}", sha(f"\0{event['head']}\n{event['commit']}\n{event['pseq']}".encode())
    need(included(leaf, event["pos"], size, event["proof"], root), f"NOT IN THE SIGNED LOG: {what}: altered, backdated or foreign")
    salt, body, head = event["salt"], event["body"], json.loads(event["head"])
    need(salt is not None or (body is None and not kind), f"CONTENT WITHHELD: {what}")
    kept = sha(bytes.fromhex(salt or "") + (body or "").encode()).hex()
    need(salt is None or (len(salt) == 32 and kept == event["commit"]), f"CONTENT ALTERED: {what}")
    need(not kind or f"{head['op']} {head['table']}" in kind or head["op"] in kind, f"FOREIGN: {what} is not what it is shown for")
    return head, json.loads(event["body"] or "null")
def check_patient(bundle: Any, asked: Any, size: int, root: bytes, notes: list[str]) -> str:
    before, number, clock, gone, text = -1, bundle["first"] - 1, "", 0, [""] * 0
    for event in bundle["events"]:
        head, _body = check_event(event, size, root)
        need(head["patient"] == bundle["patient"], f"FOREIGN: the event at position {event['pos']} is of another patient")
        need(before < event["pos"] and event["pseq"] == number + 1, f"LEFT OUT OR REORDERED: after event {number} comes {event['pseq']}")
        notes += [f"the clock went back before event number {number + 1} ({head['at']} after {clock}); the order is proven"] * (head["at"] < clock)
        gone = number + 1 if event["salt"] is None else 0 if head["op"] == "E" else gone
        before, number, clock, text[len(text) :] = event["pos"], event["pseq"], max(clock, head["at"]), [event["body"] or ""]
    need(not gone, f"CONTENT WITHHELD: event number {gone} has no content, and no erasure was recorded after it")
    count, first, closing, since, until = (bundle["count"], bundle["first"], bundle["closing"], asked.get("since"), asked.get("until"))
    closed, body = check_event(closing, size, root, "C history.closing")
    need(max(before, bundle["request"]["pos"]) < closing["pos"], "LEFT OUT: the closing is older than these events, or than the request for them")
    leaf, whole, shown = sha(f"\0{bundle['patient']} {count}".encode()), first == 1 and number == count, len(text)
    is_counted = included(leaf, bundle["map_index"], body["patients"], bundle["map_proof"], bytes.fromhex(body["map"]))
    need(is_counted, f"LEFT OUT: the signed count of this patient's events is not {count}")
    need(bundle.get("is_whole", whole) is whole and (whole or since or until), f"LEFT OUT: the clinic had {count} events, here: {first} to {number}")
    need(shown >= asked.get("events", 0), f"LEFT OUT: the period had {asked.get('events')} events when this was asked for, here are {shown}")
    beside, period = ((bundle.get("before"), first - 1), (bundle.get("after"), number + 1)), f"from {since or 'the beginning'} to {until or 'now'}"
    for event, place in (known for known in beside if known[0]):  # what stands next to an extract lies outside of its period
        head, _body = check_event(event, size, root)
        is_apart = event["pseq"] == place and head["patient"] == bundle["patient"] and (head["at"] < since if place < first else head["at"] >= until)
        need(is_apart, f"LEFT OUT: event {place} of this patient lies in the period {period}, and is not here")
    ends = "lie outside of it" if all(event or not 0 < place <= count for event, place in beside) else "are not shown to lie outside of it"
    extract = f"AN EXTRACT ONLY, {period}; those next to it {ends}. NOT SHOWN, BUT EXISTING: {first - 1} earlier events, {count - number} later ones"
    bundle["extent"] = f"{f'ALL {count} events that the clinic had of this patient are here' if whole else extract}. Counted on {closed['at']}."
    return "\n".join(text) if whole else ""
def check_files(archive: zipfile.ZipFile, bundle: Any, asked: Any, size: int, root: bytes, said: str) -> None:
    found, names = {"record.pdf": asked["pdf"]}, {entry.filename for entry in archive.infolist()}
    for file in bundle["files"][: len(asked["files"]) + 1]:
        (_head, row), name = check_event(file["event"], size, root, "I files_storedfile"), file["path"][6:].lstrip("0123456789")[:14]
        is_named = (row["id"], file["path"][:6], name) == (file["id"], "files/", f"-{row['sha256'][:12]}.") and file["id"] in (said or file["id"])
        need(is_named, f"FOREIGN FILE, OR FILES ADDED: {file['path']} is named by no event of this patient, or bears the name of another file")
        found[file["path"]] = row["sha256"]
    need(len(bundle["files"]) < len(found) and sorted(found.values()) == sorted([*asked["files"], asked["pdf"]]), "FILES LEFT OUT OR ADDED later")
    added = names - {"bundle.json", "checkpoint.txt", "README.txt", "verify.py", *found, *(witness.get("stamp") for witness in bundle["witnesses"])}
    need(not added, f"FILES ADDED: {', '.join(sorted(added)[:3])}: nothing in the signed log names them")
    for path, expected in found.items():
        digest, stream = hashlib.sha256(), archive.open(path)
        while chunk := stream.read(2**20):
            digest.update(chunk)
        need(digest.hexdigest() == expected, f"FILE SWAPPED: {path} is not the one that was stored")
def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    need(len(dict(pairs)) == len(pairs), "DOUBLE NAMES inside bundle.json: it could be read in two ways")
    foreign = [name for name, value in pairs if name not in NAMES or (type(value) is bool and name != "is_whole")]
    need(not foreign, f"DAMAGED OR NOT IN THE SIGNED LOG, BUT ADDED: {foreign[:3]} inside bundle.json")
    return dict(pairs)
def number(digits: str) -> int:
    return int(digits if len(digits) < 20 else "a number longer than any of ours")
def load(data: bytes) -> Any:
    need(sum(map(data.count, (b",", b"[", b"{"))) < 10**7, "TOO LARGE: bundle.json is made to fill the memory")
    return json.loads(data.decode(), object_pairs_hook=once, parse_int=number, parse_float=str, parse_constant=number)
def opened(path: str) -> zipfile.ZipFile:  # when every program reads it alike: one row of plain files, each with one name and one size
    at, raw, where = 0, open(path, "rb"), "DAMAGED OR MADE TO MISLEAD: the archive"
    end, tail = raw.seek(-22, 2), raw.read()
    length, start = (int.from_bytes(tail[first : first + 4], "little") for first in (12, 16))
    need(tail[:4] == b"PK\5\6" and not any(tail[20:]) and length < 2**22, f"{where} is cut off, or something stands behind its end")
    entries = (archive := zipfile.ZipFile(raw)).infolist()
    sizes, total = {entry.filename: entry.file_size for entry in entries}, sum(entry.file_size for entry in entries)
    is_sane = total < max(2**31, 20 * end) and sizes.get("bundle.json", 0) <= LIMIT
    need(is_sane and len(sizes) == len(entries), "TOO LARGE OR DOUBLE: this archive is made to mislead or to fill the disk")
    for e in entries:  # names stay in the folder they are taken out to; what stands before each file, where some programs read it, says the same
        is_plain = e.compress_type in (0, 8) and e.flag_bits & ~2048 == 0 and e.external_attr >> 28 in (0, 8) and not set("\\:") & set(e.filename)
        is_plain = is_plain and not e.comment and (not e.extra or e.extra[:4] == b"\1\0%c\0" % (len(e.extra) - 4))
        told, packed, size = (n.to_bytes(8, "little") for n in (e.flag_bits | e.compress_type << 16 | e.CRC << 32, e.compress_size, e.file_size))
        header, name = (raw.seek(at), raw.read(30))[1], len(e.filename.encode()).to_bytes(2, "little") + e.filename.encode()
        large, rest = name + b"\1\0\x10\0" + size + packed, raw.read(header[26] + header[28] + 256 * header[29])
        ways = [b"PK\3\4" + told + way for way in (packed[:4] + size[:4] + name, packed[:4] + size[:4] + large, b"\xff" * 8 + large)]
        is_plain = is_plain and header[:4] + header[6:10] + header[14:28] + rest in ways and not {"", ".", ".."} & set(e.filename.split("/"))
        need(is_plain, f"{where} holds {e.filename}, which is no plain file of this folder, or not the same for every program")
        at, e.file_size = at + 30 + len(rest) + e.compress_size, e.file_size + 1  # one more: what is packed beyond is read too
    need(at == archive.start_dir and start in (at, 2**32 - 1) and at + length in (end, end - 76), f"{where} has parts that only some programs see")
    return archive
def check(path: str, paper: str, notes: list[str]) -> tuple[Any, list[str]]:
    bundle = load((archive := opened(path)).open("bundle.json").read(LIMIT + 1))
    origin, size, root = checkpoint(archive.open("checkpoint.txt").read(4 * NOTE).decode(), bundle["keys"], paper)
    head, asked = check_event(bundle["request"], size, root, "P evidence")
    need(head["patient"] == bundle["patient"], "FOREIGN: the request for this evidence is of another patient")
    notes.append(f"{head['actor_name']} asked for this evidence on {head['at']}: {asked.get('reason')}")
    check_files(archive, bundle, asked, size, root, check_patient(bundle, asked, size, root, notes))
    need(len(heard := [str(one["witness"]) for one in bundle["witnesses"]]) <= MOST, "TOO LARGE: no clinic has so many witnesses")
    for witness in bundle["witnesses"]:
        name, its, kept = checkpoint(witness["note"], bundle["keys"], paper)
        is_kept = name == origin and consistent(its, size, kept, root, witness["proof"])
        need(is_kept, f"REWRITTEN: the log does not continue what the witness {witness['witness']} keeps")
        notes.append(f"ask {witness['witness']} itself for what it keeps: {its} events, root {base64.b64encode(kept).decode()}")
        if stamp := witness.get("stamp"):
            stamped = not stamp.strip("tsar/-.0123456789") and (imprint := sha(witness["note"].encode())) in archive.open(stamp).read(NOTE)
            need(stamped, f"TIME STAMP: {stamp} is over something else")
            notes.append(f"who stamped it: openssl ts -verify -token_in -in {stamp} -digest {imprint.hex()} -CAfile THE-AUTHORITY.pem")
    notes.append(f"the signed log had {size} events and continues what {len(set(heard))} witnesses keep, as the clinic says: ask them")
    return bundle, [f"PROVEN: {len(bundle['events'])} events and {len(bundle['files'])} files of patient {bundle['patient']}.", bundle["extent"]]
def check_receipt(text: str, paper: str, bundle: Any) -> list[str]:
    code = "".join(text.split()).replace("DCR1.", "")
    receipt = load(zlib.decompressobj().decompress(base64.b32decode(code + "=" * (-len(code) % 8)), 2**20))
    event, (_origin, size, root) = receipt["event"], checkpoint(receipt["note"], bundle["keys"] if bundle else [], paper)
    head, body = check_event(event, size, root, "S", "A")
    held = [(own["pos"], own["head"], own["commit"]) for own in (bundle or {"events": [event]})["events"]]
    need((event["pos"], event["head"], event["commit"]) in held, f"RECEIPT AND EVIDENCE DISAGREE: no such event here. {(bundle or {}).get('extent')}")
    signing = f"{head['actor_name']} recorded on {head['at']} the signature of {head['table']} {head['key']}, patient {head['patient']}"
    where = f"Position {event['pos']}, sealed under {size} events, {receipt['note'].split(chr(10))[3]}"
    return [f"PROVEN: {signing}.", f"What was signed has SHA-256 {body.get('sha256') or body.get('hash')}. {where}."]
def plain(text: str) -> str:  # without the signs by which a text could write over a verdict on the screen
    return "".join(sign if sign.isprintable() else "?" for sign in text[:4000])
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", nargs="?")
    parser.add_argument("--receipt", help="the text of a receipt's QR code, or a file that holds it")
    parser.add_argument("--key", required=True, help="the public key printed on paper, or a file that holds it")
    given, notes = parser.parse_args(), ["whether this key was declared stolen, ask the witnesses; README.txt and verify.py inside are not proven"]
    getattr(sys.stdout, "reconfigure", dict)(errors="backslashreplace")
    try:  # a whole key is never taken for the name of a file that may have come with the archive
        key, receipt = (open(s).read(2**20) if s and s[-45:-44] != "+" and os.path.isfile(s[:256]) else s for s in (given.key, given.receipt))
        bundle, told = check(given.bundle, key, notes) if given.bundle else (None, [])
        told += check_receipt(receipt or "", key, bundle) if receipt or not bundle else []
    except Exception as error:  # whatever else goes wrong, it is no evidence
        sys.exit(plain(f"NOT PROVEN. {error if isinstance(error, Bad) else f'DAMAGED: truncated, broken or incomplete: {error!r}'}"))
    print("".join(plain(line) + "\n" for line in [*told, *(f"Note: {note}." for note in notes)]), end="")
if __name__ == "__main__":
    main()
