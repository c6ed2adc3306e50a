"""A bucket of S3-compatible storage at another company: one object for each checkpoint, put only where none stands."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError
from obstore.store import S3Store

from clinic.history.sealing.notes import Checkpoint
from clinic.history.sealing.witnesses.address import options, period
from clinic.history.sealing.witnesses.failure import WitnessFailure

LAST = 10**15 - 1
TIMEOUT = timedelta(seconds=20)


class Bucket:
    """`s3://bucket/prefix?endpoint=https://…&region=…&every=hour`; the credentials are those of the environment (`AWS_ACCESS_KEY_ID`, …).

    An object's name begins with what is left up to the largest size, so that the newest one is the first of any listing.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        chosen = options(parts.query, "endpoint", "region", "every")
        self.name = url
        self.every = period(chosen.get("every", "hour"))
        endpoint = chosen.get("endpoint", "")
        config: Any = {"endpoint": endpoint} if endpoint else {}
        self._store = S3Store(
            parts.netloc,
            prefix=parts.path.strip("/") or None,
            region=chosen.get("region", "us-east-1"),
            config=config,
            client_options={"timeout": TIMEOUT, "allow_http": endpoint.startswith("http:")},
            retry_config={"max_retries": 2, "retry_timeout": TIMEOUT},
        )

    def keep(self, note: str, checkpoint: Checkpoint) -> bytes:
        """Put the note where nothing stands; the same note stands already when an earlier attempt died after it."""
        log, _, epoch = checkpoint.origin.rpartition("/")
        path = f"{_as_name(log)}/{int(epoch):06}/{LAST - checkpoint.size:015}-{checkpoint.size}.checkpoint"
        try:
            obstore.put(self._store, path, note.encode(), mode="create")
        except (AlreadyExistsError, PreconditionError) as error:
            if self._read(path) != note:
                raise WitnessFailure(f"{path} holds another checkpoint of the same size") from error
        except BaseError as error:
            raise WitnessFailure(_short(error)) from error
        return path.encode()

    def newest(self, log: str) -> str | None:
        """The first object of the last life of the log."""
        for path in self._paths(log, newest_only=True):
            return self._read(path)
        return None

    def kept(self, log: str) -> Iterator[str]:
        """Every note of this log."""
        for path in self._paths(log, newest_only=False):
            yield self._read(path)

    def _paths(self, log: str, *, newest_only: bool) -> Iterator[str]:
        try:
            lives = obstore.list_with_delimiter(self._store, _as_name(log))["common_prefixes"]
            for life in sorted(lives, reverse=True):
                for found in obstore.list(self._store, life, chunk_size=1 if newest_only else 1000):
                    yield from (str(entry["path"]) for entry in found)
        except BaseError as error:
            raise WitnessFailure(_short(error)) from error

    def _read(self, path: str) -> str:
        try:
            return bytes(obstore.get(self._store, path).bytes()).decode()
        except (BaseError, UnicodeDecodeError) as error:
            raise WitnessFailure(_short(error)) from error


def _as_name(log: str) -> str:
    return log.replace("/", "-")


def _short(error: Exception) -> str:
    """The library's errors carry pages of debugging after their first line."""
    return str(error).split("\n", 1)[0][:300]
