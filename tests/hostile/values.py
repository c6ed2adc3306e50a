"""Values that nobody should send, by the kind of field they are sent to."""

from typing import Any
from uuid import uuid4

MARK = "zqx"
MARKUP = f"\"'><script>{MARK}()</script><img src=x onerror={MARK}()>{{{{7*7}}}}{{% now %}}"
TEXTS: tuple[Any, ...] = (
    "a\x00b",
    "\ud800",
    "я" * 400,
    "x" * 100_000,
    "'; DROP TABLE patients_patient; --",
    MARKUP,
    "\u202egnp\u200b\u2066",
    "😀" * 50,
    "=cmd|' /C calc'!A0",
    "+1+1",
    "@SUM(A1)",
    "\t=1",
    "line\r\nSet-Cookie: a=b",
    "",
    "   ",
    "\u200b",
    "../../etc/passwd",
    "%s%n%(name)s{0}{x}",
    "NaN",
    "null",
    "1" * 5000,
    "\x1b[2J\x07",
    "İ" * 200,
    "ß" * 150,
    "\uffff\ufeff",
)
WRONG_TYPES: tuple[Any, ...] = (None, True, 0, -1, 1.5, [], [[]], ["x"], {}, {"id": "x"}, {"$ne": 1}, [None] * 3)
NUMBERS: tuple[Any, ...] = (
    "NaN",
    "Infinity",
    "-Infinity",
    "sNaN",
    "1e400",
    "-1e400",
    "1E-400",
    2**31,
    2**63,
    2**64,
    10**40,
    -(2**31) - 1,
    -1,
    -0.0,
    0,
    0.005,
    "1.0000000001",
    "0.1234567891",
    "99999999999999999999.99",
    "10000000000",
    "١٢٣",
    "1,5",
    "1 000",
    "0x10",
    "1_000",
    "",
    "--1",
    "9" * 5000,
    1e308,
)
DATES: tuple[Any, ...] = (
    "0001-01-01",
    "9999-12-31",
    "2024-02-30",
    "2999-01-01",
    "1850-01-01",
    "0000-00-00",
    "-0001-01-01",
    "10000-01-01",
    "01.02.2024",
    "2024-1-1",
    "2024-02-29T00:00:00Z",
    "1e10",
    0,
    -1,
    2**63,
    1700000000,
    "1700000000",
    "",
    "today",
    "２０２４-０１-０１",
    "NaN",
)
INSTANTS: tuple[Any, ...] = (
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-14:00",
    "2024-02-30T10:00:00Z",
    "2026-11-23T10:00:00",
    "2026-03-29T02:30:00",
    "2026-10-25T02:30:00",
    "2026-11-23T10:00:00.123456789Z",
    "2026-11-23T24:00:00Z",
    "2026-11-23T10:00:60Z",
    "2026-11-23T10:00:00+99:00",
    "2026-11-23",
    0,
    -1,
    2**63,
    1e18,
    "",
    "now",
    "NaN",
    "Infinity",
)
IDS: tuple[Any, ...] = (
    "",
    "x",
    "1",
    1,
    2**128,
    "00000000-0000-0000-0000-000000000000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "{9f0c1a52-3a55-4c1a-9d3e-0c3f6f2a7b11}",
    "urn:uuid:9f0c1a52-3a55-4c1a-9d3e-0c3f6f2a7b11",
    "' OR 1=1 --",
    "../x",
    "\x00",
)
BODIES: tuple[bytes, ...] = (
    b"",
    b"{",
    b"[]",
    b"null",
    b"1",
    b'"x"',
    b"\xff\xfe{}",
    b"\x00",
    b'{"a": NaN}',
    b'{"a": 1e999}',
    b"[" * 5_000,
    b'{"a":' * 5_000,
    b'{"__proto__": {}}',
    b'{"a": "\\ud800"}',
    b"{'a': 1}",
    b'{"a": 1, "a": 2}',
    b'{"a": ' + b"9" * 5_000 + b"}",
    b"\xef\xbb\xbf{}",
    b"<x/>",
)
CONTENT_TYPES = (
    "application/json",
    "text/plain",
    "application/xml",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "application/x-www-form-urlencoded",
    "application/json; charset=utf-16",
    "application/json; charset=nope",
    "",
    "x",
)


def for_schema(schema: dict[str, Any]) -> tuple[Any, ...]:
    """Hostile values for a JSON field; `schema` is resolved."""
    parts = [part for key in ("anyOf", "allOf", "oneOf") for part in schema.get(key, [])] or [schema]
    kinds = {str(part.get("format") or part.get("type") or "") for part in parts}
    values: tuple[Any, ...] = WRONG_TYPES
    if "date" in kinds:
        values += DATES
    if kinds & {"date-time", "time"}:
        values += INSTANTS
    if kinds & {"integer", "number"}:
        values += NUMBERS
    if "uuid" in kinds:
        values += (*IDS, str(uuid4()))
    return values + TEXTS if not kinds - {"string", "null", ""} else values + TEXTS[:6]
