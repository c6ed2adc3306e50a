"""Prescriptions and referrals: numbered, printed, checked against the rules of interactions, immutable, and marked when they were wrong."""

import re
from dataclasses import replace
from io import BytesIO
from threading import Thread
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from pypdf import PdfReader

from charting.medical import interactions
from charting.models import ClinicalPaper, ClinicalSeries, InteractionOverride, InteractionWarning, PrescribedDrug, UsualDrug
from charting.prescribing import actions, rules
from charting.queries import ClosedCode
from clinic.files import actions as files
from clinic.history.context import Context, acting
from clinic.history.models import Event
from clinic.lib.errors import InvalidInput, KeyTaken, NotAllowed, StaleVersion
from clinic.lib.ids import uuid7
from clinic.patients import actions as patients
from clinic.patients.models import Alert
from clinic.staff.models import User
from clinic.staff.roles import Role
from tests.charting.factories import NOW, make_code, make_finding, make_visit, patient_petrov, petrova
from tests.staff.factories import dr_orlova, log_in, make_branch, make_user

pytestmark = pytest.mark.django_db
JSON = "application/json"
AMOXICILLIN = actions.Drug(inn="Amoxicillini", form="Caps.", strength="500 mg", quantity="N. 20", signa="По 1 капсуле 3 раза в день")
IBUPROFEN = actions.Drug(inn="Ибупрофен", form="Tab.", strength="400 mg", quantity="N. 10", signa="При боли")
SENT = {"inn": "Amoxicillin", "form": "capsule", "quantity": "15", "signa": "three times a day"}
ASKED = actions.Asked(examination="cbct", question="Корень 36?", urgency="urgent", addressee="Рентген-центр", teeth=(36, 37), diagnosis="K04.5")


def setting(language: str = "ru", **values: Any) -> actions.Setting:
    told = {"patient": patient_petrov(), "branch": make_branch(), "language": language, "actor": dr_orlova(), "at": NOW}
    return actions.Setting(**{**told, **values})


def prescribed(*drugs: actions.Drug, language: str = "ru", **values: Any) -> ClinicalPaper:
    return actions.prescribe(setting=setting(language), drugs=drugs or (AMOXICILLIN,), **values)


def text_of(paper: ClinicalPaper) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(files.read(paper.file))).pages).split())


def alert(kind: str, text: str = "") -> None:
    patients.record_alert(alert=Alert(patient=patient_petrov(), kind=kind, severity="critical", text=text), actor=dr_orlova(), at=NOW)


def at_commit() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


# Prescriptions


def test_a_prescription_is_numbered_printed_and_belongs_to_the_open_visit() -> None:
    visit = make_visit()
    first, second = prescribed(AMOXICILLIN, IBUPROFEN), prescribed(IBUPROFEN)
    assert (first.full_number, second.full_number) == ("RX-2026-000001", "RX-2026-000002")
    assert (first.visit, first.issued_by, first.legal_entity) == (visit, dr_orlova(), make_branch().legal_entity)
    assert [(row.position, row.inn, row.drug_class) for row in first.drugs.order_by("position")] == [
        (1, "Amoxicillini", "penicillins"), (2, "Ибупрофен", "nsaids"),
    ]  # fmt: skip
    paper = text_of(first)
    for words in ("107-1/у", "RX-2026-000001", "Петров Иван", "Rp.: Caps. Amoxicillini 500 mg", "D. t. d. N. 20", "S. При боли", "в течение 60 дней"):
        assert words in paper, words
    at_commit()


def test_it_speaks_the_language_of_the_paper_and_invents_no_number() -> None:
    told = text_of(prescribed(language="fr"))
    assert "Ordonnance RX-2026-000001" in told
    assert "N° RPPS" in told
    assert re.search(r"\b60\b", told) is None
    assert "Prescription RX-2026-000002" in text_of(prescribed(language="en"))


def test_an_ordonnance_bears_the_number_of_its_prescriber_in_the_french_register() -> None:
    User.objects.filter(pk=dr_orlova().pk).update(rpps="89970000009")
    assert "N° RPPS 89970000009" in text_of(prescribed(language="fr"))
    assert "89970000009" not in text_of(prescribed(language="ru"))


@pytest.mark.parametrize(
    ("inn", "classes"),
    [
        ("Amoxicillinum", ["penicillins"]), ("амоксициллин", ["penicillins"]), ("Azithromycine", ["macrolides"]), ("Doxycycline", ["tetracyclines"]),
        ("Кетопрофен", ["nsaids"]), ("Spiramycine + métronidazole", ["macrolides", "metronidazole"]), ("Chlorhexidine", []),
        ("Клиндамицин", ["lincosamides"]),
    ],
)  # fmt: skip
def test_the_name_tells_the_class(inn: str, classes: list[str]) -> None:
    assert rules.classes_of(inn) == classes


def test_an_allergy_stops_until_a_reason_is_given_whatever_class_was_said() -> None:
    alert("allergy", "Пенициллин: отёк")
    with pytest.raises(interactions.InteractionStop):
        prescribed()
    disguised = actions.Drug(**{**vars(AMOXICILLIN), "drug_class": "macrolides"})
    with pytest.raises(interactions.InteractionStop):
        prescribed(disguised)
    assert not ClinicalPaper.objects.exists()
    paper = prescribed(override_reason="проба отрицательна, аллерголог согласен")
    kept = InteractionOverride.objects.get()
    assert (kept.paper, kept.rule.code, kept.reason) == (paper, "penicillin_allergy", "проба отрицательна, аллерголог согласен")
    at_commit()
    assert "RX-2026-000001" in log_in(dr_orlova()).get(reverse("patient-health", args=[paper.patient_id])).text


def test_a_warning_is_read_first_and_kept() -> None:
    alert("anticoagulant")
    with pytest.raises(interactions.PrecautionsUnread) as unread:
        prescribed(IBUPROFEN)
    keys = [name.partition(".")[2] for name in unread.value.fields]
    paper = prescribed(IBUPROFEN, precautions=[type(uuid7())(key) for key in keys])
    assert [row.paper for row in InteractionWarning.objects.all()] == [paper]


def test_the_database_refuses_a_stopped_drug_without_its_reason() -> None:
    paper = prescribed(IBUPROFEN)
    at_commit()
    alert("allergy", "Пенициллин")
    with pytest.raises(DatabaseError, match="penicillin_allergy stops it"), transaction.atomic():
        row = {"inn": "Ampicillin", "drug_class": "penicillins", "form": "x", "quantity": "1", "signa": "x"}
        PrescribedDrug.objects.create(paper=paper, patient=paper.patient, position=2, **row)
        at_commit()


def test_what_cannot_be_prescribed_is_refused_under_its_field() -> None:
    for drugs, field in (
        ([], "drugs"), ([AMOXICILLIN] * 4, "drugs"), ([actions.Drug(inn=" ", form="x", quantity="1", signa="x")], "drugs.0.inn"),
        ([AMOXICILLIN, actions.Drug(inn="x", form="x", quantity="1", signa="x", drug_class="magic")], "drugs.1.drug_class"),
        ([actions.Drug(inn="x" * 121, form="x", quantity="1", signa="x")], "drugs.0.inn"),
    ):  # fmt: skip
        with pytest.raises(InvalidInput) as refused:
            actions.prescribe(setting=setting(), drugs=drugs)
        assert list(refused.value.fields) == [field]
    with pytest.raises(InvalidInput):
        prescribed(language="de")
    with pytest.raises(NotAllowed):
        actions.prescribe(setting=setting(actor=make_user(Role.HYGIENIST)), drugs=[AMOXICILLIN])
    assert not ClinicalPaper.objects.exists()


def test_it_is_one_paper_however_often_it_is_sent() -> None:
    key = uuid7()
    assert prescribed(id=key) == prescribed(id=key)
    with pytest.raises(KeyTaken):
        actions.prescribe(setting=setting(patient=petrova()), drugs=[AMOXICILLIN], id=key)
    assert PrescribedDrug.objects.count() == 1


def test_a_key_that_is_sent_again_never_hides_another_paper() -> None:
    make_code("K04.5")
    prescription, referral = uuid7(), uuid7()
    prescribed(id=prescription)
    for other in ([IBUPROFEN], [AMOXICILLIN, IBUPROFEN], [replace(AMOXICILLIN, signa="1 раз в день")]):
        with pytest.raises(KeyTaken):
            prescribed(*other, id=prescription)
    assert actions.refer(setting=setting(), asked=ASKED, id=referral) == actions.refer(setting=setting(), asked=ASKED, id=referral)
    for changed in ({"urgency": "routine"}, {"teeth": (36,)}, {"addressee": ""}, {"diagnosis": ""}):
        with pytest.raises(KeyTaken):
            actions.refer(setting=setting(), asked=replace(ASKED, **changed), id=referral)
    assert ClinicalPaper.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_twins_at_once_are_one_paper_and_take_one_number() -> None:
    with transaction.atomic():
        told, key = setting(), uuid7()
    made: list[object] = []

    def send() -> None:
        try:
            with acting(Context(actor="system:test", actor_name="test", purpose="test")):
                made.append(actions.prescribe(setting=told, drugs=[AMOXICILLIN], id=key).full_number)
        except Exception as error:
            made.append(error)
        finally:
            connection.close()

    threads = [Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == ["RX-2026-000001"] * 6
    assert ClinicalSeries.objects.get().last_number == 1


def test_a_fourth_drug_has_no_place_on_the_paper() -> None:
    paper = prescribed()
    drug = {"inn": "Хлоргексидин", "form": "Sol.", "quantity": "1", "signa": "полоскать"}
    with pytest.raises(IntegrityError, match="charting_drug_place_on_paper"), transaction.atomic():
        PrescribedDrug.objects.create(paper=paper, patient=paper.patient, position=4, **drug)


def test_a_warning_that_came_after_the_page_was_opened_is_shown_first() -> None:
    dentist, address = log_in(dr_orlova()), reverse("prescription-new", args=[patient_petrov().pk])
    sent = {"id": str(uuid7()), "language": "en", **{f"{name}0": value for name, value in (SENT | {"inn": "Ibuprofen"}).items()}}
    dentist.get(address)
    alert("anticoagulant")
    refused = dentist.post(address, sent)
    rules_shown = re.findall(r'name="read" value="([^"]+)"', refused.text)
    assert (refused.status_code, 'value="three times a day"' in refused.text, bool(rules_shown)) == (422, True, True)
    assert not ClinicalPaper.objects.exists()
    assert dentist.post(address, {**sent, "read": rules_shown}).status_code == 302
    assert InteractionWarning.objects.count() == 1


def test_an_issued_paper_never_changes_and_is_marked_once() -> None:
    paper = prescribed()
    for change in ({"language": "fr"}, {"number": 7}, {"content_hash": "0" * 64}):
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            ClinicalPaper.objects.filter(pk=paper.pk).update(**change)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        PrescribedDrug.objects.update(signa="x")
    with pytest.raises(InvalidInput):
        actions.mark_paper_in_error(paper=paper, reason=" ", actor=dr_orlova(), at=NOW)
    marked = actions.mark_paper_in_error(paper=paper, reason="не тот пациент", actor=dr_orlova(), at=NOW)
    assert actions.mark_paper_in_error(paper=paper, reason="не тот пациент", actor=dr_orlova(), at=NOW) == marked
    with pytest.raises(actions.NotOpen):
        actions.mark_paper_in_error(paper=paper, reason="другое", actor=dr_orlova(), at=NOW)
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        ClinicalPaper.objects.filter(pk=paper.pk).update(in_error_at=None, in_error_by=None, error_reason="")
    assert ClinicalPaper.history.filter(id=paper.pk).count() == 2


# Referrals


def test_a_referral_says_to_whom_for_what_and_why() -> None:
    make_code("K04.5", "Хронический апикальный периодонтит")
    paper = actions.refer(setting=setting(), asked=ASKED)
    assert (paper.full_number, paper.teeth, paper.urgency) == ("REF-2026-000001", [36, 37], "urgent")
    told = text_of(paper)
    for words in ("Направление REF-2026-000001", "Срочно", "Рентген-центр", "КЛКТ", "36, 37", "K04.5 Хронический", "Корень 36?"):
        assert words.lower() in told.lower(), words


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"examination": "magic"}, "examination"),
        ({"urgency": "now"}, "urgency"),
        ({"question": " "}, "question"),
        ({"addressee": "x" * 201}, "addressee"),
        ({"teeth": (99,)}, "tooth"),
    ],
)
def test_a_referral_that_cannot_be_is_refused(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        actions.refer(setting=setting(), asked=actions.Asked(**{**vars(ASKED), "diagnosis": "", **wrong}))
    assert list(refused.value.fields) == [field]


def test_a_closed_code_is_refused() -> None:
    with pytest.raises(ClosedCode):
        actions.refer(setting=setting(), asked=ASKED)


# Usual prescriptions


def test_every_clinic_begins_with_usual_prescriptions_whose_class_fits_their_name() -> None:
    for row in UsualDrug.objects.all():
        assert rules.classes_of(row.inn) == ([row.drug_class] if row.drug_class else []), row.title
        actions.save_usual_drug(actor=dr_orlova(), drug_id=row.pk, version=row.version, details={})
    assert {language: UsualDrug.objects.filter(language=language).count() >= 6 for language in ("ru", "fr", "en")} == dict.fromkeys(
        ("ru", "fr", "en"), True
    )


def test_a_usual_prescription_is_written_once_and_changed_by_its_version() -> None:
    details = {**SENT, "title": "Amoxi", "language": "en"}
    key = uuid7()
    row = actions.save_usual_drug(actor=dr_orlova(), details=details, id=key)
    assert actions.save_usual_drug(actor=dr_orlova(), details=details, id=key) == row
    with pytest.raises(KeyTaken):
        actions.save_usual_drug(actor=dr_orlova(), details={**details, "signa": "x"}, id=key)
    with pytest.raises(InvalidInput):
        actions.save_usual_drug(actor=dr_orlova(), details=details)
    actions.save_usual_drug(actor=dr_orlova(), drug_id=key, version=row.version, details={"signa": "twice a day"})
    with pytest.raises(StaleVersion):
        actions.save_usual_drug(actor=dr_orlova(), drug_id=key, version=row.version, details={"signa": "x"})
    with pytest.raises(NotAllowed):
        actions.save_usual_drug(actor=make_user(Role.ASSISTANT), details={**details, "title": "y"})


# Pages and API


def test_the_pages_prescribe_refer_list_print_and_mark() -> None:
    visit, dentist = make_visit(), log_in(dr_orlova())
    make_code("K02.1")
    make_finding("caries", 16, "O")
    address = reverse("prescription-new", args=[visit.patient_id]) + f"?visit={visit.pk}"
    page = dentist.get(address).text
    assert "Амоксициллин 500 мг" in page or "\\u0410" in page
    sent = {"id": str(uuid7()), "language": "en", **{f"{name}1": value for name, value in SENT.items()}}
    refused = dentist.post(address, {**sent, "form1": ""})
    assert (refused.status_code, 'id="id_form1_error"' in refused.text) == (422, True)
    issued = dentist.post(address, sent)
    paper = ClinicalPaper.objects.get()
    assert (issued.status_code, issued.headers["Location"]) == (302, reverse("clinical-paper", args=[paper.pk]))
    assert (paper.visit, paper.drugs.get().inn) == (visit, "Amoxicillin")
    assert "three times a day" in dentist.get(reverse("clinical-paper", args=[paper.pk])).text
    for name, key in (("visit", visit.pk), ("documents", visit.patient_id)):
        assert f"RX-{paper.year}-000001" in dentist.get(reverse(name, args=[key])).text
    file = dentist.get(reverse("clinical-paper-file", args=[paper.pk]))
    assert (file.headers["Content-Type"], file.content[:5]) == ("application/pdf", b"%PDF-")
    assert Event.objects.filter(op="P", tbl="prescription", patient_id=visit.patient_id).count() == 1
    referral = reverse("referral-new", args=[visit.patient_id]) + f"?visit={visit.pk}"
    assert 'value="16"' in dentist.get(referral).text
    asked = {"id": str(uuid7()), "language": "ru", "examination": "cbct", "urgency": "soon", "teeth": "16", "question": "Канал?"}
    assert dentist.post(referral, {**asked, "teeth": "99"}).status_code == 422
    assert dentist.post(referral, asked).status_code == 302
    assert dentist.post(reverse("clinical-paper-error", args=[paper.pk]), {"reason": "не тот"}).status_code == 302
    assert "не тот" in dentist.get(reverse("clinical-paper", args=[paper.pk])).text
    assert dentist.get(reverse("prescription-new", args=[petrova().pk]) + f"?visit={visit.pk}").status_code == 404
    assert dentist.post(reverse("prescription-new", args=[petrova().pk]) + f"?visit={visit.pk}", {**sent, "id": str(uuid7())}).status_code == 404


def test_a_stop_on_the_page_keeps_what_was_typed_and_asks_why() -> None:
    alert("allergy", "Пенициллин")
    dentist, address = log_in(dr_orlova()), reverse("prescription-new", args=[patient_petrov().pk])
    sent = {"id": str(uuid7()), "language": "en", **{f"{name}0": value for name, value in SENT.items()}}
    stopped = dentist.post(address, sent)
    assert (stopped.status_code, 'value="three times a day"' in stopped.text) == (422, True)
    assert 'id="id_override_reason_error"' in stopped.text
    assert dentist.post(address, {**sent, "override_reason": "проба"}).status_code == 302


def test_usual_prescriptions_have_a_page() -> None:
    dentist = log_in(dr_orlova())
    assert "Amoxicillin 500 mg" in dentist.get(reverse("usual-drugs") + "?language=en").text
    sent = {**SENT, "title": "Mine", "language": "en", "position": "0", "is_active": "on"}
    assert dentist.post(reverse("usual-drug-new"), sent).status_code == 302
    row = UsualDrug.objects.get(title="Mine")
    assert dentist.post(reverse("usual-drug", args=[row.pk]), {**sent, "version": row.version, "signa": "twice"}).status_code == 302
    assert dentist.post(reverse("usual-drug", args=[row.pk]), {**sent, "version": row.version}).status_code == 422


def test_the_api_prescribes_refers_and_marks() -> None:
    dentist, patient = log_in(dr_orlova(make_branch())), patient_petrov()
    sent = {"id": str(uuid7()), "language": "en", "drugs": [SENT]}
    path = f"/api/v1/patients/{patient.pk}"
    made = dentist.post(f"{path}/prescriptions", sent, JSON)
    told, this_year = made.json(), ClinicalPaper.objects.get().year
    assert (made.status_code, told["number"], told["drugs"][0]["drug_class"]) == (201, f"RX-{this_year}-000001", "penicillins")
    assert dentist.post(f"{path}/prescriptions", sent, JSON).json() == made.json()
    at_commit()
    alert("allergy", "penicillin")
    stopped = dentist.post(f"{path}/prescriptions", {**sent, "id": None}, JSON)
    assert (stopped.status_code, stopped.json()["code"]) == (409, "interaction_stop")
    asked = {"language": "ru", "examination": "panoramic", "question": "Обзор", "teeth": [16]}
    referral = dentist.post(f"{path}/referrals", asked, JSON).json()
    assert (referral["number"], referral["teeth"], referral["diagnosis"]) == (f"REF-{this_year}-000001", [16], "")
    assert [row["kind"] for row in dentist.get(f"{path}/clinical-papers").json()["results"]] == ["referral", "prescription"]
    paper = f"/api/v1/clinical-papers/{referral['id']}"
    assert dentist.get(f"{paper}/file").headers["Content-Type"] == "application/pdf"
    assert dentist.post(f"{paper}/error", {"reason": "ошибка"}, JSON).json()["error_reason"] == "ошибка"
    assert dentist.get(paper).json()["in_error_at"]
    assert any(row["title"] == "Amoxicillin 500 mg" for row in dentist.get("/api/v1/usual-prescriptions?language=en").json()["results"])
    assert log_in(make_user(Role.HYGIENIST, branch=make_branch())).post(f"{path}/prescriptions", sent, JSON).status_code == 403
