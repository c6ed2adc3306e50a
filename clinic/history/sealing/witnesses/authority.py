"""A time-stamp authority (RFC 3161): it never sees the log, it signs that the note existed at its time."""

import hashlib
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import rfc3161_client
from cryptography.x509 import Certificate, ObjectIdentifier, load_pem_x509_certificates
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, VerificationError, VerifierBuilder

from clinic.history.sealing.notes import Checkpoint
from clinic.history.sealing.witnesses import der
from clinic.history.sealing.witnesses.address import options, period
from clinic.history.sealing.witnesses.failure import WitnessFailure

SHA256 = ObjectIdentifier("2.16.840.1.101.3.4.2.1")
TIMEOUT = 20.0
LARGEST = 1 << 20


class BadStamp(WitnessFailure):
    """A time stamp that is there and does not hold."""


class Authority:
    """`tsa+https://host/path#ca=/path/of/its/root.pem&every=day`. The receipt is the time-stamp token over the signed note."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url.removeprefix("tsa+"))
        if parts.scheme not in ("http", "https"):
            raise ValueError(f"HISTORY_WITNESSES: {url} is no address of a time-stamp authority; it begins with tsa+https://")
        chosen = options(parts.fragment, "ca", "every")
        self._url = parts._replace(fragment="").geturl()
        self.name = f"tsa+{self._url}"
        self.every = period(chosen.get("every", "day"))
        self.ca = Path(chosen["ca"]) if "ca" in chosen else None

    def keep(self, note: str, checkpoint: Checkpoint) -> bytes:
        """Ask for a token over the note and look at it before it is believed."""
        request = TimestampRequestBuilder().data(note.encode()).hash_algorithm(HashAlgorithm.SHA256).cert_request(cert_request=True).build()
        try:
            response = rfc3161_client.decode_timestamp_response(der.in_order(self._ask(request.as_bytes())))
            token = response.time_stamp_token() if response.status == 0 else b""
        except ValueError as error:
            raise WitnessFailure(f"its answer is no time stamp ({error})") from error
        if not token:
            raise WitnessFailure(f"it refuses: {' '.join(response.status_string) or response.status}")
        if response.tst_info.nonce != request.nonce:
            raise WitnessFailure("its time stamp answers another request")
        self.check(token, note)
        return token

    def newest(self, log: str) -> str | None:
        """It keeps nothing."""
        return None

    def kept(self, log: str) -> Iterator[str]:
        """It keeps nothing."""
        yield from ()

    def check(self, token: bytes, note: str) -> None:
        """Is this a time stamp over this note? With `ca`, also: whole, and signed by an authority of that root.

        :raises BadStamp: when it is not. :raises WitnessFailure: when the root cannot be read.
        """
        try:
            response = rfc3161_client.decode_timestamp_response(der.in_order(der.granted(token)))
            imprint = response.tst_info.message_imprint
            if imprint.hash_algorithm != SHA256 or imprint.message != hashlib.sha256(note.encode()).digest():
                raise BadStamp("the time stamp is over another note")
            if self.ca:
                _verifier(load_pem_x509_certificates(self.ca.read_bytes())).verify(response, imprint.message)
        except (ValueError, VerificationError) as error:
            raise BadStamp(f"the time stamp does not hold ({error})") from error
        except OSError as error:
            raise WitnessFailure(f"{self.ca}: {error.strerror}") from error

    def _ask(self, request: bytes) -> bytes:
        asked = urllib.request.Request(self._url, data=request, headers={"Content-Type": "application/timestamp-query"})  # noqa: S310 - checked above
        try:
            with urllib.request.urlopen(asked, timeout=TIMEOUT) as answer:  # noqa: S310
                return bytes(answer.read(LARGEST))
        except OSError as error:
            raise WitnessFailure(f"no answer ({error})") from error


def _verifier(roots: list[Certificate]) -> rfc3161_client.Verifier:
    builder = VerifierBuilder()
    for root in roots:
        builder = builder.add_root_certificate(root)
    return builder.build()
