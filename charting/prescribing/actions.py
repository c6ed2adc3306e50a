"""Prescriptions and referrals issued, and marked as entered in error; the clinic's usual prescriptions."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from charting import queries
from charting import rules as mouth
from charting import words as mouth_words
from charting.actions.said import NotOpen, is_marked, required
from charting.actions.visits import standing_visit
from charting.medical import interactions
from charting.models import Visit
from charting.prescribing import papers, rules
from charting.prescribing.models import ClinicalKind, ClinicalPaper, ClinicalSeries, Examination, PrescribedDrug, Urgency, UsualDrug
from clinic.files import actions as files
from clinic.history.creation import find_sent
from clinic.lib.clock import branch_day
from clinic.lib.errors import InvalidInput, KeyTaken, NotFound, Text, check_version
from clinic.lib.ids import uuid7
from clinic.patients.models import Patient
from clinic.staff.models import Branch, LegalEntity, User
from clinic.staff.roles import Permission

LANGUAGES = ("ru", "fr", "en")
LONGEST_QUESTION = 2000
DRUG_FIELDS = ("inn", "drug_class", "form", "strength", "quantity", "signa")
USUAL_FIELDS = ("title", "language", *DRUG_FIELDS, "position", "is_active")


@dataclass(frozen=True)
class Drug:
    """A drug to be prescribed; its class is told by its name when it is not said."""

    inn: str
    form: str
    quantity: str
    signa: str
    strength: str = ""
    drug_class: str = ""

    @property
    def acts(self) -> list[str]:
        """The drug as the rules of interactions know it: by the class that is said and by those that its name tells."""
        return [f"drug:{kind}" for kind in dict.fromkeys([*([self.drug_class] if self.drug_class else []), *rules.classes_of(self.inn)])]


@dataclass(frozen=True)
class Asked:
    """What a referral asks of whom, and why."""

    examination: str
    question: str
    urgency: str = "routine"
    addressee: str = ""
    teeth: tuple[int, ...] = ()
    diagnosis: str = ""


@dataclass(frozen=True)
class Setting:
    """For whom, where, when, by whom and in which language a paper is issued."""

    patient: Patient
    branch: Branch
    language: str
    actor: User
    at: datetime
    visit: Visit | None = None


@transaction.atomic
def prescribe(
    *, setting: Setting, drugs: Sequence[Drug], override_reason: str = "", precautions: Collection[UUID] = (), id: UUID | None = None
) -> ClinicalPaper:
    """Number, print and keep a prescription; the same `id` returns the first one.

    :raises InteractionStop: when a rule stops a drug for this patient and no `override_reason` is given.
    :raises PrecautionsUnread: when a rule warns of a drug and is not among the `precautions` that were read.
    :raises InvalidInput: when a drug does not say all of itself.
    :raises KeyTaken: when a prescription of other drugs bears the `id`.
    """
    actor, patient = setting.actor, setting.patient
    actor.require(Permission.PRESCRIBE)
    drugs = [_named(drug) for drug in drugs]
    known = find_sent(ClinicalPaper, id, patient_id=patient.pk, kind=ClinicalKind.PRESCRIPTION, language=setting.language)
    if known is not None:
        return _with_drugs(known, drugs)
    _refuse_drugs(drugs, setting.language)
    acts = sorted({act for drug in drugs for act in drug.acts})
    found = interactions.check(patient, acts, setting.at, reason=override_reason, read=precautions) if acts else []
    paper = _issue(setting, ClinicalKind.PRESCRIPTION, {}, [asdict(drug) for drug in drugs], id)
    rows = [PrescribedDrug(paper=paper, patient=patient, position=place, **asdict(drug)) for place, drug in enumerate(drugs, start=1)]
    PrescribedDrug.objects.bulk_create(rows)
    interactions.keep(found, reason=override_reason, actor=actor, at=setting.at, patient=patient, paper=paper)
    return paper


def _with_drugs(paper: ClinicalPaper, drugs: Sequence[Drug]) -> ClinicalPaper:
    """The prescription, when these are its drugs: a key that is sent again never hides another prescription."""
    if list(paper.drugs.order_by("position").values(*DRUG_FIELDS)) != [asdict(drug) for drug in drugs]:
        raise KeyTaken
    return paper


def _named(drug: Drug) -> Drug:
    """Without spaces around, and with the class that its name tells when none is said."""
    plain = {name: " ".join(value.split()) for name, value in asdict(drug).items()}
    told = rules.classes_of(plain["inn"])
    return Drug(**{**plain, "drug_class": plain["drug_class"] or (told[0] if told else "")})


def _refuse_drugs(drugs: Sequence[Drug], language: str) -> None:
    fields: dict[str, Text] = {}
    if language not in LANGUAGES:
        fields["language"] = _("Choose one of the list.")
    if not drugs:
        fields["drugs"] = _("Prescribe at least one drug.")
    elif len(drugs) > rules.MOST_DRUGS:
        fields["drugs"] = _("At most %(limit)s drugs on one prescription. Write another one.") % {"limit": rules.MOST_DRUGS}
    for number, drug in enumerate(drugs):
        fields |= {f"drugs.{number}.{name}": text for name, text in _problems(PrescribedDrug(**asdict(drug))).items()}
    if fields:
        raise InvalidInput(fields=fields)


def _problems(row: Model) -> dict[str, Text]:
    try:
        row.clean_fields(exclude=["paper", "patient", "position"])
    except ValidationError as error:
        return {name: " ".join(texts) for name, texts in error.message_dict.items()}
    return {}


@transaction.atomic
def refer(*, setting: Setting, asked: Asked, id: UUID | None = None) -> ClinicalPaper:
    """Number, print and keep a referral; the same `id` returns the first one.

    :raises InvalidInput: when something of it cannot be.
    :raises ClosedCode: when the ICD-10 code is not in force on the branch's day.
    :raises KeyTaken: when a referral that asks for something else bears the `id`.
    """
    setting.actor.require(Permission.DIAGNOSE)
    values = {
        "examination": asked.examination,
        "urgency": asked.urgency,
        "addressee": asked.addressee.strip(),
        "question": asked.question.strip(),
        "teeth": sorted(set(asked.teeth)),
    }
    known = find_sent(ClinicalPaper, id, patient_id=setting.patient.pk, kind=ClinicalKind.REFERRAL, language=setting.language, **values)
    if known is None:
        _refuse_asked(asked, setting.language)
        code = queries.code_on(asked.diagnosis, queries.branch_day_of(setting.patient, setting.at)) if asked.diagnosis.strip() else None
        return _issue(setting, ClinicalKind.REFERRAL, {**values, "diagnosis": code}, [], id)
    if (known.diagnosis.code if known.diagnosis else "").lower() != asked.diagnosis.strip().lower():
        raise KeyTaken
    return known


def _refuse_asked(asked: Asked, language: str) -> None:
    mouth_words.refuse([problem for tooth in asked.teeth for problem in mouth.place_problems(mouth.Place(tooth))])
    fields: dict[str, Text] = {}
    lists = {"language": (language, LANGUAGES), "examination": (asked.examination, Examination.values), "urgency": (asked.urgency, Urgency.values)}
    for name, (value, known) in lists.items():
        if value not in known:
            fields[name] = _("Choose one of the list.")
    if not asked.question.strip():
        fields["question"] = _("Write what you ask for.")
    elif len(asked.question) > LONGEST_QUESTION:
        fields["question"] = _("At most %(limit)s characters.") % {"limit": LONGEST_QUESTION}
    if len(asked.addressee) > 200:
        fields["addressee"] = _("At most %(limit)s characters.") % {"limit": 200}
    if fields:
        raise InvalidInput(fields=fields)


def _issue(setting: Setting, kind: ClinicalKind, values: Mapping[str, Any], drugs: Sequence[Mapping[str, str]], key: UUID | None) -> ClinicalPaper:
    visit = standing_visit(setting.visit) if setting.visit else queries.visit_open_at(setting.patient, setting.actor, setting.at)
    if visit is not None and visit.patient_id != setting.patient.pk:
        raise InvalidInput(fields={"visit": _("This visit belongs to another patient.")})
    entity, year = setting.branch.legal_entity, branch_day(setting.at, setting.branch.time_zone).year
    series = _locked_series(entity, kind, year)
    series.last_number += 1
    series.save(update_fields=["last_number"])
    paper = ClinicalPaper(
        id=key or uuid7(), patient=setting.patient, visit=visit, branch=setting.branch, legal_entity=entity, kind=kind, year=year,
        number=series.last_number, language=setting.language, issued_at=setting.at, issued_by=setting.actor, **values,
    )  # fmt: skip
    content, paper.content_hash = papers.print_paper(paper, drugs)
    paper.file = files.store(content=content, media_type="application/pdf")
    paper.save(force_insert=True)
    return paper


def _locked_series(entity: LegalEntity, kind: str, year: int) -> ClinicalSeries:
    ClinicalSeries.objects.get_or_create(legal_entity=entity, kind=kind, year=year)
    return ClinicalSeries.objects.select_for_update(no_key=True).get(legal_entity=entity, kind=kind, year=year)


@transaction.atomic
def mark_paper_in_error(*, paper: ClinicalPaper, reason: str, actor: User, at: datetime) -> ClinicalPaper:
    """It does not hold any more: it stays readable, struck through, with the reason. Twice is once.

    :raises NotOpen: when another mark stands.
    """
    actor.require(Permission.PRESCRIBE if paper.kind == ClinicalKind.PRESCRIPTION else Permission.DIAGNOSE)
    text = required(reason, "reason")
    locked = ClinicalPaper.objects.select_for_update().get(pk=paper.pk)
    if is_marked(locked.in_error_at, by=locked.in_error_by_id == actor.pk and locked.error_reason == text):
        return locked
    locked.in_error_at, locked.in_error_by, locked.error_reason = at, actor, text
    locked.save(update_fields=["in_error_at", "in_error_by", "error_reason"])
    locked.refresh_from_db(fields=["version"])
    return locked


@transaction.atomic
def save_usual_drug(
    *, actor: User, details: Mapping[str, Any], drug_id: UUID | None = None, version: int | None = None, id: UUID | None = None
) -> UsualDrug:
    """Write a usual prescription, or change one as it was read at `version`; a new one sent twice with its `id` is one.

    :raises InvalidInput: when it does not say all of itself, or its title is taken.
    :raises StaleVersion: when it is no longer the `version` that was read.
    """
    actor.require(Permission.PRESCRIBE)
    sent = find_sent(UsualDrug, id, **{name: details[name] for name in USUAL_FIELDS if name in details})
    if sent is not None:
        return sent
    row = UsualDrug.objects.select_for_update().filter(pk=drug_id).first() if drug_id else UsualDrug(id=id or uuid7())
    if row is None:
        raise NotFound
    if drug_id:
        check_version(row, version)
    for name in USUAL_FIELDS:
        setattr(row, name, details.get(name, getattr(row, name)))
    problems = _problems(row)
    if problems:
        raise InvalidInput(fields=problems)
    try:
        with transaction.atomic():
            row.save(force_insert=drug_id is None)
    except IntegrityError as error:
        if "charting_usual_drug_once" not in str(error):
            raise
        raise InvalidInput(fields={"title": _("There is a usual prescription with this title in this language already.")}) from error
    row.refresh_from_db(fields=["version"])
    return row


__all__ = ["Asked", "Drug", "NotOpen", "Setting", "mark_paper_in_error", "prescribe", "refer", "save_usual_drug"]
