"""The folder that keeps checkpoints: once written, never again; full disks leave nothing half-written."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clinic.history.sealing import notes
from clinic.history.sealing.witnesses import WitnessFailure
from clinic.history.sealing.witnesses.directory import Directory

LOG = "clinic-history/1b4e28ba"
SIGNER = notes.KeySigner(LOG, bytes(range(32)))


def checkpoint(size: int, epoch: int = 1, root: bytes = bytes(32)) -> tuple[str, notes.Checkpoint]:
    made = notes.Checkpoint(f"{LOG}/{epoch}", size, root, datetime(2026, 11, 22, tzinfo=UTC))
    return notes.sign(made.text(), [SIGNER]), made


@pytest.fixture
def witness(tmp_path: Path) -> Directory:
    return Directory(f"file://{tmp_path}/kept")


def test_it_shows_the_largest_of_the_last_epoch(witness: Directory) -> None:
    assert witness.newest(LOG) is None
    for size, epoch in ((5, 1), (250_000, 1), (99_999, 1), (7, 2), (12, 2)):
        witness.keep(*checkpoint(size, epoch))
    assert witness.newest(LOG) == checkpoint(12, 2)[0]
    assert witness.newest("clinic-history/other") is None


def test_a_file_is_written_once(witness: Directory) -> None:
    receipt = Path(witness.keep(*checkpoint(5)).decode())
    assert receipt.stat().st_mode & 0o222 == 0
    assert witness.keep(*checkpoint(5)) == str(receipt).encode()
    with pytest.raises(WitnessFailure, match="another checkpoint of the same size"):
        witness.keep(*checkpoint(5, root=bytes([1] * 32)))
    assert receipt.read_text() == checkpoint(5)[0]


def test_a_full_disk_fails_and_leaves_nothing(witness: Directory, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WitnessFailure, match="No space left"):
        witness.keep(*checkpoint(5))
    assert [path for path in witness.folder.rglob("*") if path.is_file()] == []
    monkeypatch.undo()
    assert witness.keep(*checkpoint(5))
