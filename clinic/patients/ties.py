"""What ties people and branches to patients: each app that owns such a table tells it in `AppConfig.ready`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tie:
    """A table with `patient_id`, with the people who treat and the branch where; `starts` is when, where the table is a diary."""

    table: str
    people: tuple[str, ...]
    branch: str
    starts: str = ""


TIES: list[Tie] = []
