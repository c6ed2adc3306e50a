"""`record.pdf` on paper: entries laid out one after another as they are read, so that ten thousand take no more memory than ten."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import cache
from html import escape
from typing import IO

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus.flowables import Flowable
from reportlab.platypus.paragraph import Paragraph

from clinic.history.values import EMPTY
from clinic.history.wording import Change, Line
from exports.evidence_record import Entry
from exports.models import Evidence

FACE, BOLD = "DejaVuSans", "DejaVuSans-Bold"
LEFT, TOP, BOTTOM = 15 * mm, A4[1] - 15 * mm, 18 * mm
WIDTH = A4[0] - 2 * LEFT
GREY, RULE, RED = HexColor("#555555"), HexColor("#bbbbbb"), HexColor("#bb0000")
TOTAL = "total"
TITLE = gettext_lazy("What was recorded of")
PAGE = gettext_lazy("page")
OF = gettext_lazy("of")
TAKEN_BY = gettext_lazy("Evidence taken by")
PERIOD = gettext_lazy("Period")
TREATED = gettext_lazy("treated on")
LATE = gettext_lazy("LATE ENTRY")
LISTS = gettext_lazy("Who saw the name in a list among others: one event of the log for the whole list, which is in no file of one patient.")
EXPLANATION = gettext_lazy(
    "Entries stand in the order in which they were entered. Where the service was at another time, both times stand side by side;"
    " an entry made more than a day later is marked, and of one that arrived more than a quarter of an hour after its own time it is said how much."
)


def write(target: IO[bytes], evidence: Evidence, entries: Iterable[Entry], lists: Iterable[Line], *, zone: object) -> None:
    """The PDF in the active language and time zone."""
    styles, title = _styles(), f"{TITLE} {evidence.patient}"
    paper = _Paper(target, title=title, language=evidence.language)
    paper.add(escape(title), styles["title"])
    for line in _head(evidence, zone):
        paper.add(escape(line), styles["meta"])
    paper.add(escape(evidence.reason), styles["entry"])
    paper.add(escape(str(EXPLANATION)), styles["meta"])
    number = 0
    for number, entry in enumerate(entries, 1):
        paper.add(_said(number, entry), styles["entry"], is_ruled=True, is_marked=entry.is_late)
    paper.add(escape(_("End of the record, entries: %(count)s") % {"count": number}), styles["meta"], is_ruled=True)
    _add_lists(paper, lists, styles)
    paper.close()


def _add_lists(paper: "_Paper", lists: Iterable[Line], styles: dict[str, ParagraphStyle]) -> None:
    """Below the record, for the log keeps one event for a whole list: it proves nothing of one patient, and others stand in it."""
    count = 0
    for count, line in enumerate(lists, 1):
        if count == 1:
            paper.add(escape(str(LISTS)), styles["meta"], is_ruled=True)
        paper.add(_seen(line), styles["meta"])
    paper.add(escape(_("Lists in which the name stood: %(count)s") % {"count": count}), styles["meta"], is_ruled=True)


def _seen(line: Line) -> str:
    role = f" ({escape(line.role_label)})" if line.role_label else ""
    details = "".join(f" · {escape(change.label)}: {escape(change.after)}" for change in line.changes)
    return f"{_moment(line.at)} · {escape(line.actor_name)}{role} · {escape(line.kind_label)}: {escape(line.what)} · {escape(line.purpose)}{details}"


class _Paper:
    """Paragraphs from the top of the page down; what does not fit goes on overleaf."""

    def __init__(self, target: IO[bytes], *, title: str, language: str) -> None:
        self._canvas = Canvas(target, pagesize=A4, pageCompression=1, lang=language)
        self._canvas.setTitle(title)
        self._y = TOP

    def add(self, markup: str, style: ParagraphStyle, *, is_ruled: bool = False, is_marked: bool = False) -> None:
        paragraph: Flowable = Paragraph(markup, style)
        while True:
            room = self._y - BOTTOM
            _width, height = paragraph.wrap(WIDTH, room)
            if height <= room:
                self._draw(paragraph, height, is_ruled=is_ruled, is_marked=is_marked)
                self._y -= style.spaceAfter
                return
            parts = paragraph.split(WIDTH, room)
            if len(parts) > 1:
                self._draw(parts[0], parts[0].wrap(WIDTH, room)[1], is_ruled=is_ruled, is_marked=is_marked)
                paragraph, is_ruled = parts[1], False
            self._turn()

    def close(self) -> None:
        """Put the number of pages where every page has left room for it."""
        pages = self._canvas.getPageNumber()
        self._finish()
        self._canvas.beginForm(TOTAL)
        self._canvas.setFont(FACE, 8)
        self._canvas.setFillColor(GREY)
        self._canvas.drawString(0, 0, str(pages))
        self._canvas.endForm()
        self._canvas.save()

    def _draw(self, paragraph: Flowable, height: float, *, is_ruled: bool, is_marked: bool) -> None:
        if is_ruled:
            self._canvas.setStrokeColor(RULE)
            self._canvas.setLineWidth(0.3)
            self._canvas.line(LEFT, self._y + 1 * mm, LEFT + WIDTH, self._y + 1 * mm)
        if is_marked:
            self._canvas.setStrokeColor(RED)
            self._canvas.setLineWidth(1.5)
            self._canvas.line(LEFT - 2 * mm, self._y, LEFT - 2 * mm, self._y - height)
        self._y -= height
        paragraph.drawOn(self._canvas, LEFT, self._y)

    def _turn(self) -> None:
        self._finish()
        self._y = TOP

    def _finish(self) -> None:
        self._canvas.setFont(FACE, 8)
        self._canvas.setFillColor(GREY)
        self._canvas.drawRightString(LEFT + WIDTH - 10 * mm, 10 * mm, f"{PAGE} {self._canvas.getPageNumber()} {OF} ")
        self._canvas.saveState()
        self._canvas.translate(LEFT + WIDTH - 9.5 * mm, 10 * mm)
        self._canvas.doForm(TOTAL)
        self._canvas.restoreState()
        self._canvas.showPage()


def _head(evidence: Evidence, zone: object) -> Iterator[str]:
    patient = evidence.patient
    yield f"№ {patient.card_number} · {_day(patient.birth_date)} · {patient.pk}"
    yield f"{TAKEN_BY} {evidence.asked_by}, {_moment(evidence.asked_at)} ({zone})."
    if evidence.since or evidence.until:
        yield f"{PERIOD}: {_day(evidence.since)} – {_day(evidence.until)}."


def _said(number: int, entry: Entry) -> str:
    """One event: who, when, what; below it, each value before and after."""
    line, entered = entry.line, localtime(entry.entered_at)
    parts = [f"<b>{number}. {date_format(entered, 'SHORT_DATE_FORMAT')} {entered:%H:%M:%S}</b>"]
    if entry.served_at:
        parts.append(f"{TREATED} {_moment(entry.served_at)}")
    if entry.is_late:
        parts.append(f"<b>{LATE}</b>")
    if entry.delay:
        parts.append(f"<b>{escape(entry.delay)}</b>")
    if entry.device:
        parts.append(escape(entry.device))
    role = f" ({escape(line.role_label)})" if line.role_label else ""
    title = f" «{escape(line.title)}»" if line.title else ""
    parts += [f"{escape(line.actor_name)}{role}", f"{escape(line.kind_label)}: {escape(line.what)}{title}"]
    changes = "; ".join(_change(change) for change in line.changes)
    return " · ".join(parts) + (f"<br/>{changes}" if changes else "")


def _change(change: Change) -> str:
    before = f"<strike>{escape(change.before)}</strike> → " if change.before not in ("", EMPTY) else ""
    return f'<font color="#555555">{escape(change.label)}:</font> {before}{escape(change.after)}'


def _day(day: date | None) -> str:
    return date_format(localtime(day) if isinstance(day, datetime) else day, "SHORT_DATE_FORMAT") if day else "…"


def _moment(at: datetime) -> str:
    return date_format(localtime(at), "SHORT_DATETIME_FORMAT")


@cache
def _load_fonts() -> None:
    """Both faces and their family, found where the system keeps its fonts."""
    pdfmetrics.registerFont(TTFont(FACE, f"{FACE}.ttf"))
    pdfmetrics.registerFont(TTFont(BOLD, f"{BOLD}.ttf"))
    pdfmetrics.registerFontFamily(FACE, normal=FACE, bold=BOLD, italic=FACE, boldItalic=BOLD)


@cache
def _styles() -> dict[str, ParagraphStyle]:
    _load_fonts()
    return {
        "title": ParagraphStyle("title", fontName=BOLD, fontSize=15, leading=19, spaceAfter=2 * mm),
        "meta": ParagraphStyle("meta", fontName=FACE, fontSize=8, leading=11, textColor=GREY, spaceAfter=2 * mm),
        "entry": ParagraphStyle("entry", fontName=FACE, fontSize=8.5, leading=11.5, spaceAfter=3 * mm),
    }
