"""The key of what waits on a device: the same at each login of one person, another one for another person, for nobody without a login."""

from base64 import b64decode

import pytest
from django.test import Client
from django.utils import timezone

from tests.staff.factories import dr_orlova, log_in, make_branch, registrar_belova

pytestmark = pytest.mark.django_db
URL = "/account/offline-key/"


def test_each_person_has_one_key_at_every_login() -> None:
    belova, orlova = registrar_belova(make_branch()), dr_orlova()
    first, again, others = (log_in(user).get(URL).json() for user in (belova, belova, orlova))
    assert first["user"] == str(belova.pk)
    assert first["key"] == again["key"] != others["key"]
    assert len(b64decode(first["key"])) == 32


def test_it_may_be_held_until_the_session_ends_and_is_kept_nowhere_on_the_way() -> None:
    answer = log_in(dr_orlova()).get(URL)
    ahead = answer.json()["until"] / 1000 - timezone.now().timestamp()
    assert 0 < ahead <= 12 * 3600
    assert answer["Cache-Control"] == "private, no-store"


def test_nobody_is_given_one() -> None:
    assert Client().get(URL, headers={"X-Page-Form": "1"}).status_code == 401
