"""Time stamps by RFC 3161, from an authority that really signs them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from clinic.history.sealing.witnesses import WitnessFailure, from_settings
from clinic.history.sealing.witnesses.authority import Authority
from tests.history.witnesses import tsa
from tests.history.witnesses.notes_of import LOG, checkpoint

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not on this machine: no time-stamp authority to ask")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tsa.Authority:
    return tsa.Authority(tmp_path_factory.mktemp("tsa") / "one")


@pytest.fixture
def address(authority: tsa.Authority) -> Iterator[str]:
    authority.fixed = None
    with tsa.serving(authority) as url:
        yield url


def test_the_token_is_over_the_note_and_no_other(address: str) -> None:
    witness = Authority(address)
    note, made = checkpoint(7)
    token = witness.keep(note, made)
    witness.check(token, note)
    with pytest.raises(WitnessFailure, match="over another note"):
        witness.check(token, checkpoint(8)[0])
    assert witness.newest(LOG) is None
    assert list(witness.kept(LOG)) == []


def test_a_token_is_believed_only_from_the_root_that_the_clinic_trusts(address: str, authority: tsa.Authority, tmp_path: Path) -> None:
    note, made = checkpoint(7)
    token = Authority(f"{address}#ca={authority.folder}/root.pem").keep(note, made)
    stranger = tsa.Authority(tmp_path / "stranger")
    with pytest.raises(WitnessFailure, match="does not hold"):
        Authority(f"{address}#ca={stranger.folder}/root.pem").check(token, note)
    with pytest.raises(WitnessFailure, match="No such file"):
        Authority(f"{address}#ca={tmp_path}/nowhere.pem").check(token, note)


def test_an_authority_that_sends_its_own_certificate_alone(tmp_path: Path) -> None:
    authority = tsa.Authority(tmp_path / "terse", sends_chain=False)
    note, made = checkpoint(7)
    with tsa.serving(authority) as url:
        token = Authority(url).keep(note, made)
    Authority(f"{url}#ca={authority.folder}/root.pem").check(token, note)


def test_a_damaged_token_does_not_hold(address: str, authority: tsa.Authority) -> None:
    witness = Authority(f"{address}#ca={authority.folder}/root.pem")
    note, made = checkpoint(7)
    token = witness.keep(note, made)
    damaged = token[:-5] + bytes([token[-5] ^ 1]) + token[-4:]
    for wrong in (damaged, b"", b"0", token[:100]):
        with pytest.raises(WitnessFailure):
            witness.check(wrong, note)


def test_an_old_answer_and_no_answer_are_failures(address: str, authority: tsa.Authority) -> None:
    note, made = checkpoint(7)
    Authority(address).keep(note, made)
    authority.fixed = (authority.folder / "reply").read_bytes()
    with pytest.raises(WitnessFailure, match="another request"):
        Authority(address).keep(note, made)
    for nonsense in (b"", b"<html>", bytes.fromhex("30053003020102")):
        authority.fixed = nonsense
        with pytest.raises(WitnessFailure):
            Authority(address).keep(note, made)
    with pytest.raises(WitnessFailure, match="no answer"):
        Authority("tsa+http://127.0.0.1:1/tsr").keep(note, made)


def test_its_address() -> None:
    witness = from_settings(["tsa+https://time.example/tsr?policy=1#ca=/etc/clinic/tsa.pem&every=week"])[0]
    assert isinstance(witness, Authority)
    assert (witness.name, str(witness.ca), witness.every.days) == ("tsa+https://time.example/tsr?policy=1", "/etc/clinic/tsa.pem", 7)
    assert Authority("tsa+https://time.example/").every.days == 1
    for wrong in ("tsa+https://time.example/#every=year", "tsa+https://time.example/#root=x"):
        with pytest.raises(ValueError, match="HISTORY_WITNESSES"):
            from_settings([wrong])
