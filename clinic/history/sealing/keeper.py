"""The process that keeps the log: it seals once a second for as long as it lives, and says so when it must not."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from clinic.history.sealing import keys, log
from clinic.history.sealing.publishing import Publisher
from clinic.history.sealing.sequencer import Sealed, Sequencer, Tampered
from clinic.history.sealing.witnesses import Witness

logger = logging.getLogger(__name__)
ONLY_ONE = log.LOCK + 1
INTERVAL = 0.5
PAUSE = 60.0
REPORT = """
INSERT INTO history.incident (kind, detail, size) SELECT %(kind)s, %(detail)s, %(size)s
WHERE NOT EXISTS (SELECT FROM history.incident WHERE kind = %(kind)s AND detail = %(detail)s AND at > clock_timestamp() - interval '1 hour')
"""


class AnotherKeeper(Exception):
    """Another sequencer holds the log."""


class Keeper:
    """One sequencer with its publisher. `connect` opens connections of role history_seq in autocommit."""

    def __init__(self, connect: Callable[[], "psycopg.Connection[Any]"], key_file: Path, witnesses: Sequence[Witness]) -> None:
        self._connect, self._key_file, self._witnesses = connect, key_file, witnesses
        self.stopping = threading.Event()

    def run_once(self) -> list[Sealed]:
        """Seal what is there, hand the outcome to the witnesses, and end.

        :raises AnotherKeeper, Tampered, clinic.history.sealing.keys.KeyFailure:
        """
        with self._holding() as connection:
            publisher = Publisher(self._connect, self._witnesses, log.name(connection))
            publisher.known()
            done = self._sequencer(connection, publisher).drain()
            if done:
                publisher.publish(done[-1])
            return done

    def run(self) -> None:
        """Seal until `stopping` is set. A tampered log or an unusable key is reported and looked at again each minute, nothing signed meanwhile."""
        while not self.stopping.is_set():
            try:
                with self._holding() as connection:
                    self._follow(connection)
            except (psycopg.OperationalError, AnotherKeeper) as failure:
                logger.warning("sealing waits: %s", failure)
                self.stopping.wait(5)
            except Exception as failure:  # whatever it is, it is told, and looked at again
                self._report(failure)
                self.stopping.wait(PAUSE)

    def _follow(self, connection: "psycopg.Connection[Any]") -> None:
        publisher = Publisher(self._connect, self._witnesses, log.name(connection))
        sequencer = self._sequencer(connection, publisher)
        publisher.start()
        try:
            while not self.stopping.is_set():
                for sealed in sequencer.drain():
                    publisher.offer(sealed)
                    for kind, detail in sealed.warnings:
                        connection.execute(REPORT, {"kind": kind, "detail": detail, "size": sealed.checkpoint.size})
                self.stopping.wait(INTERVAL)
        finally:
            publisher.stop()

    def _sequencer(self, connection: "psycopg.Connection[Any]", publisher: Publisher) -> Sequencer:
        return Sequencer(connection, lambda vkey: keys.load(self._key_file, vkey), publisher.known)

    @contextmanager
    def _holding(self) -> "Iterator[psycopg.Connection[Any]]":
        with self._connect() as connection:
            row = connection.execute("SELECT pg_try_advisory_lock(%s)", [ONLY_ONE]).fetchone()
            if not row or not row[0]:
                raise AnotherKeeper("another sequencer keeps this log")
            yield connection

    def _report(self, failure: Exception) -> None:
        kind = failure.kind if isinstance(failure, Tampered) else "key" if isinstance(failure, keys.KeyFailure) else "stopped"
        size = failure.size if isinstance(failure, Tampered) else None
        detail = str(failure) if kind != "stopped" else " ".join(f"{type(failure).__name__}: {failure}".split())[:300]
        logger.error("sealing stopped (%s): %s", kind, detail)
        try:
            with self._connect() as connection:
                connection.execute(REPORT, {"kind": kind, "detail": detail, "size": size})
        except psycopg.Error as error:
            logger.warning("the incident could not be written down: %s", error)
