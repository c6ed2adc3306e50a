"""The little of DER that time stamps need beside their library."""

from typing import NamedTuple

GRANTED = b"\x30\x03\x02\x01\x00"
SEQUENCE, CERTIFICATES = 0x30, 0xA0


class Element(NamedTuple):
    """Where an element begins, where its content begins, where it ends."""

    tag: int
    begin: int
    content: int
    end: int


def granted(token: bytes) -> bytes:
    """The token as an authority would answer with it: SEQUENCE { SEQUENCE { INTEGER granted }, token }."""
    content = GRANTED + token
    length = len(content)
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([SEQUENCE]) + (size if length < 128 else bytes([0x80 | len(size)]) + size) + content


def in_order(response: bytes) -> bytes:
    """The response with its certificates in DER's order: authorities send them in any, signatures do not cover it, the library insists on it.

    :raises ValueError: when it is no DER.
    """
    whole = _children(response, 0, len(response))
    parts = _children(response, whole[0].content, whole[0].end) if whole else []
    if len(parts) < 2:
        return response
    token = _children(response, parts[1].content, parts[1].end)
    signed = _children(response, token[-1].content, token[-1].end) if token else []
    for part in _children(response, signed[0].content, signed[0].end) if signed else []:
        if part.tag == CERTIFICATES:
            certificates = sorted(response[one.begin : one.end] for one in _children(response, part.content, part.end))
            return response[: part.content] + b"".join(certificates) + response[part.end :]
    return response


def _children(data: bytes, begin: int, end: int) -> list[Element]:
    found = []
    while begin < end:
        element = _read(data, begin, end)
        found.append(element)
        begin = element.end
    return found


def _read(data: bytes, begin: int, end: int) -> Element:
    if end - begin < 2:
        raise ValueError("cut off")
    length, content = data[begin + 1], begin + 2
    if length & 0x80:
        size = length & 0x7F
        length = int.from_bytes(data[content : content + size], "big")
        content += size
        if not 1 <= size <= 4:
            raise ValueError("a length that is not DER")
    if content + length > end:
        raise ValueError("cut off")
    return Element(data[begin], begin, content, content + length)
