"""kill -9 of the web server, or of its connection to the database, in the middle of a save: all or nothing, and the next try succeeds."""

import json
import shutil
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from charting.models import Performance
from clinic.billing.models import Charge
from clinic.staff import actions as staff
from clinic.staff.models import User
from clinic.staff.roles import Role
from inventory.models import Lot, Movement, Norm
from tests.inventory.factories import make_lot, make_material
from tests.kills.processes import environment, kill, until
from tests.staff.factories import dr_orlova, make_user
from tests.treatment_plans.factories import agreed, first_item, service
from treatment_plans.models import Item

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.soak]


class Web:
    """A web server on the database of the test, and the API asked over the wire."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [shutil.which("granian") or "granian", "clinic.wsgi:application", "--interface", "wsgi", "--port", str(self.port), "--no-ws"]
        process = subprocess.Popen(
            [*command, "--workers", "1", "--blocking-threads", "4"], cwd=settings.BASE_DIR, env=environment(), start_new_session=True
        )
        until(self.is_up, "the web server answers")
        return process

    def is_up(self) -> bool:
        try:
            return self.ask("GET", "/healthz")[0] == 200
        except OSError:
            return False

    def ask(self, method: str, path: str, token: str = "") -> tuple[int, str]:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", b"{}" if method == "POST" else None, headers, method=method)
        try:
            with urllib.request.urlopen(asked, timeout=60) as answer:  # noqa: S310 - our own server
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read().decode()

    def again(self) -> None:
        self.process = self._start()


@pytest.fixture
def web() -> Iterator[Web]:
    server = Web()
    yield server
    if server.process.poll() is None:
        kill(server.process)


@dataclass
class Work:
    """A line of a plan that takes material, and who completes it."""

    item: Item
    lot: Lot
    token: str

    @property
    def path(self) -> str:
        return f"/api/v1/items/{self.item.pk}/complete"


@pytest.fixture
def work() -> Work:
    with transaction.atomic():
        item = first_item(agreed("filling"))
        Norm.objects.create(service=service("filling"), material=make_material(), quantity=Decimal(1))
        lot = make_lot(make_material(), "10")
        manager = make_user(Role.SYSTEM_ADMINISTRATOR, Role.MANAGER)
        token = _token(dr_orlova(), manager)
    return Work(item, lot, token)


def _token(person: User, by: User) -> str:
    return staff.create_api_token(user=person, name="test", actor=by, at=timezone.now()).value


def traces() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Performance, Charge, Movement))


def waiting() -> list[int]:
    """Backends that wait for somebody else's lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
        return [pid for (pid,) in cursor.fetchall()]


def in_mid_save(web: Web, work: Work, strike: Callable[[], None]) -> Future[tuple[int, str]]:
    """Complete the line while its lot is held by somebody else, and strike when the save stands in its middle."""
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Lot.objects.select_for_update().get(pk=work.lot.pk)
            answer = pool.submit(web.ask, "POST", work.path, work.token)
            until(lambda: bool(waiting()), "the save waits for the lot")
            strike()
        return answer


def test_a_killed_web_server_saves_nothing_by_half(web: Web, work: Work) -> None:
    before = traces()
    answer = in_mid_save(web, work, lambda: kill(web.process))
    assert isinstance(answer.exception(), OSError)
    until(lambda: not waiting(), "the server of the database gives the dead one's locks back")
    assert traces() == before
    web.again()
    assert web.ask("POST", work.path, work.token)[0] == 200
    assert [after - was for after, was in zip(traces(), before, strict=True)] == [1, 1, 1]
    assert web.ask("POST", work.path, work.token)[0] == 409


def test_a_lost_database_connection_saves_nothing_by_half(web: Web, work: Work) -> None:
    before = traces()

    def terminate() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s) pid", [waiting()])

    status, body = in_mid_save(web, work, terminate).result()
    assert status == 503
    assert json.loads(body)["code"] == "unavailable"
    assert traces() == before
    assert web.ask("POST", work.path, work.token)[0] == 200
    assert [after - was for after, was in zip(traces(), before, strict=True)] == [1, 1, 1]


def test_files_stand_where_the_settings_say() -> None:
    assert Path(environment()["FILES_DIR"]) == settings.MEDIA_ROOT
