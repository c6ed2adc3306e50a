"""What is shipped for notes: texts of sections and of whole notes in two JSON files, short words, requirements. A clinic edits its own copies."""

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


def note_requirements() -> dict[str, list[str]]:
    """What a note must say after which act, as shipped: who treats says why, what was seen, which diagnosis, how it was numbed and what was done."""
    seen = ["objective", "diagnosis"]
    treated = [*seen, "anaesthesia", "treatment"]
    return {
        "category:anaesthesia": ["anaesthesia"],
        "category:hygiene": ["objective", "treatment", "recommendations"],
        "category:therapy": [*seen, "treatment"],
        "category:endodontics": ["complaint", *treated, "recommendations"],
        "category:periodontics": [*seen, "treatment", "recommendations"],
        "category:surgery": ["complaint", *treated, "recommendations"],
        "category:implants": [*treated, "recommendations"],
        "category:prosthetics": [*seen, "treatment"],
        "category:paediatric": [*seen, "treatment"],
        "effect:filling": treated,
        "effect:root_canal": treated,
        "effect:extraction": [*treated, "recommendations"],
        "effect:implant": [*treated, "recommendations"],
    }


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
