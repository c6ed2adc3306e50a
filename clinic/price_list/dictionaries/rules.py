"""Reading a dictionary's file and comparing it with what is known, as pure functions."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from io import StringIO

KNOWN_BEFORE = date(2000, 1, 1)
"""Since when the codes of a dictionary's first import count as valid, unless a row says otherwise."""


SMALL = 20
"""A dictionary of fewer codes may change altogether."""


class BadFile(ValueError):
    """The file is not the dictionary it should be; `line` is where (1 = header)."""

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(reason)
        self.reason, self.line = reason, line


@dataclass(frozen=True)
class Row:
    """One code as the file gives it. `closed_on` is set for a code that is no longer in force."""

    code: str
    title: str
    parent_code: str = ""
    tariff: Decimal | None = None
    valid_from: date | None = None
    is_closed: bool = False
    closed_on: date | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def content(self) -> tuple[str, str, Decimal | None]:
        return (self.title, self.parent_code, self.tariff)


@dataclass(frozen=True)
class Reading:
    """The rows of a file, and the lines that carry no code and were left out."""

    rows: tuple[Row, ...]
    skipped: tuple[int, ...]


@dataclass(frozen=True)
class Changes:
    """What an import will do."""

    added: tuple[Row, ...]
    changed: tuple[Row, ...]
    closed: tuple[str, ...]
    born_closed: tuple[Row, ...]
    repeated: tuple[str, ...]


COLUMNS = {
    "icd10": ("MKB_CODE", "MKB_NAME", "ID", "ID_PARENT", "ACTUAL"),
    "804n": ("S_CODE", "NAME", "REL", "DATEOUT"),
    "ccam": ("code", "activite", "phase", "date_effet", "tarif", "libelle_long"),
}


def decode(content: bytes) -> str:
    """Text of a dictionary's file: UTF-8 (with or without mark), else windows-1251.

    :raises BadFile: neither.
    """
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadFile("", 1)


def read(kind: str, text: str) -> Reading:
    """Rows of a `;`-separated file in the columns of its publisher. Published files hold lines without a code: they are left out and named.

    :raises BadFile: missing columns, a broken line, a date or tariff that cannot be read, no rows.
    """
    reader = csv.DictReader(StringIO(text, newline=""), delimiter=";")
    try:
        missing = [name for name in COLUMNS[kind] if name not in (reader.fieldnames or ())]
        if missing:
            raise BadFile(", ".join(missing), 1)
        lines = list(_records(reader))
    except csv.Error as error:
        raise BadFile("", reader.line_num) from error
    records = [(line, record) for line, record in lines if record[COLUMNS[kind][0]].strip()]
    if not records:
        raise BadFile("", 1)
    codes_by_id = {record["ID"]: record["MKB_CODE"] for _line, record in records} if kind == "icd10" else {}
    skipped = sorted({line for line, _record in lines} - {line for line, _record in records})
    return Reading(tuple(_row(kind, record, line, codes_by_id) for line, record in records), tuple(skipped))


def compare(known: Mapping[str, tuple[str, str, Decimal | None]], rows: Iterable[Row], *, is_whole: bool) -> Changes:
    """What changes when `rows` follow the open codes `known` (code -> title, parent, tariff).

    A code missing from a whole file is closed; a file that is a part of the dictionary closes only what it says is closed.
    """
    opened, closed, repeated = _split(rows)
    gone = {code for code in known if code not in opened and (is_whole or code in closed)}
    return Changes(
        added=tuple(row for code, row in opened.items() if code not in known),
        changed=tuple(row for code, row in opened.items() if code in known and known[code] != row.content),
        closed=tuple(sorted(gone)),
        born_closed=tuple(row for code, row in closed.items() if code not in known),
        repeated=tuple(sorted(repeated)),
    )


def looks_like_a_part(changes: Changes, *, known: int) -> bool:
    """Whether a file said to be whole closes so much of a dictionary that it is more likely a part of it, or cut short."""
    return known >= SMALL and len(changes.closed) * 2 > known


def version_in_name(name: str) -> str:
    """The version a file's name ends with (`..._2.27.csv`, `..._v78.10_extrait.csv`), or nothing."""
    found = re.search(r"_v?(\d+(?:\.\d+)+)(?:_[a-z]+)?\.csv$", name)
    return found.group(1) if found else ""


def _split(rows: Iterable[Row]) -> tuple[dict[str, Row], dict[str, Row], set[str]]:
    opened: dict[str, Row] = {}
    closed: dict[str, Row] = {}
    repeated: set[str] = set()
    for row in rows:
        target = closed if row.is_closed else opened
        if row.code in target:
            repeated.add(row.code)
        target.setdefault(row.code, row)
    return opened, closed, repeated


def _records(reader: "csv.DictReader[str]") -> Iterator[tuple[int, dict[str, str]]]:
    for record in reader:
        if None in record or None in record.values():
            raise BadFile("", reader.line_num)
        yield reader.line_num, record


def _row(kind: str, record: dict[str, str], line: int, codes_by_id: Mapping[str, str]) -> Row:
    if kind == "icd10":
        parent = codes_by_id.get(record["ID_PARENT"], "")
        return Row(record["MKB_CODE"].strip(), record["MKB_NAME"].strip(), parent, is_closed=record["ACTUAL"] == "0")
    if kind == "804n":
        closed_on = _date(record["DATEOUT"], line)
        return Row(record["S_CODE"].strip(), record["NAME"].strip(), is_closed=record["REL"] == "0" or closed_on is not None, closed_on=closed_on)
    return _ccam_row(record, line)


def _ccam_row(record: dict[str, str], line: int) -> Row:
    """A CCAM act: the main activity bears the bare code, others and phases are appended (HBGD001/4)."""
    parts = [part for part, main in ((record["activite"], "1"), (record["phase"], "0")) if part != main]
    attributes = {name: record[name] for name in ("activite", "phase", "strate") if record.get(name)}
    return Row(
        code="/".join([record["code"].strip(), *parts]),
        title=record["libelle_long"].strip(),
        tariff=_tariff(record["tarif"], line),
        valid_from=_date(record["date_effet"], line),
        attributes=attributes,
    )


def _date(text: str, line: int) -> date | None:
    if not text.strip():
        return None
    for form in ("%d.%m.%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 - a day, not an instant
        except ValueError:
            continue
    raise BadFile(text, line)


def _tariff(text: str, line: int) -> Decimal | None:
    if not text.strip():
        return None
    try:
        amount = Decimal(text.strip().replace(",", "."))
    except InvalidOperation as error:
        raise BadFile(text, line) from error
    if not 0 <= amount < Decimal(10**9):
        raise BadFile(text, line)
    return amount
