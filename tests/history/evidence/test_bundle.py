"""The expert's script against an honest bundle and against everything that somebody might do to one."""

import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import transaction

from clinic.files.actions import store
from clinic.history.actions import record_print, record_view
from clinic.history.evidence import bundle
from clinic.history.sealing import keys, log, notes
from clinic.history.sealing.publishing import Publisher
from clinic.history.sealing.sequencer import Sequencer
from clinic.history.sealing.witnesses.authority import Authority
from clinic.patients.models import Patient
from tests.history.doors import SUPERUSER, connect
from tests.history.sealing.conftest import key_file, seq, sequencer
from tests.history.witnesses import tsa
from tests.patients.factories import make_patient

__all__ = ["key_file", "seq", "sequencer"]
pytestmark = pytest.mark.django_db(transaction=True)
Connection = psycopg.Connection[Any]
PICTURE, PAGES = b"\x89PNG picture", b"%PDF timeline"
Edit = Callable[[Any], None]


class Evidence:
    """One patient's bundle in memory, whose parts a test may change before it is checked."""

    def __init__(self, members: dict[str, bytes], vkey: str, folder: Path) -> None:
        self.members, self.vkey, self.path = members, vkey, folder / "evidence.zip"

    def edit(self, change: Edit) -> None:
        content = json.loads(self.members["bundle.json"])
        change(content)
        self.members["bundle.json"] = json.dumps(content).encode()

    def write(self) -> Path:
        with zipfile.ZipFile(self.path, "w") as archive:
            for name, data in self.members.items():
                archive.writestr(name, data)
        return self.path

    def check(self, *, vkey: str | None = None) -> tuple[int, str]:
        """Exit code and words of the script that lies inside, run as an expert would."""
        path = self.path if self.path.exists() else self.write()
        script = path.with_name("verify.py")
        script.write_bytes(bundle.VERIFIER.read_bytes())
        command = [sys.executable, "-I", str(script), str(path), "--key", vkey or self.vkey]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def patient() -> Patient:
    with transaction.atomic():
        return make_patient()


@pytest.fixture
def evidence(seq: Connection, sequencer: Sequencer, patient: Patient, tmp_path: Path) -> Evidence:
    """A patient with ten events and a picture, other people's events between them."""
    for number in range(8):
        with transaction.atomic():
            make_patient(f"Другой{number}")
            patient.source_detail = f"Замечание {number}"
            patient.save()
    sequencer.drain()
    with transaction.atomic():
        picture = store(content=PICTURE, media_type="image/png")
    record_view(patient_id=patient.pk, what="image", detail={"file": str(picture.pk)})
    return make(seq, sequencer, patient, tmp_path, [(picture, PICTURE)])


def make(seq: Connection, sequencer: Sequencer, patient: Patient, folder: Path, files: list[tuple[Any, bytes]], **options: Any) -> Evidence:
    body: dict[str, Any] = {"files": [file.sha256 for file, _ in files], "pdf": hashlib.sha256(PAGES).hexdigest(), "reason": "claim"}
    body["since"] = "2026-01-01T00:00:00.000000+00:00" if options else None
    request = record_print(what="evidence", patient_id=patient.pk, body=body)
    sequencer.drain()
    target = io.BytesIO()
    attachments = [bundle.Attachment(file.pk, f"{n:03}-{file.sha256[:12]}.png", io.BytesIO(data)) for n, (file, data) in enumerate(files, 1)]
    with zipfile.ZipFile(target, "w") as archive:
        bundle.write(seq, archive, bundle.frame(seq, patient.pk, request=request), attachments, **options)
        archive.writestr("record.pdf", PAGES)
    with zipfile.ZipFile(target) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    vkey = keys.current(seq)
    assert vkey
    return Evidence(members, vkey, folder)


def test_an_honest_bundle_is_proven(evidence: Evidence) -> None:
    code, said = evidence.check()
    assert code == 0, said
    assert "PROVEN: 11 events and 1 files" in said
    assert "ALL 11 events that the clinic had of this patient are here." in said


def test_it_shows_nothing_of_anybody_else(evidence: Evidence) -> None:
    text = evidence.members["bundle.json"].decode()
    assert "Замечание 3" in text
    assert "Другой" not in text


def swap(pair: tuple[int, int]) -> Edit:
    def change(content: Any) -> None:
        events = content["events"]
        events[pair[0]], events[pair[1]] = events[pair[1]], events[pair[0]]

    return change


def reword(content: Any) -> None:
    content["events"][3]["body"] = content["events"][3]["body"].replace("Замечание", "Ничего")


def backdate(content: Any) -> None:
    event = content["events"][4]
    event["head"] = re.sub('"at":"20..', '"at":"2021', event["head"])


def swap_proofs(content: Any) -> None:
    events = content["events"]
    events[2]["proof"], events[5]["proof"] = events[5]["proof"], events[2]["proof"]


def forget_the_beginning(content: Any) -> None:
    content["events"].pop(0)
    content["first"] = 2


def forget_the_end(content: Any) -> None:
    content["events"] = content["events"][:-2]
    content["count"] -= 2


ATTACKS: dict[str, tuple[Edit, str]] = {
    "body altered": (
        lambda content: content["events"][3].update(body=content["events"][3]["body"].replace("Замечание", "Ничего")),
        "CONTENT ALTERED",
    ),
    "middle left out": (lambda content: content["events"].pop(4), "LEFT OUT OR REORDERED"),
    "end left out": (lambda content: content["events"].pop(), "LEFT OUT: the clinic had 11 events"),
    "end left out and the count with it": (forget_the_end, "LEFT OUT: the signed count"),
    "beginning left out": (forget_the_beginning, "LEFT OUT: the clinic had 11 events"),
    "reordered": (swap((2, 6)), "LEFT OUT OR REORDERED"),
    "backdated": (backdate, "NOT IN THE SIGNED LOG"),
    "foreign proof": (swap_proofs, "NOT IN THE SIGNED LOG"),
    "proof shortened": (lambda content: content["events"][0]["proof"].pop(), "NOT IN THE SIGNED LOG"),
    "proof lengthened": (lambda content: content["events"][0]["proof"].append("00" * 32), "NOT PROVEN"),
    "another patient's name": (lambda content: content.update(patient="01a201f7-45be-73f5-b970-1b6cc074951d"), "FOREIGN"),
    "content withheld": (lambda content: content["events"][3].update(body=None, salt=None), "CONTENT WITHHELD"),
    "picture left out": (lambda content: content.update(files=[]), "FILES LEFT OUT"),
    "number forged": (lambda content: content["events"][3].update(pseq=5), "NOT IN THE SIGNED LOG"),
    "no closing": (lambda content: content.update(closing=content["events"][-1]), "FOREIGN"),
    "nothing in it": (lambda content: content.clear(), "DAMAGED"),
    "numbers as words": (lambda content: content["events"][0].update(pos="x"), "DAMAGED"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_changed_bundle_is_refused_and_named(evidence: Evidence, attack: str) -> None:
    change, words = ATTACKS[attack]
    evidence.edit(change)
    code, said = evidence.check()
    assert (code, words in said) == (1, True), said


def test_a_swapped_file_is_named(evidence: Evidence) -> None:
    name = next(name for name in evidence.members if name.startswith("files/"))
    evidence.members[name] = b"another picture"
    assert "FILE SWAPPED: files/" in evidence.check()[1]


def test_swapped_pages_are_named(evidence: Evidence) -> None:
    evidence.members["record.pdf"] = b"%PDF another story"
    assert "FILE SWAPPED: record.pdf" in evidence.check()[1]


def test_a_wrong_key_is_named_and_the_one_inside_is_never_taken(evidence: Evidence, seq: Connection) -> None:
    name = evidence.vkey.split("+")[0]
    thief = notes.KeySigner(name, bytes(32))
    text = evidence.members["checkpoint.txt"].decode().rpartition("\n\n")[0] + "\n"
    assert "SIGNATURE" in evidence.check(vkey=thief.vkey)[1]
    evidence.path.unlink()
    evidence.members["checkpoint.txt"] = notes.sign(text, [thief]).encode()
    evidence.edit(lambda content: content["keys"].append(notes.sign(f"{name} key\nrotate\nold {evidence.vkey}\nnew {thief.vkey}\nsize 0\n", [thief])))
    code, said = evidence.check()
    assert (code, "SIGNATURE" in said) == (1, True), said


def test_a_truncated_archive_is_named(evidence: Evidence) -> None:
    path = evidence.write()
    path.write_bytes(path.read_bytes()[:-400])
    assert "DAMAGED" in evidence.check()[1]


def test_double_names_and_bombs_are_named(evidence: Evidence) -> None:
    content = evidence.members["bundle.json"]
    evidence.members["bundle.json"] = b'{"first": 1, ' + content.lstrip()[1:]
    assert "DOUBLE NAMES" in evidence.check()[1]
    with zipfile.ZipFile(evidence.path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bundle.json", content)
        with archive.open("bomb", "w", force_zip64=True) as bomb:
            for _ in range(2100):
                bomb.write(bytes(2**20))
    assert "TOO LARGE" in evidence.check()[1]


def test_two_entries_of_one_name_are_named(evidence: Evidence) -> None:
    path = evidence.write()
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("bundle.json", b"{}")
    assert "TOO LARGE OR DOUBLE" in evidence.check()[1]


def test_an_old_key_on_paper_still_checks_what_a_later_one_signed(
    seq: Connection, sequencer: Sequencer, patient: Patient, tmp_path: Path, key_file: Path
) -> None:
    old = keys.current(seq)
    sequencer.drain()
    keys.rotate(seq, key_file)
    evidence = make(seq, sequencer, patient, tmp_path, [])
    assert evidence.check(vkey=old)[0] == 0
    assert evidence.check()[0] == 0


def test_a_stolen_key_vouches_for_nothing_later(evidence: Evidence) -> None:
    statement = f"log key\nrevoke\nrevoked {evidence.vkey}\nabove 5\nreason stolen\nsize 9\n\n"
    evidence.edit(lambda content: content["keys"].append(statement))
    assert "REVOKED" in evidence.check()[1]


def test_an_extract_says_that_it_is_one(seq: Connection, sequencer: Sequencer, patient: Patient, tmp_path: Path) -> None:
    for number in range(4):
        with transaction.atomic():
            patient.source_detail = f"Замечание {number}"
            patient.save()
    evidence = make(seq, sequencer, patient, tmp_path, [], first=2, last=4)
    code, said = evidence.check()
    assert code == 0, said
    assert "AN EXTRACT ONLY, from 2026-01-01T00:00:00.000000+00:00 to now; those next to it are not shown to lie outside of it." in said
    assert "NOT SHOWN, BUT EXISTING: 1 earlier events, 2 later ones." in said
    evidence.path.unlink()
    evidence.edit(lambda content: content["events"].pop(1))
    assert "LEFT OUT OR REORDERED" in evidence.check()[1]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not on this machine: no time-stamp authority to ask")
def test_the_stamp_of_an_authority_goes_along_and_openssl_reads_it(seq: Connection, sequencer: Sequencer, patient: Patient, tmp_path: Path) -> None:
    """With the very command that the script prints, and the authority's own root."""
    authority = tsa.Authority(tmp_path / "tsa-of-the-test")
    with tsa.serving(authority) as url:
        Publisher(lambda: connect("history_seq"), [Authority(url)], log.name(seq)).publish(sequencer.drain()[-1])
    evidence = make(seq, sequencer, patient, tmp_path, [])
    code, said = evidence.check()
    assert (code, "continues what 1 witnesses keep" in said) == (0, True), said
    (stamp,) = [name for name in evidence.members if name.startswith("tsa/")]
    (tmp_path / "tsa").mkdir()
    (tmp_path / stamp).write_bytes(evidence.members[stamp])
    command = said.partition("openssl ")[2].splitlines()[0].rstrip(".").replace("THE-AUTHORITY.pem", f"{authority.folder}/root.pem")
    done = subprocess.run(["/usr/bin/env", "openssl", *command.split()], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, "Verification: OK" in done.stdout + done.stderr) == (0, True), done
    evidence.path.unlink()
    evidence.edit(lambda content: content["witnesses"][0].update(note=evidence.members["checkpoint.txt"].decode()))
    assert "TIME STAMP" in evidence.check()[1]


def test_what_the_ledger_has_lost_is_no_erasure(seq: Connection, sequencer: Sequencer, patient: Patient, tmp_path: Path) -> None:
    sequencer.drain()
    with connect(SUPERUSER) as attacker:
        attacker.execute("SET history.maintenance = 'attack'")
        attacker.execute("ALTER TABLE history.event DISABLE TRIGGER ALL")
        attacker.execute("UPDATE history.event SET body = NULL, salt = NULL WHERE patient_id = %s", [patient.pk])
    assert "CONTENT WITHHELD" in make(seq, sequencer, patient, tmp_path, []).check()[1]


def test_the_script_is_short_and_needs_nothing(evidence: Evidence) -> None:
    source = bundle.VERIFIER.read_text()
    assert len(source.splitlines()) <= 200
    lines = [line.partition(" import")[0].replace("import", "from") for line in source.splitlines() if line.startswith(("import ", "from "))]
    imported = {name for line in lines for name in line.removeprefix("from ").split(", ")}
    assert imported <= {"__future__", "argparse", "base64", "hashlib", "json", "os", "sys", "zipfile", "zlib", "typing"}


def test_a_key_bears_the_name_of_the_log_and_an_older_one_without_it_holds_on(
    seq: Connection, key_file: Path, patient: Patient, tmp_path: Path
) -> None:
    """C2SP: the key's name is the log's origin. Keys were once named without the number of the log's life."""
    older = keys._write_new(key_file, log.name(seq))
    with seq.transaction():
        keys._enter(seq, keys.KeyEntry(0, "create", older.vkey, 0, f"new {older.vkey}\n"), [older])
    sealing = Sequencer(seq, lambda vkey: keys.load(key_file, vkey))
    before = make(seq, sealing, patient, tmp_path, [])
    assert before.check()[0] == 0
    newer = keys.rotate(seq, key_file)
    (tmp_path / "later").mkdir()
    after = make(seq, sealing, patient, tmp_path / "later", [])
    assert newer.startswith(f"{log.origin(seq)}+")
    assert after.members["checkpoint.txt"].decode().split("\n")[0] == newer.partition("+")[0]
    for paper in (older.vkey, newer):
        code, said = after.check(vkey=paper)
        assert code == 0, said
