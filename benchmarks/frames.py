"""`python -m benchmarks.frames`: what one frame of a large DICOM file costs: as it was (the whole file read and hashed for each), and as it is."""

import argparse
import hashlib
import importlib
import json
import statistics
import tempfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pydicom
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid


def volume(frames: int, side: int) -> bytes:
    """A volume of 16-bit greys, each frame another."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID, meta.TransferSyntaxUID = (
        SecondaryCaptureImageStorage,
        generate_uid(),
        ExplicitVRLittleEndian,
    )
    dataset = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID, dataset.SOPInstanceUID, dataset.Modality = SecondaryCaptureImageStorage, meta.MediaStorageSOPInstanceUID, "CT"
    dataset.Rows, dataset.Columns, dataset.NumberOfFrames = side, side, frames
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 12, 11, 0
    dataset.WindowCenter, dataset.WindowWidth = 1200, 2400
    noise = np.random.default_rng(7).integers(0, 2400, (side, side), dtype=np.uint16)
    dataset.PixelData = b"".join(np.roll(noise, number, axis=0).tobytes() for number in range(frames))
    target = BytesIO()
    dataset.save_as(target)
    return target.getvalue()


def timed(work: Callable[[int], Any], numbers: list[int]) -> dict[str, float]:
    """Milliseconds of the first call, and the median and 95th percentile of the others."""
    taken = []
    for number in numbers:
        begun = perf_counter()
        work(number)
        taken.append((perf_counter() - begun) * 1000)
    later = sorted(taken[1:])
    return {"first": round(taken[0], 1), "p50": round(statistics.median(later), 1), "p95": round(later[int(len(later) * 0.95)], 1)}


def measure(frames: int, side: int, times: int) -> dict[str, Any]:
    """Both ways on the same file and frames."""
    files, reading, pixels = (
        importlib.import_module(name) for name in ("clinic.files.actions", "charting.imaging.reading", "charting.imaging.pixels")
    )
    queries, models = importlib.import_module("charting.imaging.queries"), importlib.import_module("clinic.files.models")
    content = volume(frames, side)
    file = models.StoredFile(sha256=hashlib.sha256(content).hexdigest(), size=len(content), media_type="application/dicom")
    files.default_storage.save(file.storage_name, files.File(BytesIO(content)))
    numbers = [number * 37 % frames for number in range(times + 1)]

    def before(number: int) -> None:
        pixels.frame_of(pydicom.dcmread(BytesIO(files.read(file))), number)

    def now(number: int) -> None:
        with files.open_checked(file) as stream:
            reading.read_frame(stream, queries._header_of(file.sha256, stream), number)

    header, stream = reading.header_of(BytesIO(content)), BytesIO(content)
    if not np.array_equal(reading.read_frame(stream, header, 5).points, pixels.frame_of(pydicom.dcmread(BytesIO(content)), 5).points):
        raise SystemExit("the two ways give different points")
    return {
        "frames": frames,
        "side": side,
        "megabytes": round(len(content) / 1e6),
        "before_ms": timed(before, numbers),
        "now_ms": timed(now, numbers),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.frames", description="Time one frame of a large DICOM file, before and now.")
    parser.add_argument("--frames", type=int, default=300)
    parser.add_argument("--side", type=int, default=512)
    parser.add_argument("--times", type=int, default=30, help="frames asked for (default 30)")
    parser.add_argument("--json", type=Path, help="write the figures into this file too")
    arguments = parser.parse_args()
    django, settings = importlib.import_module("django"), importlib.import_module("django.conf").settings
    django.setup()
    with tempfile.TemporaryDirectory() as place:
        settings.MEDIA_ROOT = place
        figures = measure(arguments.frames, arguments.side, arguments.times)
    text = json.dumps(figures, indent=1)
    print(text)
    if arguments.json:
        arguments.json.write_text(text + "\n")


if __name__ == "__main__":
    main()
