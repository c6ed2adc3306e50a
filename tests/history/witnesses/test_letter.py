"""The letter to named people."""

from typing import Any

import pytest

from clinic.history.sealing import notes
from clinic.history.sealing.witnesses import WitnessFailure, from_settings
from clinic.history.sealing.witnesses.letter import Letter
from tests.history.witnesses.notes_of import LOG, SIGNER, checkpoint


def test_the_note_stands_in_the_letter(mailoutbox: list[Any]) -> None:
    witness = from_settings(["mailto:lawyer@clinic.example,chief@clinic.example?every=day"])[0]
    note, made = checkpoint(12)
    receipt = witness.keep(note, made)
    (letter,) = mailoutbox
    assert letter.to == ["lawyer@clinic.example", "chief@clinic.example"]
    assert "12 events" in letter.subject
    assert letter.message()["Message-ID"] == receipt.decode()
    found = letter.body[letter.body.index(LOG) :]
    assert notes.open_checkpoint(found, SIGNER.vkey) == made
    assert (witness.every.days, witness.newest(LOG), list(witness.kept(LOG))) == (1, None, [])


def test_a_letter_that_is_not_sent_is_a_failure(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    with pytest.raises(WitnessFailure, match="could not be sent"):
        Letter("mailto:lawyer@clinic.example").keep(*checkpoint(12))


@pytest.mark.parametrize("url", ["mailto:", "mailto:nobody", "mailto:a@x?every=hours", "mailto:a@x,nobody"])
def test_a_letter_to_nobody_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="HISTORY_WITNESSES"):
        from_settings([url])
