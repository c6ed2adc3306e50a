"""Forgeries that once passed: signatures that said more than was signed, proofs of other lengths, archives that two programs read in two ways."""

import base64
import json
import shutil
import struct
import subprocess
import time
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from clinic.history.evidence.bundle import VERIFIER
from tests.history.evidence.workshop import (
    OTHER,
    PAGES,
    PATIENT,
    PICTURE,
    Key,
    Workshop,
    a_life,
    archive_of,
    audit_path,
    members_of,
    note,
    sha,
    tree_hash,
    verdict,
)

Content = dict[str, Any]
Members = dict[str, bytes]
PICTURE_PATH = f"files/001-{sha(PICTURE).hex()[:12]}.png"
THIEF = Key("clinic-history/test", bytes([77] * 32))


@pytest.fixture
def clinic() -> Workshop:
    return a_life(Workshop())


@pytest.fixture
def honest(clinic: Workshop) -> Content:
    request = clinic.ask()
    return {**clinic.bundle(request=request, closing=clinic.close()), "witnesses": [clinic.witness(5)]}


@pytest.fixture
def members(clinic: Workshop, honest: Content) -> Members:
    return members_of(clinic, honest)


def test_words_below_a_signed_text_name_no_other_key(clinic: Workshop, members: Members, tmp_path: Path) -> None:
    """Whoever holds one receipt of the clinic could else lead from its key to his own, and sign a whole life anew."""
    forged = a_life(Workshop(key=THIEF))
    content = forged.bundle(request=forged.ask(), closing=forged.close())
    genuine = members["checkpoint.txt"].decode()
    mine, moves = THIEF.line(genuine.rpartition("\n\n")[0] + "\n"), f"old {clinic.key.vkey}\nnew {THIEF.vkey}\nsize 0\n"
    for statement in (genuine + mine + moves, genuine + moves + mine, f"{moves}\n{genuine}{mine}", genuine + mine + "\n" + moves):
        content["keys"] = [statement]
        code, said = verdict(tmp_path, archive_of(members_of(forged, content)), clinic.key.vkey)
        assert (code, "SIGNATURE" in said or "DAMAGED" in said) == (1, True), said


def test_a_note_ends_with_its_signatures(members: Members, clinic: Workshop, tmp_path: Path) -> None:
    """Those of witnesses may stand beside the clinic's own; words of anybody may not."""
    text, other = members["checkpoint.txt"].decode(), Key("witness.example/x", bytes([5] * 32))
    cosigned = text + other.line(text.rpartition("\n\n")[0] + "\n")
    assert verdict(tmp_path, archive_of({**members, "checkpoint.txt": cosigned.encode()}), clinic.key.vkey)[0] == 0
    for words in ("the judge has accepted this\n", "the judge has accepted this", "\x0bthe judge has accepted this\n"):
        code, said = verdict(tmp_path, archive_of({**members, "checkpoint.txt": (text + words).encode()}), clinic.key.vkey)
        assert (code, "DAMAGED" in said) == (1, True), said


def test_a_body_that_was_moved_into_its_salt_is_not_hidden(clinic: Workshop, honest: Content, members: Members, tmp_path: Path) -> None:
    event = honest["events"][2]
    event["salt"], event["body"] = event["salt"] + event["body"].encode().hex(), None
    code, said = verdict(tmp_path, archive_of({**members, "bundle.json": json.dumps(honest).encode()}), clinic.key.vkey)
    assert (code, "CONTENT ALTERED" in said) == (1, True), said


def test_a_fork_does_not_pass_its_witness_by_hashes_of_another_length(tmp_path: Path) -> None:
    """The witness saw three events; the clinic rewrites the third, signs a root over longer nodes, and begins the proof with an empty hash."""
    good, bad = Workshop(), Workshop()
    for log, words in ((good, "the truth"), (bad, "a lie")):
        for number in range(2):
            log.add("U", "patients_patient", {"note": number}, patient=OTHER)
        log.add("U", "patients_patient", {"note": words}, patient=PATIENT)
    request, closing = bad.ask(files=[]), bad.close()
    bad.add("U", "patients_patient", {}, patient=OTHER)
    true, forged = ([sha(b"\0" + leaf) for leaf in log.leaves] for log in (good, bad))
    seen = sha(b"\1" + true[0] + true[1]) + true[2]
    right = [*bad.leaves[4:6], b"7", b"8"]
    left = sha(b"\1" + seen + sha(b"\1" + forged[2] + forged[3]))
    root = sha(b"\1" + left + tree_hash(right))

    def proven(pos: int) -> Content:
        path = [forged[5 - pos], seen, tree_hash(right)] if pos < 4 else [*audit_path(pos - 4, right), left]
        return {**bad.events[pos], "proof": [node.hex() for node in path]}

    content = bad.bundle(request=request, closing=closing, counts={OTHER: 2, PATIENT: 2})
    content |= {"request": proven(request), "closing": proven(closing), "events": [proven(2), proven(3)], "files": []}
    nodes = (b"", forged[2] + forged[3], seen, tree_hash(right))
    content["witnesses"] = [{"witness": "w", "note": good.checkpoint(3), "proof": [node.hex() for node in nodes]}]
    top = note(f"{bad.key.name}/1\n8\n{base64.b64encode(root).decode()}\ntime 2026-03-01T10:00:00.000+00:00\n", bad.key)
    members = {"bundle.json": json.dumps(content).encode(), "checkpoint.txt": top.encode(), "record.pdf": PAGES}
    code, said = verdict(tmp_path, archive_of(members), bad.key.vkey)
    assert (code, said[:12]) == (1, "NOT PROVEN. "), said


def twice_named(content: Content) -> None:
    content["files"].append({"path": "files/x", "id": "x", "event": {}})


EDITS: dict[str, tuple[Callable[[Content], Any], str]] = {
    "a word of nobody at the top": (lambda c: c.update(verdict="PROVEN"), "ADDED: ['verdict']"),
    "a word of nobody in an event": (lambda c: c["events"][1].update(translation="guilty"), "ADDED: ['translation']"),
    "true for one": (lambda c: c.update(first=True), "ADDED: ['first']"),
    "a fraction for one": (lambda c: c.update(first=1.0), "DAMAGED"),
    "said to be an extract": (lambda c: c.update(is_whole=False), "LEFT OUT"),
    "a file that is not there": (twice_named, "NOT PROVEN"),
    "the same file twice": (lambda c: c["files"].append(c["files"][0]), "FILES LEFT OUT OR ADDED"),
    "two events under each other's positions": (
        lambda c: [event.update({key: c["events"][3 - n][key] for key in ("head", "commit")}) for n, event in list(enumerate(c["events"]))[1:3]],
        "NOT IN THE SIGNED LOG",
    ),
    "numbered anew": (lambda c: [event.update(pseq=event["pseq"] - 1) for event in c["events"][1:]], "NOT IN THE SIGNED LOG"),
    "the last dropped, its count with it": (lambda c: c.update(events=c["events"][:-1], count=c["count"] - 1), "LEFT OUT"),
    "a statement without a signature and without end": (lambda c: c.update(keys=["a b\n" * 24_000] * 90, witnesses=[]), "PROVEN"),
}


def test_every_edit_is_named(clinic: Workshop, honest: Content, members: Members, tmp_path: Path) -> None:
    seen = {}
    for attack, (edit, words) in EDITS.items():
        content = json.loads(json.dumps(honest))
        edit(content)
        started = time.monotonic()
        code, said = verdict(tmp_path, archive_of({**members, "bundle.json": json.dumps(content).encode()}), clinic.key.vkey)
        if (code, words in said, "Traceback" in said) != (int(words != "PROVEN"), True, False) or time.monotonic() - started > 20:
            seen[attack] = said
    assert not seen


def test_a_file_bears_the_name_that_the_clinic_gave_it(clinic: Workshop, honest: Content, members: Members, tmp_path: Path) -> None:
    for name in ("tooth-26-" + PICTURE_PATH[6:], "lies" + PICTURE_PATH[9:], PICTURE_PATH[6:10] + "signed" + PICTURE_PATH[9:]):
        honest["files"][0]["path"] = f"files/{name}"
        renamed = {f"files/{name}": PICTURE, "bundle.json": json.dumps(honest).encode()}
        code, said = verdict(tmp_path, archive_of({**{n: m for n, m in members.items() if n != PICTURE_PATH}, **renamed}), clinic.key.vkey)
        assert (code, "FOREIGN FILE" in said) == (1, True), said


def test_a_stamp_is_no_command(clinic: Workshop, honest: Content, members: Members, tmp_path: Path) -> None:
    """The script prints a command with the stamp's name in it."""
    stamp = "tsa/$(reboot).tsr"
    honest["witnesses"][0]["stamp"] = stamp
    token = b"0\x82" + sha(honest["witnesses"][0]["note"].encode())
    code, said = verdict(tmp_path, archive_of({**members, stamp: token, "bundle.json": json.dumps(honest).encode()}), clinic.key.vkey)
    assert (code, "TIME STAMP" in said) == (1, True), said


def packed(members: Members, **entries: dict[str, Any]) -> bytes:
    """An archive made by hand, each part of whose headers may say what it likes."""
    body, directory = b"", b""
    for path, data in members.items():
        odd = entries.get(path.partition(".")[0], {})
        deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
        content = deflate.compress(odd.get("content", data)) + deflate.flush()
        extra, inner = odd.get("extra", b""), odd.get("name", path).encode()
        at, said = len(body), odd.get("says", data)
        sizes = (zlib.crc32(data), len(content), len(data))
        body += struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 8, 0, 33, zlib.crc32(said), len(content), len(said), len(inner), len(extra))
        body += inner + extra + content + odd.get("behind", b"")
        lengths = (len(path.encode()), len(extra), len(odd.get("comment", b"")))
        directory += struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, odd.get("flags", 0), 8, 0, 33, *sizes, *lengths, 0, 0, 0, at)
        directory += path.encode() + extra + odd.get("comment", b"")
    count = len(members)
    return body + directory + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, len(directory), len(body), 0)


def with_a_comment(archive: bytes) -> bytes:
    target = BytesIO(archive)
    with zipfile.ZipFile(target, "a") as opened:
        opened.comment = b"PROVEN by the court"
    return target.getvalue()


def with_two_directories(members: Members) -> bytes:
    """The end names the forged directory, a record of zip64 before it the honest one."""
    honest, forged = archive_of(members), archive_of({**members, "record.pdf": b"%PDF forgery"})
    (length, start), (forged_length, forged_start) = (struct.unpack("<II", archive[-10:-2]) for archive in (honest, forged))
    shifted, at = bytearray(forged[forged_start : forged_start + forged_length]), 0
    while (at := shifted.find(b"PK\1\2", at)) >= 0:
        shifted[at + 42 : at + 46] = struct.pack("<I", struct.unpack("<I", shifted[at + 42 : at + 46])[0] + start)
        at += 4
    count, where = len(members), start + forged_start + forged_length
    record = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, count, count, length, where)
    record += struct.pack("<IIQI", 0x07064B50, 0, where + length, 1)
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, forged_length, start + forged_start, 0)
    return honest[:start] + forged[:forged_start] + bytes(shifted) + honest[start : start + length] + record + end


def a_crowd() -> bytes:
    names = b"".join(struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, *[0] * 7, 7, *[0] * 6) + b"%07x" % n for n in range(400_000))
    return names + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 65535, 65535, len(names), 0, 0)


LONGER = PAGES + b"\n%an update that a reader of PDF shows instead"
HIDDEN = struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 0, 0, 33, zlib.crc32(LONGER), len(LONGER), len(LONGER), 10, 0) + b"record.pdf" + LONGER
UNICODE = struct.pack("<HHBI", 0x7075, 15, 1, zlib.crc32(b"README.txt")) + b"record.pdf"
ARCHIVES: dict[str, Callable[[Members], bytes]] = {
    "a script before it": lambda m: b"#!/bin/sh\nreboot\n" + archive_of(m),
    "another archive before it": lambda m: archive_of({"record.pdf": LONGER}) + archive_of(m),
    "bytes behind it": lambda m: archive_of(m) + LONGER,
    "a comment": lambda m: with_a_comment(archive_of(m)),
    "two directories": with_two_directories,
    "four hundred thousand names": lambda m: a_crowd(),
    "a longer record, as the header before it says": lambda m: packed(m, record={"content": LONGER, "says": LONGER}),
    "a longer record than any header says": lambda m: packed(m, record={"content": LONGER}),
    "a gigabyte behind the record": lambda m: packed(m, record={"content": PAGES + bytes(2**30)}),
    "a letter that calls itself the record": lambda m: packed(m, README={"name": "record.pdf"}),
    "a letter that calls itself the record in Unicode": lambda m: packed(m, README={"extra": UNICODE}),
    "a record that the directory does not name": lambda m: packed(m, checkpoint={"behind": HIDDEN}),
    "a comment in the directory": lambda m: packed(m, record={"comment": b"PK\1\2"}),
    "a letter under a password": lambda m: packed(m, README={"flags": 1}),
    "flags that only the directory has": lambda m: packed(m, README={"flags": 2048}),
}


def test_an_archive_is_the_same_for_every_program(clinic: Workshop, members: Members, tmp_path: Path) -> None:
    """Some read the directory at its end, others what stands before each file: a record of the one is not to be proven by the other."""
    assert verdict(tmp_path, packed(members), clinic.key.vkey)[0] == 0
    seen = {}
    for attack, make in ARCHIVES.items():
        archive, started = make(members), time.monotonic()
        code, said = verdict(tmp_path, archive, clinic.key.vkey)
        if (code, said.startswith("NOT PROVEN. DAMAGED"), "Traceback" in said) != (1, True, False) or time.monotonic() - started > 20:
            seen[attack] = said
    assert not seen


def test_large_files_are_packed_as_large_ones_and_proven(clinic: Workshop, members: Members, tmp_path: Path) -> None:
    """As `bundle.write` packs what it streams: with the sizes of zip64, whatever the size."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in members.items():
            with archive.open(path, "w", force_zip64=True) as entry:
                entry.write(data)
    code, said = verdict(tmp_path, target.getvalue(), clinic.key.vkey)
    assert code == 0, said


def test_wrong_signatures_do_not_keep_an_expert_waiting(clinic: Workshop, honest: Content, members: Members, tmp_path: Path) -> None:
    text, _, tail = honest["witnesses"][0]["note"].rpartition("\n\n")
    wrong = clinic.key.line("another text\n")
    honest["witnesses"] = [{**honest["witnesses"][0], "note": f"{text}\n\n{wrong * 600}{tail}"}] * 60
    code, said = verdict(tmp_path, archive_of({**members, "bundle.json": json.dumps(honest).encode()}), clinic.key.vkey, seconds=20)
    assert (code, "SIGNATURE" in said) == (1, True), said


def test_a_key_is_not_read_from_a_file_of_its_name(clinic: Workshop, tmp_path: Path) -> None:
    """An archive taken out beside the script may bring such a file."""
    forged = a_life(Workshop(key=THIEF))
    archive = archive_of(members_of(forged, forged.bundle(request=forged.ask(), closing=forged.close())))
    path = tmp_path / clinic.key.vkey
    path.parent.mkdir(parents=True)
    path.write_text(THIEF.vkey)
    (tmp_path / "evidence.zip").write_bytes(archive)
    shutil.copy(VERIFIER, tmp_path / "verify.py")
    command = ["python3", "-I", "verify.py", "evidence.zip", "--key", clinic.key.vkey]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, "SIGNATURE" in done.stderr) == (1, True), done


def test_what_cannot_be_known_is_said(clinic: Workshop, honest: Content, members: Members, tmp_path: Path) -> None:
    forged = {"README.txt": b"send money", "verify.py": b"print('PROVEN')", "bundle.json": json.dumps({**honest, "witnesses": []}).encode()}
    code, said = verdict(tmp_path, archive_of({**members, **forged}), clinic.key.vkey)
    assert code == 0, said
    assert "README.txt and verify.py inside are not proven" in said
    assert "whether this key was declared stolen, ask the witnesses" in said
    assert "continues what 0 witnesses keep" in said
    assert "are here. Counted on 2026-03-01T10:00:00+00:00." in said
