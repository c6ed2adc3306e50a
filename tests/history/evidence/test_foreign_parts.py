"""Genuine parts of other logs, other visits and other times put into an evidence file, and bytes around it that somebody reads in two ways."""

import ast
import base64
import json
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clinic.history.evidence.bundle import VERIFIER
from tests.history.evidence.workshop import OTHER, PATIENT, Key, Workshop, a_life, archive_of, members_of, note, verdict

Content = dict[str, Any]
Members = dict[str, bytes]


@pytest.fixture
def clinic() -> Workshop:
    return a_life(Workshop())


def honest(clinic: Workshop) -> Content:
    request = clinic.ask()
    return clinic.bundle(request=request, closing=clinic.close())


def twin() -> Workshop:
    """Another log under the same name and key: a copy of the clinic on which somebody went on alone."""
    other = a_life(Workshop())
    other.add("U", "patients_patient", {"note": "of the copy"}, patient=PATIENT)
    return other


def under_a_checkpoint_of(other: Workshop, content: Content, clinic: Workshop) -> bytes:
    return archive_of({**members_of(clinic, content), "checkpoint.txt": other.checkpoint().encode()})


def test_a_checkpoint_of_another_log_of_the_same_key_covers_nothing(clinic: Workshop, tmp_path: Path) -> None:
    content, other = honest(clinic), twin()
    honest(other)
    code, said = verdict(tmp_path, under_a_checkpoint_of(other, content, clinic), clinic.key.vkey)
    assert (code, "NOT IN THE SIGNED LOG" in said) == (1, True), said


def test_a_checkpoint_of_another_clinic_is_not_signed_by_this_key(clinic: Workshop, tmp_path: Path) -> None:
    content, other = honest(clinic), a_life(Workshop(key=Key("clinic-history/other", bytes([3] * 32))))
    honest(other)
    code, said = verdict(tmp_path, under_a_checkpoint_of(other, content, clinic), clinic.key.vkey)
    assert (code, "SIGNATURE" in said) == (1, True), said


def test_an_older_checkpoint_of_this_log_does_not_reach_the_request(clinic: Workshop, tmp_path: Path) -> None:
    older = clinic.checkpoint()
    content = honest(clinic)
    code, said = verdict(tmp_path, archive_of({**members_of(clinic, content), "checkpoint.txt": older.encode()}), clinic.key.vkey)
    assert (code, "NOT IN THE SIGNED LOG" in said) == (1, True), said


@pytest.mark.parametrize("size", [5, 12])
def test_a_witness_of_the_copy_shows_that_one_of_the_two_was_rewritten(clinic: Workshop, tmp_path: Path, size: int) -> None:
    """Where both were still one the witness agrees, after the fork it does not; nor when its note is of a longer log than this one."""
    content, other = honest(clinic), Workshop()
    other.add("U", "patients_patient", {"note": "another beginning"}, patient=PATIENT)
    for number in range(12):
        other.add("U", "patients_patient", {"note": number}, patient=OTHER)
    content["witnesses"] = [{**clinic.witness(size), "note": other.checkpoint(size)}]
    code, said = verdict(tmp_path, archive_of(members_of(clinic, content)), clinic.key.vkey)
    assert (code, "REWRITTEN" in said) == (1, True), said
    other.add("U", "patients_patient", {}, patient=OTHER)
    content["witnesses"] = [{"witness": "w", "note": twin_beyond(clinic).checkpoint(), "proof": []}]
    assert "REWRITTEN" in verdict(tmp_path, archive_of(members_of(clinic, content)), clinic.key.vkey)[1]


def twin_beyond(clinic: Workshop) -> Workshop:
    longer = Workshop(key=clinic.key, leaves=list(clinic.leaves), events=list(clinic.events), counts=dict(clinic.counts))
    longer.add("U", "patients_patient", {}, patient=PATIENT)
    return longer


def test_a_checkpoint_of_another_life_of_the_log_is_another_origin(clinic: Workshop, tmp_path: Path) -> None:
    content = honest(clinic)
    witness = clinic.witness(5)
    head, rest = witness["note"].split("\n\n")[0].split("\n", 1)
    content["witnesses"] = [{**witness, "note": note(f"{head[:-1]}2\n{rest}\n", clinic.key)}]
    code, said = verdict(tmp_path, archive_of(members_of(clinic, content)), clinic.key.vkey)
    assert (code, "REWRITTEN" in said) == (1, True), said


def receipt_of(clinic: Workshop, pos: int, note: str | None = None) -> str:
    packed = zlib.compress(json.dumps({"event": clinic.proven(pos), "note": note or clinic.checkpoint()}).encode())
    return "DCR1." + base64.b32encode(packed).decode().rstrip("=")


def test_the_receipt_of_another_visit_names_that_visit(clinic: Workshop, tmp_path: Path) -> None:
    """A receipt proves one signature; a paper of May laid beside the evidence of the visit in March names the visit of May."""
    march, may = (clinic.add("S", "charting_visit", {"sha256": sha * 32}, patient=PATIENT, key=key) for key, sha in (("march", "aa"), ("may", "bb")))
    archive = archive_of(members_of(clinic, honest(clinic)))
    said = [verdict(tmp_path, archive, clinic.key.vkey, "--receipt", receipt_of(clinic, pos)) for pos in (march, may)]
    assert [code for code, _words in said] == [0, 0]
    assert ["charting_visit march" in words for _code, words in said] == [True, False]
    assert "charting_visit may" in said[1][1]
    assert "SHA-256 bbbbbbbb" in said[1][1]


def test_a_receipt_whose_event_lies_outside_of_an_extract_is_told_apart(tmp_path: Path) -> None:
    clinic = Workshop()
    signed = clinic.add("S", "charting_visit", {"sha256": "aa" * 32}, patient=PATIENT, at="2025-01-01T10:00:00.000000+00:00")
    for month in (2, 3, 4):
        clinic.add("U", "charting_visit", {"note": month}, patient=PATIENT, at=f"2026-{month:02}-15T10:00:00.000000+00:00")
    request = clinic.ask(files=[], since="2026-02-01T00:00:00.000000+00:00", until=None)
    content = {**clinic.bundle(request=request, closing=clinic.close(), first=2), "files": []}
    archive = archive_of(members_of(clinic, content))
    assert verdict(tmp_path, archive, clinic.key.vkey)[0] == 0
    code, said = verdict(tmp_path, archive, clinic.key.vkey, "--receipt", receipt_of(clinic, signed))
    assert (code, "no such event here. AN EXTRACT ONLY" in said) == (1, True), said
    assert verdict(tmp_path, None, clinic.key.vkey, "--receipt", receipt_of(clinic, signed))[0] == 0


def test_a_receipt_under_a_checkpoint_of_the_copy_is_not_proven(clinic: Workshop, tmp_path: Path) -> None:
    signed = clinic.add("S", "charting_visit", {"sha256": "aa" * 32}, patient=PATIENT)
    code, said = verdict(tmp_path, None, clinic.key.vkey, "--receipt", receipt_of(clinic, signed, twin().checkpoint()))
    assert (code, "NOT IN THE SIGNED LOG" in said) == (1, True), said


BYTES: dict[str, Callable[[Members], Members]] = {
    "a mark of byte order": lambda m: {**m, "bundle.json": b"\xef\xbb\xbf" + m["bundle.json"]},
    "a mark of byte order in the checkpoint": lambda m: {**m, "checkpoint.txt": b"\xef\xbb\xbf" + m["checkpoint.txt"]},
    "line ends of another system": lambda m: {**m, "checkpoint.txt": m["checkpoint.txt"].replace(b"\n", b"\r\n")},
    "a name in other letters": lambda m: {**m, "Bundle.json": b"{}"},
    "a name with a space": lambda m: {**m, "record.pdf ": b"%PDF forged"},
    "a name with a zero": lambda m: {**m, "record.pdf\x00.txt": b"%PDF forged"},
    "a device of another system": lambda m: {**m, "CON": b"x"},
    "a stream of another system": lambda m: {**m, "record.pdf:forged": b"x"},
    "a path up in the middle": lambda m: {**m, "files/../verify.py": b"print('PROVEN')"},
    "a comment in the list": lambda m: {**m, "bundle.json": b"/* forged */" + m["bundle.json"]},
    "a minus in front of zero": lambda m: {**m, "bundle.json": m["bundle.json"].replace(b'"first": 1', b'"first": -0', 1)},
    "a number in words of science": lambda m: {**m, "bundle.json": m["bundle.json"].replace(b'"first": 1', b'"first": 1e400', 1)},
    "a number of thirty digits": lambda m: {**m, "bundle.json": m["bundle.json"].replace(b'"first": 1', b'"first": ' + b"1" * 30, 1)},
    "infinity in words": lambda m: {**m, "bundle.json": m["bundle.json"].replace(b'"first": 1', b'"first": -Infinity', 1)},
    "a list cut off": lambda m: {**m, "bundle.json": m["bundle.json"][:-3]},
    "a list of nothing": lambda m: {**m, "bundle.json": b"null"},
    "a name twice at the top": lambda m: {**m, "bundle.json": m["bundle.json"].replace(b"{", b'{"patient": "x", ', 1)},
    "a name twice in other letters": lambda m: {**m, "bundle.json": m["bundle.json"].replace(b"{", b'{"\\u0070atient": "x", ', 1)},
    "nested in a mapping": lambda m: {**m, "bundle.json": b'{"a":' * 100_000 + b"1" + b"}" * 100_000},
}


def test_bytes_that_could_be_read_in_two_ways_are_refused_at_once(clinic: Workshop, tmp_path: Path) -> None:
    members, seen = members_of(clinic, honest(clinic)), {}
    for attack, spoil in BYTES.items():
        started = time.monotonic()
        code, said = verdict(tmp_path, archive_of(spoil(members)), clinic.key.vkey)
        if (code, said.startswith("NOT PROVEN. "), "Traceback" in said) != (1, True, False):
            seen[attack] = said
        assert time.monotonic() - started < 20, attack
    assert not seen


def test_no_word_of_a_later_python_is_in_the_script() -> None:
    """Not its grammar alone: what 3.9 and later brought to the library and to built-in types."""
    tree = ast.parse(VERIFIER.read_text(), feature_version=(3, 8))
    later = {"removeprefix", "removesuffix", "file_digest", "bit_count", "pairwise", "zoneinfo", "tomllib", "lcm", "batched"}
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)} | {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name)
    }
    assert not used & later
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Call) for word in node.keywords if word.arg in ("strict", "missing_ok")]
    future = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    run = [part for node in ast.walk(tree) if isinstance(node, ast.AnnAssign) and node.value for part in ast.walk(node.annotation)]
    assert future, "annotations such as list[str] are words of 3.9; they are read by nobody as long as they stay text"
    assert not [part for part in run if isinstance(part, ast.BinOp)]
