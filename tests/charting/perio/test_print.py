"""The exam on paper: in the patient's language, or in the one that was asked for; drawn from the record, issued once, kept as a file."""

import hashlib
from io import BytesIO
from uuid import uuid4
from xml.etree.ElementTree import Element

import pytest
from defusedxml import ElementTree
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from charting import drawing
from charting.models import IssuedPaper
from charting.perio import actions, papers
from charting.perio.models import PerioExam
from clinic.history.models import Event
from clinic.lib.errors import InvalidInput
from clinic.patients.models import Patient
from tests.charting.factories import NOW, patient_petrov
from tests.charting.perio.factories import make_exam, measure
from tests.staff.factories import dr_orlova, log_in, registrar_belova

pytestmark = pytest.mark.django_db
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def exam() -> PerioExam:
    found = make_exam()
    measure(found, (16, "depth", "MV", 7), (16, "margin", "MV", 1), (16, "bleeding", "MV", True), (16, "mobility", "", 2), (26, "depth", "V", 4))
    return found


@pytest.fixture
def dentist() -> Client:
    return log_in(dr_orlova())


def text_of(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


def address(exam: PerioExam) -> str:
    return reverse("perio-print", args=[exam.pk])


def test_the_page_speaks_the_patients_language_or_the_one_asked_for(dentist: Client, exam: PerioExam) -> None:
    Patient.objects.filter(pk=patient_petrov().pk).update(language="fr")
    for asked, language, words in (("", "fr", "Saignement"), ("ru", "ru", "Кровоточивость"), ("en", "en", "Bleeding"), ("de", "fr", "Saignement")):
        page = dentist.get(address(exam), {"language": asked}).content.decode()
        assert f'<div class="perio-paper" lang="{language}"' in page
        assert words in page
    assert not Event.objects.filter(op="P", tbl="perio").exists()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ru", ["Осмотр пародонта", "Кровоточивость", "Черновик", "страница 1 из"]),
        ("fr", ["parodont", "Saignement", "Brouillon", "page 1 sur"]),
        ("en", ["Periodontal exam", "Bleeding", "Draft", "page 1 of"]),
    ],
)
def test_it_is_issued_kept_and_printed_again_as_it_was(dentist: Client, exam: PerioExam, language: str, words: list[str]) -> None:
    there = dentist.post(address(exam), {"language": language})["Location"]
    first = dentist.get(there).content
    measure(exam, (17, "depth", "MV", 9))
    assert dentist.get(there).content == first
    told = text_of(first)
    for word in [*words, "Петров Иван", "Orlova", "M2", "18 17 16"]:
        assert word in told, word
    paper = IssuedPaper.objects.get()
    assert (paper.kind, paper.exam, paper.language, paper.issued_by, paper.mouth_at) == ("perio", exam, language, dr_orlova(), exam.examined_at)
    assert paper.content_hash in told.replace(" ", "")
    assert paper.file.sha256 == hashlib.sha256(first).hexdigest()
    for page in (reverse("documents", args=[exam.patient_id]), reverse("patient-papers", args=[exam.patient_id]), address(exam)):
        assert there in dentist.get(page).content.decode(), page
    assert Event.objects.filter(op="P", tbl="perio", patient_id=exam.patient_id).count() == 3


def test_a_closed_exam_says_who_closed_it(dentist: Client, exam: PerioExam) -> None:
    exam.refresh_from_db()
    actions.close_exam(exam=exam, version=exam.version, actor=dr_orlova(), at=NOW)
    told = text_of(dentist.get(dentist.post(address(exam), {"language": "en"})["Location"]).content)
    assert "Closed by Orlova" in told
    assert "Draft" not in told


def test_the_drawing_shows_what_was_measured_by_fdi(exam: PerioExam) -> None:
    sheet = ElementTree.fromstring(drawing.pictures({"upper": papers._picture(PerioExam.objects.get(pk=exam.pk), "upper")})["upper"])
    shown = [(shape.get("class"), shape.text) for shape in sheet.iter(f"{SVG}text")]
    assert [text for style, text in shown if style == "perio-number"][:3] == ["18", "17", "16"]
    assert ("perio-value is-6", "7") in shown
    assert ("perio-value is-4", "4") in shown
    assert ("perio-grades", "M2") in shown
    assert [shape.get("class") for shape in flags(sheet)] == ["perio-flag is-bleeding"]
    assert not [shape for shape in sheet.iter() if shape.get("class") == "perio-target" or shape.get("data-site")]


def flags(sheet: Element) -> list[Element]:
    return [shape for shape in sheet.iter() if (shape.get("class") or "").startswith("perio-flag")]


def test_a_program_issues_it_once_for_a_key(dentist: Client, exam: PerioExam) -> None:
    key, path = str(uuid4()), f"/api/v1/perio-exams/{exam.pk}/papers"
    sent = {"id": key, "language": "fr"}
    for _again in range(2):
        made = dentist.post(path, sent, content_type="application/json")
        assert (made.status_code, made.json()["id"], made.json()["exam_id"], made.json()["kind"]) == (201, key, str(exam.pk), "perio")
    assert IssuedPaper.objects.count() == 1
    assert dentist.post(path, {**sent, "language": "en"}, content_type="application/json").status_code == 409
    refused = dentist.post(path, {"language": "de"}, content_type="application/json")
    assert (refused.status_code, list(refused.json()["fields"])) == (422, ["language"])
    assert dentist.post(f"/api/v1/perio-exams/{uuid4()}/papers", {}, content_type="application/json").status_code == 404
    with pytest.raises(InvalidInput):
        papers.issue_exam(exam=exam, language="de", actor=dr_orlova(), at=timezone.now())


def test_who_may_not_read_the_chart_issues_nothing(exam: PerioExam) -> None:
    visitor = log_in(registrar_belova())
    assert visitor.post(address(exam), {"language": "ru"}).status_code == 403
    assert visitor.post(f"/api/v1/perio-exams/{exam.pk}/papers", {}, content_type="application/json").status_code == 403
    assert not IssuedPaper.objects.exists()


def test_the_database_ties_the_kind_to_an_exam(exam: PerioExam) -> None:
    paper = papers.issue_exam(exam=exam, language="ru", actor=dr_orlova(), at=timezone.now())
    for wrong in ({"kind": "perio", "exam": None}, {"kind": "chart", "exam": exam}):
        with pytest.raises(IntegrityError, match="charting_paper_of_an_exam"), transaction.atomic():
            copied = {name: getattr(paper, name) for name in ("patient", "language", "mouth_at", "file", "content_hash", "issued_at", "issued_by")}
            IssuedPaper.objects.create(**copied, **wrong)
