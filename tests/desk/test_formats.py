"""Dates read as the clinic writes them in each language."""

from datetime import date

import pytest
from django.utils import translation
from django.utils.formats import date_format

from clinic.lib.templatetags.house import calendar_day, state_badge


@pytest.mark.parametrize(("language", "text"), [("en", "22 Nov 2026"), ("ru", "22.11.2026"), ("fr", "22/11/2026")])
def test_it_writes_a_short_date_as_the_clinic_does(language: str, text: str) -> None:
    with translation.override(language):
        assert date_format(date(2026, 11, 22), "SHORT_DATE_FORMAT") == text


def test_it_tells_a_state_by_word_besides_colour() -> None:
    badge = state_badge("arrived", "<Arrived>")
    assert "state-arrived" in badge
    assert "&lt;Arrived&gt;" in badge


@pytest.mark.parametrize(("language", "said"), [("en", "Sunday, 22 November"), ("ru", "воскресенье, 22 ноября"), ("fr", "dimanche 22 novembre")])
def test_a_day_is_said_as_the_language_says_it(language: str, said: str) -> None:
    with translation.override(language):
        assert calendar_day(date(2026, 11, 22), "l, j E").replace("Воскресенье", "воскресенье") == said
