"""The Merkle tree of RFC 6962 (section 2.1), on hashes only: roots, proofs, and their checks.

A tree is read through `node(level, index)`: the hash over the perfect subtree of 2**level leaves that starts at leaf index * 2**level.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

HASH_BYTES = 32
AT_ONCE = 10
EMPTY = hashlib.sha256(b"").digest()
Node = Callable[[int, int], bytes]


def leaf_hash(data: bytes) -> bytes:
    """SHA-256 of a leaf's bytes, kept apart from inner nodes by its first byte."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256 of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def nodes_over(hashes: Sequence[bytes]) -> Node:
    """The reader of a small tree held in memory."""

    def node(level: int, index: int) -> bytes:
        start, count = index << level, 1 << level
        return root_of(hashes[start : start + count])

    return node


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over these leaf hashes, level by level: an odd last node rises as it is."""
    level = list(hashes)
    if not level:
        return EMPTY
    while len(level) > 1:
        paired = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = paired + level[len(level) & ~1 :]
    return level[0]


def root(size: int, node: Node) -> bytes:
    """The root of the tree's first `size` leaves."""
    return _span(0, size, node) if size else EMPTY


def inclusion_proof(index: int, size: int, node: Node) -> list[bytes]:
    """The audit path of leaf `index` in the tree of `size` leaves, lowest sibling first.

    :raises ValueError: when the leaf is not in the tree.
    """
    return [_span(start, end, node) for start, end in _siblings(index, size)]


def streamed_proof(index: int, size: int, hashes: Iterable[bytes]) -> list[bytes]:
    """The same audit path of a tree whose leaves pass by once, in the memory of a hash for each level.

    :raises ValueError: when the leaf is not in the tree.
    """
    spans, passing = _siblings(index, size), iter(hashes)
    found = {start: streamed_root(islice(passing, end - start))[1] for start, end in sorted([*spans, (index, index + 1)])}
    return [found[start] for start, _end in spans]


def streamed_root(hashes: Iterable[bytes]) -> tuple[int, bytes]:
    """How many leaves have passed by, and the root over them."""
    frontier, passing = Frontier(), iter(hashes)
    while part := list(islice(passing, 1 << AT_ONCE)):
        if len(part) == 1 << AT_ONCE:
            frontier.add(root_of(part), AT_ONCE)
        else:
            for leaf in part:
                frontier.add(leaf)
    return frontier.size, frontier.root()


@dataclass
class Frontier:
    """The roots of the perfect subtrees that the leaves read so far fall into, largest first."""

    size: int = 0
    nodes: list[tuple[int, bytes]] = field(default_factory=list)

    @classmethod
    def at(cls, size: int, node: Node) -> "Frontier":
        nodes, begin = [], 0
        for level in range(size.bit_length() - 1, -1, -1):
            if size >> level & 1:
                nodes.append((level, node(level, begin >> level)))
                begin += 1 << level
        return cls(size, nodes)

    def add(self, found: bytes, level: int = 0) -> None:
        """The next leaf, or the root over the next 2**level of them where all before are as many or more."""
        self.size += 1 << level
        while self.nodes and self.nodes[-1][0] == level:
            found = node_hash(self.nodes.pop()[1], found)
            level += 1
        self.nodes.append((level, found))

    def root(self) -> bytes:
        if not self.nodes:
            return EMPTY
        found = self.nodes[-1][1]
        for _, node in reversed(self.nodes[:-1]):
            found = node_hash(node, found)
        return found


def consistency_proof(first: int, second: int, node: Node) -> list[bytes]:
    """Proof that the tree of `first` leaves is the beginning of the tree of `second` leaves.

    :raises ValueError: unless 0 < first <= second.
    """
    if not 0 < first <= second:
        raise ValueError(f"no consistency between {first} and {second}")
    path: list[bytes] = []
    start, end, is_whole = 0, second, True
    while first != end:
        middle = start + _split(end - start)
        if first <= middle:
            path.append(_span(middle, end, node))
            end = middle
        else:
            path.append(_span(start, middle, node))
            start, is_whole = middle, False
    return ([] if is_whole else [_span(start, end, node)]) + path[::-1]


def root_from_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that this audit path leads to, or None when the path has the wrong length."""
    if not 0 <= index < size:
        return None
    at, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return None
        if at & 1 or at == last:
            found = node_hash(sibling, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        at, last = at >> 1, last >> 1
    return found if last == 0 else None


def is_consistent(first: int, second: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]) -> bool:
    """Does the proof show that the second tree grew out of the first and nothing of the first was changed? (RFC 9162, section 2.1.4.2)"""
    if first == second:
        return first_root == second_root and not path
    if not 0 < first < second or not path:
        return False
    proof = [first_root, *path] if first & (first - 1) == 0 else list(path)
    at, last = first - 1, second - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = proof[0]
    for sibling in proof[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


def _siblings(index: int, size: int) -> list[tuple[int, int]]:
    """The spans of leaves whose hashes prove leaf `index`, the lowest first."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    spans, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    return spans[::-1]


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1


def _span(start: int, end: int, node: Node) -> bytes:
    """The hash over leaves [start, end) of the tree, where start is a multiple of the span's power of two."""
    count = end - start
    level = count.bit_length() - 1
    if count == 1 << level and start % count == 0:
        return node(level, start >> level)
    middle = start + _split(count)
    return node_hash(_span(start, middle, node), _span(middle, end, node))
