"""Papers with the mouth on them: drawn from the record, issued once, kept as a file, printed again byte by byte."""

import hashlib
import re
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4
from xml.etree.ElementTree import Element

import pytest
from defusedxml import ElementTree
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from charting import actions, drawing, mucosa, notation, queries, replay, sites, teeth
from charting.models import FindingKind, IssuedPaper
from charting.signs import Sign
from clinic.files import actions as files
from clinic.files.models import StoredFile
from clinic.history.models import Event
from clinic.lib.errors import InvalidInput
from clinic.patients.models import Patient
from clinic.price_list.models import ChartEffect
from clinic.staff.models import Notation
from tests.charting.factories import NOW, make_finding, make_procedure, patient_petrov, perform, place
from tests.staff.factories import dr_orlova, log_in, registrar_belova

pytestmark = pytest.mark.django_db
OF_TEETH = [kind for kind in FindingKind.values if kind not in sites.OF_MOUTH]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def dentist() -> Client:
    return log_in(dr_orlova())


def issued(kind: str, language: str = "en", **said: Any) -> IssuedPaper:
    return actions.issue_paper(patient=patient_petrov(), kind=kind, language=language, actor=dr_orlova(), at=timezone.now(), **said)


def text_of(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


def drawn(dentition: str = "permanent", **changes: Any) -> str:
    """The mouth of Petrov's chart, with `changes` of what the record says, as SVG."""
    chart = replace(queries.chart_at(patient_petrov(), timezone.now()), **changes)
    return drawing.pictures({"mouth": drawing.mouth(chart, patient_petrov(), dentition)})["mouth"]


def papers_page() -> str:
    return reverse("patient-papers", args=[patient_petrov().pk])


@pytest.mark.parametrize(
    ("language", "title", "state"), [("en", "Dental chart", "finding"), ("ru", "Зубная формула", "находка"), ("fr", "Schéma dentaire", "constat")]
)
def test_the_chart_is_printed_in_three_languages(dentist: Client, language: str, title: str, state: str) -> None:
    make_finding("caries", 16, "O", severity="deep", days_ago=1)
    perform(make_procedure("filling", place(26, "O"), days_ago=2), days_ago=1)
    told = text_of(dentist.get(reverse("paper-file", args=[issued("chart", language).pk])).content)
    for word in (title, state, "16 O", "26 O", "18 17 16 15", patient_petrov().last_name, str(patient_petrov().card_number)):
        assert word in told, word
    page = dentist.get(reverse("chart-print", args=[patient_petrov().pk]), {"language": language}).content.decode()
    assert f'lang="{language}" aria-current="true"' in page
    assert state in page


@pytest.mark.parametrize(("layer", "kinds"), [("condition", OF_TEETH), ("done", ChartEffect.values), ("planned", ChartEffect.values)])
def test_every_finding_and_every_act_is_drawn(layer: str, kinds: list[str]) -> None:
    on_teeth = dict(zip(teeth.PERMANENT, kinds, strict=False))
    assert len(on_teeth) == len(kinds)
    direction = {"percussion": "vertical"}
    marks = tuple(replay.Mark(layer, kind, kind, tooth, ("O",), direction=direction.get(kind, "")) for tooth, kind in on_teeth.items())
    picture = ElementTree.fromstring(drawn(mouth=replay.Mouth({}, marks)))
    bare = {kind for tooth, kind in on_teeth.items() if not any(f"layer-{layer}" in (shape.get("class") or "") for shape in of_tooth(picture, tooth))}
    gone = {"condition": {"erupted", "supernumerary"}, "done": {"extraction", "removal"}, "planned": set()}
    assert bare == gone[layer]


def test_a_supernumerary_tooth_stands_beside_its_neighbour() -> None:
    actions.record_finding(patient=patient_petrov(), kind="supernumerary", tooth=111, direction="mesial", actor=dr_orlova(), at=timezone.now())
    shown = [text.text for text in ElementTree.fromstring(drawn()).iter(f"{SVG}text")]
    assert shown[7:10] == ["11", "11S", "21"]


def ulcer(site: str, **said: Any) -> None:
    actions.record_finding(patient=patient_petrov(), kind="ulcer", site=site, actor=dr_orlova(), at=timezone.now(), **said)


def test_the_map_of_the_mucosa_marks_regions_by_number_and_more_than_colour() -> None:
    picture = ElementTree.fromstring(drawing.pictures({"map": drawing.mucosa(["tongue_left"])})["map"])
    numbers = {int(shape.text or 0): "is-found" in (shape.get("class") or "") for shape in picture.iter(f"{SVG}text")}
    assert sorted(numbers) == list(range(1, 29))
    assert [number for number, is_found in numbers.items() if is_found] == [sites.NUMBERS["tongue_left"]]
    assert len([shape for shape in picture.iter(f"{SVG}path") if "has-finding" in (shape.get("class") or "")]) == 1


@pytest.mark.parametrize(("language", "region"), [("en", "Left edge of the tongue"), ("ru", "Левый край языка"), ("fr", "Bord gauche de la langue")])
@pytest.mark.parametrize("kind", ["chart", "handout"])
def test_the_mucosa_is_drawn_on_the_paper_with_its_findings_in_words(dentist: Client, kind: str, language: str, region: str) -> None:
    bare = issued(kind, language)
    ulcer("tongue_left", amount=5, note="края неровные")
    paper = issued(kind, language)
    told = text_of(dentist.get(reverse("paper-file", args=[paper.pk])).content)
    assert region in told
    assert "5 m" in told or "5 мм" in told
    assert "края неровные" in told
    assert region not in text_of(dentist.get(reverse("paper-file", args=[bare.pk])).content)
    page = dentist.get(reverse("chart-print", args=[patient_petrov().pk]), {"language": language}).content.decode()
    assert f'<li value="{sites.NUMBERS["tongue_left"]}"><strong>{region}' in page


def test_a_settled_finding_leaves_the_map() -> None:
    ulcer("uvula")
    chart = queries.chart_at(patient_petrov(), timezone.now())
    assert [region.number for region in mucosa.regions_of(chart)] == [sites.NUMBERS["uvula"]]
    actions.resolve_finding(finding=chart.findings[0], actor=dr_orlova(), at=timezone.now())
    assert mucosa.regions_of(queries.chart_at(patient_petrov(), timezone.now())) == []


def of_tooth(picture: Element, tooth: int) -> list[Element]:
    return next(list(group.iter()) for group in picture if any(shape.text == str(tooth) for shape in group.iter(f"{SVG}text")))


def test_the_drawing_shows_the_teeth_of_the_dentition_by_fdi_whoever_prints() -> None:
    numbers = {"permanent": teeth.PERMANENT, "primary": teeth.PRIMARY, "mixed": teeth.ALL}
    with notation.shown_in(Notation.UNIVERSAL):
        for dentition, shown in numbers.items():
            told = {int(text.text or 0) for text in ElementTree.fromstring(drawn(dentition)).iter(f"{SVG}text")}
            assert told == set(shown), dentition


def test_no_text_becomes_markup_of_the_drawing() -> None:
    make_finding("caries", 16, "O", days_ago=1)
    bad = {"finding:caries": Sign("finding:caries", symbol='"/><script>&', colour="amber")}
    picture = drawn(signs=bad)
    assert "<script" not in picture
    assert '>"/><script>&' in [f">{text.text}" for text in ElementTree.fromstring(picture).iter(f"{SVG}text")]


def test_a_drawing_that_fails_issues_nothing(monkeypatch: pytest.MonkeyPatch, dentist: Client) -> None:
    monkeypatch.setattr(drawing, "READS", [])
    answer = dentist.post(f"/api/v1/patients/{patient_petrov().pk}/papers", {"kind": "chart"}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (422, "no_drawing")
    assert not IssuedPaper.objects.exists()
    assert not StoredFile.objects.filter(media_type="application/pdf").exists()


def test_a_handout_is_kept_and_reprinted_byte_by_byte(dentist: Client) -> None:
    make_finding("caries", 16, "O", severity="deep", days_ago=1)
    there = dentist.post(reverse("handout", args=[patient_petrov().pk]), {"language": "fr", "own_words": "Revenez <b>vite</b>."})
    first, again = dentist.get(there["Location"]).content, dentist.get(there["Location"]).content
    assert first == again
    told = text_of(first)
    assert "proche du nerf" in told
    assert "Revenez <b>vite</b>." in told
    paper = IssuedPaper.objects.get()
    assert (paper.issued_by, paper.language, paper.own_words) == (dr_orlova(), "fr", "Revenez <b>vite</b>.")
    assert paper.content_hash in told.replace(" ", "")
    assert paper.file.sha256 == hashlib.sha256(first).hexdigest()
    assert Event.objects.filter(op="P", tbl="handout", patient_id=patient_petrov().pk).count() == 3
    assert Event.objects.filter(op="V", tbl="documents", patient_id=patient_petrov().pk).count() == 2
    for page in (reverse("documents", args=[patient_petrov().pk]), papers_page()):
        assert there["Location"] in dentist.get(page).content.decode()


def test_an_issued_paper_is_never_changed() -> None:
    issued("chart")
    for write in (lambda: IssuedPaper.objects.update(own_words="x"), lambda: IssuedPaper.objects.all().delete()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            write()


@pytest.mark.parametrize("kind", ["chart", "handout"])
def test_a_paper_names_its_language_for_readers_of_the_screen(kind: str) -> None:
    paper = issued(kind, "fr")
    assert PdfReader(BytesIO(files.read(paper.file))).root_object["/Lang"] == "fr"


def test_the_paper_shows_the_mouth_of_its_instant(dentist: Client) -> None:
    make_finding("caries", 16, "O", days_ago=10)
    make_finding("fracture", 26, days_ago=1)
    then = NOW - timedelta(days=5)
    told = text_of(dentist.get(reverse("paper-file", args=[issued("chart", mouth_at=then).pk])).content)
    assert "16 O" in told
    assert "fracture" not in told
    page = dentist.get(reverse("chart-print", args=[patient_petrov().pk]), {"at": then.isoformat(), "language": "en"}).content.decode()
    assert "fracture" not in page
    posted = dentist.post(papers_page(), {"kind": "chart", "language": "en", "mouth_at": then.isoformat(), "dentition": "mixed"})
    assert "fracture" not in text_of(dentist.get(posted["Location"]).content)


def test_a_program_issues_lists_and_reads_papers(dentist: Client) -> None:
    make_finding("pulpitis", 26, days_ago=1)
    Patient.objects.filter(pk=patient_petrov().pk).update(language="fr")
    key, path = str(uuid4()), f"/api/v1/patients/{patient_petrov().pk}/papers"
    sent = {"id": key, "kind": "handout"}
    for _again in range(2):
        made = dentist.post(path, sent, content_type="application/json")
        assert (made.status_code, made.json()["id"], made.json()["language"]) == (201, key, "fr")
    assert IssuedPaper.objects.count() == 1
    assert [row["kind"] for row in dentist.get(path).json()["results"]] == ["handout"]
    content = dentist.get(f"/api/v1/papers/{key}/file").content
    assert hashlib.sha256(content).hexdigest() == made.json()["sha256"]
    assert made.json()["dentition"] == ""
    for other in ({"language": "en"}, {"dentition": "mixed"}, {"mouth_at": (timezone.now() - timedelta(days=1)).isoformat()}):
        assert dentist.post(path, {**sent, **other}, content_type="application/json").json()["code"] == "key_taken"
    assert dentist.get(f"/api/v1/papers/{uuid4()}/file").status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "visit"},
        {"kind": "other"},
        {"language": "de"},
        {"dentition": "all"},
        {"mouth_at": "2999-01-01T00:00:00Z"},
        {"mouth_at": "yesterday"},
        {"own_words": "x" * 3001},
        {"id": "1"},
    ],
)
def test_what_cannot_be_is_refused_in_words(dentist: Client, wrong: dict[str, str]) -> None:
    answer = dentist.post(f"/api/v1/patients/{patient_petrov().pk}/papers", {"kind": "chart", **wrong}, content_type="application/json")
    assert answer.status_code == 422
    assert list(answer.json()["fields"]) == list(wrong)
    assert not IssuedPaper.objects.exists()


def test_only_a_drawn_mouth_says_which_teeth_it_shows() -> None:
    assert issued("chart", dentition="mixed").dentition == "mixed"
    printed = actions.Printed(b"%PDF-1.7", "0" * 64, timezone.now())
    sent: dict[str, Any] = {"patient": patient_petrov(), "language": "en", "printed": printed, "actor": dr_orlova(), "at": timezone.now()}
    for kind, dentition in (("chart", "all"), ("perio", "mixed")):
        with pytest.raises(IntegrityError, match="charting_paper_dentition_known"), transaction.atomic():
            actions.keep_paper(**sent, kind=kind, dentition=dentition)


def test_a_broken_moment_or_kind_of_the_page_is_refused(dentist: Client) -> None:
    for wrong in ({"mouth_at": "2026-13-45T00:00:00"}, {"kind": "visit"}, {"language": "de"}):
        assert dentist.post(papers_page(), {"kind": "chart", "language": "en", **wrong}).status_code == 422
    assert dentist.get(reverse("chart-print", args=[patient_petrov().pk]), {"at": "2026-13-45T00:00:00"}).status_code == 422


def test_who_may_not_read_the_chart_gets_no_paper() -> None:
    key = issued("chart").pk
    visitor = log_in(registrar_belova())
    for address in (
        papers_page(),
        reverse("paper-file", args=[key]),
        reverse("chart-print", args=[patient_petrov().pk]),
        f"/api/v1/papers/{key}/file",
    ):
        assert visitor.get(address).status_code == 403
    assert reverse("paper-file", args=[key]) not in visitor.get(reverse("documents", args=[patient_petrov().pk])).content.decode()
    with pytest.raises(InvalidInput):
        issued("chart", "xx")


def test_paper_has_a_look_for_all_that_the_screen_draws() -> None:
    """Whoever gives a mark of the screen a new class gives it its look on paper too."""
    classes = re.compile(r"\.([a-z][\w-]*)")
    css = drawing.HOUSE / "static" / "charting" / "css"
    screen = {name for file in ("odontogram.css", "signs.css") for name in classes.findall((css / file).read_text())}
    paper = {name for file in ("mouth.css", "mucosa.css") for name in classes.findall((drawing.HOUSE / "drawer" / file).read_text())}
    of_the_screen = {"odontogram", "paper-mucosa", "tooth", "tooth-column", "is-changed", "is-selected", "sign-symbol"}
    untold = {name for name in screen - paper - of_the_screen if not name.startswith(("swatch", "hides-", "hatch-"))}
    assert not untold
