"""What people see of history: the line on the desks, the page, the API, the nightly check and the alarms."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone

from clinic.desk.tasks import history_watch
from clinic.history.sealing import keys
from clinic.history.sealing.sequencer import Sequencer
from clinic.history.tasks import history_verify
from clinic.history.verification import alarms
from clinic.history.verification.status import Status, status
from clinic.staff.models import LegalEntity
from clinic.staff.roles import Role
from tests.history.doors import connect
from tests.history.sealing.conftest import key_file, seq, sequencer, write
from tests.history.test_verification import everything_off
from tests.staff.factories import log_in, make_branch, make_user

__all__ = ["key_file", "seq", "sequencer", "write"]
pytestmark = pytest.mark.django_db(transaction=True)
Connection = psycopg.Connection[Any]
LATER = timedelta(hours=37)


@pytest.fixture(autouse=True)
def witness(settings: Any, tmp_path: Path) -> str:
    settings.HISTORY_WITNESSES = [f"file://{tmp_path}/witness"]
    return str(settings.HISTORY_WITNESSES[0])


def now() -> Status:
    return status(timezone.now())


def run(task: Any) -> Any:
    return task(timestamp=0)


def test_green_after_the_nightly_check_red_when_it_stays_away(sequencer: Sequencer, write: Callable[[str], LegalEntity]) -> None:
    sequencer.drain()
    assert (now().level, str(now())) == ("warning", "History will be checked tonight.")
    assert status(timezone.now() + LATER).level == "danger"
    assert run(history_verify)
    assert now().level == "good"
    assert "History is whole, checked on" in str(now())
    late = status(timezone.now() + LATER)
    assert (late.level, "the nightly check does not run" in str(late)) == ("danger", True)


def test_amber_when_nobody_watches(sequencer: Sequencer, settings: Any) -> None:
    settings.HISTORY_WITNESSES = []
    sequencer.drain()
    assert run(history_verify)
    assert (now().level, "1 warning" in str(now())) == ("warning", True)


def test_red_when_altered_until_all_of_it_is_whole_again(sequencer: Sequencer, write: Callable[[str], LegalEntity]) -> None:
    entity = write("Клиника")
    sequencer.drain()
    run(history_verify)
    with everything_off() as attacker:
        attacker.execute("UPDATE staff_legalentity SET name = 'Forged' WHERE id = %s", [entity.pk])
    assert not run(history_verify)
    assert (now().level, "History was altered" in str(now())) == ("danger", True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT history.report_verification(false, 1, '[]', 0)")
    assert now().level == "danger"


def test_red_when_events_wait_and_nobody_seals(seq: Connection, sequencer: Sequencer, write: Callable[[str], LegalEntity]) -> None:
    sequencer.drain()
    run(history_verify)
    seq.execute("UPDATE history.sequencer SET alive_at = clock_timestamp() - interval '1 hour'")
    assert now().asleep_since is None
    write("Клиника")
    in_a_while = status(timezone.now() + timedelta(minutes=3))
    assert (in_a_while.level, "the sequencer does not run" in str(in_a_while)) == ("danger", True)
    sequencer.drain()
    assert status(timezone.now() + timedelta(minutes=3)).level == "good"


def test_page_and_api_say_the_same_in_words(sequencer: Sequencer, write: Callable[[str], LegalEntity], seq: Connection) -> None:
    entity = write("Клиника")
    sequencer.drain()
    with everything_off() as attacker:
        attacker.execute("UPDATE staff_legalentity SET name = 'Forged' WHERE id = %s", [entity.pk])
    run(history_verify)
    seq.execute("INSERT INTO history.incident (kind, detail) VALUES ('clock', '7 events carry a time far away')")
    seq.execute("INSERT INTO history.receipt (witness, size, error) SELECT 'mailto:a@b', size, 'no route' FROM history.checkpoint LIMIT 1")
    with transaction.atomic():
        make_branch()
        lawyer = make_user(Role.LAWYER, username="lawyer", language="ru")
    browser = log_in(lawyer)
    page = browser.get("/history/seal/").text
    for words in (
        "Юридическое лицо: живая строка",
        str(entity.pk),
        "7 events carry a time far away",
        "mailto:a@b",
        "no route",
        keys.history(seq)[0].vkey,
        "История была изменена",
    ):
        assert words in page
    assert "История была изменена" in browser.get("/").text
    answer = browser.get("/api/v1/history/seal").json()
    assert (answer["level"], answer["witnesses"][0]["error"], answer["checks"][0]["is_clean"]) == ("danger", "no route", False)
    assert str(entity.pk) in answer["checks"][0]["findings"][0]
    assert answer["checkpoint"]["size"] > 0


def test_who_must_know_is_told_once(seq: Connection, sequencer: Sequencer, write: Callable[[str], LegalEntity], mailoutbox: list[Any]) -> None:
    with transaction.atomic():
        make_branch()
        for role in (Role.LAWYER, Role.MANAGER, Role.SYSTEM_ADMINISTRATOR, Role.DENTIST):
            make_user(role, username=f"of-{role}", email=f"{role}@clinic.example", language="fr" if role == Role.LAWYER else "en")
        make_user(Role.LAWYER, username="no-mail")
    sequencer.drain()
    run(history_verify)
    assert run(history_watch) == 0
    seq.execute(
        "INSERT INTO history.receipt (witness, size, error, at) SELECT 'mailto:a@b', size, 'no route', clock_timestamp() - interval '61 minutes'"
        " FROM history.checkpoint LIMIT 1"
    )
    assert (run(history_watch), run(history_watch)) == (1, 0)
    assert {letter.to[0] for letter in mailoutbox} == {f"{role}@clinic.example" for role in (Role.LAWYER, Role.MANAGER, Role.SYSTEM_ADMINISTRATOR)}
    assert all("mailto:a@b: no route" in letter.body for letter in mailoutbox)
    assert len({letter.subject for letter in mailoutbox}) == 2
    seq.execute("INSERT INTO history.incident (kind, detail, size) VALUES ('rollback', 'a witness has seen more', 3)")
    assert (run(history_watch), run(history_watch)) == (1, 0)


def test_a_letter_that_fails_is_tried_again(seq: Connection, sequencer: Sequencer, settings: Any) -> None:
    with transaction.atomic():
        make_branch()
        make_user(Role.LAWYER, username="lawyer", email="lawyer@clinic.example")
    sequencer.drain()
    seq.execute("INSERT INTO history.incident (kind, detail, size) VALUES ('fork', 'another past', 3)")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    with pytest.raises(OSError):
        run(history_watch)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert run(history_watch) == 1


def test_a_sequencer_that_is_down_is_an_alarm(seq: Connection, sequencer: Sequencer, write: Callable[[str], LegalEntity]) -> None:
    sequencer.drain()
    write("Клиника")
    seq.execute("UPDATE history.sequencer SET alive_at = clock_timestamp() - interval '1 day'")
    standing = alarms.standing(timezone.now() + timedelta(minutes=3))
    assert [alarm.kind for alarm in standing] == ["sequencer_down"]


def test_a_witness_that_came_back_is_no_alarm(seq: Connection, sequencer: Sequencer) -> None:
    sequencer.drain()
    add = (
        "INSERT INTO history.receipt (witness, size, receipt, error, at)"
        " SELECT 'x', size, %s, %s, clock_timestamp() - %s::interval FROM history.checkpoint ORDER BY size LIMIT 1"
    )
    for receipt, error, ago in ((b"1", None, "3 days"), (None, "down", "2 days"), (b"2", None, "1 day")):
        seq.execute(add, [receipt, error, ago])
    assert alarms.standing(timezone.now()) == []
    seq.execute(add, [None, "down again", "2 hours"])
    assert [str(alarm) for alarm in alarms.standing(timezone.now())] == ["A witness was silent for more than an hour: x: down again"]


def test_the_application_reports_alarms_but_takes_none_back(sequencer: Sequencer) -> None:
    with connect("clinic_app") as application:
        application.execute("SELECT history.report_alarm('fork', 'x')")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            application.execute("DELETE FROM history.incident")
