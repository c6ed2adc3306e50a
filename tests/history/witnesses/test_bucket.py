"""The bucket: nothing in it is replaced, the newest is found in one look, and its failures have words."""

from collections.abc import Iterator

import pytest

from clinic.history.sealing.witnesses import WitnessFailure, from_settings
from clinic.history.sealing.witnesses.bucket import Bucket
from tests.history.witnesses import s3
from tests.history.witnesses.notes_of import LOG, checkpoint


@pytest.fixture
def store() -> s3.Store:
    return s3.Store()


@pytest.fixture
def witness(store: s3.Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test-key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test-secret")
    with s3.serving(store) as endpoint:
        made = from_settings([f"s3://witness/clinic/one?endpoint={endpoint}&region=eu-west-3"])[0]
        assert isinstance(made, Bucket)
        yield made


def test_it_shows_the_largest_of_the_last_life(witness: Bucket, store: s3.Store) -> None:
    assert witness.newest(LOG) is None
    for size, epoch in ((5, 1), (250_000, 1), (99_999, 1), (7, 2), (12, 2)):
        witness.keep(*checkpoint(size, epoch))
    assert witness.newest(LOG) == checkpoint(12, 2)[0]
    assert store.listed[-1].get("max-keys", "1") == "1"
    assert witness.newest("clinic-history/other") is None
    assert len(set(witness.kept(LOG))) == 5
    assert all(name.startswith("clinic/one/clinic-history-1b4e28ba/") for name in store.objects)


def test_an_object_is_put_once(witness: Bucket, store: s3.Store) -> None:
    receipt = witness.keep(*checkpoint(5))
    assert witness.keep(*checkpoint(5)) == receipt
    with pytest.raises(WitnessFailure, match="another checkpoint of the same size"):
        witness.keep(*checkpoint(5, root=bytes([1] * 32)))
    assert store.objects[f"clinic/one/{receipt.decode()}"].decode() == checkpoint(5)[0]


def test_a_refusal_has_words(witness: Bucket, store: s3.Store) -> None:
    store.failing = 403
    with pytest.raises(WitnessFailure) as refused:
        witness.keep(*checkpoint(5))
    assert "\n" not in str(refused.value)
    with pytest.raises(WitnessFailure):
        witness.newest(LOG)
    store.failing = None
    assert witness.keep(*checkpoint(5))


def test_a_bucket_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test-key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test-secret")
    with pytest.raises(WitnessFailure):
        Bucket("s3://witness?endpoint=http://127.0.0.1:1").keep(*checkpoint(5))
    with pytest.raises(ValueError, match="HISTORY_WITNESSES"):
        from_settings(["s3://witness?bucket=other"])
