"""Form inputs of the house."""

from django import forms


class DateInput(forms.DateInput):
    """The browser's own date field; it wants ISO dates and shows them in the user's form."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")
