"""Settings about patients: labels, sources, editions of the consent; nothing is deleted, a stale form is refused."""

import pytest
from django.test import Client
from django.urls import reverse

from clinic.history.models import Event
from clinic.patients import queries
from clinic.patients.models import ConsentText, Label, Source
from clinic.staff.roles import Role
from tests.staff.factories import log_in, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> Client:
    return log_in(make_user(Role.MANAGER))


def test_a_label_is_made_changed_and_taken_out_of_use(manager: Client) -> None:
    asked = {"version": 1, "name": "Afraid", "colour": "#aa3355", "is_active": "on"}
    assert manager.post(reverse("label-new"), asked).status_code == 302
    label = Label.objects.get(name="Afraid")
    assert "Afraid" in manager.get(reverse("labels")).content.decode()
    change = {**asked, "version": label.version, "is_active": ""}
    assert manager.post(reverse("label", args=[label.pk]), change).status_code == 302
    assert Label.objects.get(pk=label.pk).is_active is False
    stale = manager.post(reverse("label", args=[label.pk]), {**change, "name": "Brave"})
    assert stale.status_code == 422
    assert "Brave" in stale.content.decode()
    assert Event.objects.filter(tbl="patients_label", pk_text=str(label.pk)).count() == 2


def test_a_source_of_a_name_in_use_is_refused_in_words(manager: Client) -> None:
    Source.objects.create(name="Friends")
    answer = manager.post(reverse("source-new"), {"version": 1, "name": "friends", "is_active": "on"})
    assert answer.status_code == 422
    assert "This name is taken." in answer.content.decode()
    assert "Friends" in manager.get(reverse("sources")).content.decode()


def test_a_new_edition_succeeds_the_last_one_which_stays(manager: Client) -> None:
    before = queries.consent_text("ru")
    page = manager.get(reverse("consent-text-new", args=["ru"])).content.decode()
    assert before.title in page
    assert manager.post(reverse("consent-text-new", args=["ru"]), {"title": "Согласие", "body": "Новый текст"}).status_code == 302
    after = queries.consent_text("ru")
    assert (after.edition, after.body) == (before.edition + 1, "Новый текст")
    assert ConsentText.objects.get(pk=before.pk).body == before.body
    assert before.title in manager.get(reverse("consent-text", args=[before.pk])).content.decode()
    assert manager.get(reverse("consent-texts")).status_code == 200
    assert manager.get(reverse("consent-text-new", args=["xx"])).status_code == 404
    assert manager.post(reverse("consent-text-new", args=["ru"]), {"title": "", "body": ""}).status_code == 422
