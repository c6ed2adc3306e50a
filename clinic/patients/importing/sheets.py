"""Reading a sheet of unknown origin row by row: XLSX or CSV, checked by content, in bounded memory."""

import csv
import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, closing
from functools import lru_cache, partial
from itertools import chain, islice, repeat
from pathlib import Path
from typing import IO, Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook, load_workbook
from openpyxl.utils import column_index_from_string
from openpyxl.utils.exceptions import InvalidFileException

from clinic.lib.errors import InvalidInput
from clinic.patients.importing import rules
from clinic.patients.importing.letters import encoding_of

MOST_COLUMNS = 100
MOST_ROWS = 200_000
LARGEST_FILE = 100 * 2**20
LARGEST_UNPACKED = 600 * 2**20
LARGEST_PART_IN_MEMORY = 64 * 2**20
"""Shared strings, styles and relations are read whole; only the sheet itself is streamed."""
HIGHEST_RATIO = 200
LAST_ROW = 2**20
SAMPLE = 256 * 1024
TITLE_ROWS = 5
"""The headings stand among so many of the first rows that are not empty."""
TELLING_LINES = 20
SEPARATOR_LINE = re.compile(r'"?sep=([;,|\t])"?\r?\n')
"""What Excel writes over a CSV to say how it is parted."""
FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]{0,80}ref="\$?([A-Z]{1,3})\$?([0-9]{1,7}):\$?[A-Z]{1,3}\$?([0-9]{1,7})"')
LONGEST_MARK = 200
Cells = tuple[object, ...]
DAMAGED = (InvalidFileException, zipfile.BadZipFile, zlib.error, LookupError, ValueError, TypeError, AttributeError, SyntaxError, OSError, EOFError)
"""What openpyxl lets through of a file that is no workbook."""


class UnreadableSheet(InvalidInput):
    """The file cannot be a list of patients."""

    code = "unreadable_sheet"

    def __init__(self, message: str | Promise) -> None:
        super().__init__(message, fields={"file": message})


def read(path: Path) -> Iterator[Cells]:
    """The header row, then every row that is not empty.

    :raises UnreadableSheet: says in words what is wrong with the file.
    """
    return (cells for _number, cells in numbered(path))


def numbered(path: Path) -> Iterator[tuple[int, Cells]]:
    """The same, each row with the number that a sheet program shows beside it: rows left empty count.

    :raises UnreadableSheet: says in words what is wrong with the file.
    """
    rows = _all(path)
    first = list(islice(rows, TITLE_ROWS))
    return chain(first[rules.heading_place([cells for _number, cells in first]) :], rows)


def _all(path: Path) -> Iterator[tuple[int, Cells]]:
    with path.open("rb") as file:
        start = file.read(SAMPLE)
    if not start.strip():
        raise UnreadableSheet(_("The file is empty."))
    if path.stat().st_size > LARGEST_FILE:
        raise UnreadableSheet(_("The file is larger than 100 MB. Split it."))
    if start.startswith(b"PK\x03\x04"):
        rows = _xlsx_rows(path)
    elif _is_binary(start):
        raise UnreadableSheet(_named(start))
    else:
        rows = _csv_rows(path, start)
    return _checked(rows)


def columns_of(path: Path) -> list[str]:
    """The headings, checked: present, not merged, not repeated, not too many."""
    header = [str(cell).strip() if cell is not None else "" for cell in next(read(path), ())]
    while header and not header[-1]:
        header.pop()
    if not header:
        raise UnreadableSheet(_("The first row must hold the headings of the columns."))
    if "" in header:
        raise UnreadableSheet(
            _("Column %(number)s has no heading. Headings must not be merged: give each column its own.") % {"number": header.index("") + 1}
        )
    repeated = next((name for name in header if header.count(name) > 1), None)
    if repeated:
        raise UnreadableSheet(_("The heading “%(name)s” stands twice. Rename one of the columns.") % {"name": repeated[:60]})
    return header


def _is_binary(start: bytes) -> bool:
    is_utf16 = start.startswith((b"\xff\xfe", b"\xfe\xff")) and not start.startswith(b"\xff\xfe\x00\x00")
    return start.startswith((b"%PDF", b"\xd0\xcf\x11\xe0")) or (b"\x00" in start and not is_utf16)


def _named(start: bytes) -> Promise:
    if start.startswith(b"%PDF"):
        return _("This is a PDF, not a sheet. Save the list as XLSX or CSV.")
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        return _("This is an old XLS file. Open it and save it as XLSX or CSV.")
    return _("This file is neither XLSX nor CSV.")


def _checked(rows: Iterator[Cells]) -> Iterator[tuple[int, Cells]]:
    filled = 0
    for number, row in enumerate(rows, start=1):
        if filled > MOST_ROWS or number > LAST_ROW + 1:
            raise UnreadableSheet(_("The sheet has more than 200,000 rows. Split it."))
        if len(row) > MOST_COLUMNS and any(cell is not None and str(cell).strip() for cell in row[MOST_COLUMNS:]):
            raise UnreadableSheet(_("The sheet has more than 100 columns. Leave only those with patients' data."))
        if any(cell is not None and str(cell).strip() for cell in row[:MOST_COLUMNS]):
            filled += 1
            yield number, row[:MOST_COLUMNS]


def _xlsx_rows(path: Path) -> Iterator[Cells]:
    _refuse_bomb(path)
    with path.open("rb") as file, path.open("rb") as again:  # by its content: openpyxl would judge a path by its ending
        book = _opened(file, results=True)
        formulas = _opened(again, results=False) if _holds(path, FORMULA) else None
        yield from _rows_of(book, formulas, path)


def _opened(file: IO[bytes], *, results: bool) -> Workbook:
    try:
        return load_workbook(file, read_only=True, data_only=results, keep_links=False)
    except DAMAGED as error:
        raise UnreadableSheet(_("This file is not a sheet that can be opened. Save it as XLSX again.")) from error


def _rows_of(book: Workbook, formulas: Workbook | None, path: Path) -> Iterator[Cells]:
    """The rows of the first sheet that is shown and holds any, from its very first on."""
    with ExitStack() as stack:
        for opened in filter(None, (book, formulas)):
            stack.enter_context(closing(opened))
        if not book.worksheets:
            raise UnreadableSheet(_("The file holds no sheet."))
        shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        for sheet in shown or book.worksheets:
            try:
                rows = _filled_down(_values(sheet, formulas), _tall(path, sheet))
                found = next(((above, row) for above, row in enumerate(rows) if any(cell is not None for cell in row)), None)
                if found is not None:
                    yield from repeat((), found[0])
                    yield found[1]
                    yield from rows
                    return
            except DAMAGED as error:
                raise UnreadableSheet(_("The sheet is damaged and cannot be read to its end.")) from error


def _values(sheet: Any, formulas: Workbook | None) -> Iterator[Cells]:
    sheet.reset_dimensions()  # what the file says of its size may be formatting down to the last row
    if formulas is None:
        yield from (tuple(_shown(cell) for cell in row) for row in sheet.iter_rows())
        return
    asked = formulas[sheet.title]
    asked.reset_dimensions()
    for row, typed in zip(sheet.iter_rows(), asked.iter_rows(), strict=True):
        yield tuple(
            rules.Lost.RESULT if told.data_type == "f" and cell.value is None else _shown(cell) for cell, told in zip(row, typed, strict=True)
        )


def _filled_down(rows: Iterator[Cells], tall: dict[int, dict[int, int]]) -> Iterator[Cells]:
    """Rows in which a cell merged over several of them says the same in each that says something itself."""
    below: dict[int, tuple[int, object]] = {}
    for number, row in enumerate(rows, start=1):
        below = {column: (last, value) for column, (last, value) in below.items() if number <= last}
        cells = list(row)
        if below and any(cell is not None for cell in cells):
            cells += [None] * (max(below) + 1 - len(cells))
            for column, (_last, value) in below.items():
                cells[column] = value if cells[column] is None else cells[column]
        below |= {column: (last, cells[column]) for column, last in tall.get(number, {}).items() if column < len(cells)}
        yield tuple(cells)


def _tall(path: Path, sheet: Any) -> dict[int, dict[int, int]]:
    """Cells merged downwards: the first row, then the column (from 0) and the last row."""
    found: dict[int, dict[int, int]] = {}
    for column, first, last in _found(path, sheet._worksheet_path, MERGED):
        if int(last) > int(first):
            found.setdefault(int(first), {})[column_index_from_string(column.decode()) - 1] = int(last)
    return found


def _holds(path: Path, pattern: re.Pattern[bytes]) -> bool:
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.startswith("xl/worksheets/") and name.endswith(".xml")]
    return any(next(_found(path, name, pattern), None) is not None for name in names)


def _found(path: Path, name: str, pattern: re.Pattern[bytes]) -> Iterator[Any]:
    """What the pattern finds in a part of the workbook, read in pieces."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(name.lstrip("/")) as part:
            left = b""
            while piece := part.read(SAMPLE):
                text = left + piece
                ends = 0
                for match in pattern.finditer(text):
                    ends = match.end()
                    yield match.groups() or match[0]
                left = text[max(ends, len(text) - LONGEST_MARK) :]
    except (KeyError, *DAMAGED) as error:
        raise UnreadableSheet(_("The sheet is damaged and cannot be read to its end.")) from error


def _shown(cell: Any) -> object:
    """The value of a cell; a whole number with the zeros that the format of the cell shows in front of it."""
    value = cell.value
    if cell.data_type == "e":
        return rules.Lost.RESULT
    if type(value) not in (int, float) or value < 0 or int(value) != value:
        return value
    places = _places(cell.number_format)
    return str(int(value)).zfill(places) if places > 1 else value


@lru_cache(maxsize=256)
def _places(number_format: str) -> int:
    """How many digits the format always shows: ten of `00 00 000000`; none of a format that says more than that."""
    plain = re.sub(r'"[^"]*"|[\\_*].', "", number_format.partition(";")[0])
    return plain.count("0") if re.fullmatch(r"[0\s()/+-]+", plain) else 0


def _refuse_bomb(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except zipfile.BadZipFile as error:
        raise UnreadableSheet(_("This file is not a sheet that can be opened. Save it as XLSX again.")) from error
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    in_memory = sum(entry.file_size for entry in entries if not entry.filename.startswith("xl/worksheets/"))
    is_bomb = unpacked > LARGEST_UNPACKED or in_memory > LARGEST_PART_IN_MEMORY or (unpacked > 20 * 2**20 and unpacked / packed > HIGHEST_RATIO)
    if len(entries) > 5000 or is_bomb:
        raise UnreadableSheet(_("Unpacked, this file would be far larger than a list of patients. It was not opened."))


def _csv_rows(path: Path, start: bytes) -> Iterator[Cells]:
    encoding = encoding_of(_telling(path, start))
    text = start.decode(encoding, errors="replace").lstrip("\ufeff")
    directive = SEPARATOR_LINE.match(text)
    delimiter = directive[1] if directive else _delimiter(text)
    with path.open(encoding=encoding, newline="", errors="strict") as file:
        try:
            rows = islice(csv.reader(file, delimiter=delimiter), 1 if directive else 0, None)
            width = 0
            for row in rows:
                width = width or len(row)
                _refuse_swallowed(row, delimiter, width)
                yield tuple(row)
        except UnicodeDecodeError as error:
            raise UnreadableSheet(_("The letters of this file cannot be read. Save it as UTF-8.")) from error
        except csv.Error as error:
            raise UnreadableSheet(_("This file is not a table: a quotation mark is left open or a cell is endless.")) from error


def _refuse_swallowed(row: list[str], delimiter: str, width: int) -> None:
    """A quotation mark that nobody closed makes one cell of all the rows up to the next one: people would be lost in it."""
    lines = [line.count(delimiter) for cell in row if "\n" in cell for line in cell.split("\n")[1:] if line.strip()]
    are_rows = [count >= width - 1 for count in lines]
    if any(are_rows) and width > 1 and (width > 2 or all(are_rows)):
        start = {"start": delimiter.join(row)[:60]}
        raise UnreadableSheet(_("A quotation mark is left open: the rows after “%(start)s” run into one cell. Correct it and try again.") % start)


def _telling(path: Path, start: bytes) -> bytes:
    """The first stretch of the file with letters by which its encoding can be known; its beginning when there are none."""
    with path.open("rb") as file:
        blocks = iter(partial(file.read, SAMPLE), b"")
        return next((block for block in blocks if not block.isascii()), start)


def _delimiter(text: str) -> str:
    """The sign that parts the first lines into columns most evenly."""
    lines = text.splitlines()[:TELLING_LINES]

    def evenness(sign: str) -> tuple[int, int]:
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=sign) if row]
        except csv.Error:
            return 0, 0
        return min(widths, default=0), max(widths, default=0)

    return max(";\t,|", key=evenness)


def digest_of(path: Path) -> str:
    """SHA-256 of the file, by which its rows are known again."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
