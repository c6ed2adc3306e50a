"""The map of a closing: how many events each patient has. It is read as a stream, for a large clinic has hundreds of thousands of patients."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg

from clinic.history.sealing import leaves, merkle

AT_ONCE = 10_000
NOW = "SELECT patient_id, n FROM history.pseq ORDER BY patient_id"
BEFORE = """
SELECT p.patient_id, p.n - coalesce(later.n, 0) AS n FROM history.pseq p
LEFT JOIN (SELECT patient_id, count(*) AS n FROM history.leaf WHERE pos >= {pos:d} AND patient_id IS NOT NULL GROUP BY 1) later USING (patient_id)
WHERE p.n > coalesce(later.n, 0)"""
PLACE = "SELECT count(*), count(*) FILTER (WHERE patient_id < %s), max(n) FILTER (WHERE patient_id = %s) FROM ({before}) map"


def root(connection: "psycopg.Connection[Any]") -> tuple[int, bytes]:
    """How many patients there are now, and the root over their counts."""
    return merkle.streamed_root(_leaves(connection, NOW))


def proof(connection: "psycopg.Connection[Any]", pos: int, patient_id: UUID) -> tuple[int, int, list[bytes]]:
    """The patient's count in the closing that is leaf `pos`, its place in the map, and the way to the map's root."""
    before = BEFORE.format(pos=pos)
    row = connection.execute(PLACE.format(before=before), [patient_id, patient_id]).fetchone()
    if row is None or row[2] is None:
        raise LookupError(f"patient {patient_id} is not in the closing at {pos}")
    size, index, count = row
    return count, index, merkle.streamed_proof(index, size, _leaves(connection, f"{before} ORDER BY p.patient_id"))


def _leaves(connection: "psycopg.Connection[Any]", statement: str) -> Iterator[bytes]:
    with connection.transaction(), connection.cursor(name="history_map") as cursor:
        cursor.itersize = AT_ONCE
        for patient_id, count in cursor.execute(statement.encode()):
            yield leaves.map_leaf(patient_id, count)
