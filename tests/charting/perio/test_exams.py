"""Exams as records: measured, refused, closed, raced for; what the database itself refuses."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import IntegrityError, connection, connections, transaction

from charting import actions as charting
from charting import teeth
from charting.perio import actions, queries, rules, words
from charting.perio.actions import ExamClosed, NothingMeasured, Sent
from charting.perio.models import PerioExam, PerioTooth
from clinic.history.context import acting
from clinic.history.models import Event
from clinic.lib.errors import InvalidInput, KeyTaken, NotAllowed, StaleVersion
from clinic.lib.ids import uuid7
from clinic.staff.actions import context_of
from clinic.staff.roles import Role
from tests.charting.factories import NOW, make_finding, make_procedure, patient_petrov, perform, petrova, place
from tests.charting.perio.factories import close, make_exam, measure
from tests.patients.factories import make_patient
from tests.staff.factories import dr_orlova, make_user

pytestmark = pytest.mark.django_db


def test_a_patient_has_one_draft_and_a_key_makes_one_exam() -> None:
    key = uuid7()
    first = actions.begin_exam(patient=patient_petrov(), actor=dr_orlova(), at=NOW, id=key)
    assert make_exam().pk == first.pk
    assert actions.begin_exam(patient=patient_petrov(), actor=dr_orlova(), at=NOW, id=key).pk == first.pk
    with pytest.raises(KeyTaken):
        actions.begin_exam(patient=petrova(), actor=dr_orlova(), at=NOW, id=key)
    measure(first, (16, "depth", "MV", 3))
    close(first)
    assert make_exam().pk != first.pk


def test_it_takes_absent_teeth_and_implants_from_the_chart() -> None:
    make_finding("missing", 18)
    make_finding("missing", 36)
    perform(make_procedure("implant", place(36)))
    exam = make_exam()
    assert (exam.absent, exam.implants) == ([18], [36])
    with pytest.raises(InvalidInput, match="Tooth 18 is not in the mouth"):
        measure(exam, (18, "depth", "MV", 3))
    with pytest.raises(InvalidInput, match="Tooth 36 has no such entrance"):
        measure(exam, (36, "furcation", "V", 1))


def test_a_draft_follows_the_chart_but_keeps_what_was_measured() -> None:
    exam = make_exam()
    measure(exam, (11, "depth", "MV", 3))
    make_finding("missing", 11)
    make_finding("missing", 12)
    assert make_exam().absent == [12]


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ((16, "depth", "MV", 25), "25 mm is no probing depth"),
        ((16, "depth", "MV", -1), "-1 mm is no probing depth"),
        ((16, "depth", "MV", True), "True mm"),
        ((16, "depth", "MV", "3"), "3 mm is no probing depth"),
        ((16, "depth", "O", 3), "no place"),
        ((16, "margin", "MV", 16), "no gingival margin"),
        ((19, "depth", "MV", 3), "There is no tooth 19"),
        ((11, "furcation", "V", 1), "no such entrance"),
        ((16, "furcation", "L", 1), "no such entrance"),
        ((46, "furcation", "V", 4), "no such entrance"),
        ((16, "mobility", "", 4), "degree from 0 to 3"),
        ((16, "mobility", "V", 1), "no place"),
        ((16, "bleeding", "MV", 1), "true or false"),
        ((16, "prognosis", "", "splendid"), "no prognosis"),
        ((16, "gingiva", "M", 3), "no place"),
        ((16, "colour", "", 3), "no measurement"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_nothing_of_the_batch_is_kept(entry: tuple[int, str, str, rules.Value], words: str) -> None:
    exam = make_exam()
    with pytest.raises(InvalidInput) as refused:
        measure(exam, (16, "depth", "V", 4), entry)
    assert words in str(refused.value)
    assert list(refused.value.fields) == ["entries.1"]
    assert not exam.teeth.exists()


def test_every_measurement_on_every_tooth_is_kept_and_read_back() -> None:
    exam = make_exam()
    entries = [(tooth, measure, site, 4) for tooth in teeth.PERMANENT for measure in ("depth", "margin") for site in rules.SITES]
    entries += [(tooth, flag, site, True) for tooth in teeth.PERMANENT for flag in rules.FLAGS for site in ("V", "DL")]
    entries += [(tooth, "furcation", entrance, 2) for tooth in teeth.PERMANENT for entrance in rules.entrances(tooth)]
    entries += [(tooth, "gingiva", "V", 3) for tooth in teeth.PERMANENT] + [(tooth, "mobility", "", 1) for tooth in teeth.PERMANENT]
    for start in range(0, len(entries), 500):
        assert measure(exam, *entries[start : start + 500]) == []
    rows = {row.tooth: row for row in queries.reread(exam).teeth.all()}
    assert all(actions.value_at(rows[tooth], name, where) == value for tooth, name, where, value in entries)
    assert len(rows) == 32
    measure(exam, (16, "depth", "MV", None), (16, "bleeding", "V", False))
    row = PerioTooth.objects.get(exam=exam, tooth=16)
    assert (row.depths[0], row.bleeding) == (None, ["DL"])


def test_a_repeated_entry_changes_nothing_and_writes_no_history() -> None:
    exam = make_exam()
    measure(exam, (16, "depth", "MV", 4))
    before = Event.objects.count()
    measure(exam, (16, "depth", "MV", 4))
    assert Event.objects.count() == before


def test_a_value_that_somebody_else_measured_meanwhile_is_not_overwritten() -> None:
    exam = make_exam()
    measure(exam, (16, "depth", "MV", 4))
    entry = rules.Entry(16, "depth", "MV", 5)
    (clash,) = actions.record_entries(exam=exam, entries=[Sent(entry, (None,)), Sent(rules.Entry(16, "depth", "V", 2), (None,))], actor=dr_orlova())
    assert (clash.entry, clash.stands) == (entry, 4)
    row = PerioTooth.objects.get(exam=exam, tooth=16)
    assert row.depths[:2] == [4, 2]
    assert actions.record_entries(exam=exam, entries=[Sent(entry, (4,))], actor=dr_orlova()) == []
    row.refresh_from_db()
    assert row.depths[0] == 5


def test_a_closed_exam_does_not_change() -> None:
    exam = make_exam()
    with pytest.raises(NothingMeasured):
        close(exam)
    for wrong in ({"closed_at": NOW, "closed_by": dr_orlova()}, {"absent": [16]}):
        measured = "absent" in wrong and measure(exam, (16, "depth", "MV", 4)) == []
        with pytest.raises(IntegrityError, match="a measured tooth is not absent" if measured else "nothing is measured"), transaction.atomic():
            PerioExam.objects.filter(pk=exam.pk).update(**wrong)
    done = close(exam)
    assert close(exam).pk == done.pk
    with pytest.raises(ExamClosed):
        measure(exam, (16, "depth", "MV", 5))
    with pytest.raises(ExamClosed):
        actions.describe_exam(exam=exam, version=done.version, actor=dr_orlova(), particulars={"note": "x"})
    for change in (
        lambda: PerioTooth.objects.filter(exam=exam).update(mobility=1),
        lambda: PerioExam.objects.filter(pk=exam.pk).update(note="later"),
        lambda: PerioExam.objects.filter(pk=exam.pk).update(closed_at=None, closed_by=None),
        lambda: PerioTooth.objects.create(exam=exam, patient=exam.patient, tooth=17, depths=[1] * 6, margins=[0] * 6),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_an_exam_entered_in_error_leaves_the_lists_with_its_reason() -> None:
    exam = make_exam()
    measure(exam, (16, "depth", "MV", 4))
    close(exam)
    with pytest.raises(InvalidInput):
        actions.mark_exam_in_error(exam=exam, actor=dr_orlova(), at=NOW, reason=" ")
    actions.mark_exam_in_error(exam=exam, actor=dr_orlova(), at=NOW, reason="another patient in the chair")
    assert list(queries.exams_of(patient_petrov())) == []
    with pytest.raises(ExamClosed):
        actions.mark_exam_in_error(exam=exam, actor=dr_orlova(), at=NOW, reason="again")


@pytest.mark.parametrize(
    "values",
    [
        {"depths": [25, 0, 0, 0, 0, 0]},
        {"depths": [-1, None, 0, 0, 0, 0]},
        {"depths": [1, 2, 3]},
        {"margins": [0, 0, 0, 0, 0, 40]},
        {"bleeding": ["X"]},
        {"mobility": 4},
        {"furcation_l": 1},
        {"furcation_v": 4},
        {"tooth": 18},
        {"tooth": 36, "furcation_v": 1},
        {"tooth": 19},
        {"prognosis": "splendid"},
        {"patient_id": "other"},
    ],
)
def test_the_database_refuses_what_cannot_be(values: dict[str, object]) -> None:
    make_finding("missing", 18)
    make_finding("missing", 36)
    perform(make_procedure("implant", place(36)))
    exam = make_exam()
    if values.get("patient_id") == "other":
        values = {"patient_id": petrova().pk}
    row = {"exam": exam, "patient_id": exam.patient_id, "tooth": 16, "depths": [3] * 6, "margins": [0] * 6, **values}
    with pytest.raises(IntegrityError), transaction.atomic():
        PerioTooth.objects.create(**row)


def test_particulars_are_checked_and_versioned() -> None:
    exam = make_exam()
    described = actions.describe_exam(exam=exam, version=exam.version, actor=dr_orlova(), particulars={"bone_loss_percent": 30, "stage": "II"})
    with pytest.raises(StaleVersion):
        actions.describe_exam(exam=exam, version=exam.version, actor=dr_orlova(), particulars={"note": "stale"})
    for wrong in ({"bone_loss_percent": 101}, {"stage": "V"}, {"hba1c": 99}, {"teeth_lost": 40}):
        with pytest.raises(InvalidInput):
            actions.describe_exam(exam=exam, version=described.version, actor=dr_orlova(), particulars=wrong)
    with pytest.raises(NotAllowed):
        actions.describe_exam(exam=exam, version=described.version, actor=make_user(Role.ACCOUNTANT), particulars={})


@pytest.mark.django_db(transaction=True)
def test_ten_people_begin_one_exam_and_nobody_measures_in_what_is_being_closed() -> None:
    with transaction.atomic():
        patient, actor = patient_petrov(), dr_orlova()

    def begin(_number: int) -> str:
        with acting(context_of(actor)):
            found = actions.begin_exam(patient=patient, actor=actor, at=NOW)
        connections.close_all()
        return str(found.pk)

    with ThreadPoolExecutor(10) as pool:
        assert len(set(pool.map(begin, range(10)))) == 1
    exam = PerioExam.objects.get()
    with acting(context_of(actor)):
        measure(exam, (16, "depth", "MV", 4))
        close(exam)

    def measure_late(_number: int) -> str:
        try:
            with acting(context_of(actor)):
                measure(exam, (16, "depth", "MV", 9))
        except ExamClosed as refused:
            return refused.code
        finally:
            connections.close_all()
        return ""

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(measure_late, range(4))) == {"exam_closed"}
    connection.close()


def test_an_exam_belongs_to_the_visit_that_is_open() -> None:
    visit = charting.open_visit(patient=patient_petrov(), dentist=dr_orlova(), branch=patient_petrov().branch, actor=dr_orlova(), at=NOW)
    assert make_exam().visit_id == visit.pk


def test_a_primary_tooth_stands_where_its_successor_is_not_erupted() -> None:
    child = make_patient("Сидоров", birth_date=date(2018, 3, 1))
    with transaction.atomic():
        for number in (14, 15):
            charting.record_finding(patient=child, kind="unerupted", tooth=number, actor=dr_orlova(), at=NOW)
    exam = actions.begin_exam(patient=child, actor=dr_orlova(), at=NOW)
    assert (exam.absent, exam.primary_teeth) == ([14, 15], [54, 55])
    measure(exam, (55, "depth", "MV", 3), (55, "furcation", "D", 1), (54, "mobility", "", 2))
    with pytest.raises(InvalidInput, match="Tooth 53 is not in the mouth"):
        measure(exam, (53, "depth", "MV", 3))
    assert "of 192 sites" in words.closing_lead(exam, [])


@pytest.mark.parametrize(
    ("gone", "marked", "usual", "absent", "primary"),
    [
        ({15}, set(), "mixed", [15], [55]),
        ({15, 55}, set(), "mixed", [15], []),
        ({15}, set(), "permanent", [15], []),
        ({15}, {55}, "permanent", [15], [55]),
        ({16}, set(), "mixed", [16], []),
    ],
)
def test_which_primary_teeth_are_measured(gone: set[int], marked: set[int], usual: str, absent: list[int], primary: list[int]) -> None:
    assert rules.standing(gone, marked, usual) == (absent, primary)


def test_in_a_primary_dentition_a_permanent_tooth_is_there_when_the_chart_tells_of_it() -> None:
    absent, primary = rules.standing(set(), {36, 31}, "primary")
    assert set(teeth.PERMANENT) - set(absent) == {36, 31}
    assert set(teeth.PRIMARY) - set(primary) == {71}


def test_the_database_refuses_a_primary_tooth_that_does_not_stand_in_the_exam() -> None:
    exam = make_exam()
    nothing = [None] * 6
    with pytest.raises(IntegrityError, match="primary tooth 55 is not in the mouth"), transaction.atomic():
        PerioTooth.objects.create(exam=exam, patient=exam.patient, tooth=55, depths=nothing, margins=nothing)


def test_a_prognosis_stands_and_goes() -> None:
    exam = make_exam()
    measure(exam, (16, "prognosis", "", "poor"), (16, "gingiva", "V", 2))
    assert actions.record_entries(exam=exam, entries=[Sent(rules.Entry(16, "prognosis", "", ""), ("poor",))], actor=dr_orlova()) == []
    row = PerioTooth.objects.get(exam=exam, tooth=16)
    assert (row.prognosis, row.gingiva_v) == ("", 2)
