"""What a note must say after which act before it is signed: the clinic's own rules."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from charting.models.visits import NoteSection
from clinic.history.models import Record


class NotePart(models.TextChoices):
    """Parts of a note that a rule may ask for: its sections, a diagnosis, and the anaesthesia or that there was none."""

    COMPLAINT = NoteSection.COMPLAINT.value, NoteSection.COMPLAINT.label
    ANAMNESIS = NoteSection.ANAMNESIS.value, NoteSection.ANAMNESIS.label
    ANAMNESIS_VITAE = NoteSection.ANAMNESIS_VITAE.value, NoteSection.ANAMNESIS_VITAE.label
    OBJECTIVE = NoteSection.OBJECTIVE.value, NoteSection.OBJECTIVE.label
    DIAGNOSIS = "diagnosis", _("diagnosis")
    ANAESTHESIA = "anaesthesia", _("anaesthesia, or that there was none")
    TREATMENT = NoteSection.TREATMENT.value, NoteSection.TREATMENT.label
    RECOMMENDATIONS = NoteSection.RECOMMENDATIONS.value, NoteSection.RECOMMENDATIONS.label


class NoteRequirement(Record):
    """After an act of this kind in a visit these parts of its note are filled before it is signed. The database asks for them too."""

    act = models.CharField(_("after which act"), max_length=60, unique=True)
    parts = ArrayField(models.CharField(max_length=20), verbose_name=_("what the note must say"))
    is_active = models.BooleanField(_("asked for"), default=True)

    class Meta:
        app_label = "charting"
        verbose_name = _("requirement of a note")
        constraints = [
            models.CheckConstraint(condition=Q(act__regex=r"^(any|(category|effect|service):.+)$"), name="charting_requirement_act_form"),
            models.CheckConstraint(condition=~Q(parts=[]) & Q(parts__contained_by=NotePart.values), name="charting_requirement_parts_known"),
        ]

    def __str__(self) -> str:
        return self.act
