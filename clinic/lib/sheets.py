"""Workbooks for other people's programs."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import IO, Any, TypeVar

from django.http import FileResponse, HttpResponse
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

RISKY = ("=", "+", "-", "@", "\t", "\r")
MONEY, QUANTITY = "#,##0.00", "#,##0.###"
FORMATS: tuple[tuple[type, str], ...] = ((datetime, "dd.mm.yyyy hh:mm"), (date, "dd.mm.yyyy"), (Decimal, MONEY), (float, "0.0%"))


Answer = TypeVar("Answer", HttpResponse, FileResponse)


def plain(text: str) -> str:
    """Text that a spreadsheet can keep and cannot take for a formula."""
    text = ILLEGAL_CHARACTERS_RE.sub("", text)
    return f"'{text}" if text[:1] in RISKY else text


def workbook(title: str, headings: Sequence[str], rows: Iterable[Iterable[object]]) -> bytes:
    """One sheet of rows under headings; see `write`."""
    stream = BytesIO()
    write(stream, title, headings, rows)
    return stream.getvalue()


def write(target: IO[bytes], title: str, headings: Sequence[str], rows: Iterable[Iterable[object]]) -> None:
    """One sheet of rows under headings, in bounded memory however many rows there are.

    Days, instants and amounts are numbers with a format; a text is always a text, also one that looks like a formula.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    sheet.append([_cell(sheet, heading, is_heading=True) for heading in headings])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    book.save(target)


def _cell(sheet: Any, value: Any, *, is_heading: bool = False) -> Any:
    if isinstance(value, datetime) and value.tzinfo:
        value = timezone.localtime(value).replace(tzinfo=None)
    cell = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value)
    if isinstance(value, str):
        cell.data_type = "s"
        cell.quotePrefix = value[:1] in RISKY
    elif (known := next((format for kind, format in FORMATS if isinstance(value, kind)), None)) is not None:
        cell.number_format = known if known != MONEY or _is_money(value) else QUANTITY
    if is_heading:
        cell.font = Font(bold=True)
    return cell


def _is_money(value: object) -> bool:
    exponent = value.as_tuple().exponent if isinstance(value, Decimal) else 0
    return isinstance(exponent, int) and exponent >= -2


def response(content: bytes, *, name: str) -> HttpResponse:
    """A workbook that the browser saves; `name` without extension, letters and digits only."""
    return _saved(HttpResponse(content, content_type=MEDIA_TYPE), name)


def file_response(target: IO[bytes], *, name: str) -> FileResponse:
    """A workbook that was written into a file, sent from its beginning piece by piece; the file is closed afterwards."""
    target.seek(0)
    return _saved(FileResponse(target, content_type=MEDIA_TYPE), name)


def _saved(answer: Answer, name: str) -> Answer:
    answer["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
