"""Editions of the questionnaire: drafted from the one in force, changed question by question, published once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from charting.medical import queries
from charting.medical.models import Question, Questionnaire
from clinic.lib.errors import Conflict, InvalidInput, check_version
from clinic.lib.ids import uuid7
from clinic.staff.models import User
from clinic.staff.reach import require_everywhere
from clinic.staff.roles import Permission

FIELDS = (
    "code", "position", "kind", "asked_of", "text_ru", "text_fr", "text_en", "fact_ru", "fact_fr", "fact_en", "alert_kind", "alert_severity",
)  # fmt: skip


class QuestionnairePublished(Conflict):
    """A published edition never changes."""

    code = "questionnaire_published"
    default_message = _("This edition is published and does not change. Draft the next edition to ask otherwise.")


@transaction.atomic
def begin_edition(*, actor: User) -> Questionnaire:
    """The next edition as a draft, with the questions of the last one; the draft that stands already, if there is one."""
    require_everywhere(actor, Permission.SETTINGS_WRITE)
    last = Questionnaire.objects.select_for_update().order_by("-edition").first()
    if last is not None and last.is_draft:
        return last
    try:
        with transaction.atomic():
            draft = Questionnaire.objects.create(edition=last.edition + 1 if last else 1)
    except IntegrityError:
        return Questionnaire.objects.order_by("-edition")[0]
    for question in queries.questions_of(last) if last else []:
        Question.objects.create(questionnaire=draft, **{name: getattr(question, name) for name in FIELDS})
    return draft


@transaction.atomic
def save_question(
    *, questionnaire: Questionnaire, details: Mapping[str, Any], actor: User, question: Question | None = None, version: int | None = None
) -> Question:
    """Ask something new in a draft, or ask it otherwise, as it was read at `version`.

    :raises QuestionnairePublished: when the edition is published.
    :raises InvalidInput: when a field cannot be, or the code is taken.
    :raises StaleVersion: when somebody changed the question since.
    """
    require_everywhere(actor, Permission.SETTINGS_WRITE)
    _draft(questionnaire)
    row = Question.objects.select_for_update().get(pk=question.pk) if question else Question(id=uuid7(), questionnaire=questionnaire)
    if question:
        check_version(row, version)
    for name in FIELDS:
        setattr(row, name, details.get(name, getattr(row, name)))
    try:
        row.full_clean()
    except ValidationError as error:
        raise InvalidInput(fields={_field(name): _words(texts) for name, texts in error.message_dict.items()}) from error
    row.save(force_insert=question is None)
    row.refresh_from_db(fields=["version"])
    return row


def _field(name: str) -> str:
    return "code" if name == "__all__" else name


def _words(texts: list[str]) -> str:
    """The reasons; what several fields break together is said in the clinic's words, not by the constraint's name."""
    if any("charting_question_alert_whole" in text for text in texts):
        return str(_("An alert needs its severity, what a yes means in English, and a question answered with yes or no."))
    return " ".join(texts)


@transaction.atomic
def remove_question(*, question: Question, actor: User) -> None:
    """Take a question out of a draft; earlier editions keep theirs.

    :raises QuestionnairePublished: when the edition is published.
    """
    require_everywhere(actor, Permission.SETTINGS_WRITE)
    _draft(question.questionnaire)
    question.delete()


@transaction.atomic
def publish_edition(*, questionnaire: Questionnaire, note: str, actor: User, at: datetime) -> Questionnaire:
    """From now on patients answer this edition; histories signed on earlier ones keep theirs. Twice is once.

    :raises InvalidInput: when it asks nothing.
    """
    require_everywhere(actor, Permission.SETTINGS_WRITE)
    locked = Questionnaire.objects.select_for_update().get(pk=questionnaire.pk)
    if not locked.is_draft:
        return locked
    if not locked.questions.exists():
        raise InvalidInput(_("This edition asks nothing yet. Add a question first."))
    if len(note) > 200:
        raise InvalidInput(fields={"note": _("At most %(limit)s characters.") % {"limit": 200}})
    locked.published_at, locked.published_by, locked.note = at, actor, note.strip()
    locked.save(update_fields=["published_at", "published_by", "note"])
    locked.refresh_from_db(fields=["version"])
    return locked


def _draft(questionnaire: Questionnaire) -> Questionnaire:
    locked = Questionnaire.objects.select_for_update().get(pk=questionnaire.pk)
    if not locked.is_draft:
        raise QuestionnairePublished
    return locked
