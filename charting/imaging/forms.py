"""Forms of pictures."""

import re
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from charting import notation
from charting.imaging.models import Image, ImageKind
from charting.models import Visit
from clinic.patients.models import Patient


class TeethField(forms.CharField):
    """Tooth numbers as the reader writes them: `16, 17 26`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=300, **kwargs)

    def clean(self, value: Any) -> list[int]:
        """:raises ValidationError: when a word is no tooth."""
        found = {word: notation.parse(word) for word in re.split(r"[\s,;]+", super().clean(value).strip()) if word}
        wrong = [word for word, number in found.items() if number is None]
        if wrong:
            raise forms.ValidationError(_("There is no tooth %(tooth)s. Permanent teeth are 11–48, primary teeth 51–85.") % {"tooth": wrong[0]})
        return sorted({number for number in found.values() if number})

    def prepare_value(self, value: Any) -> Any:
        return notation.shown_all(value) if isinstance(value, list) else value


class VisitField(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django does not let it be subscripted
    """The patient's visits by day."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{date_format(timezone.localtime(obj.opened_at), 'SHORT_DATETIME_FORMAT')} {obj.dentist}"


class UploadForm(forms.Form):
    """Where pictures sent without script belong."""

    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("by the file")), *ImageKind.choices])
    teeth = TeethField(label=_("Teeth"))
    confirmed = forms.BooleanField(label=_("These pictures are this patient's even if a file names somebody else"), required=False)


class ImageForm(forms.Form):
    """What a picture shows, when it was taken and where it belongs."""

    kind = forms.ChoiceField(label=_("Kind"), choices=ImageKind.choices)
    title = forms.CharField(label=_("Title"), required=False, max_length=200)
    teeth = TeethField(label=_("Teeth"), help_text=_("For example 16, 17; in the notation of your account"))
    taken_at = forms.DateTimeField(label=_("Taken"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"))
    visit = VisitField(label=_("Visit"), queryset=Visit.objects.none(), required=False, empty_label=_("none"))
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        visits = Visit.objects.standing().filter(patient=patient).select_related("dentist").order_by("-opened_at", "-pk")
        self.fields["visit"].queryset = visits  # type: ignore[attr-defined]

    @staticmethod
    def values_of(image: Image) -> dict[str, Any]:
        """The picture as the form shows it."""
        return {name: getattr(image, name) for name in ("kind", "title", "teeth", "taken_at", "visit", "version")}
