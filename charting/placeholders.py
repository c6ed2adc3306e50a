"""Placeholders of note templates: `{teeth}` becomes what was charted in the visit. Pure text in, text out."""

import re
from collections.abc import Mapping

NAMES = ("teeth", "surfaces", "findings", "diagnosis", "procedures", "anaesthesia", "materials", "health")
BLANK = "___"
"""What stands where nothing was charted: it is seen, and written over by hand."""
_PLACE = re.compile(r"\{([^{}]*)\}")


def strangers(text: str) -> list[str]:
    """Braces of the text that are no placeholder, as they are written."""
    unknown = [found.group(0) for found in _PLACE.finditer(text) if found.group(1) not in NAMES]
    alone = re.search(r"[{}]", _PLACE.sub("", text))
    return [*dict.fromkeys(unknown), *([alone.group(0)] if alone else [])]


def asked_for(text: str) -> set[str]:
    """The placeholders that the text uses."""
    return {name for name in _PLACE.findall(text) if name in NAMES}


def fill(text: str, facts: Mapping[str, str]) -> str:
    """The text with its placeholders told; one of which nothing was charted leaves a blank to be written over."""
    return _PLACE.sub(lambda found: facts.get(found.group(1)) or BLANK, text)
