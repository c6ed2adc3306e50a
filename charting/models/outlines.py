"""Templates of whole notes, and short words that stand for texts."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from charting.models.visits import NoteSection
from clinic.history.models import Record
from clinic.staff.models import User

LANGUAGES = [("en", "English"), ("ru", "Русский"), ("fr", "Français")]


class NoteOutline(Record):
    """A template of the whole note of one kind of visit, in one language, with placeholders; offered first where its diagnoses and acts fit."""

    title = models.CharField(_("title"), max_length=100)
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES)
    codes = ArrayField(models.CharField(max_length=10), verbose_name=_("beginnings of ICD-10 codes"), default=list, blank=True)
    acts = ArrayField(models.CharField(max_length=60), verbose_name=_("acts"), default=list, blank=True)
    complaint = models.TextField(_("complaint"), blank=True)
    anamnesis = models.TextField(_("history of the complaint"), blank=True)
    anamnesis_vitae = models.TextField(_("past history"), blank=True)
    objective = models.TextField(_("findings"), blank=True)
    treatment = models.TextField(_("treatment"), blank=True)
    recommendations = models.TextField(_("recommendations"), blank=True)
    position = models.PositiveSmallIntegerField(_("place in the list"), default=0)
    is_active = models.BooleanField(_("offered"), default=True)

    class Meta:
        app_label = "charting"
        verbose_name = _("template of a note")
        constraints = [
            models.UniqueConstraint(fields=["language", "title"], name="charting_outline_title_once"),
            models.CheckConstraint(condition=Q(language__in=["en", "ru", "fr"]), name="charting_outline_language_known"),
            models.CheckConstraint(condition=~Q(**dict.fromkeys(NoteSection.values, "")), name="charting_outline_says_something"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def sections(self) -> dict[str, str]:
        """The text of each section that has one."""
        return {name: text for name in NoteSection.values if (text := getattr(self, name))}


class TextMacro(Record):
    """A short word that becomes a text while a note is typed; of one person, or without an owner of the whole clinic."""

    deletable = True

    owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("whose"))
    word = models.CharField(_("word"), max_length=20)
    text = models.TextField(_("text"), max_length=2000)

    class Meta:
        app_label = "charting"
        verbose_name = _("short word")
        constraints = [
            models.UniqueConstraint(fields=["owner", "word"], nulls_distinct=False, name="charting_macro_word_once"),
            models.CheckConstraint(condition=Q(word__regex=r"^\S{2,20}$"), name="charting_macro_one_word"),
            models.CheckConstraint(condition=~Q(text=""), name="charting_macro_says_something"),
        ]

    def __str__(self) -> str:
        return self.word
