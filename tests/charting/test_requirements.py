"""What a note must say before it is signed: the clinic's rules, the refusal in words, and that the database holds it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from charting import actions, requirements
from charting.models import NotePart, NoteRequirement, NoteTemplate, Visit
from clinic.lib.errors import InvalidInput, KeyTaken, NotAllowed, StaleVersion
from clinic.lib.ids import uuid7
from clinic.staff.models import User
from clinic.staff.roles import Role
from tests.charting.factories import NOW, make_code, make_procedure, make_service, make_visit, patient_petrov, perform, place
from tests.staff.factories import dr_orlova, log_in, make_user

pytestmark = pytest.mark.django_db
JSON = "application/json"
LATER = NOW + timedelta(minutes=30)


def manager() -> User:
    return User.objects.filter(username="chief").first() or make_user(Role.MANAGER, username="chief")


@pytest.fixture
def filled() -> Visit:
    """A visit in which tooth 16 was filled; its note says why only."""
    visit = make_visit()
    perform(make_procedure("filling", place(16, "O")))
    return written(visit, complaint="Боль")


def written(visit: Visit, **sections: str) -> Visit:
    visit.refresh_from_db()
    return actions.write_visit(visit=visit, version=visit.version, sections=sections, actor=dr_orlova())


def sign(visit: Visit, **values: Any) -> Visit:
    visit.refresh_from_db()
    return actions.sign_visit(visit=visit, **{"version": visit.version, "actor": dr_orlova(), "at": LATER, **values})


def lacking(visit: Visit) -> list[str]:
    return [need.part for need in requirements.needs_of(visit) if need.is_missing]


def completed(visit: Visit) -> Visit:
    """What the shipped rules ask for after a filling."""
    make_code("K02.1")
    actions.record_diagnosis(patient=patient_petrov(), code="K02.1", tooth=16, actor=dr_orlova(), at=NOW)
    actions.give_anaesthesia(visit=visit, given=actions.Given(kind="none", teeth=(16,)), actor=dr_orlova(), at=NOW)
    return written(visit, objective="Кариозная полость", treatment="Пломба")


def test_a_note_without_acts_is_signed_as_before() -> None:
    visit = written(make_visit(), complaint="Осмотр")
    assert requirements.needs_of(visit) == []
    assert sign(visit).is_signed


def test_after_a_filling_the_note_says_what_was_seen_diagnosed_numbed_and_done(filled: Visit) -> None:
    assert lacking(filled) == ["objective", "diagnosis", "anaesthesia", "treatment"]
    with pytest.raises(actions.PartsMissing) as refused:
        sign(filled)
    assert list(refused.value.fields) == ["objective", "diagnosis", "anaesthesia", "treatment"]
    assert refused.value.fields["diagnosis"] == "Give a diagnosis. Required: therapy, filling."
    assert "Nothing was signed" in str(refused.value.message)
    assert "Write the findings." in str(refused.value.message)
    assert sign(completed(filled)).is_signed


def test_blanks_of_a_template_are_no_text(filled: Visit) -> None:
    completed(filled)
    assert lacking(written(filled, treatment=" ___\n__ ")) == ["treatment"]
    assert lacking(written(filled, treatment="___ пломба")) == []


def test_what_was_entered_in_error_or_reversed_does_not_count(filled: Visit) -> None:
    completed(filled)
    (given,) = filled.anaesthesia.all()
    actions.mark_anaesthesia_in_error(anaesthesia=given, reason="другой пациент", actor=dr_orlova(), at=NOW)
    assert lacking(filled) == ["anaesthesia"]
    (done,) = filled.performances.all()
    actions.reverse_performance(performance=done, actor=dr_orlova(), at=NOW, reason="не сделано")
    assert requirements.needs_of(filled) == []


def test_the_database_refuses_what_the_action_would(filled: Visit) -> None:
    signed = {"signed_at": LATER, "signed_by": dr_orlova(), "content_hash": "0" * 64, "closed_at": LATER}
    with pytest.raises(IntegrityError, match="lacks") as refused, transaction.atomic():
        Visit.objects.filter(pk=filled.pk).update(**signed)
    assert refused.value.__cause__.diag.constraint_name == "charting_visit_complete"  # type: ignore[union-attr]
    completed(filled)
    assert Visit.objects.filter(pk=filled.pk).update(**signed) == 1


def test_a_locked_note_is_completed_by_an_addendum(filled: Visit) -> None:
    late = NOW + timedelta(hours=30)
    actions.lock_unsigned_visits(at=late)
    with pytest.raises(actions.PartsMissing) as refused:
        sign(filled, at=late)
    assert "addendum" in str(refused.value.message)
    filled.refresh_from_db()
    actions.add_addendum(visit=filled, text="Объективно: полость. K02.1. Без анестезии. Пломба.", actor=dr_orlova(), at=late)
    assert sign(filled, at=late).is_late


def test_a_rule_of_every_visit_and_of_one_service() -> None:
    visit, service = written(make_visit(), complaint="Боль"), make_service("crown")
    actions.save_requirement(actor=manager(), details={"act": "any", "parts": ["recommendations"]})
    actions.save_requirement(actor=manager(), details={"act": f"service:{service.code}", "parts": ["anamnesis", "complaint"]})
    assert lacking(visit) == ["recommendations"]
    perform(make_procedure("crown", place(16)))
    found = {need.part: need for need in requirements.needs_of(visit)}
    assert (found["anamnesis"].is_missing, found["complaint"].is_missing) == (True, False)
    assert found["anamnesis"].ask == "Write the history of the complaint. Required: Service crown."
    with translation.override("ru"):
        assert requirements.needs_of(visit)[-1].ask == "Запишите рекомендации. Обязательно: любой визит."
    rule = NoteRequirement.objects.get(act="any")
    actions.save_requirement(actor=manager(), requirement_id=rule.pk, version=rule.version, details={"is_active": False})
    assert "recommendations" not in lacking(visit)


def test_rules_are_the_managers_checked_and_kept_in_history() -> None:
    sent = {"act": "any", "parts": ["treatment", "complaint"], "is_active": True}
    with pytest.raises(NotAllowed):
        actions.save_requirement(actor=dr_orlova(), details=sent)
    key = uuid7()
    first = actions.save_requirement(actor=manager(), details=sent, id=key)
    assert first.parts == ["complaint", "treatment"]
    assert actions.save_requirement(actor=manager(), details=sent, id=key) == first
    with pytest.raises(KeyTaken):
        actions.save_requirement(actor=manager(), details={**sent, "parts": ["complaint"]}, id=key)
    for wrong, field in (
        ({"act": "effect:magic"}, "act"),
        ({"act": "service:no"}, "act"),
        ({"act": "any"}, "act"),
        ({"parts": []}, "parts"),
        ({"parts": ["soul"]}, "parts"),
    ):
        with pytest.raises(InvalidInput) as refused:
            actions.save_requirement(actor=manager(), details={"act": "effect:post", "parts": ["complaint"], **wrong})
        assert list(refused.value.fields) == [field]
    changed = actions.save_requirement(actor=manager(), requirement_id=key, version=first.version, details={"parts": ["objective"]})
    with pytest.raises(StaleVersion):
        actions.save_requirement(actor=manager(), requirement_id=key, version=first.version, details={"parts": ["diagnosis"]})
    assert [row.parts for row in NoteRequirement.history.filter(id=key).order_by("version")] == [["complaint", "treatment"], changed.parts]


@pytest.mark.parametrize("values", [{"act": "drug:nsaids", "parts": ["complaint"]}, {"act": "any", "parts": []}, {"act": "any", "parts": ["soul"]}])
def test_the_database_knows_acts_and_parts(values: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        NoteRequirement.objects.create(**values)


def test_every_clinic_begins_with_rules_and_texts_in_three_languages() -> None:
    for rule in NoteRequirement.objects.all():
        actions.save_requirement(actor=manager(), requirement_id=rule.pk, version=rule.version, details={})
        assert set(rule.parts) <= set(NotePart.values)
    assert NoteRequirement.objects.count() >= 12
    assert {language: NoteTemplate.objects.filter(language=language).exists() for language in ("ru", "fr", "en")} == dict.fromkeys(
        ("ru", "fr", "en"), True
    )


# Pages and API


def test_the_page_marks_what_is_required_and_refuses_in_words(filled: Visit) -> None:
    dentist = log_in(dr_orlova())
    page = dentist.get(reverse("visit", args=[filled.pk])).text
    assert page.count('class="note-needed"') == 4
    assert "Write the findings." not in page
    refused = dentist.post(reverse("visit-sign", args=[filled.pk]), {"version": filled.version})
    assert refused.status_code == 422
    objective = refused.text[refused.text.index('id="note-objective"') :][:200]
    assert 'aria-invalid="true"' in objective
    assert "autofocus" in objective
    for ask in ("Write the findings.", "Give a diagnosis.", "Note the anaesthesia, or that there was none.", "Write the treatment."):
        assert refused.text.count(ask) == 2, ask
    completed(filled).refresh_from_db()
    filled.refresh_from_db()
    assert dentist.post(reverse("visit-sign", args=[filled.pk]), {"version": filled.version}).status_code == 302


def test_the_settings_page_lists_writes_and_refuses() -> None:
    client = log_in(manager())
    page = client.get(reverse("note-requirements")).text
    assert "Root canal filling" in page
    assert client.post(reverse("note-requirement-new"), {"act": "any", "parts": ["complaint"], "is_active": "on"}).status_code == 302
    assert client.post(reverse("note-requirement-new"), {"act": "any", "parts": ["complaint"]}).status_code == 422
    assert "at least" not in client.get(reverse("note-requirement-new")).text
    row = NoteRequirement.objects.get(act="any")
    changed = {"act": "any", "parts": ["complaint", "treatment"], "is_active": "on"}
    assert client.post(reverse("note-requirement", args=[row.pk]), {**changed, "version": row.version}).status_code == 302
    stale = client.post(reverse("note-requirement", args=[row.pk]), {**changed, "version": row.version})
    assert (stale.status_code, "Someone has changed" in stale.text) == (422, True)
    assert log_in(dr_orlova()).get(reverse("note-requirements")).status_code == 403


def test_the_api_tells_what_is_missing_and_changes_rules(filled: Visit) -> None:
    dentist, chief = log_in(dr_orlova()), log_in(manager())
    told = {need["part"]: need for need in dentist.get(f"/api/v1/visits/{filled.pk}/requirements").json()}
    assert (told["diagnosis"]["acts"], told["diagnosis"]["is_missing"]) == (["category:therapy", "effect:filling"], True)
    refused = dentist.post(f"/api/v1/visits/{filled.pk}/sign", {"version": filled.version}, JSON)
    assert (refused.status_code, refused.json()["code"]) == (422, "parts_missing")
    assert set(refused.json()["fields"]) == {"objective", "diagnosis", "anaesthesia", "treatment"}
    sent = {"id": str(uuid7()), "act": "any", "parts": ["complaint"]}
    made = chief.post("/api/v1/note-requirements", sent, JSON)
    assert (made.status_code, chief.post("/api/v1/note-requirements", sent, JSON).json()) == (201, made.json())
    path = f"/api/v1/note-requirements/{sent['id']}"
    assert chief.put(path, {"act": "any", "parts": ["soul"], "is_active": True, "version": 1}, JSON).json()["fields"].keys() == {"parts"}
    assert chief.put(path, {"act": "any", "parts": ["objective"], "is_active": True, "version": 1}, JSON).json()["parts"] == ["objective"]
    assert chief.put(path, {"act": "any", "parts": ["objective"], "is_active": True, "version": 1}, JSON).json()["code"] == "stale"
    assert dentist.post("/api/v1/note-requirements", {**sent, "id": None}, JSON).status_code == 403
    assert any(row["act"] == "any" for row in _all(dentist))


def _all(client: Client) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = client.get("/api/v1/note-requirements?page_size=100").json()["results"]
    return rows
