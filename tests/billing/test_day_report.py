"""The cash report of a day: what came in, and the signed state of history that makes the paper a witness."""

import base64
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone
from pypdf import PdfReader

from clinic.billing import day_report
from clinic.history.models import Event
from clinic.history.sealing import keys, notes
from clinic.history.sealing.sequencer import Sequencer
from clinic.lib.clock import branch_day
from clinic.staff.roles import Role
from tests.history.doors import connect
from tests.staff.factories import log_in, make_branch, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def text_of(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


def test_the_newest_root_of_the_day_stands_on_it(tmp_path: Path) -> None:
    with transaction.atomic():
        branch = make_branch()
        accountant = make_user(Role.ACCOUNTANT, username="accountant", branch=branch)
    with connect("history_seq") as seq:
        vkey = keys.create(seq, tmp_path / "history.key")
        sealed = Sequencer(seq, lambda key: keys.load(tmp_path / "history.key", key)).drain()[-1]
    today = branch_day(timezone.now(), branch.time_zone)
    seal = day_report.seal_of(branch, today)
    assert seal is not None
    assert (seal.size, seal.root) == (sealed.checkpoint.size, base64.b64encode(sealed.checkpoint.root).decode())
    assert notes.open_checkpoint(sealed.note, vkey).size == seal.size
    answer = log_in(accountant).get("/till/report.pdf")
    assert answer["Content-Type"] == "application/pdf"
    words = text_of(answer.content).replace("\n", "")
    assert seal.root in words
    assert str(seal.size) in words
    assert Event.objects.filter(op="P", tbl="billing_day_report").count() == 1
    assert day_report.seal_of(branch, today - timedelta(days=2)) is None
    assert day_report.render(branch, date(2026, 1, 1)).startswith(b"%PDF")
