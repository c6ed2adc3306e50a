"""A folder on another disk, a mounted share, a USB stick: one write-once file for each checkpoint."""

import contextlib
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

from clinic.history.sealing.notes import Checkpoint
from clinic.history.sealing.witnesses.failure import WitnessFailure

SIZES_A_FOLDER = 100_000


class Directory:
    """`file:///path/of/the/folder`. Files are created exclusively and made read-only; nothing is ever replaced."""

    every = timedelta(minutes=1)

    def __init__(self, url: str) -> None:
        self.name = url
        self.folder = Path(unquote(urlsplit(url).path))

    def keep(self, note: str, checkpoint: Checkpoint) -> bytes:
        """Write the note; one of the same size and text stands already when an earlier attempt died after writing."""
        file = self._folder_of(checkpoint) / f"{checkpoint.size:015}.checkpoint"
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._write(file, note)
        except FileExistsError as error:
            raise WitnessFailure(f"{file} holds another checkpoint of the same size") from error
        except OSError as error:
            raise WitnessFailure(f"{self.folder}: {error.strerror}") from error
        return str(file).encode()

    def newest(self, log: str) -> str | None:
        """Folders and files carry the size in their names: the last of the last epoch is the newest."""
        try:
            folders = [folder for folder in (self.folder / _as_name(log)).glob("*/*") if folder.name.isdecimal() and folder.parent.name.isdecimal()]
            for folder in sorted(folders, key=_numbers, reverse=True):
                files = sorted(folder.glob("*.checkpoint"))
                if files:
                    return files[-1].read_text(errors="replace")
        except OSError as error:
            raise WitnessFailure(f"{self.folder}: {error.strerror}") from error
        return None

    def kept(self, log: str) -> Iterator[str]:
        """Every note of this log."""
        try:
            for file in (self.folder / _as_name(log)).glob("*/*/*.checkpoint"):
                yield file.read_text(errors="replace")
        except OSError as error:
            raise WitnessFailure(f"{self.folder}: {error.strerror}") from error

    def _folder_of(self, checkpoint: Checkpoint) -> Path:
        log, _, epoch = checkpoint.origin.rpartition("/")
        return self.folder / _as_name(log) / epoch / str(checkpoint.size // SIZES_A_FOLDER)

    def _write(self, file: Path, note: str) -> None:
        """The file appears with its whole text or not at all, even when the disk fills up or the power goes."""
        if file.exists():
            if file.read_text(errors="replace") == note:
                return
            raise FileExistsError
        unfinished = file.with_suffix(f".{os.getpid()}.unfinished")
        try:
            with unfinished.open("w") as target:
                target.write(note)
                target.flush()
                os.fsync(target.fileno())
            unfinished.chmod(0o444)
            os.link(unfinished, file)
        finally:
            with contextlib.suppress(OSError):
                unfinished.unlink()


def _as_name(log: str) -> str:
    return log.replace("/", "-")


def _numbers(folder: Path) -> tuple[int, int]:
    return int(folder.parent.name), int(folder.name)
