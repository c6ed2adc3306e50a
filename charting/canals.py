"""Root canals in words, and which of their records stand."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from charting import notation, teeth, words
from charting.models import CanalQuality, CanalRecord, Obturation, Visit
from clinic.lib.errors import NotFound
from clinic.patients.models import Patient


@dataclass(frozen=True)
class CanalLine:
    """A canal as pages and papers tell it."""

    tooth: int
    name: str
    text: str


def standing(records: Iterable[CanalRecord]) -> list[CanalRecord]:
    """Those that no later one of these takes the place of, in the order of teeth and canals."""
    known = [record for record in records if record.in_error_at is None]
    replaced = {record.replaces_id for record in known}
    return sorted((record for record in known if record.pk not in replaced), key=_order)


def _order(record: CanalRecord) -> tuple[int, int, datetime]:
    tooth = teeth.TEETH[record.tooth]
    return record.tooth, tooth.canals.index(record.canal), record.recorded_at


def of_patient(patient: Patient, tooth: int | None = None) -> list[CanalRecord]:
    """The standing records of the patient, or of one tooth."""
    found = CanalRecord.objects.filter(patient=patient)
    return standing(found.filter(tooth=tooth) if tooth else found)


def in_visit(visit: Visit) -> list[CanalRecord]:
    """What was measured and filled in the visit, as it stands."""
    return standing(CanalRecord.objects.filter(visit=visit))


def get_canal(canal_id: UUID) -> CanalRecord:
    """:raises NotFound: when there is no such record; who may see it is asked of its patient."""
    found = CanalRecord.objects.filter(pk=canal_id).first()
    if found is None:
        raise NotFound
    return found


def line(record: CanalRecord) -> CanalLine:
    """`first mesiobuccal canal`: `21,5 mm from the MB cusp, file 25/.06; cold lateral condensation, AH Plus, adequate`."""
    return CanalLine(record.tooth, str(words.ROOT_NAMES[record.canal]), "; ".join(filter(None, (_prepared(record), _filled(record), record.note))))


def told(record: CanalRecord) -> str:
    """A whole line with its tooth, in the reader's notation."""
    said = line(record)
    return f"{notation.code(record.tooth)} {said.name}: {said.text}"


def row(record: CanalRecord) -> dict[str, str]:
    """The cells of the table that papers print; the tooth in the reader's notation."""
    return {
        "tooth": notation.code(record.tooth),
        "canal": f"{record.canal}, {words.ROOT_NAMES[record.canal]}",
        "length": _length(record),
        "reference": record.reference,
        "file": _file(record),
        "obturation": _filled(record),
        "note": record.note,
    }


def _length(record: CanalRecord) -> str:
    return _("%(length)s mm") % {"length": number_format(record.length_mm, 1)}


def _file(record: CanalRecord) -> str:
    taper = f"/.{record.taper:02}" if record.taper is not None else ""
    return f"{record.file_size}{taper}" if record.file_size else ""


def _prepared(record: CanalRecord) -> str:
    length = _length(record)
    measured = _("%(length)s from %(point)s") % {"length": length, "point": record.reference} if record.reference else length
    file = _file(record)
    return ", ".join(filter(None, [measured, file and _("file %(size)s") % {"size": file}]))


def _filled(record: CanalRecord) -> str:
    if not record.method:
        return ""
    quality = str(CanalQuality(record.quality).label) if record.quality else ""
    return ", ".join(filter(None, (str(Obturation(record.method).label), record.material, quality)))


def content(records: Iterable[CanalRecord]) -> list[dict[str, object]]:
    """What a signature of the visit covers of its canals."""
    return [
        {
            "id": str(row.pk),
            "tooth": row.tooth,
            "canal": row.canal,
            "length_mm": str(row.length_mm),
            "reference": row.reference,
            "file": [row.file_size, row.taper],
            "obturation": [row.method, row.material, row.quality],
            "note": row.note,
        }
        for row in records
    ]
