"""The benchmark's fill writes rows that the tables of today take: it is SQL of its own, which no migration changes along."""

import pytest
from django.db import connection
from django.db.models import F

from benchmarks import fill
from benchmarks.place import Place
from charting.models import Finding, FindingChange
from clinic.patients.models import Patient
from clinic.price_list.models import Category, Service
from clinic.staff.roles import Role
from tests.charting.factories import make_code
from tests.scheduling.factories import make_chair
from tests.staff.factories import make_branch, make_user

TREATED = fill.PAYERS


@pytest.fixture
def small_clinic() -> Place:
    branch = make_branch()
    make_code()
    Service.objects.create(code="T01", title_ru="Пломба", category=Category.THERAPY, scope="surfaces", chart_effect="filling")
    primary = {"scope": "surfaces", "chart_effect": "filling", "dentition": "primary"}  # a priced clinic has it; the fill leaves it alone
    Service.objects.create(code="T00", title_ru="Пломба молочного зуба", category=Category.THERAPY, **primary)
    chairs = [make_chair(f"Chair {number}", branch) for number in range(4)]
    return Place(branch, chairs, [make_user(Role.DENTIST, username=f"bench{number}", branch=branch) for number in range(4)])


@pytest.mark.django_db
def test_the_fill_fits_the_tables_of_today(small_clinic: Place) -> None:
    counts: dict[str, tuple[int, int]] = {}
    with connection.cursor() as cursor:
        values = fill.parameters(small_clinic, cursor)
        for step in fill.steps(TREATED * fill.STEP, TREATED, years=0):
            for statement in step.statements:
                cursor.execute(statement, {**values, "first": 0, "last": step.count - 1})
                counts.setdefault(step.name, (cursor.rowcount, step.count))

    assert all(written == wanted for written, wanted in counts.values()), counts
    assert Finding.objects.filter(resolved_at=None).count() == FindingChange.objects.count() == TREATED * 3
    assert list(FindingChange.objects.exclude(changed_at=F("finding__resolved_at"))) == []
    owing = Patient.objects.filter(charges__allocations=None, charges__isnull=False).distinct()
    assert owing.count() == 1
