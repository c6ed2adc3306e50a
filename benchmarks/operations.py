"""What is measured: each operation gives the request of its `number`-th turn."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from benchmarks import papers
from benchmarks.fill import SLOTS, STEP, patient_key
from benchmarks.long_record import long_record
from benchmarks.place import FIRST_SHIFT, Place

SEARCHES = ("знецов", "Смирнов Алексей", "Kuznetsov", "9161", "Иван Петрович", "dubois")
SLOT = timedelta(minutes=30)
BOOKINGS_A_DAY = 22
LOWER_FRONT = (33, 32, 31, 41, 42, 43)


@dataclass(frozen=True)
class Request:
    """A request as the client sends it; a body makes it a POST."""

    path: str
    body: dict[str, Any] | None = None


@dataclass(frozen=True)
class Operation:
    """`request(n)` is asked once for each turn; the odd turns of a write are for bare, so that no line is done twice."""

    name: str
    request: Callable[[int], Request]
    is_write: bool = False


def operations(place: Place, *, patients: int, treated: int, years: int, times: int) -> list[Operation]:
    """All operations; the writes have `2 * times` turns."""
    random = Random(7)  # noqa: S311 - which patients are opened is no secret
    opened = [patient_key(random.randrange(treated) * STEP) for _ in range(times)]
    days = [_day(place, random.randrange(-years * 365, 0)) for _ in range(times)]
    items: list[str] = []
    first_day = _first_free_day(place)
    old = long_record(place)

    def complete(number: int) -> Request:
        if not items:
            items.extend(papers.signed_items(place, random.sample(range(patients), 3 * times)))
        return Request(f"/api/v1/items/{items[number]}/complete", {})

    def book(number: int) -> Request:
        pair, place_in_day = number % len(place.chairs), number // len(place.chairs)
        start = first_day + timedelta(days=place_in_day // BOOKINGS_A_DAY) + SLOT * (place_in_day % BOOKINGS_A_DAY)
        body = {"id": str(uuid4()), "patient_id": patient_key(number * 7 % patients), "dentist_id": str(place.dentists[pair].pk)}
        times_of = {"starts_at": start.isoformat(), "ends_at": (start + SLOT).isoformat()}
        return Request("/api/v1/appointments", {**body, **times_of, "chair_id": str(place.chairs[pair].pk)})

    def note(number: int) -> Request:
        untreated = patient_key(number % (patients // STEP) * STEP + 1)
        body = {"id": str(uuid4()), "kind": "mobility", "severity": "1", "tooth": LOWER_FRONT[number % len(LOWER_FRONT)]}
        return Request(f"/api/v1/patients/{untreated}/findings", body)

    def pages(path: str) -> Callable[[int], Request]:
        return lambda number: Request(path.format(opened[number % times]))

    return [
        Operation("open chart", pages("/api/v1/patients/{}/chart")),
        Operation("open chart, page", pages("/patients/{}/chart/")),
        Operation("open chart of 20 years", lambda _number: Request(f"/api/v1/patients/{old}/chart")),
        Operation("open chart of 20 years, page", lambda _number: Request(f"/patients/{old}/chart/")),
        *(Operation(f"search: {text}", _search(text)) for text in SEARCHES),
        Operation("search: a phone", lambda number: Request(query("/api/v1/patients", q=phone_part(number)))),
        Operation(f"day diary, {SLOTS * len(place.chairs)} rows", lambda number: Request(_diary(place, days[number % times]))),
        Operation("complete an item", complete, is_write=True),
        Operation("save a finding", note, is_write=True),
        Operation("book", book, is_write=True),
        Operation("patient overview, page", pages("/patients/{}/")),
        Operation("patient history, page", pages("/patients/{}/history/")),
        Operation("diary, page", lambda number: Request(query("/diary/", branch=place.branch.pk, day=days[number % times].date()))),
        Operation("list of patients, page", lambda _number: Request("/patients/")),
    ]


def query(path: str, **values: object) -> str:
    return f"{path}?{urlencode({name: str(value) for name, value in values.items()})}"


def _search(text: str) -> Callable[[int], Request]:
    """The same kind of text with another name each time would measure names, so the text stays."""
    return lambda _number: Request(query("/api/v1/patients", q=text))


def phone_part(number: int) -> str:
    return str(1234567 + number * 7919)[:6]


def _diary(place: Place, day: datetime) -> str:
    return query("/api/v1/appointments", branch=place.branch.pk, **{"from": day.isoformat(), "to": (day + timedelta(days=1)).isoformat()})


def _day(place: Place, offset: int) -> datetime:
    return datetime.combine(place.branch.created_at.date() + timedelta(days=offset), datetime.min.time(), UTC)


def _first_free_day(place: Place) -> datetime:
    """The first day of the free time ahead that no earlier run has booked."""
    taken = place.chairs[0].appointments.order_by("-starts_at").values_list("starts_at", flat=True).first()
    free = _day(place, FIRST_SHIFT) if taken is None else max(_day(place, FIRST_SHIFT), _midnight(taken) + timedelta(days=1))
    return free + timedelta(hours=6)


def _midnight(at: datetime) -> datetime:
    return datetime.combine(at.astimezone(UTC).date(), datetime.min.time(), UTC)
