"""One patient's address with another patient's record in it opens nothing and tells nothing."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import get_resolver

from clinic.patients.models import Alert, Contact, Identifier, Patient, Relation
from tests.billing.factories import NOW
from tests.hostile import world
from tests.hostile.requests import Operation, operations
from tests.hostile.walk import problem_with
from tests.patients.factories import make_patient
from tests.patients.factories import petrov as the_petrov
from tests.staff.factories import log_in
from tests.test_access import _patterns

pytestmark = pytest.mark.django_db
REFUSED = (403, 404, 405, 422)


@pytest.fixture
def client() -> Client:
    person = world.build()
    petrov = the_petrov()
    Contact.objects.create(patient=petrov, kind="email", value="ivan@example.com")
    Identifier.objects.create(patient=petrov, kind="snils", number="11223344595")
    Relation.objects.create(patient=petrov, kind="mother", name="Петрова Анна", is_guardian=True)
    Alert.objects.create(patient=petrov, kind="allergy", text="лидокаин", recorded_at=NOW, recorded_by=person)
    return log_in(person)


@pytest.fixture
def stranger(client: Client) -> Patient:
    """A patient who has nothing."""
    return make_patient("Чужой", "Олег")


def crossed(stranger: Patient) -> Iterator[str]:
    """Pages with a patient and one of their records, filled with the stranger and Petrov's record."""
    for route, name in _patterns(get_resolver(), "", ""):
        parts = re.findall(r"<uuid:(\w+)>", route)
        if len(parts) > 1 and "patient_id" in parts and not name.startswith("api:"):
            ids = {part: str(stranger.pk) if part == "patient_id" else world.id_called(part) for part in parts}
            if all(ids.values()):
                yield "/" + re.sub(r"<uuid:(\w+)>", lambda found, ids=ids: str(ids[found[1]]), route)  # type: ignore[misc]


def test_pages(client: Client, stranger: Patient) -> None:
    tried, problems = 0, []
    for address in crossed(stranger):
        tried += 1
        for answer in (client.get(address), client.post(address)):
            if answer.status_code not in REFUSED or "Петров" in answer.content.decode():
                problems.append(f"{address}: {answer.status_code}")
    assert tried >= 4
    assert not problems, "\n".join(problems)


def crossed_operations() -> Iterator[Operation]:
    return (one for one in operations() if len(one.path) > 1 and "patient_id" in one.path and all(one.path.values()))


def test_operations(client: Client, stranger: Patient) -> None:
    tried, problems = 0, []
    for operation in crossed_operations():
        tried += 1
        answer = operation.ask(client, path={"patient_id": str(stranger.pk)})
        if answer.status_code not in REFUSED or "Петров" in answer.content.decode():
            problems.append(f"{operation.name}: {answer.status_code}")
    assert tried >= 5
    assert not problems, "\n".join(problems)


def owned(name: str) -> bool:
    """Whether the id called `name` is that of a record of one patient."""
    model = world.model_called(name)
    return model is not None and model is not Patient and any(field.name == "patient" for field in model._meta.concrete_fields)


def mixed(stranger: Patient) -> Iterator[tuple[Operation, dict[str, str], dict[str, str]]]:
    """Operations about a patient with records of a patient in their bodies: the stranger's path and body, all the rest Petrov's."""
    for one in operations():
        body = one.body if isinstance(one.body, dict) else {}
        places = [name for name in ("patient", "patient_id") if name in body] + [name for name in one.path if name == "patient_id"]
        if places and any(owned(name) and value for name, value in body.items()):
            path, changed = ({name: str(stranger.pk) for name in places if name in where} for where in (one.path, body))
            yield one, path, changed


def test_a_body_with_another_patients_records_is_refused(client: Client, stranger: Patient) -> None:
    tried, problems = 0, []
    for one, path, changed in mixed(stranger):
        for name, value in one.body.items():
            if owned(name) and value:
                tried += 1
                alone = {key: kept for key, kept in one.body.items() if key == name or not owned(key)}
                ask = lambda one=one, path=path, body={**alone, **changed}: one.ask(client, path=path, body=body)  # noqa: E731
                problem = problem_with(ask, judge=lambda answer: None if 400 <= answer.status_code < 500 else f"{answer.status_code}")
                problems += [f"{one.name} {name}: {problem}"] if problem else []
    assert tried >= 10
    assert not problems, "\n".join(problems)
