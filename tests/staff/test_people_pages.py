"""People and places by page and by API."""

from uuid import uuid4

import pytest
from django.test import Client

from clinic.staff.models import ApiToken, Branch, LegalEntity, User
from clinic.staff.roles import Role
from tests.staff.factories import dr_orlova, log_in, make_branch, make_legal_entity, make_user

pytestmark = pytest.mark.django_db
PERSON = {"last_name": "Ivanov", "first_name": "Pyotr", "username": "ivanov", "language": "ru", "colour": "#336699"}


@pytest.fixture
def client() -> Client:
    return log_in(make_user(Role.MANAGER, branch=None))


def test_a_person_is_made_given_a_role_and_let_go(client: Client) -> None:
    made = client.post("/people/new/", PERSON)
    assert made.status_code == 201
    person = User.objects.get(username="ivanov")
    assert person.check_password(made.context["secret"])
    client.post(f"/people/{person.pk}/roles/", {"role": "dentist", "branch": str(make_branch().pk)})
    grant = person.role_grants.get()
    assert (grant.role, grant.branch) == ("dentist", make_branch())
    client.post(f"/people/{person.pk}/roles/{grant.pk}/end/")
    client.post(f"/people/{person.pk}/deactivation/")
    assert not User.objects.get(pk=person.pk).is_active


def test_a_failed_form_keeps_what_was_typed(client: Client) -> None:
    make_user(Role.DENTIST, username="ivanov")
    answer = client.post("/people/new/", {**PERSON, "last_name": "Ы" * 400})
    assert answer.status_code == 422
    assert "Ы" * 400 in answer.content.decode()
    assert client.post("/people/new/", PERSON).context["form"].errors.keys() == {"username"}


def test_a_stale_edit_is_refused(client: Client) -> None:
    person = dr_orlova()
    User.objects.filter(pk=person.pk).update(speciality="changed meanwhile")
    answer = client.post(f"/people/{person.pk}/edit/", {**PERSON, "username": "orlova", "version": "1"})
    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors()


def test_a_token_is_shown_once_and_works_until_revoked(client: Client) -> None:
    person = dr_orlova()
    made = client.post(f"/people/{person.pk}/tokens/", {"name": "sensor", "days": "30"})
    bearer = {"Authorization": f"Bearer {made.context['secret']}"}
    assert Client().get("/api/v1/me", headers=bearer).json()["username"] == "orlova"
    token = ApiToken.objects.get()
    assert made.context["secret"] not in client.get(f"/people/{person.pk}/").content.decode()
    client.post(f"/people/{person.pk}/tokens/{token.pk}/revocation/")
    assert Client().get("/api/v1/me", headers=bearer).status_code == 401


def test_the_list_of_people_takes_few_queries(client: Client, django_assert_max_num_queries: object) -> None:
    for number in range(30):
        make_user(Role.DENTIST, Role.HYGIENIST, username=f"dentist{number}")
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        assert client.get("/people/").status_code == 200


def test_companies_and_branches_are_kept(client: Client) -> None:
    client.post("/places/companies/new/", {"name": "Sourire SARL", "country": "FR"})
    entity = LegalEntity.objects.get(name="Sourire SARL")
    details = {"name": "Lyon", "legal_entity": str(entity.pk), "time_zone": "Europe/Paris", "currency": "EUR", "language": "fr"}
    client.post("/places/branches/new/", details)
    assert Branch.objects.get(name="Lyon").legal_entity == entity
    assert client.post("/places/branches/new/", details).status_code == 422
    assert client.post("/places/branches/new/", {**details, "name": "Mars", "time_zone": "Mars/Olympus"}).context["form"].errors.keys() == {
        "time_zone"
    }
    assert "Lyon" in client.get("/places/").content.decode()


def test_the_api_makes_people_and_branches_once(client: Client) -> None:
    person = {"id": str(uuid4()), "username": "ivanov", "last_name": "Ivanov", "first_name": "Pyotr"}
    answers = [client.post("/api/v1/users", person, content_type="application/json") for _time in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[1].json()["temporary_password"] == ""
    branch = {"id": str(uuid4()), "name": "Nord", "legal_entity_id": str(make_legal_entity().pk)}
    made = [client.post("/api/v1/branches", branch, content_type="application/json").json() for _time in range(2)]
    assert [one["id"] for one in made] == [branch["id"]] * 2
    changed = client.put(f"/api/v1/branches/{branch['id']}", {**made[0], "name": "Sud", "version": 7}, content_type="application/json")
    assert (changed.status_code, changed.json()["code"]) == (409, "stale")
    taken = client.post("/api/v1/users", {**person, "id": str(uuid4())}, content_type="application/json")
    assert (taken.status_code, taken.json()["code"]) == (409, "username_taken")
