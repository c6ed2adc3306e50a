"""Carries checkpoints to the witnesses beside the sealing, so that a slow or dead witness never holds it up."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import psycopg

from clinic.history.sealing import epochs, notes
from clinic.history.sealing.sequencer import Sealed
from clinic.history.sealing.witnesses import Witness

logger = logging.getLogger(__name__)
RETRY = 60.0
REREAD = 600.0
RECEIPT = "INSERT INTO history.receipt (witness, size, receipt, error) VALUES (%s, %s, %s, %s)"
LAST_KEPT = "SELECT extract(epoch FROM clock_timestamp() - max(at)) FROM history.receipt WHERE witness = %s AND error IS NULL"


class Publisher:
    """A thread with a connection of its own; `offer` it every new checkpoint, ask it what is `known` outside."""

    def __init__(self, connect: Callable[[], "psycopg.Connection[Any]"], witnesses: Sequence[Witness], log_name: str) -> None:
        self._connect, self._witnesses, self._log = connect, witnesses, log_name
        self._news = threading.Condition()
        self._newest: Sealed | None = None
        self._is_stopping = False
        self._known: dict[str, str] = {}
        self._read_at = 0.0
        self._due: dict[str, float] = {}
        self._failing: set[str] = set()
        self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)

    def start(self) -> None:
        """Ask every witness what it holds, then follow the log."""
        self.known()
        with self._connect() as connection:
            for witness in self._witnesses:
                row = connection.execute(LAST_KEPT, [witness.name]).fetchone()
                ago = float(row[0]) if row and row[0] is not None else None
                self._due[witness.name] = time.monotonic() + (max(0.0, witness.every.total_seconds() - ago) if ago is not None else 0.0)
        self._thread.start()

    def stop(self) -> None:
        with self._news:
            self._is_stopping = True
            self._news.notify()
        self._thread.join(30)

    def offer(self, sealed: Sealed) -> None:
        with self._news:
            self._newest = sealed
            self._news.notify()

    def known(self) -> list[str]:
        """The newest note of each witness that can show one: asked once here, then again by the thread, so that sealing waits for nobody."""
        if not self._read_at:
            self._ask()
        return list(self._known.values())

    def _ask(self) -> None:
        self._read_at = time.monotonic()
        for witness in self._witnesses:
            try:
                note = witness.newest(self._log)
            except Exception as failure:  # whatever is wrong with one witness, the others are asked
                logger.warning("%s cannot be asked: %s", witness.name, failure)
                continue
            if note and _rank(note) >= _rank(self._known.get(witness.name)):
                self._known[witness.name] = note

    def _run(self) -> None:
        while True:
            with self._news:
                self._news.wait(timeout=1)
                sealed, is_stopping = self._newest, self._is_stopping
            if is_stopping:
                return
            if time.monotonic() - self._read_at > REREAD:
                self._ask()
            if sealed:
                try:
                    self.publish(sealed)
                except psycopg.Error as error:
                    logger.warning("checkpoints wait: %s", error)

    def publish(self, sealed: Sealed) -> None:
        """Hand a checkpoint to every witness that is due and has none as new; a failure is written down and tried again later."""
        due = [witness for witness in self._witnesses if time.monotonic() >= self._due.get(witness.name, 0.0)]
        news = [witness for witness in due if _rank(self._known.get(witness.name)) < _rank(sealed.note)]
        if not news:
            return
        with self._connect() as connection:
            for witness in news:
                self._hand_over(connection, witness, sealed)

    def _hand_over(self, connection: "psycopg.Connection[Any]", witness: Witness, sealed: Sealed) -> None:
        size = sealed.checkpoint.size
        try:
            receipt = witness.keep(sealed.note, sealed.checkpoint)
        except Exception as failure:  # whatever is wrong with one witness, the others must hear
            self._due[witness.name] = time.monotonic() + RETRY
            if witness.name not in self._failing:
                connection.execute(RECEIPT, [witness.name, size, None, str(failure)])
                connection.execute(
                    "INSERT INTO history.incident (kind, detail, size) VALUES ('witness', %s, %s)", [f"{witness.name}: {failure}", size]
                )
            self._failing.add(witness.name)
            return
        self._failing.discard(witness.name)
        self._known[witness.name] = sealed.note
        self._due[witness.name] = time.monotonic() + witness.every.total_seconds()
        connection.execute(RECEIPT, [witness.name, size, receipt, None])


def _rank(note: str | None) -> tuple[int, int]:
    """A later life of the log comes after an earlier one, however large that was."""
    if note is None:
        return 0, 0
    try:
        checkpoint = notes.parse_checkpoint(note.rpartition("\n\n")[0] + "\n")
    except notes.BadNote:
        return 0, 0
    return epochs.number_of(checkpoint.origin), checkpoint.size
