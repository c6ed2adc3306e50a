"""The tree against the definition of RFC 6962: roots, proofs, and proofs that somebody has touched."""

import tracemalloc
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from clinic.history.sealing import merkle

LEAVES = [merkle.leaf_hash(str(number).encode()) for number in range(600)]
NODE = merkle.nodes_over(LEAVES)
sizes = st.integers(1, len(LEAVES))


def defined_root(hashes: Sequence[bytes]) -> bytes:
    """MTH of section 2.1, word by word."""
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return merkle.node_hash(defined_root(hashes[:split]), defined_root(hashes[split:]))


def test_the_roots_of_the_certificate_transparency_test_vectors() -> None:
    inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    leaves = [merkle.leaf_hash(bytes.fromhex(text)) for text in inputs]
    assert merkle.root(0, NODE).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert leaves[0].hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert merkle.root_of(leaves[:3]).hex() == "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"
    assert merkle.root_of(leaves).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


@given(size=sizes)
def test_a_root_is_the_one_defined(size: int) -> None:
    assert merkle.root(size, NODE) == merkle.root_of(LEAVES[:size]) == defined_root(LEAVES[:size])


@given(size=sizes, data=st.data())
def test_every_leaf_is_proven_and_no_other(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    path, root = merkle.inclusion_proof(index, size, NODE), defined_root(LEAVES[:size])
    assert merkle.root_from_inclusion(LEAVES[index], index, size, path) == root
    assert merkle.root_from_inclusion(merkle.leaf_hash(b"forged"), index, size, path) != root
    assert merkle.root_from_inclusion(LEAVES[index], index, size, [*path, root]) != root
    assert index == size - 1 or merkle.root_from_inclusion(LEAVES[index], index + 1, size, path) != root
    for at in range(len(path)):
        assert merkle.root_from_inclusion(LEAVES[index], index, size, path[:at] + path[at + 1 :]) != root


@given(first=sizes, second=sizes, data=st.data())
def test_growth_is_proven_and_nothing_else(first: int, second: int, data: st.DataObject) -> None:
    first, second = sorted((first, second))
    old, new = defined_root(LEAVES[:first]), defined_root(LEAVES[:second])
    path = merkle.consistency_proof(first, second, NODE)
    assert merkle.is_consistent(first, second, old, new, path)
    assert not merkle.is_consistent(first, second, merkle.leaf_hash(b"forged"), new, path)
    assert not merkle.is_consistent(first, second, old, merkle.leaf_hash(b"forged"), path)
    assert not merkle.is_consistent(first, second, old, new, [*path, old])
    if path:
        at = data.draw(st.integers(0, len(path) - 1))
        assert not merkle.is_consistent(first, second, old, new, path[:at] + path[at + 1 :])
        assert not merkle.is_consistent(first, second, old, new, [*path[:at], merkle.leaf_hash(b"forged"), *path[at + 1 :]])


@given(size=sizes, data=st.data())
def test_a_proof_read_from_a_stream_is_the_same(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    assert merkle.streamed_proof(index, size, iter(LEAVES[:size])) == merkle.inclusion_proof(index, size, NODE)


def test_a_stream_of_many_leaves_takes_no_memory() -> None:
    tracemalloc.start()
    merkle.streamed_proof(7, 50_000, (merkle.leaf_hash(number.to_bytes(4)) for number in range(50_000)))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 500_000


def test_a_long_stream_gives_the_roots_of_its_list() -> None:
    leaves = [merkle.leaf_hash(number.to_bytes(4)) for number in range(5000)]
    node = merkle.nodes_over(leaves)
    for size in (1023, 1024, 1025, 4096, 5000):
        assert merkle.streamed_root(leaves[:size]) == (size, merkle.root_of(leaves[:size]))
        for index in (0, 1000, size - 1):
            assert merkle.streamed_proof(index, size, leaves[:size]) == merkle.inclusion_proof(index, size, node)
