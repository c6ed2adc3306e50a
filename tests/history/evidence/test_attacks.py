"""What an opponent with time would do to an evidence file, to its archive, and to a clinic that lies with its own key."""

import ast
import base64
import bz2
import hashlib
import io
import json
import os
import shutil
import struct
import subprocess
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clinic.history.evidence.bundle import VERIFIER
from clinic.history.sealing import merkle, notes
from tests.history.evidence.workshop import (
    FILE,
    OTHER,
    PAGES,
    PATIENT,
    PICTURE,
    Key,
    Workshop,
    a_life,
    archive_of,
    audit_path,
    consistency,
    members_of,
    note,
    sha,
    tree_hash,
    verdict,
)

Content = dict[str, Any]
Members = dict[str, bytes]
PICTURE_PATH = f"files/001-{sha(PICTURE).hex()[:12]}.png"


@pytest.fixture
def clinic() -> Workshop:
    return a_life(Workshop())


@pytest.fixture
def honest(clinic: Workshop) -> Content:
    request = clinic.ask()
    closing = clinic.close()
    content = clinic.bundle(request=request, closing=closing)
    content["witnesses"] = [clinic.witness(5)]
    return content


def test_a_second_opinion_on_the_tree_agrees_at_every_size() -> None:
    leaves = [f"leaf {number}".encode() for number in range(70)]
    hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
    for size in range(1, 71):
        node = merkle.nodes_over(hashes[:size])
        assert merkle.root_of(hashes[:size]) == merkle.root(size, node) == tree_hash(leaves[:size])
        for index in range(0, size, 3):
            assert merkle.inclusion_proof(index, size, node) == audit_path(index, leaves[:size])
        for first in range(1, size + 1, 4):
            assert merkle.consistency_proof(first, size, node) == consistency(first, leaves[:size])


def test_notes_are_those_of_the_specification_byte_for_byte() -> None:
    """Text, empty line, em dash, name, base64 of the key's id and the signature; cosignatures of others and keys of later kinds stay beside it."""
    mine, witness = Key("clinic-history/x", bytes(32)), Key("witness.example/w1", bytes([1] * 32))
    signer = notes.KeySigner("clinic-history/x", bytes(32))
    text = "clinic-history/x/1\n3\n" + base64.b64encode(bytes(32)).decode() + "\ntime 2026-03-01T10:00:00.000+00:00\n"
    assert signer.vkey == mine.vkey
    assert notes.sign(text, [signer]) == note(text, mine)
    stamped = base64.b64encode(witness.id + struct.pack(">Q", 1_772_000_000) + bytes(64)).decode()
    later = base64.b64encode(bytes(4) + bytes(4627)).decode()
    cosigned = note(text, witness, mine) + f"\u2014 {witness.name} {stamped}\n\u2014 pq.example/{'n' * 40} {later}\n" * 8
    assert notes.open_checkpoint(cosigned, mine.vkey).size == 3
    with pytest.raises(notes.BadNote):
        notes.open_checkpoint(note(text, witness), mine.vkey)


def test_the_hand_made_bundle_is_proven(clinic: Workshop, honest: Content, tmp_path: Path) -> None:
    code, said = verdict(tmp_path, archive_of(members_of(clinic, honest)), clinic.key.vkey)
    assert code == 0, said
    assert "PROVEN: 7 events and 1 files" in said
    assert "1 witnesses keep, as the clinic says: ask them." in said
    assert "Note: ask w itself for what it keeps: 5 events, root " in said, "a witness that the clinic invented is no more than its word"
    assert "Note: Орлова asked for this evidence on 2026-03-01T10:00:00+00:00: claim." in said


def test_a_witness_named_twice_is_one_witness(clinic: Workshop, honest: Content, tmp_path: Path) -> None:
    honest["witnesses"] *= 3
    code, said = verdict(tmp_path, archive_of(members_of(clinic, honest)), clinic.key.vkey)
    assert (code, "continues what 1 witnesses keep" in said) == (0, True), said


def forge_body(event: Content, salt: Any, body: Any) -> None:
    event["salt"], event["body"] = salt, json.dumps(body)


def lie_in_the_request(content: Content) -> None:
    forge_body(content["request"], "", {"files": [], "pdf": sha(PAGES).hex()})
    content["files"] = []


def withheld(event: Content) -> None:
    event["salt"] = event["body"] = None


def deep(content: Content) -> None:
    nested: Any = []
    for _ in range(900):
        nested = [nested]
    content["events"][0]["proof"] = nested


EDITS: dict[str, tuple[Callable[[Content], Any], str]] = {
    "a salt that is empty hides another body": (lambda c: forge_body(c["events"][2], "", {"note": "forged"}), "CONTENT ALTERED"),
    "a salt that is zero hides another body": (lambda c: forge_body(c["events"][2], 0, {"note": "forged"}), "DAMAGED"),
    "no salt, another body": (lambda c: forge_body(c["events"][2], None, {"note": "forged"}), "CONTENT WITHHELD"),
    "the closing's count forged under an empty salt": (
        lambda c: forge_body(c["closing"], "", {"patients": 1, "map": sha(b"\0" + f"{PATIENT} 5".encode()).hex()}),
        "CONTENT ALTERED",
    ),
    "the closing's content gone": (lambda c: withheld(c["closing"]), "CONTENT WITHHELD"),
    "the request forged under an empty salt": (lie_in_the_request, "CONTENT ALTERED"),
    "the picture's row forged under an empty salt": (lambda c: forge_body(c["files"][0]["event"], "", {"id": FILE}), "CONTENT ALTERED"),
    "the end cut, said to be an extract": (lambda c: c.update(events=c["events"][:-2], is_whole=False), "LEFT OUT"),
    "everything cut, said to be an extract": (lambda c: c.update(events=[], is_whole=False), "LEFT OUT"),
    "no events": (lambda c: c.update(events=[]), "LEFT OUT"),
    "an event as the closing": (lambda c: c.update(closing=c["events"][-1]), "FOREIGN"),
    "an event as the request": (lambda c: c.update(request=c["events"][0]), "FOREIGN"),
    "an event as the picture's row": (lambda c: c["files"][0].update(event=c["events"][-2]), "FOREIGN"),
    "a picture's name that leaves the folder": (lambda c: c["files"][0].update(path="../../" + PICTURE_PATH), "FILES ADDED"),
    "a picture under another picture's name": (lambda c: c["files"][0].update(path="files/001-0123456789ab.png"), "FOREIGN FILE"),
    "a picture in the name of the timeline": (lambda c: c["files"][0].update(path="record.pdf"), "FOREIGN FILE"),
    "numbers longer than memory": (lambda c: c.update(first=10**4000), "DAMAGED"),
    "not a number": (lambda c: c.update(first=float("nan"), events=[]), "DAMAGED"),
    "infinite": (lambda c: c["events"][0].update(pos=float("inf")), "DAMAGED"),
    "a position below nothing": (lambda c: c["events"][0].update(pos=-1), "NOT IN THE SIGNED LOG"),
    "a position that is true": (lambda c: c["events"][1].update(pos=True), "NOT IN THE SIGNED LOG"),
    "half numbers": (lambda c: c["events"][0].update(pseq=1.0), "NOT IN THE SIGNED LOG"),
    "nested": (deep, "DAMAGED"),
    "lone surrogates": (lambda c: c["events"][0].update(head="\ud800"), "DAMAGED"),
    "another normal form of the same letters": (
        lambda c: c["events"][0].update(body=c["events"][0]["body"].replace("й", "и\u0306").replace("а", "a")),
        "CONTENT ALTERED",
    ),
    "events as a mapping": (lambda c: c.update(events={"0": c["events"][0]}), "DAMAGED"),
    "keys that are no notes": (lambda c: c.update(keys=[1]), "DAMAGED"),
    "a witness without a note": (lambda c: c.update(witnesses=[{"witness": "court"}]), "DAMAGED"),
    "a witness whose note is another's": (lambda c: c["witnesses"][0].update(note=c["witnesses"][0]["note"].replace("\n5\n", "\n6\n")), "SIGNATURE"),
    "a witness's proof cut": (lambda c: c["witnesses"][0]["proof"].pop(), "REWRITTEN"),
    "a crowd of witnesses": (lambda c: c.update(witnesses=c["witnesses"] * 100_000), "TOO LARGE"),
    "a stamp that is not there": (lambda c: c["witnesses"][0].update(stamp="tsa/1.tsr"), "DAMAGED"),
    "a picture passed off as a stamp": (lambda c: c["witnesses"][0].update(stamp=PICTURE_PATH), "TIME STAMP"),
    "signs that write over the verdict": (lambda c: c.update(closing={"pos": "\x1b[2K\rPROVEN", "head": "", "commit": "", "pseq": 0}), "NOT PROVEN"),
}


def test_every_edit_of_the_bundle_is_named_at_once(clinic: Workshop, honest: Content, tmp_path: Path) -> None:
    seen = {}
    for attack, (edit, words) in EDITS.items():
        content = json.loads(json.dumps(honest))
        edit(content)
        members = {**members_of(clinic, honest), "bundle.json": json.dumps(content).encode()}
        started = time.monotonic()
        code, said = verdict(tmp_path, archive_of(members), clinic.key.vkey)
        if (code, said.startswith("NOT PROVEN. "), words in said, "Traceback" in said, "\x1b" in said) != (1, True, True, False, False):
            seen[attack] = said
        assert time.monotonic() - started < 20, attack
    assert not seen


def tail_cut_with_an_older_closing(clinic: Workshop) -> Content:
    """All of it genuine: the events before a closing of long ago, that closing, today's request and today's checkpoint."""
    counts = dict(clinic.counts)
    closing = clinic.close()
    clinic.add("A", "charting_visitaddendum", {"text": "the tooth was the wrong one"}, patient=PATIENT)
    return clinic.bundle(request=clinic.ask(), closing=closing, counts=counts)


def closing_by_the_application(clinic: Workshop) -> Content:
    """Whoever owns the application may note prints and looks: one of them says what a closing says."""
    request = clinic.ask()
    counts = {**clinic.counts, PATIENT: 3}
    return clinic.bundle(request=request, closing=clinic.close(counts, op="P"), counts=counts, last=3)


def request_of_another_patient(clinic: Workshop) -> Content:
    body = {"files": [sha(PICTURE).hex()], "pdf": sha(PAGES).hex(), "reason": "claim"}
    return clinic.bundle(request=clinic.add("P", "evidence", body, patient=OTHER), closing=clinic.close())


def extract_cut(clinic: Workshop) -> Content:
    request = clinic.ask(since="2026-02-01", until="2026-04-01", events=7)
    return clinic.bundle(request=request, closing=clinic.close(), first=2, last=5)


LIES: dict[str, tuple[Callable[[Workshop], Content], str]] = {
    "tail cut with an older closing": (tail_cut_with_an_older_closing, "LEFT OUT: the closing is older"),
    "a closing that the application noted": (closing_by_the_application, "FOREIGN"),
    "a request of another patient": (request_of_another_patient, "FOREIGN"),
    "an extract whose end was cut": (extract_cut, "LEFT OUT: the period had 7 events"),
}


@pytest.mark.parametrize("lie", LIES)
def test_genuine_parts_put_together_to_lie_are_named(clinic: Workshop, tmp_path: Path, lie: str) -> None:
    make, words = LIES[lie]
    content = make(clinic)
    code, said = verdict(tmp_path, archive_of(members_of(clinic, content)), clinic.key.vkey)
    assert (code, words in said) == (1, True), said


def test_an_extract_of_its_period_is_proven(clinic: Workshop, tmp_path: Path) -> None:
    request = clinic.ask(since="2026-02-01", until="2026-04-01", events=4)
    content = clinic.bundle(request=request, closing=clinic.close(), first=2, last=5)
    code, said = verdict(tmp_path, archive_of(members_of(clinic, content)), clinic.key.vkey)
    told = "AN EXTRACT ONLY, from 2026-02-01 to 2026-04-01; those next to it are not shown to lie outside of it."
    assert (code, f"{told} NOT SHOWN, BUT EXISTING: 1 earlier events, 2 later ones." in said) == (0, True), said


def a_year(clinic: Workshop, first: int, last: int, **edits: Any) -> Members:
    """An extract of March to May of a patient with an event in every month, as the clinic would like to cut it."""
    for month in range(1, 10):
        clinic.add("U", "patients_patient", {"note": month}, patient=PATIENT, at=f"2026-{month:02}-15T10:00:00.000000+00:00")
    request = clinic.ask(files=[], since="2026-03-01T00:00:00.000000+00:00", until="2026-06-01T00:00:00.000000+00:00")
    content = clinic.bundle(request=request, closing=clinic.close(), first=first, last=last) | edits
    own = [event for event in clinic.events if json.loads(event["head"])["patient"] == PATIENT]
    beside = {"before": own[first - 2], "after": own[last]}
    bare = {name: {**clinic.proven(event["pos"]), "salt": None, "body": None} for name, event in beside.items()}
    return members_of(clinic, {**content, **bare, "files": [], **edits})


def test_an_extract_says_how_much_exists_outside_of_its_period(tmp_path: Path) -> None:
    clinic = Workshop()
    code, said = verdict(tmp_path, archive_of(a_year(clinic, 3, 5)), clinic.key.vkey)
    assert code == 0, said
    assert "PROVEN: 3 events" in said
    assert "those next to it lie outside of it. NOT SHOWN, BUT EXISTING: 2 earlier events, 5 later ones." in said


@pytest.mark.parametrize(("first", "last", "missing"), [(4, 5, 3), (3, 4, 5)])
def test_an_extract_narrower_than_its_period_is_named(tmp_path: Path, first: int, last: int, missing: int) -> None:
    clinic = Workshop()
    code, said = verdict(tmp_path, archive_of(a_year(clinic, first, last)), clinic.key.vkey)
    assert (code, f"LEFT OUT: event {missing} of this patient lies in the period" in said) == (1, True), said


def test_without_the_events_next_to_it_an_extract_proves_nothing_of_its_ends(tmp_path: Path) -> None:
    clinic = Workshop()
    code, said = verdict(tmp_path, archive_of(a_year(clinic, 4, 5, before=None)), clinic.key.vkey)
    assert (code, "are not shown to lie outside of it" in said) == (0, True), said


def raw_zip(members: Members, **fields: Any) -> bytes:
    """An archive whose every entry gets these fields of ZipInfo."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            for key, value in fields.items():
                setattr(entry, key, value)
            archive.writestr(entry, data)
    return target.getvalue()


def lying_about_size(archive: bytes, name: str, size: int) -> bytes:
    """The directory says that the entry is small; what is packed in it is not."""
    at = archive.rindex(b"PK\x01\x02", 0, archive.rindex(name.encode()))
    return archive[: at + 24] + struct.pack("<I", size) + archive[at + 28 :]


ARCHIVES: dict[str, tuple[Callable[[Members], bytes], str]] = {
    "empty": (lambda m: b"", "DAMAGED"),
    "no archive": (lambda m: os.urandom(5000), "DAMAGED"),
    "nothing inside": (lambda m: archive_of({}), "DAMAGED"),
    "without its list": (lambda m: archive_of({name: data for name, data in m.items() if name != "bundle.json"}), "no item named 'bundle.json'"),
    "without its checkpoint": (lambda m: archive_of({name: data for name, data in m.items() if name != "checkpoint.txt"}), "'checkpoint.txt'"),
    "without its picture": (lambda m: archive_of({name: data for name, data in m.items() if name != PICTURE_PATH}), "no item named 'files/"),
    "without its timeline": (lambda m: archive_of({name: data for name, data in m.items() if name != "record.pdf"}), "no item named 'record.pdf'"),
    "cut in the middle": (lambda m: archive_of(m)[: len(archive_of(m)) // 2], "DAMAGED"),
    "one byte turned": (lambda m: archive_of(m).replace(b"PK\x03\x04", b"PK\x03\x05", 1), "DAMAGED"),
    "a picture more": (lambda m: archive_of({**m, "files/002-forged.png": b"forged"}), "FILES ADDED: files/002-forged.png"),
    "a letter more": (lambda m: archive_of({**m, "ЧИТАЙ МЕНЯ.txt": b"forged"}), "FILES ADDED"),
    "a path out of the folder": (lambda m: archive_of({**m, "../../etc/passwd": b"x"}), "MADE TO MISLEAD"),
    "a path from the root": (lambda m: archive_of({**m, "/etc/passwd": b"x"}), "MADE TO MISLEAD"),
    "a path of another system": (lambda m: archive_of({**m, "C:\\boot.ini": b"x"}), "MADE TO MISLEAD"),
    "links instead of files": (lambda m: raw_zip(m, external_attr=0o120777 << 16), "MADE TO MISLEAD"),
    "folders instead of files": (lambda m: archive_of({**m, "files/": b""}), "MADE TO MISLEAD"),
    "packed in a way that cannot be measured": (lambda m: raw_zip(m, compress_type=zipfile.ZIP_BZIP2), "MADE TO MISLEAD"),
    "a list larger than it says": (
        lambda m: lying_about_size(archive_of({**m, "bundle.json": b'{"a":"' + b" " * 2**30 + b'"}'}), "bundle.json", 100),
        "DAMAGED",
    ),
    "a list of nothing, a million times": (lambda m: archive_of({**m, "bundle.json": b"[" + b"[]," * 30_000_000 + b"[]]"}), "TOO LARGE"),
    "a list a million deep": (lambda m: archive_of({**m, "bundle.json": b"[" * 1_000_000}), "DAMAGED"),
    "a list of one endless number": (lambda m: archive_of({**m, "bundle.json": b'{"first": ' + b"9" * 3_000_000 + b"}"}), "DAMAGED"),
    "a checkpoint without end": (lambda m: archive_of({**m, "checkpoint.txt": b"\n9" * 5_000_000}), "NOT PROVEN"),
    "two lists": (lambda m: archive_of({**m, "bundle.json": m["bundle.json"].rstrip() + m["bundle.json"]}), "DAMAGED"),
    "double names deep inside": (
        lambda m: archive_of({**m, "bundle.json": m["bundle.json"].replace(b'"salt":', b'"salt": "", "salt":', 1)}),
        "DOUBLE NAMES",
    ),
    "in another encoding": (lambda m: archive_of({**m, "bundle.json": m["bundle.json"].decode().encode("utf-16")}), "DAMAGED"),
}


def test_every_archive_made_to_mislead_is_named_at_once(clinic: Workshop, honest: Content, tmp_path: Path) -> None:
    seen = {}
    for attack, (make, words) in ARCHIVES.items():
        archive = make(members_of(clinic, honest))
        started = time.monotonic()
        code, said = verdict(tmp_path, archive, clinic.key.vkey)
        if (code, said.startswith("NOT PROVEN. "), words in said, "Traceback" in said) != (1, True, True, False):
            seen[attack] = said
        assert time.monotonic() - started < 20, attack
    assert not seen


def test_a_key_in_any_state_of_repair(clinic: Workshop, honest: Content, tmp_path: Path) -> None:
    """From a file or from the command line; a broken one is told from a broken archive; a key inside the archive is never taken."""
    archive, vkey = archive_of(members_of(clinic, honest)), clinic.key.vkey
    paper = tmp_path / "key.txt"
    paper.write_text(f"{vkey}\n")
    assert verdict(tmp_path, archive, str(paper))[0] == 0
    broken = ["", "x", "a+b+c", vkey[:-3], vkey.swapcase(), vkey.replace("+", " "), str(tmp_path), "ы" * 40, vkey[:30] + "+" + vkey[31:]]
    for key in broken:
        code, said = verdict(tmp_path, archive, key)
        assert (code, said[:12], "Traceback" in said) == (1, "NOT PROVEN. ", False), (key, said)
    paper.write_bytes(os.urandom(2000))
    assert verdict(tmp_path, archive, str(paper))[0] == 1
    thief = Key(clinic.key.name, bytes([7] * 32))
    members = {**members_of(clinic, honest), "checkpoint.txt": clinic.checkpoint(key=thief).encode()}
    assert "SIGNATURE" in verdict(tmp_path, archive_of({**members, "key.txt": thief.vkey.encode()}), vkey)[1]


def test_after_a_rotation_either_paper_checks_all_of_it(clinic: Workshop, tmp_path: Path) -> None:
    """A witness that was last told before the rotation keeps a note of the older key."""
    before, later = clinic.key, Key(clinic.key.name, bytes([9] * 32))
    size = len(clinic.leaves)
    clinic.statements = [note(f"{before.name} key\nrotate\nold {before.vkey}\nnew {later.vkey}\nsize {size}\ntime t\n", before, later)]
    clinic.key = later
    content = clinic.bundle(request=clinic.ask(), closing=clinic.close())
    content["witnesses"] = [clinic.witness(5, key=before, name="a"), clinic.witness(size, key=before, name="b"), clinic.witness(size + 1)]
    archive = archive_of(members_of(clinic, content))
    for paper in (before, later):
        code, said = verdict(tmp_path, archive, paper.vkey)
        assert (code, "3 witnesses" in said) == (0, True), said
    thief = Key(before.name, bytes([5] * 32))
    for statement in (
        note(f"{before.name} key\nrotate\nold {thief.vkey}\nnew {later.vkey}\nsize {size}\ntime t\n", thief),
        note(f"{before.name} key\nrotate\nold {later.vkey}\nnew {thief.vkey}\nsize 1\ntime t\n", thief),
    ):
        content["keys"] = [statement, *clinic.statements]
        content["witnesses"] = [clinic.witness(5, key=thief)]
        assert "SIGNATURE" in verdict(tmp_path, archive_of(members_of(clinic, content)), later.vkey)[1]


def test_the_stamp_is_over_the_note_of_its_witness(clinic: Workshop, honest: Content, tmp_path: Path) -> None:
    honest["witnesses"][0]["stamp"] = "tsa/01-5.tsr"
    members = {**members_of(clinic, honest), "tsa/01-5.tsr": b"0\x82" + hashlib.sha256(honest["witnesses"][0]["note"].encode()).digest() + b"..."}
    code, said = verdict(tmp_path, archive_of(members), clinic.key.vkey)
    assert (code, "openssl ts -verify -token_in -in tsa/01-5.tsr" in said) == (0, True), said
    members["tsa/01-5.tsr"] = b"0\x82" + bytes(32)
    assert "TIME STAMP: tsa/01-5.tsr" in verdict(tmp_path, archive_of(members), clinic.key.vkey)[1]


def receipt_of(clinic: Workshop, pos: int) -> str:
    packed = zlib.compress(json.dumps({"event": clinic.proven(pos), "note": clinic.checkpoint()}).encode())
    return "DCR1." + base64.b32encode(packed).decode().rstrip("=")


def test_receipts(clinic: Workshop, tmp_path: Path) -> None:
    """Only signatures and addenda have one; bombs, other people's and altered ones are named."""
    signed = clinic.add("S", "treatment_plans_document", {"sha256": "ab" * 32}, patient=PATIENT)
    printed = clinic.add("P", "receipt", {"sha256": "cd" * 32}, patient=PATIENT)
    foreign = clinic.add("S", "treatment_plans_document", {"sha256": "ef" * 32}, patient=OTHER)
    archive = archive_of(members_of(clinic, clinic.bundle(request=clinic.ask(), closing=clinic.close())))
    vkey = clinic.key.vkey
    code, said = verdict(tmp_path, archive, vkey, "--receipt", receipt_of(clinic, signed))
    assert (code, "What was signed has SHA-256 abababab" in said) == (0, True), said
    assert verdict(tmp_path, None, vkey, "--receipt", receipt_of(clinic, signed))[0] == 0
    assert "FOREIGN" in verdict(tmp_path, None, vkey, "--receipt", receipt_of(clinic, printed))[1]
    assert "DISAGREE" in verdict(tmp_path, archive, vkey, "--receipt", receipt_of(clinic, foreign))[1]
    forged = clinic.proven(signed)
    forged["salt"], forged["body"] = "", json.dumps({"sha256": "00" * 32})
    bomb = zlib.compress(b"[" * 50_000_000)
    for content in (json.dumps({"event": forged, "note": clinic.checkpoint()}).encode(), b"{}", b"", b'{"event": NaN}'):
        text = "DCR1." + base64.b32encode(zlib.compress(content)).decode()
        assert verdict(tmp_path, None, vkey, "--receipt", text)[0] == 1
    paper = tmp_path / "receipt"
    for data in (b"DCR1." + base64.b32encode(bomb), os.urandom(3000), b"\xff\xfe\x00", b""):
        paper.write_bytes(data)
        code, said = verdict(tmp_path, None, vkey, "--receipt", str(paper))
        assert (code, said[:12], "Traceback" in said) == (1, "NOT PROVEN. ", False), said
    assert verdict(tmp_path, None, vkey)[0] == 1


def test_the_words_come_out_on_any_screen(clinic: Workshop, honest: Content, tmp_path: Path) -> None:
    path = tmp_path / "evidence.zip"
    path.write_bytes(archive_of(members_of(clinic, honest)))
    command = ["python3", str(VERIFIER), str(path), "--key", clinic.key.vkey]
    done = subprocess.run(command, capture_output=True, check=False, env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert (done.returncode, done.stderr) == (0, b"")


def old_python() -> str | None:
    """An interpreter of 3.8, where the machine has one."""
    known = [shutil.which("python3.8"), *map(str, Path("~/.pyenv/versions").expanduser().glob("3.8*/bin/python3.8"))]
    return next((path for path in known if path and not subprocess.run([path, "-c", ""], capture_output=True, check=False).returncode), None)


def test_it_runs_on_python_3_8(clinic: Workshop, honest: Content, tmp_path: Path) -> None:
    source = VERIFIER.read_text()
    ast.parse(source, feature_version=(3, 8))
    assert len(source.splitlines()) <= 200
    assert max(map(len, source.splitlines())) <= 150
    if python := old_python():
        archive = archive_of(members_of(clinic, honest))
        assert verdict(tmp_path, archive, clinic.key.vkey, python=python)[0] == 0
        assert verdict(tmp_path, archive[:-300], clinic.key.vkey, python=python)[1].startswith("NOT PROVEN. DAMAGED")


def test_a_bomb_of_bzip2_is_never_opened(clinic: Workshop, honest: Content, tmp_path: Path) -> None:
    """bzip2 unpacks without a bound: a kilobyte becomes gigabytes before anybody can count."""
    blocks = bz2.compress(bytes(900_000 * 40)) * 200
    entry = struct.pack("<IHHHHHIIIHH", 0x04034B50, 46, 0, 12, 0, 0, 0, len(blocks), 100, 11, 0) + b"bundle.json" + blocks
    central = struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 46, 46, 0, 12, 0, 0, 0, len(blocks), 100, 11, 0, 0, 0, 0, 0, 0) + b"bundle.json"
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 1, 1, len(central), len(entry), 0)
    code, said = verdict(tmp_path, entry + central + end, clinic.key.vkey, seconds=20)
    assert (code, "MADE TO MISLEAD" in said) == (1, True), said
