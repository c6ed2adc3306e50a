"""The tree as it is stored: full tiles of 256 hashes in `history.tile`, the leaves' own hashes on the right edge."""

from typing import Any

import psycopg

from clinic.history.sealing import merkle

TILE_LEVELS = 8
WIDTH = 1 << TILE_LEVELS
MOST_KEPT = 300
ENTRIES = "SELECT data FROM history.tile WHERE level = %s AND idx = %s"
EDGE_LEAVES = "SELECT hash FROM history.leaf WHERE pos >= %s AND pos < %s ORDER BY pos"
EDGE_ROOTS = "SELECT root FROM history.tile WHERE level = %s AND idx >= %s AND idx < %s ORDER BY idx"


class StoredTree:
    """The log's tree at one size, read tile by tile; every tile is read once."""

    def __init__(self, connection: "psycopg.Connection[Any]", size: int) -> None:
        self.size = size
        self._connection = connection
        self._tiles: dict[tuple[int, int], list[bytes]] = {}

    def root(self) -> bytes:
        return merkle.root(self.size, self.node)

    def node(self, level: int, index: int) -> bytes:
        """The hash over the perfect subtree of 2**level leaves that starts at leaf index * 2**level."""
        tile_level, height = divmod(level, TILE_LEVELS)
        first = index << height
        entries = self._entries(tile_level, first // WIDTH)
        begin = first % WIDTH
        return merkle.root_of(entries[begin : begin + (1 << height)])

    def _entries(self, level: int, idx: int) -> list[bytes]:
        if (level, idx) not in self._tiles:
            if len(self._tiles) > MOST_KEPT:
                self._tiles = {place: entries for place, entries in self._tiles.items() if place[0] > 0}
            self._tiles[level, idx] = self._read(level, idx)
        return self._tiles[level, idx]

    def _read(self, level: int, idx: int) -> list[bytes]:
        width_below = 1 << (TILE_LEVELS * level)
        if (idx + 1) * WIDTH * width_below <= self.size:
            row = self._connection.execute(ENTRIES, [level, idx]).fetchone()
            if row is None:
                raise LookupError(f"tile {level}/{idx} is missing")
            return _cut(row[0])
        begin, end = idx * WIDTH, min((idx + 1) * WIDTH, self.size // width_below)
        return _hashes(self._connection, level, begin, end)


def add_tiles(connection: "psycopg.Connection[Any]", old_size: int, new_size: int) -> None:
    """Store the tiles that have become full since the tree had `old_size` leaves; the leaves themselves are stored already."""
    level, width = 0, WIDTH
    while new_size // width > old_size // width:
        for idx in range(old_size // width, new_size // width):
            entries = _hashes(connection, level, idx * WIDTH, (idx + 1) * WIDTH)
            connection.execute(
                "INSERT INTO history.tile (level, idx, data, root) VALUES (%s, %s, %s, %s)",
                [level, idx, b"".join(entries), merkle.root_of(entries)],
            )
        level, width = level + 1, width * WIDTH


def _hashes(connection: "psycopg.Connection[Any]", level: int, begin: int, end: int) -> list[bytes]:
    """The hashes of one level, from the leaves or from the roots of the tiles below.

    :raises LookupError: when one is missing: a root over the rest would be another log's.
    """
    if level == 0:
        rows = connection.execute(EDGE_LEAVES, [begin, end]).fetchall()
    else:
        rows = connection.execute(EDGE_ROOTS, [level - 1, begin, end]).fetchall()
    if len(rows) != end - begin:
        raise LookupError(f"level {level} of the log has {len(rows)} of the hashes {begin} to {end}")
    return [bytes(row[0]) for row in rows]


def _cut(data: bytes) -> list[bytes]:
    size = merkle.HASH_BYTES
    return [bytes(data[i : i + size]) for i in range(0, len(data), size)]
