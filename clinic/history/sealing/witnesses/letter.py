"""A letter to named people: what lies in several mailboxes cannot be called back."""

import base64
from collections.abc import Iterator
from urllib.parse import unquote

from django.core.mail import EmailMessage
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.history.sealing.notes import Checkpoint
from clinic.history.sealing.witnesses.address import options, period
from clinic.history.sealing.witnesses.failure import WitnessFailure


class Letter:
    """`mailto:lawyer@clinic,chief@clinic?every=week`; weekly or daily, through the clinic's own mail settings."""

    def __init__(self, url: str) -> None:
        addresses, _separator, query = url.removeprefix("mailto:").partition("?")
        self.name = url
        self.to = [unquote(address).strip() for address in addresses.split(",") if address.strip()]
        if not all("@" in address for address in self.to) or not self.to:
            raise ValueError(f"HISTORY_WITNESSES: {url} names nobody; write mailto:first@clinic,second@clinic")
        self.every = period(options(query, "every").get("every", "week"))

    def keep(self, note: str, checkpoint: Checkpoint) -> bytes:
        """Send the note; the receipt is the letter's Message-ID."""
        day = timezone.localdate(checkpoint.at).isoformat()
        letter = EmailMessage(
            subject=_("History of the clinic, %(day)s: %(size)s events") % {"day": day, "size": checkpoint.size},
            body=f"{_words(checkpoint)}\n\n{note}",
            to=self.to,
        )
        identity = f"<{base64.b32encode(checkpoint.root[:20]).decode().lower()}.{checkpoint.size}@history.clinic>"
        letter.extra_headers["Message-ID"] = identity
        try:
            sent = letter.send()
        except OSError as error:
            raise WitnessFailure(f"the letter could not be sent ({error})") from error
        if not sent:
            raise WitnessFailure("the letter could not be sent")
        return identity.encode()

    def newest(self, log: str) -> str | None:
        """What lies in mailboxes is not asked for; people compare it by eye."""
        return None

    def kept(self, log: str) -> Iterator[str]:
        yield from ()


def _words(checkpoint: Checkpoint) -> str:
    return _(
        "This is the signed state of the clinic's history: %(size)s events. Keep this letter. Whoever alters the past later cannot make "
        "history agree with it again. If ever in doubt, compare the text below with what the clinic shows for the same number of events."
    ) % {"size": checkpoint.size}
