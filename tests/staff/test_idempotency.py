"""`Idempotency-Key`: once done, twice answered; errors are not kept; another body is refused; two at once are one."""

import threading
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from clinic.staff import actions, tasks
from clinic.staff.models import ApiToken, IdempotentAnswer, User
from clinic.staff.roles import Role
from tests.staff.factories import dr_orlova, log_in, make_user


def body(user: User, name: str = "X-ray sensor") -> dict[str, Any]:
    return {"user_id": str(user.pk), "name": name, "days": 30}


def send(client: Client, data: dict[str, Any], key: str, **headers: str) -> Any:
    return client.post("/api/v1/tokens", data, content_type="application/json", headers={"Idempotency-Key": key, **headers})


@pytest.mark.django_db
def test_it_answers_twice_and_acts_once() -> None:
    client, key = log_in(make_user(Role.MANAGER)), str(uuid4())
    first, second = (send(client, body(dr_orlova()), key) for _time in range(2))
    assert first.status_code == second.status_code == 201
    assert second.json() == {**first.json(), "value": ""}
    assert second["Idempotent-Replayed"] == "true"
    assert ApiToken.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/users", "/api/v1/users/{user}/password", "/api/v1/tokens"])
def test_a_secret_is_shown_once_and_stored_nowhere(path: str) -> None:
    client, person = log_in(make_user(Role.MANAGER)), dr_orlova()
    data = body(person) if path.endswith("tokens") else {"username": "new", "last_name": "New", "first_name": "One"} if path.endswith("users") else {}
    answer = client.post(path.format(user=person.pk), data, content_type="application/json", headers={"Idempotency-Key": "once"})
    secret = answer.json().get("temporary_password") or answer.json()["value"]
    kept = bytes(IdempotentAnswer.objects.get().body)
    assert len(secret) >= 12
    assert secret.encode() not in kept


@pytest.mark.django_db
def test_it_refuses_another_body_under_the_same_key() -> None:
    client, key = log_in(make_user(Role.MANAGER)), str(uuid4())
    send(client, body(dr_orlova()), key)
    refused = send(client, body(dr_orlova(), name="Till"), key)
    assert (refused.status_code, refused.json()["code"]) == (409, "idempotency_mismatch")
    assert ApiToken.objects.count() == 1


@pytest.mark.django_db
def test_it_keeps_no_errors_and_rolls_back_what_they_did() -> None:
    client, key = log_in(make_user(Role.MANAGER)), str(uuid4())
    assert send(client, body(dr_orlova(), name=" "), key).status_code == 422
    assert not IdempotentAnswer.objects.exists()
    assert send(client, body(dr_orlova()), key).status_code == 201


@pytest.mark.django_db
def test_the_same_key_of_another_person_is_another_key() -> None:
    key = str(uuid4())
    for username in ("one", "two"):
        assert send(log_in(make_user(Role.MANAGER, username=username)), body(dr_orlova()), key).status_code == 201
    assert ApiToken.objects.count() == 2


@pytest.mark.django_db
def test_it_works_for_programs_and_for_long_keys() -> None:
    manager, key = make_user(Role.MANAGER), str(uuid4())
    token = actions.create_api_token(user=manager, name="till", actor=manager, at=timezone.now(), life=timedelta(days=1)).value
    answers = [send(Client(), body(manager), key, Authorization=f"Bearer {token}") for _time in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert ApiToken.objects.count() == 2
    assert send(Client(), body(manager), "k" * 201, Authorization=f"Bearer {token}").status_code == 422


@pytest.mark.django_db
def test_nobody_gets_no_answer_of_others() -> None:
    key = str(uuid4())
    send(log_in(make_user(Role.MANAGER)), body(dr_orlova()), key)
    assert send(Client(), body(dr_orlova()), key).status_code == 401


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_are_one() -> None:
    manager, orlova, key = make_user(Role.MANAGER), dr_orlova(), str(uuid4())
    clients = [log_in(manager) for _browser in range(10)]
    answers: list[Any] = []
    gate = threading.Barrier(len(clients))

    def click(client: Client) -> None:
        gate.wait()
        try:
            answers.append(send(client, body(orlova), key))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=click, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len([answer for answer in answers if answer.json()["value"]]) == 1
    assert ApiToken.objects.count() == 1


@pytest.mark.django_db
def test_answers_are_forgotten_after_a_day() -> None:
    send(log_in(make_user(Role.MANAGER)), body(dr_orlova()), str(uuid4()))
    now = timezone.now()
    assert tasks.forget_idempotent_answers(int((now + timedelta(hours=23)).timestamp())) == 0
    assert tasks.forget_idempotent_answers(int((now + timedelta(hours=25)).timestamp())) == 1
