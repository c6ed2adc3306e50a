"""History pages: the events of a patient, the versions of a record, the search over everything."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from tempfile import TemporaryFile
from typing import Any, cast
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from clinic.history import actors, wording
from clinic.history import queries as ledger
from clinic.history.actions import note
from clinic.history.models import Event, EventKind
from clinic.lib import sheets
from clinic.lib.errors import NotFound
from clinic.lib.numbers import whole
from clinic.lib.pages import page_of
from clinic.patients import queries as patients
from clinic.patients.models import Patient
from clinic.staff import queries as staff
from clinic.staff.guards import page
from clinic.staff.models import User
from clinic.staff.roles import Permission
from exports.evidence_record import clocks_of, delay_in_words, service_time
from exports.legal import search as legal_search
from exports.legal import search_sheet
from exports.legal.models import Mark
from exports.legal.search import Found, TooWide, Wanted

SHOWN_KINDS = [
    EventKind.INSERT,
    EventKind.UPDATE,
    EventKind.DELETE,
    EventKind.VIEW,
    EventKind.SIGN,
    EventKind.PRINT,
    EventKind.LOGIN,
    EventKind.DDL,
    EventKind.NOTE,
]


@page(Permission.HISTORY_VIEW)
@require_GET
def patient_history(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Who did what to this patient's record, in words; looks at it too when asked."""
    patient = patients.get_patient_for(_user(request), patient_id, what="history", permission=Permission.HISTORY_VIEW)
    facets, wanted = ledger.facets_of(patient_id), wanted_from(request, patient_id=patient_id)
    context = {
        **_timeline(request, wanted, ledger.page_of(wanted, cursor=request.GET.get("cursor"))),
        "patient": patient,
        "tab": "patient-history",
        "may_take_evidence": _user(request).may(Permission.EVIDENCE_TAKE),
        "may_open_case": _user(request).may(Permission.CASE_MANAGE),
        "may_answer": _user(request).may(Permission.CASE_MANAGE),
        "people": sorted(((actor, actors.name_of(actor, name)) for actor, name in facets.people.items()), key=lambda person: person[1]),
        "tables": _labelled(facets.tables),
    }
    template = "history/_events.html" if request.GET.get("cursor") and request.headers.get("HX-Request") else "history/patient.html"
    return render(request, template, context)


@page(Permission.HISTORY_SEARCH)
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Events of the whole clinic, by patient, person, kind, words and time, and by what a lawyer looks for."""
    wanted = searched(request)
    context = {
        "wanted": wanted,
        "query": request.GET,
        "kinds": [(kind.value, wording.KINDS[kind][0]) for kind in SHOWN_KINDS],
        "is_filtered": any(value for name, value in request.GET.items() if name not in ("cursor", "views")),
        "marks": Mark.choices,
        "export_query": request.GET.urlencode(),
        "people": [(str(person.pk), person.get_full_name()) for person in staff.everybody().prefetch_related(None)],
        "tables": _labelled(wording.models_by_table()),
        "is_search": True,
        "may_check": _user(request).may(Permission.HISTORY_CHECK),
    }
    try:
        context |= _found(request, wanted)
    except TooWide as error:
        return render(request, "history/search.html", {**context, "error": error.message}, status=error.status)
    return render(request, "history/search.html", context)


@page(Permission.HISTORY_SEARCH, Permission.RECORD_EXPORT)
@require_GET
def search_xlsx(request: HttpRequest) -> HttpResponseBase:
    """What is filtered, as a workbook."""
    return workbook_for(_user(request), searched(request))


@page(Permission.HISTORY_VIEW)
@require_GET
def record(request: HttpRequest, table: str, key: UUID) -> HttpResponse:
    """Every version of one record, two of them side by side."""
    events = versions_for(_user(request), table, key)
    lines = wording.lines(events, ledger.bodies_before(events))
    right = _chosen(events, request.GET.get("b"), request.GET.get("at"))
    left = _chosen(events, request.GET.get("a"), None) if request.GET.get("a") else max(0, right - 1)
    numbered = [{"line": line, "number": number + 1} for number, line in enumerate(lines)]
    newest_first = page_of(request, numbered[::-1])
    context = {
        "what": wording.table_label(table),
        "lines": newest_first,
        "left": numbered[left],
        "right": numbered[right],
        "rows": side_by_side(table, events[left], events[right]),
        "at": request.GET.get("at", ""),
        "patient_id": events[-1].patient_id,
    }
    return render(request, "history/record.html", context)


def search_for(user: User, wanted: Wanted, cursor: str | None, *, glances: bool = False) -> Found:
    """A page of everybody's events; the patients whose records it shows are written down with the look.

    A named patient's record asks for a reason as their own history page does; others that would ask are passed over.

    :raises NotAllowed: :raises TooWide: :raises clinic.patients.access.ReasonRequired:
    """
    _open_named(user, wanted)
    found = legal_search.find(wanted, reader=user, cursor=cursor, glances=glances)
    seen = sorted({str(event.patient_id) for event in found.page.events if event.patient_id})
    note(EventKind.VIEW, table="history_search", key=None, patient_id=wanted.patient_id, body={"patients": seen})
    return found


def workbook_for(user: User, wanted: Wanted) -> FileResponse:
    """The newest events that match, as a workbook written into a file of its own; that it was taken is an event itself.

    :raises NotAllowed: :raises TooWide: :raises clinic.patients.access.ReasonRequired:
    """
    user.require(Permission.RECORD_EXPORT)
    _open_named(user, wanted)
    target = TemporaryFile()  # noqa: SIM115 - the answer closes it when it is sent
    try:
        search_sheet.write(target, wanted, reader=user)
    except BaseException:
        target.close()
        raise
    return sheets.file_response(target, name="history")


def _open_named(user: User, wanted: Wanted) -> None:
    user.require(Permission.HISTORY_SEARCH)
    if wanted.patient_id and Patient.objects.filter(pk=wanted.patient_id).exists():
        patients.get_patient_for(user, wanted.patient_id, what="history", permission=Permission.HISTORY_SEARCH, is_part=True)


def versions_for(user: User, table: str, key: UUID) -> list[Event]:
    """All versions of a record, if the person may see them; of a patient's record the look is recorded.

    :raises NotAllowed: :raises NotFound:
    """
    user.require(Permission.HISTORY_VIEW)
    events = list(ledger.versions_of(table, str(key))) if table in wording.models_by_table() else []
    if not events:
        raise NotFound
    if events[-1].patient_id:
        patients.get_patient_for(user, events[-1].patient_id, what="record history", permission=Permission.HISTORY_VIEW)
    else:
        user.require(Permission.HISTORY_SEARCH)
    return events


def side_by_side(table: str, left: Event, right: Event) -> list[dict[str, Any]]:
    """The fields of two versions, in words, with those that differ marked."""
    model = wording.models_by_table()[table]
    old, new = dict(left.body or {}), dict(right.body or {})
    columns = [column for column in {**old, **new} if column not in wording.TECHNICAL]
    names = wording.Names([(model, old), (model, new)])
    changes = wording.differences(model, old, new, columns, names)
    return [{"change": change, "differs": old.get(change.name) != new.get(change.name)} for change in changes]


def wanted_from(request: HttpRequest, *, patient_id: UUID | None) -> ledger.Filter:
    """The filter that the address asks for; what it does not understand it leaves out."""
    get = request.GET
    until = _day(get.get("until"))
    return ledger.Filter(
        patient_id=patient_id,
        actor=get.get("actor", ""),
        kinds=[kind for kind in get.getlist("kind") if kind in EventKind.values],
        tables=[table for table in get.getlist("table") if table],
        since=_instant(_day(get.get("since"))),
        until=_instant(until + timedelta(days=1)) if until else None,
        text=get.get("text", "").strip()[:200],
        with_views=get.get("views") == "1",
    )


def searched(request: HttpRequest) -> Wanted:
    """The search that the address asks for; a patient is named by card number or key."""
    asked = wanted_from(request, patient_id=patients.key_of(request.GET.get("patient", "")))
    return Wanted(**vars(asked), marks=[mark for mark in request.GET.getlist("mark") if mark in Mark.values])


def _found(request: HttpRequest, wanted: Wanted) -> dict[str, Any]:
    cursor = request.GET.get("cursor")
    found = search_for(_user(request), wanted, cursor, glances=not cursor and _user(request).may(Permission.RECORD_EXPORT))
    lines, clocks = wording.lines(found.page.events, found.page.before), clocks_of(found.page.events, found.page.clocks)
    for event, line in zip(found.page.events, lines, strict=True):
        line.marks.extend(_mark_in_words(mark, event) for mark in found.marks[event.id])
        line.marks.extend(_times(event, clocks))
    next_page = request.GET.copy()
    if found.page.next_cursor:
        next_page["cursor"] = found.page.next_cursor
    return {
        "lines": lines,
        "next_url": f"?{next_page.urlencode()}" if found.page.next_cursor else None,
        "known_until": found.known_until,
        "most": legal_search.MOST,
        "is_beyond": found.is_beyond,
        "passed_over": search_sheet.PASSED_OVER if found.is_partial else "",
    }


def _mark_in_words(mark: Mark, event: Event) -> str:
    served = service_time(event) if mark == Mark.LATE else None
    told = date_format(timezone.localtime(served), "SHORT_DATETIME_FORMAT") if served else ""
    return _("entered late, treated on %(at)s") % {"at": told} if told else str(mark.label)


def _times(event: Event, clocks: Mapping[int, str]) -> list[str]:
    """The time that an entry gives for itself beside its arrival, when the two lie apart, and what its device said of it."""
    words, served, clock = delay_in_words(event), service_time(event), clocks.get(event.id)
    told = [clock] if clock else []
    if not words or served is None:
        return told
    return [_("%(delay)s: %(at)s") % {"delay": words, "at": date_format(timezone.localtime(served), "SHORT_DATETIME_FORMAT")}, *told]


def _timeline(request: HttpRequest, wanted: ledger.Filter, found: ledger.Page) -> dict[str, Any]:
    next_page = request.GET.copy()
    if found.next_cursor:
        next_page["cursor"] = found.next_cursor
    lines, clocks = wording.lines(found.events, found.before), clocks_of(found.events, found.clocks)
    for event, line in zip(found.events, lines, strict=True):
        line.marks.extend(_times(event, clocks))
    return {
        "lines": lines,
        "next_url": f"?{next_page.urlencode()}" if found.next_cursor else None,
        "wanted": wanted,
        "query": request.GET,
        "kinds": [(kind.value, wording.KINDS[kind][0]) for kind in SHOWN_KINDS],
        "is_filtered": any(value for name, value in request.GET.items() if name not in ("cursor", "views")),
    }


def _labelled(tables: Any) -> list[tuple[str, str]]:
    return sorted(((table, wording.table_label(table)) for table in tables), key=lambda pair: pair[1])


def _chosen(events: list[Event], number: str | None, at: str | None) -> int:
    """Position of the version asked for by number, or of the one that stood at an instant; else of the last one."""
    instant = _moment(at)
    if instant:
        aware = instant if timezone.is_aware(instant) else timezone.make_aware(instant)
        return max(0, sum(event.at <= aware for event in events) - 1)
    asked = whole(number or "")
    position = len(events) - 1 if asked is None else asked - 1
    return min(max(position, 0), len(events) - 1)


def _day(text: str | None) -> date | None:
    try:
        return parse_date(text or "")
    except ValueError:
        return None


def _instant(day: date | None) -> datetime | None:
    return datetime.combine(day, time.min, get_current_timezone()) if day else None


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _moment(text: str | None) -> datetime | None:
    try:
        return parse_datetime(text or "")
    except ValueError:
        return None
