"""Texts as shipped: of sections and of whole notes in two JSON files, and short words. A clinic edits its own copies."""

import json
from pathlib import Path
from typing import Any

Texts = list[tuple[str, str]]


def note_templates() -> dict[str, dict[str, Texts]]:
    """The shipped texts of each language by section."""
    loaded: dict[str, dict[str, Texts]] = json.loads((Path(__file__).parent / "note_templates.json").read_text())
    return loaded


def note_outlines() -> dict[str, list[dict[str, Any]]]:
    """The shipped templates of whole notes by language: title, beginnings of codes, acts, and the text of each section."""
    loaded: dict[str, list[dict[str, Any]]] = json.loads((Path(__file__).parent / "note_outlines.json").read_text())
    return loaded


def text_macros() -> dict[str, str]:
    """Short words of the whole clinic as shipped."""
    return {
        "пбп": "перкуссия безболезненна",
        "сбр": "слизистая оболочка бледно-розовая, влажная",
        "жн": "жалоб нет",
        "рас": "rien à signaler",
        "ttn": "test de vitalité normal",
        "wnl": "within normal limits",
        "nad": "nothing abnormal detected",
    }
