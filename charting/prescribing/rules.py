"""What of a prescription and a referral can be decided without the database: the class of a drug, numbers, how long a paper holds."""

from collections.abc import Mapping

MOST_DRUGS = 3
"""A Russian form 107-1/у takes up to three drugs (order 1094н of 24.11.2021); the clinic keeps to it in every language."""
VALID_DAYS: Mapping[str, int | None] = {"ru": 60, "fr": None, "en": None}
"""The ordinary term of form 107-1/у; other countries print none."""
SERIES: Mapping[str, str] = {"prescription": "RX", "referral": "REF"}
STEMS: Mapping[str, str] = {
    "penicillins": "cillin циллин cilline",
    "macrolides": "thromyc тромицин josamyc джозамицин spiramyc спирамицин",
    "lincosamides": "clindamyc клиндамицин lincomyc линкомицин",
    "metronidazole": "nidazol нидазол",
    "tetracyclines": "cyclin циклин",
    "azoles": "conazol коназол",
    "nsaids": "profen профен profène nimesulid нимесулид nimésulid torolac торолак clofenac клофенак clofénac naprox напрокс"
    " oxicam оксикам salicyl салицил coxib коксиб",
    "paracetamol": "paracetamol парацетамол paracétamol",
}
"""Beginnings and endings by which an international name tells its class, in Latin, Russian and French."""


def classes_of(inn: str) -> list[str]:
    """The classes that a name tells; several for a combination, none for a name that is not known."""
    name = inn.lower()
    return [kind for kind, stems in STEMS.items() if any(stem in name for stem in stems.split())]


def full_number(kind: str, year: int, number: int) -> str:
    """`RX-2026-000001`."""
    return f"{SERIES[kind]}-{year}-{number:06d}"
