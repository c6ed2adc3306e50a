"""What a witness is, and the witnesses that the settings name."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Protocol

from clinic.history.sealing.notes import Checkpoint
from clinic.history.sealing.witnesses.authority import Authority
from clinic.history.sealing.witnesses.bucket import Bucket
from clinic.history.sealing.witnesses.directory import Directory
from clinic.history.sealing.witnesses.failure import WitnessFailure
from clinic.history.sealing.witnesses.letter import Letter

__all__ = ["Witness", "WitnessFailure", "from_settings"]


class Witness(Protocol):
    """Keeps checkpoints. `every` is how often it wants one."""

    @property
    def name(self) -> str: ...

    @property
    def every(self) -> timedelta: ...

    def keep(self, note: str, checkpoint: Checkpoint) -> bytes:
        """Hand the signed note over; returns the receipt. :raises WitnessFailure: when it did not take it."""
        ...

    def newest(self, log: str) -> str | None:
        """The largest note of this log that it holds; None when it holds none, or only attests. :raises WitnessFailure:"""
        ...

    def kept(self, log: str) -> Iterator[str]:
        """Every note of this log that it holds, in any order. :raises WitnessFailure:"""
        ...


KINDS: dict[str, Callable[[str], Witness]] = {
    "file": Directory,
    "s3": Bucket,
    "tsa+https": Authority,
    "tsa+http": Authority,
    "mailto": Letter,
}


def from_settings(urls: Sequence[str]) -> list[Witness]:
    """The witnesses of `HISTORY_WITNESSES`.

    :raises ValueError: when an address is of no known kind.
    """
    witnesses = []
    for url in urls:
        kind = url.partition(":")[0]
        if kind not in KINDS:
            raise ValueError(f"HISTORY_WITNESSES: {kind} is no kind of witness; known are {', '.join(KINDS)}")
        witnesses.append(KINDS[kind](url))
    return witnesses
