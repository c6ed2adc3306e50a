"""Registers, policies and what the database holds about them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.db.models import Sum
from django.utils import translation
from openpyxl import load_workbook

from clinic.billing.models import Charge
from clinic.history.context import Context, acting
from clinic.history.models import Event
from clinic.lib.errors import InvalidInput, NotAllowed, NotFound, StaleVersion
from clinic.staff.models import Branch
from clinic.staff.roles import Role
from insurance import actions, claims, queries, rules, setup
from insurance.models import Claim, ClaimEntry, ClaimLine, ClaimState, Policy
from tests.billing.factories import NOW, accountant, make_charge
from tests.insurance.factories import claimed, make_policy, make_programme
from tests.patients.factories import make_patient, petrov
from tests.staff.factories import dr_orlova, log_in, make_legal_entity, make_user, registrar_belova

pytestmark = pytest.mark.django_db
D = Decimal
NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))


def register(period: tuple[date, date] = NOVEMBER) -> Claim:
    insurer = make_programme().insurer
    return claims.make_claim(insurer_id=insurer.pk, branch=petrov().branch, period_from=period[0], period_to=period[1], actor=accountant(), at=NOW)


def sent() -> Claim:
    claim = register()
    return claims.mark_sent(claim_id=claim.pk, version=claim.version, actor=accountant(), at=NOW)


def test_it_gathers_lines_once_and_numbers_registers() -> None:
    make_policy()
    claimed("4500.00")
    claimed("100.00")
    first = register()
    assert (first.number, first.entries.count()) == (1, 2)
    with pytest.raises(claims.NothingToClaim):
        register()
    claimed("10.00")
    assert register().number == 2


def test_it_leaves_out_what_was_reversed_before_sending_and_corrects_what_was_sent() -> None:
    make_policy()
    first, second = claimed(), claimed()
    assert first is not None
    assert second is not None
    actions.reverse_claim_line(performance=first.performance, actor=dr_orlova(), at=NOW)
    claim = sent()
    assert [entry.line_id for entry in claim.entries.all()] == [second.pk]
    actions.reverse_claim_line(performance=second.performance, actor=dr_orlova(), at=NOW)
    assert [entry.line.amount for entry in register().entries.all()] == [-second.amount]


def test_the_workbook_holds_the_lines_and_their_sum() -> None:
    make_policy(patient=make_patient("=СУММ(A1)"))
    claimed("4500.00", Policy.objects.get().patient)
    sheet = load_workbook(BytesIO(claims.take_register(register()))).worksheets[0]
    assert sheet.cell(4, 2).value == "'=СУММ(A1) Иван"
    assert sheet.cell(4, 11).value == 3600
    assert sheet.cell(5, 11).value == 3600
    taken = Event.objects.get(op="P", tbl="insurance_claim")
    assert taken.body is not None
    assert taken.body["patients"] == [str(Policy.objects.get().patient_id)]


def test_a_sent_register_is_frozen() -> None:
    make_policy()
    claimed()
    claim = sent()
    assert (claim.state, claim.file is not None) == (ClaimState.SENT, True)
    late = claimed()
    assert late is not None
    with pytest.raises(IntegrityError, match="has been sent"), transaction.atomic():
        ClaimEntry.objects.create(claim=claim, line=late)
    with pytest.raises(IntegrityError, match="has been sent"), transaction.atomic():
        claim.entries.all().delete()
    with pytest.raises(claims.WrongState):
        claims.mark_sent(claim_id=claim.pk, version=claim.version, actor=accountant(), at=NOW)
    with pytest.raises(StaleVersion):
        claims.mark_paid(claim_id=claim.pk, version=claim.version - 1, actor=accountant(), at=NOW)
    assert claims.mark_paid(claim_id=claim.pk, version=claim.version, actor=accountant(), at=NOW).state == ClaimState.PAID


def test_the_database_holds_the_annual_limit() -> None:
    policy = make_policy(annual_limit="5000.00")
    claimed("4500.00")
    with pytest.raises(IntegrityError, match="claimed of"), transaction.atomic():
        Policy.objects.filter(pk=policy.pk).update(annual_limit=D("3599.99"))
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        ClaimLine.objects.update(amount=D("1.00"))


def test_it_keeps_a_policy_true_to_its_claims() -> None:
    policy = make_policy(annual_limit="5000.00")
    claimed("4500.00")
    policy.refresh_from_db()
    base = {"number": policy.number, "valid_from": policy.valid_from, "currency": "RUB"}

    def change(**details: object) -> Policy:
        return setup.save_policy(
            id=policy.pk,
            version=policy.version,
            patient=petrov(),
            programme_id=policy.programme_id,
            details=setup.PolicyDetails(**{**base, **details}),  # type: ignore[arg-type]
            actor=registrar_belova(),
        )

    with pytest.raises(setup.LimitTooLow):
        change(annual_limit=D("3599.99"))
    with pytest.raises(setup.HasClaims):
        change(currency="EUR")
    with pytest.raises(InvalidInput) as refused:
        change(valid_to=date(2020, 1, 1), annual_limit=D("-1"), number=" ")
    assert set(refused.value.fields) == {"valid_to", "annual_limit", "number"}
    assert change(annual_limit=D("3600.00")).annual_limit == D("3600.00")
    with pytest.raises(StaleVersion):
        change()


def test_it_sets_coverage_and_says_what_is_wrong() -> None:
    programme = make_programme()
    with pytest.raises(InvalidInput) as refused:
        setup.set_coverage(programme_id=programme.pk, covers={"therapy": rules.Cover(D("101")), "magic": rules.Cover(D("1"))}, actor=accountant())
    assert set(refused.value.fields) == {"therapy", "magic"}
    setup.set_coverage(programme_id=programme.pk, covers={"therapy": rules.Cover(D("55.5"), D("100.00"), version=1)}, actor=accountant())
    assert programme.rules.get(category="therapy").percent == D("55.50")
    with pytest.raises(StaleVersion):
        setup.set_coverage(programme_id=programme.pk, covers={"therapy": rules.Cover(D("60"), version=1)}, actor=accountant())
    with pytest.raises(NotAllowed):
        setup.set_coverage(programme_id=programme.pk, covers={}, actor=dr_orlova())


def test_it_estimates_line_by_line_in_words() -> None:
    make_policy(annual_limit="4800.00")
    lines = [queries.EstimateLine(number, "therapy", D("4500.00"), "RUB") for number in ("a", "b")]
    with translation.override("ru"):
        found = queries.estimate(patient=petrov(), lines=lines, day=NOW.date())
    assert (found.total, found.insured, found.patient) == (D("9000.00"), D("4800.00"), D("4200.00"))
    assert found.rows[1].explanation == "СОГАЗ: 80 % от 4\u00a0500,00, остаток лимита 1\u00a0200,00"


@pytest.mark.django_db(transaction=True)
def test_twenty_claims_at_once_stay_within_the_annual_limit() -> None:
    with transaction.atomic():
        make_policy(annual_limit="10000.00")
        charges = [make_charge("4500.00") for _ in range(20)]
        dentist = dr_orlova()

    def act(charge: Charge) -> None:
        with acting(Context(actor="system:test", actor_name="test", actor_role="system", purpose="test")):
            actions.add_claim_line(performance=charge.performance, charge=charge, actor=dentist, at=NOW)
        connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(act, charges))
    assert ClaimLine.objects.aggregate(total=Sum("amount"))["total"] == D("10000.00")


def test_registers_of_a_company_are_for_those_who_see_insurance_in_its_branches() -> None:
    make_policy()
    claimed()
    claim = register()
    company = make_legal_entity("Other LLC")
    elsewhere = Branch.objects.create(name="Other", legal_entity=company, time_zone="Europe/Moscow", currency="RUB", language="ru")
    stranger = make_user(Role.ACCOUNTANT, username="stranger", branch=elsewhere)
    browser = log_in(stranger)
    assert browser.get("/api/v1/claims").json()["results"] == []
    for url in (f"/insurers/claims/{claim.pk}/", f"/api/v1/claims/{claim.pk}/lines", f"/api/v1/claims/{claim.pk}/file"):
        assert browser.get(url).status_code == 404, url
    with pytest.raises(NotFound):
        claims.mark_sent(claim_id=claim.pk, version=claim.version, actor=stranger, at=NOW)
    assert len(log_in(accountant()).get("/api/v1/claims").json()["results"]) == 1
