"""Forms of the medical questionnaire: the answers, a question of a draft, decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from charting.medical import rules
from charting.medical.models import Question, QuestionKind
from charting.medical.vocabulary import ACTS, ALERTS, LEVELS

CHOICES = [(rules.YES, _("Yes")), (rules.NO, _("No")), (rules.UNKNOWN, _("I don't know"))]


@dataclass(frozen=True)
class Row:
    """A question as the page shows it."""

    question: Question
    text: str
    value: forms.BoundField | None
    detail: forms.BoundField


class AnswersForm(forms.Form):
    """One field for each question and one for what is said beside it; what is missing is judged by the action, in words."""

    def __init__(self, questions: Sequence[Question], language: str, said: Mapping[str, rules.Answer], data: Mapping[str, Any] | None = None) -> None:
        self.questions, self.language = questions, language
        super().__init__(data)
        for question in questions:
            before = said.get(question.code, rules.Answer())
            if question.kind == QuestionKind.YES_NO:
                choice = forms.ChoiceField(choices=CHOICES, widget=forms.RadioSelect, required=False, initial=before.value, label=question.text)
                self.fields[question.code] = choice
            detail = forms.CharField(max_length=rules.LONGEST_DETAIL, required=False, initial=before.detail, label=_("In detail"))
            self.fields[f"{question.code}__detail"] = detail

    def rows(self) -> list[Row]:
        """The questions in order, in the language of the one who answers."""
        return [
            Row(
                question,
                getattr(question, f"text_{self.language}"),
                self[question.code] if question.code in self.fields else None,
                self[f"{question.code}__detail"],
            )
            for question in self.questions
        ]

    def answers(self) -> dict[str, rules.Answer]:
        """What was answered; questions left open are left out, so that they are asked again."""
        said = {}
        for question in self.questions:
            answer = rules.Answer(self.cleaned_data.get(question.code, ""), self.cleaned_data.get(f"{question.code}__detail", ""))
            if answer.value or answer.detail:
                said[question.code] = answer
        return said


class QuestionForm(forms.ModelForm):  # type: ignore[type-arg]
    """A question of a draft."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Question
        fields = (
            "code", "position", "kind", "asked_of", "text_ru", "text_fr", "text_en", "fact_ru", "fact_fr", "fact_en", "alert_kind", "alert_severity",
        )  # fmt: skip

    def _post_clean(self) -> None:
        """The action judges the whole; the form keeps to its own fields."""


class PublishForm(forms.Form):
    """What the edition brings."""

    note = forms.CharField(label=_("What is new"), max_length=200, required=False)


class DecisionForm(forms.Form):
    """Does the alert still hold?"""

    holds = forms.ChoiceField(
        label=_("Decision"), choices=[("yes", _("The alert still holds")), ("no", _("End the alert"))], widget=forms.RadioSelect
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class WordsField(forms.CharField):
    """Words with commas between."""

    def to_python(self, value: Any) -> Any:
        return [word.strip() for word in str(value or "").split(",") if word.strip()]

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value


class RuleForm(forms.Form):
    """A rule of interactions."""

    code = forms.CharField(label=_("Code"), max_length=40)
    level = forms.ChoiceField(label=_("Level"), choices=LEVELS)
    risks = forms.MultipleChoiceField(label=_("Risks"), required=False, widget=forms.SelectMultiple(attrs={"size": 8}))
    words = WordsField(label=_("Words of an alert"), required=False, help_text=_("The rule also fires when an alert holds one of these words."))
    younger_than = forms.IntegerField(label=_("Patients younger than, years"), required=False, min_value=1, max_value=120)
    acts = forms.MultipleChoiceField(label=_("Acts"), choices=list(ACTS.items()), widget=forms.SelectMultiple(attrs={"size": 8}))
    text_ru = forms.CharField(label=_("Sentence in Russian"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}))
    text_fr = forms.CharField(label=_("Sentence in French"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}))
    text_en = forms.CharField(label=_("Sentence in English"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}))
    source = forms.CharField(
        label=pgettext_lazy("rule", "Source"), max_length=300, help_text=_("Guideline, product information or order, with its year.")
    )

    def __init__(self, *args: Any, questions: Sequence[Question] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        answers = [(f"answer:{row.code}", row.fact) for row in questions if row.kind == QuestionKind.YES_NO]
        self.fields["risks"].choices = [(_("Alerts"), list(ALERTS.items())), (_("Answers of the questionnaire"), answers)]  # type: ignore[attr-defined]
