"""A signature drawn on the screen: read from a form or API body, checked by its content, hashed with what was signed."""

import base64
import binascii
import hashlib
import itertools
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, cast

from django.utils.translation import gettext_lazy as _
from PIL import Image

from clinic.lib.errors import InvalidInput

PNG_PREFIX = "data:image/png;base64,"
LARGEST_IMAGE = 1_000_000
LARGEST_STROKES = 1_000_000
LARGEST_SIDE = 4096
SHORTEST_LINE = 30.0
FAINTEST = 64
"""How much darker than the paper the line is at least, of 255: the widget's ink is darker by 230."""
Point = dict[str, float]


class SignatureMissing(InvalidInput):
    """Nothing, or no more than a dot, was drawn."""

    code = "signature_missing"
    default_message = _("The signature is missing. Sign inside the frame.")


class SignatureUnreadable(InvalidInput):
    """What arrived is not a drawn signature."""

    code = "signature_unreadable"
    default_message = _("The signature did not arrive whole. Clear the frame and sign again.")


@dataclass(frozen=True)
class Signature:
    """Strokes as lists of points, and their picture as a PNG."""

    strokes: list[list[Point]]
    image: bytes

    @property
    def image_hash(self) -> str:
        return hashlib.sha256(self.image).hexdigest()


def read(*, strokes: str, image: str) -> Signature:
    """The signature of the fields `signature_strokes` (JSON of signature_pad) and `signature_image` (PNG data URL).

    :raises SignatureMissing: when nothing was drawn, or the picture shows nothing on white paper.
    :raises SignatureUnreadable: when the strokes or the picture are not what the widget makes.
    """
    if not strokes.strip() or not image.strip():
        raise SignatureMissing
    lines = _strokes(strokes)
    if _length(lines) < SHORTEST_LINE:
        raise SignatureMissing
    return Signature(lines, _png(image))


def content_hash(*, content: Mapping[str, Any], signature: Signature) -> str:
    """SHA-256 over what was signed and how: canonical JSON of `content`, the strokes and the picture's own hash."""
    whole = {"content": dict(content), "strokes": signature.strokes, "image": signature.image_hash}
    return hashlib.sha256(json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str).encode()).hexdigest()


def _strokes(text: str) -> list[list[Point]]:
    if len(text) > LARGEST_STROKES:
        raise SignatureUnreadable
    try:
        return [[_point(point) for point in stroke["points"]] for stroke in json.loads(text)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise SignatureUnreadable from error


def _point(raw: Mapping[str, Any]) -> Point:
    point = {name: round(float(raw.get(name, 0)), 3) for name in ("x", "y", "time", "pressure")}
    if not all(math.isfinite(value) for value in point.values()):
        raise ValueError("a point at infinity")
    return point


def _length(strokes: list[list[Point]]) -> float:
    return sum(math.dist((before["x"], before["y"]), (after["x"], after["y"])) for stroke in strokes for before, after in itertools.pairwise(stroke))


def _png(data_url: str) -> bytes:
    if not data_url.startswith(PNG_PREFIX) or len(data_url) > LARGEST_IMAGE * 4 // 3:
        raise SignatureUnreadable
    try:
        content = base64.b64decode(data_url[len(PNG_PREFIX) :], validate=True)
        with Image.open(BytesIO(content), formats=["PNG"]) as picture:
            if max(picture.size) > LARGEST_SIDE:
                raise SignatureUnreadable
            picture.load()
            is_blank = _is_blank(picture)
    except (binascii.Error, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise SignatureUnreadable from error
    if is_blank:
        raise SignatureMissing
    return content


def _is_blank(picture: Image.Image) -> bool:
    ink = picture.convert("RGBA")
    dark, light = cast(tuple[float, float], Image.alpha_composite(Image.new("RGBA", ink.size, "white"), ink).convert("L").getextrema())
    return light - dark < FAINTEST
