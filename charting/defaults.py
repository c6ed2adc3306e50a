"""Note templates as shipped, in `note_templates.json`: language -> section -> [title, text]. A clinic edits its own copies."""

import json
from pathlib import Path

Texts = list[tuple[str, str]]


def note_templates() -> dict[str, dict[str, Texts]]:
    """The shipped texts of each language by section."""
    loaded: dict[str, dict[str, Texts]] = json.loads((Path(__file__).parent / "note_templates.json").read_text())
    return loaded
