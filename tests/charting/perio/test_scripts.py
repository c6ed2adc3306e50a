"""How a person measures: the path, the own order of runs; kept with the person, refused in words."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connections, transaction
from hypothesis import given
from hypothesis import strategies as st

from charting.perio import actions, paths, queries
from charting.perio.models import PerioScript
from clinic.history.context import acting
from clinic.history.models import Event
from clinic.lib.errors import InvalidInput, NotAllowed
from clinic.staff.actions import context_of
from clinic.staff.models import User
from clinic.staff.roles import Role
from tests.staff.factories import dr_orlova, log_in, make_user

OWN = ["1V>", "1L<", "2V>", "2L<", "LL<", "LV>"]


def keep(actor: User, path: str = "custom", measures: str = "depth", runs: list[str] | None = None) -> PerioScript:
    return actions.set_script(path=path, measures=measures, runs=OWN if runs is None else runs, actor=actor)


@given(st.lists(st.sampled_from(paths.RUNS), max_size=9))
def test_an_order_of_runs_is_refused_just_when_a_side_would_be_measured_twice(runs: list[str]) -> None:
    passed = [side for run in runs for side in sorted(paths.passed_by(run))]
    assert bool(paths.problem_of(runs)[0]) == (len(set(passed)) < len(passed))


@pytest.mark.django_db
def test_the_path_is_kept_with_the_person() -> None:
    assert (queries.script_of(dr_orlova()).path, queries.script_of(dr_orlova()).runs) == ("zigzag", [])
    keep(dr_orlova())
    keep(dr_orlova(), measures="both")
    script = queries.script_of(dr_orlova())
    assert (script.path, script.measures, script.runs) == ("custom", "both", OWN)
    assert queries.script_of(make_user(Role.DENTIST, username="other")).path == "zigzag"
    assert PerioScript.history.filter(id=script.pk).count() == 2


@pytest.mark.django_db
def test_the_same_path_again_writes_no_history() -> None:
    keep(dr_orlova())
    before = Event.objects.count()
    keep(dr_orlova())
    assert Event.objects.count() == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"path": "sideways"}, "path", "Choose one of the paths"),
        ({"path": "custom", "runs": []}, "path", "at least one run"),
        ({"measures": "colour"}, "measures", "Choose depth"),
        ({"runs": ["XV>"]}, "runs", "There is no run “XV>”"),
        ({"runs": ["UV>", "1V<"]}, "runs", "measured already"),
    ],
)
def test_a_path_that_cannot_be_is_refused_in_words(values: dict[str, object], field: str, words: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        keep(dr_orlova(), **values)  # type: ignore[arg-type]
    assert words in str(refused.value.fields[field])
    assert not PerioScript.objects.exists()


@pytest.mark.django_db
def test_who_does_not_chart_has_no_path_and_the_database_knows_the_runs() -> None:
    with pytest.raises(NotAllowed):
        keep(make_user(Role.ACCOUNTANT))
    for wrong in ({"runs": ["X"]}, {"path": "custom"}, {"path": "round"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PerioScript.objects.create(user=dr_orlova(), **wrong)


@pytest.mark.django_db
def test_the_api_gives_and_takes_the_path() -> None:
    browser = log_in(dr_orlova())
    assert browser.get("/api/v1/perio-script").json() == {"path": "zigzag", "measures": "depth", "runs": []}
    said = {"path": "custom", "measures": "both", "runs": OWN}
    assert browser.put("/api/v1/perio-script", said, content_type="application/json").json() == said
    assert browser.get("/api/v1/perio-script").json() == said
    refused = browser.put("/api/v1/perio-script", {**said, "runs": ["UV>", "UV<"]}, content_type="application/json")
    assert (refused.status_code, list(refused.json()["fields"])) == (422, ["runs"])


@pytest.mark.django_db(transaction=True)
def test_two_screens_of_one_person_keep_one_path() -> None:
    with transaction.atomic():
        actor = dr_orlova()

    def choose(number: int) -> None:
        with acting(context_of(actor)):
            keep(actor, path=("arches", "quadrants")[number % 2])
        connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(choose, range(6)))
    assert PerioScript.objects.count() == 1
