"""A signature is accepted for its content, not for its name."""

import base64
import json
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from clinic.patients import signature
from tests.patients.drawing import drawn_signature

DRAWN = drawn_signature()


def read(**changes: str) -> signature.Signature:
    fields = {"strokes": DRAWN["signature_strokes"], "image": DRAWN["signature_image"], **changes}
    return signature.read(strokes=fields["strokes"], image=fields["image"])


def test_it_reads_what_the_widget_sends() -> None:
    drawn = read()
    assert drawn.image.startswith(b"\x89PNG")
    assert len(drawn.strokes[0]) == 14


@pytest.mark.parametrize("strokes", ["", "  ", "[]", json.dumps([{"points": [{"x": 1, "y": 1}, {"x": 2, "y": 2}]}])])
def test_it_asks_for_a_signature_when_nothing_was_drawn(strokes: str) -> None:
    with pytest.raises(signature.SignatureMissing):
        read(strokes=strokes)


@pytest.mark.parametrize("strokes", ["{", "{}x", "[1]", '[{"points": 3}]', '[{"points": [{"x": "NaN", "y": 1}]}]', "[" * 100_000])
def test_it_refuses_broken_strokes(strokes: str) -> None:
    with pytest.raises(signature.SignatureUnreadable):
        read(strokes=strokes)


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"\x89PNG\r\n\x1a\n", b"<svg onload=alert(1)>", b"\xff\xd8\xff\xe0"])
def test_it_refuses_a_picture_that_is_no_png_inside(content: bytes) -> None:
    with pytest.raises(signature.SignatureUnreadable):
        read(image="data:image/png;base64," + base64.b64encode(content).decode())


@pytest.mark.parametrize("ink", [(11, 31, 77, 0), (255, 255, 255, 255), (11, 31, 77, 20)], ids=["transparent", "white", "faint"])
def test_it_asks_again_when_the_picture_shows_nothing(ink: tuple[int, int, int, int]) -> None:
    picture = Image.new("RGBA", (300, 120), (255, 255, 255, 0))
    picture.paste(ink, (20, 20, 80, 24))
    with pytest.raises(signature.SignatureMissing):
        read(image=in_png(picture))


def in_png(picture: Image.Image) -> str:
    buffer = BytesIO()
    picture.save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


@given(st.text())
def test_it_never_fails_otherwise(text: str) -> None:
    for changes in ({"strokes": text or "?"}, {"image": text or "?"}):
        with pytest.raises((signature.SignatureMissing, signature.SignatureUnreadable)):
            read(**changes)


def test_its_hash_covers_text_and_strokes() -> None:
    drawn = read()
    first = signature.content_hash(content={"body": "a"}, signature=drawn)
    assert first == signature.content_hash(content={"body": "a"}, signature=drawn)
    assert first != signature.content_hash(content={"body": "b"}, signature=drawn)
    moved = signature.Signature([[{**drawn.strokes[0][0], "x": 11}, *drawn.strokes[0][1:]]], drawn.image)
    assert first != signature.content_hash(content={"body": "a"}, signature=moved)
