"""Pages of patients, as a browser sees them."""

from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from clinic.history.models import Event
from clinic.lib.ids import uuid7
from clinic.patients import listing, search
from clinic.patients.models import Alert, Label, Patient, PatientLabel, Relation, Source
from clinic.patients.views import browse
from clinic.staff.roles import Role
from tests.patients.drawing import drawn_signature
from tests.patients.factories import make_patient, petrov
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user, registrar_belova

pytestmark = pytest.mark.django_db
LIST_QUERIES, OVERVIEW_QUERIES = 6, 20


@pytest.fixture
def desk() -> Client:
    """The browser of Irina Belova at the front desk."""
    return log_in(registrar_belova(make_branch()))


def registration(**fields: Any) -> dict[str, Any]:
    blocks = {f"{name}-{part}": 0 for name in ("contacts", "identifiers", "relations", "alerts") for part in ("TOTAL_FORMS", "INITIAL_FORMS")}
    person = {"last_name": "Смирнова", "first_name": "Анна", "sex": "female", "birth_date": "03.02.1990", "language": "ru"}
    contact = {"contacts-TOTAL_FORMS": 1, "contacts-0-kind": "phone", "contacts-0-value": "8 916 765-43-21"}
    return {"id": str(uuid7()), "branch": str(make_branch().pk), **blocks, **person, **contact, **fields}


def test_it_registers_and_shows_the_patient(desk: Client) -> None:
    answer = desk.post(reverse("patient-new"), registration(), follow=True)
    patient = Patient.objects.get()
    assert answer.redirect_chain == [(reverse("patient", args=[patient.pk]), 302)]
    assert "+7 916 765-43-21" in answer.content.decode()


def test_it_takes_rows_left_as_the_screen_shows_them_for_empty(desk: Client) -> None:
    shown = {"contacts-TOTAL_FORMS": 2, "contacts-INITIAL_FORMS": 2, "contacts-1-kind": "email", "contacts-1-value": ""}
    shown |= {"identifiers-TOTAL_FORMS": 1, "identifiers-0-kind": "snils", "identifiers-0-number": ""}
    shown |= {"relations-TOTAL_FORMS": 1, "relations-0-kind": "mother", "alerts-TOTAL_FORMS": 1, "alerts-0-severity": "warning"}
    assert desk.post(reverse("patient-new"), registration(**shown)).status_code == 302
    alone = desk.post(reverse("patient-new"), registration(**shown, **{"identifiers-0-issuer": "МВД"}))
    assert alone.status_code == 422


def test_it_registers_once_when_the_form_is_sent_twice(desk: Client) -> None:
    form = registration()
    for _attempt in range(2):
        desk.post(reverse("patient-new"), form)
    assert Patient.objects.count() == 1


def test_it_keeps_what_was_typed_and_says_what_is_wrong(desk: Client) -> None:
    ahead = f"{timezone.localdate() + timedelta(days=2):%d.%m.%Y}"
    form = registration(last_name="<script>alert(1)</script>" * 20, birth_date=ahead, **{"contacts-0-value": "12"})
    answer = desk.post(reverse("patient-new"), {**form, "last_name": "<script>alert(1)</script>"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "in the future" in text
    assert "This is not a phone number" in text
    assert "&lt;script&gt;" in text
    assert "<script>alert" not in text
    too_long = desk.post(reverse("patient-new"), form)
    assert too_long.status_code == 422
    assert "at most 150 characters" in too_long.content.decode()
    assert not Patient.objects.exists()


def test_it_shows_likely_duplicates_and_registers_another_person(desk: Client) -> None:
    petrov()
    form = registration(last_name="Petrov", first_name="Ivan", birth_date="14/03/1985")
    refused = desk.post(reverse("patient-new"), form)
    assert refused.status_code == 409
    assert "like name, same date of birth" in refused.content.decode()
    assert desk.post(reverse("patient-new"), {**form, "another": "1"}).status_code == 302
    assert Patient.objects.count() == 2


def test_it_warns_of_duplicates_while_typing(desk: Client) -> None:
    petrov()
    form = registration(last_name="Петров", first_name="Иван", birth_date="14.03.1985")
    assert "may be registered already" in desk.post(reverse("patient-duplicates"), form).content.decode()
    assert desk.post(reverse("patient-duplicates"), {**form, "birth_date": "?"}).content == b""


def test_it_searches_from_any_page(desk: Client) -> None:
    petrov()
    text = desk.get(reverse("patient-search"), {"q": "petr"}).content.decode()
    assert "Петров Иван Сергеевич" in text
    assert "Nobody was found" in desk.get(reverse("patient-search"), {"q": "zzz"}).content.decode()


def test_no_name_stands_in_an_address(desk: Client) -> None:
    petrov()
    make_patient("Сидоров", "Олег")
    page = desk.get(reverse("patients")).content.decode()
    assert f'hx-post="{reverse("patient-search")}"' in page
    assert "Петров" in desk.post(reverse("patient-search"), {"q": "petr"}).content.decode()
    answer = desk.post(reverse("patients"), {"q": "Петров", "branch": str(petrov().branch_id), "label": ""})
    where = answer.headers["Location"]
    assert answer.status_code == 302
    assert "%D0" not in where and "label" not in where and str(petrov().branch_id) in where
    shown = desk.get(where).content.decode()
    assert ("Петров Иван" in shown, "Сидоров" in shown, 'value="Петров"' in shown) == (True, False, True)
    assert "Сидоров" in desk.get(desk.post(reverse("patients"), {"q": " "}).headers["Location"]).content.decode()


def test_only_the_latest_searches_are_kept(desk: Client) -> None:
    for number in range(25):
        desk.post(reverse("patients"), {"q": f"Петров {number}"})
    assert len(desk.session["patient_searches"]) == 20


def test_it_shows_both_versions_of_a_stale_edit(desk: Client) -> None:
    patient = petrov()
    url = reverse("patient-edit", args=[patient.pk])
    typed = {"last_name": "Петров", "first_name": "Иван", "sex": "male", "language": "ru", "branch": str(patient.branch_id), "city": "Тверь"}
    assert desk.post(url, {**typed, "version": 1}).status_code == 302
    stale = desk.post(url, {**typed, "city": "Омск", "version": 1})
    text = stale.content.decode()
    assert stale.status_code == 409
    assert "Тверь" in text
    assert 'value="Омск"' in text
    assert desk.post(url, {**typed, "city": "Омск", "version": 2}).status_code == 302


def test_it_filters_the_list_and_exports_it(desk: Client) -> None:
    vip = Label.objects.create(name="VIP")
    PatientLabel.objects.create(patient=petrov(), label=vip)
    make_patient("=cmd|' /C calc'!A0", "Eve")
    assert "cmd" not in desk.get(reverse("patients"), {"label": str(vip.pk)}).content.decode()
    assert "No patients yet" not in desk.get(reverse("patients")).content.decode()
    assert "Nobody matches" in desk.get(reverse("patients"), {"q": "zzz"}).content.decode()
    sheet = load_workbook(BytesIO(desk.get(reverse("patients-export")).content)).active
    assert sheet is not None
    assert [row[1].value for row in sheet.iter_rows(min_row=2)] == ["'=cmd|' /C calc'!A0", "Петров"]
    assert Event.objects.filter(op="P", tbl="patients-list").count() == 1


def test_it_narrows_the_list_by_whatever_a_patient_has(desk: Client) -> None:
    source, vip, orlova = Source.objects.create(name="Friends"), Label.objects.create(name="<VIP>", colour="#112233"), dr_orlova()
    branch = make_branch("Branch <Nord>")
    wanted = make_patient("Д'Артаньян <b>", "Шарль", phone="+79161234567", branch=branch, responsible_dentist=orlova, source=source)
    PatientLabel.objects.create(patient=wanted, label=vip)
    make_patient("Иванов")
    manager = log_in(make_user(Role.MANAGER))
    for name, key in {"branch": branch.pk, "dentist": orlova.pk, "label": vip.pk, "source": source.pk}.items():
        answer = manager.get(reverse("patients"), {name: str(key), "page": "7"})
        assert [row.pk for row in answer.context["page"].object_list] == [wanted.pk], name
        text = answer.content.decode()
        assert f'value="{key}" selected' in text, name
        assert "Д&#x27;Артаньян &lt;b&gt;" in text
        assert "+7 916 123-45-67" in text
        assert "<td>Branch &lt;Nord&gt;</td>" in text
        assert f"<td>{orlova.get_short_name()}</td>" in text
        assert "&lt;VIP&gt;" in text
    assert len(manager.get(reverse("patients"), {"branch": "nowhere", "label": str(uuid7())}).context["page"].object_list) == 2


def test_it_hides_what_an_alert_says_from_those_outside_care(desk: Client) -> None:
    patient = petrov()
    Alert.objects.create(patient=patient, kind="infection", severity="critical", text="ВИЧ", recorded_at=timezone.now(), recorded_by=dr_orlova())
    url = reverse("patient", args=[patient.pk])
    for role in (Role.ADMINISTRATOR, Role.TELESECRETARY, Role.ACCOUNTANT):
        text = log_in(make_user(role)).get(url).content.decode()
        assert "ВИЧ" not in text
        assert "Medical alert: ask the dentist" in text
    assert "ВИЧ" in log_in(dr_orlova()).get(url).content.decode()


def test_the_desk_reads_and_ends_the_alerts_that_it_recorded_itself(desk: Client) -> None:
    patient, common = petrov(), {"severity": "critical", "recorded_at": timezone.now()}
    own = Alert.objects.create(patient=patient, kind="allergy", text="Пенициллин", recorded_by=registrar_belova(), **common)
    other = Alert.objects.create(patient=patient, kind="infection", text="ВИЧ", recorded_by=dr_orlova(), **common)
    text = desk.get(reverse("patient", args=[patient.pk])).content.decode()
    assert "Пенициллин" in text
    assert "ВИЧ" not in text
    assert "Medical alert: ask the dentist" in text
    refused = desk.post(reverse("patient-alert-end", args=[patient.pk, other.pk]), {"reason": "ошибка"})
    assert refused.status_code in (403, 422)
    assert "ask a dentist" in refused.content.decode()
    assert desk.post(reverse("patient-alert-end", args=[patient.pk, own.pk]), {"reason": "опечатка"}).status_code == 302
    assert [alert.pk for alert in patient.alerts.filter(ended_at=None)] == [other.pk]


def test_a_telesecretary_registers_a_caller_with_name_and_phone_alone() -> None:
    caller = log_in(make_user(Role.TELESECRETARY, branch=make_branch()))
    screen = caller.get(reverse("patient-new")).content.decode()
    assert "contacts-0-value" in screen
    assert not any(block in screen for block in ("identifiers-", "relations-", "alerts-", "Labels"))
    typed = {"last_name": "Звонков", "first_name": "Пётр", "sex": "unknown", "language": "ru", "branch": str(make_branch().pk)}
    block = {"contacts-TOTAL_FORMS": "2", "contacts-INITIAL_FORMS": "0", "contacts-0-kind": "phone", "contacts-0-value": "8 916 765 43 21"}
    answer = caller.post(reverse("patient-new"), {**typed, **block, "contacts-1-kind": "email"})
    assert answer.status_code == 302, answer.content.decode()
    patient = Patient.objects.get(last_name="Звонков")
    assert patient.contacts.get().value == "+79167654321"
    assert caller.get(reverse("patient", args=[patient.pk])).status_code == 200
    assert caller.get(reverse("patient-edit", args=[patient.pk])).status_code == 403


@pytest.mark.parametrize(
    ("name", "form", "shown"),
    [
        ("patient-contact-new", {"kind": "email", "value": "ivan@example.com"}, "ivan@example.com"),
        ("patient-identifier-new", {"kind": "oms", "number": "7845320888000022"}, "wrong check digit"),
        ("patient-relation-new", {"kind": "mother", "name": "Петрова Ольга", "phone": "8 916 000-00-00", "is_guardian": "on"}, "Петрова Ольга"),
        ("patient-relation-new", {"kind": "mother"}, "Fill this in"),
        ("patient-alert-new", {"kind": "other", "severity": "info"}, "Say what it is"),
    ],
)
def test_it_adds_in_side_panels(desk: Client, name: str, form: dict[str, str], shown: str) -> None:
    patient = petrov()
    answer = desk.post(reverse(name, args=[patient.pk]), form, headers={"HX-Request": "true"})
    text = answer.content.decode() if answer.status_code == 422 else desk.get(reverse("patient", args=[patient.pk])).content.decode()
    assert shown in text


def test_it_signs_and_withdraws_a_consent(desk: Client) -> None:
    patient = petrov()
    url = reverse("patient-consent-new", args=[patient.pk])
    assert "Согласие" in desk.get(url).content.decode()
    assert "signature is missing" in desk.post(url, {}).content.decode()
    assert desk.post(url, drawn_signature()).status_code == 302
    consent = patient.consents.get()
    assert desk.get(reverse("patient-consent-signature", args=[patient.pk, consent.pk])).content.startswith(b"\x89PNG")
    assert consent.content_hash in desk.get(reverse("patient-consent", args=[patient.pk, consent.pk])).content.decode()
    assert desk.post(reverse("patient-consent-withdrawal", args=[patient.pk, consent.pk]), {"reason": "Заявление"}).status_code == 302
    consent.refresh_from_db()
    assert consent.withdrawn_by == registrar_belova()


def test_it_asks_a_guardian_to_sign_for_a_child(desk: Client) -> None:
    child = make_patient("Петрова", "Маша", birth_date=timezone.localdate() - timedelta(days=3650))
    url = reverse("patient-consent-new", args=[child.pk])
    refused = desk.post(url, drawn_signature())
    assert refused.status_code == 422
    assert "under 18" in refused.content.decode()
    mother = Relation.objects.create(patient=child, kind="mother", name="Петрова Ольга", is_guardian=True)
    assert desk.post(url, {**drawn_signature(), "signer": str(mother.pk)}).status_code == 302


def test_it_reads_list_and_overview_in_few_queries(desk: Client) -> None:
    patient = petrov()
    for number in range(30):
        make_patient(f"Иванов{number}", phone=f"+791600000{number:02}")
    for url, baseline in ((reverse("patients"), LIST_QUERIES), (reverse("patient", args=[patient.pk]), OVERVIEW_QUERIES)):
        desk.get(url)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            desk.get(url)
        assert len(captured) <= baseline, "\n".join(query["sql"][:150] for query in captured)


def test_a_very_long_list_is_not_counted_to_its_end(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browse, "PAGE_SIZE", 2)
    monkeypatch.setattr(listing, "MOST_COUNTED", 4)
    for number in range(6):
        make_patient(f"Иванов{number}")
    pages = [desk.get(reverse("patients"), {"page": number}) for number in (1, 2)]
    assert "of 4+" in pages[0].content.decode()
    assert not pages[1].context["page"].has_next()


def test_a_common_name_and_a_label_together_find_whoever_has_both() -> None:
    branch = make_branch()
    names = {"last_name": "Иванов", "birth_date": date(1980, 1, 1), "branch": branch}
    Patient.objects.bulk_create(Patient(first_name=f"Иван{number}", **names) for number in range(230))
    wanted, label = make_patient("Иванов", "Савва"), Label.objects.create(name="VIP", colour="#aa0000")
    PatientLabel.objects.create(patient=wanted, label=label)
    today = date(2026, 11, 22)
    found = listing.Listing(user=registrar_belova(), filters=listing.Filters(text="иванов", label=label.pk), today=today)
    assert (found.count(), [row.pk for row in found[0:50]]) == (1, [wanted.pk])
    assert listing.Listing(user=registrar_belova(), filters=listing.Filters(text="иванов"), today=today).count() == 231


def test_a_narrowed_list_says_that_more_match_than_were_looked_through(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        make_patient("Иванов", f"Иван{number}")
    accountant = log_in(make_user(Role.MANAGER, username="manager"))
    chosen = desk.post(reverse("patients"), {"q": "иванов"}).headers["Location"]
    debts = accountant.post(reverse("unpaid"), {"q": "иванов"}).headers["Location"]
    words = "only 10,000 of them were looked through"
    assert words not in desk.get(chosen).content.decode()
    monkeypatch.setattr(search, "MOST_NARROWED", 2)
    assert words in desk.get(chosen).content.decode()
    assert words in accountant.get(debts).content.decode()
    refused = accountant.get("/api/v1/debts", {"q": "иванов"})
    assert (refused.status_code, list(refused.json()["fields"])) == (422, ["q"])
    sheet = load_workbook(BytesIO(accountant.get("/api/v1/patients/workbook", {"q": "иванов"}).content)).active
    assert sheet is not None
    assert words in str(sheet.cell(sheet.max_row, 1).value)
