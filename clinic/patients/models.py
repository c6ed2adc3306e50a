"""The patient and what is known about them outside the mouth."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.history.models import Record
from clinic.staff.models import Branch, User


class Sex(models.TextChoices):
    FEMALE = "female", _("female")
    MALE = "male", _("male")
    UNKNOWN = "unknown", _("not stated")


class Patient(Record):
    """A person who is or may be treated; identified to staff by the card number."""

    card_number = models.PositiveIntegerField(_("card number"), unique=True)
    last_name = models.CharField(_("last name"), max_length=150)
    first_name = models.CharField(_("first name"), max_length=150)
    patronymic = models.CharField(_("patronymic"), max_length=150, blank=True)
    birth_name = models.CharField(_("birth name"), max_length=150, blank=True)
    sex = models.CharField(_("sex"), max_length=10, choices=Sex.choices, default=Sex.UNKNOWN)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    language = models.CharField(_("language of documents"), max_length=2, default="ru")
    branch = models.ForeignKey(Branch, models.PROTECT, verbose_name=_("branch"))
    responsible_dentist = models.ForeignKey(User, models.PROTECT, null=True, blank=True, verbose_name=_("responsible dentist"))

    class Meta:
        verbose_name = _("patient")

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        return " ".join(part for part in (self.last_name, self.first_name, self.patronymic) if part)
