"""What ties people and branches to patients: each app that owns such a table tells it in `AppConfig.ready`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tie:
    """A table with `patient_id`, with the people who treat and the branch where."""

    table: str
    people: tuple[str, ...]
    branch: str


TIES: list[Tie] = []
