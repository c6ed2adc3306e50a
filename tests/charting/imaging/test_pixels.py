"""What is drawn of a DICOM file is what the file says: its window, its negative, its colours, its frames, its scale."""

from io import BytesIO
from typing import Any

import numpy as np
import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_windowing
from pydicom.sequence import Sequence

from charting.imaging import pixels, reading, rules


def opened(name: str) -> Dataset:
    return pydicom.dcmread(str(get_testdata_file(name)))


def shades(dataset: Dataset, number: int = 0) -> Any:
    return np.asarray(pixels.frame_of(dataset, number).picture()).astype(int)


@pytest.mark.parametrize(
    "name", ["MR_small.dcm", "MR_small_bigendian.dcm", "MR_small_RLE.dcm", "MR_small_jp2klossless.dcm", "693_J2KI.dcm", "J2K_pixelrep_mismatch.dcm"]
)
def test_the_window_of_the_file_is_the_window_of_the_picture(name: str) -> None:
    dataset = opened(name)
    values = apply_modality_lut(dataset.pixel_array, dataset)
    span = 2 ** int(dataset.BitsStored) - 1
    least = -(2 ** (int(dataset.BitsStored) - 1)) if dataset.PixelRepresentation else 0
    slope, intercept = float(dataset.get("RescaleSlope", 1)), float(dataset.get("RescaleIntercept", 0))
    windowed = apply_windowing(values, dataset)
    expected = (windowed - (least * slope + intercept)) / (span * slope) * 255
    assert np.abs(shades(dataset) - expected).max() <= 1.01


@pytest.mark.parametrize("name", ["MR_small.dcm", "CT_small.dcm", "693_J2KI.dcm"])
def test_a_negative_is_turned_over(name: str) -> None:
    dataset = opened(name)
    positive = shades(dataset)
    dataset.PhotometricInterpretation = "MONOCHROME1"
    assert np.abs(255 - positive - shades(dataset)).max() <= 1
    assert pixels.frame_of(dataset, 0).is_negative


def test_points_of_sixteen_bits_stay_exact() -> None:
    dataset = opened("CT_small.dcm")
    frame = pixels.frame_of(dataset, 0)
    assert np.array_equal(frame.points * frame.slope + frame.intercept, apply_modality_lut(dataset.pixel_array, dataset))


def test_points_of_thirty_two_bits_keep_their_order() -> None:
    frame = pixels.frame_of(opened("rtdose.dcm"), 7)
    assert frame.points.dtype == np.dtype("<u2")
    assert np.ptp(frame.points) > 1000


def test_a_palette_becomes_its_colours() -> None:
    dataset = opened("examples_palette.dcm")
    expected = apply_color_lut(dataset.pixel_array, dataset)
    assert np.abs(shades(dataset) - expected.astype(int) // 257).max() <= 1


def test_each_frame_is_its_own() -> None:
    dataset = opened("examples_ybr_color.dcm")
    assert pixels.frames_of(dataset) == 30
    assert not np.array_equal(shades(dataset, 3), shades(dataset, 20))
    with BytesIO() as stream:
        dataset.save_as(stream)
        stream.seek(0)
        header = reading.header_of(stream)
        assert "PixelData" not in header
        assert reading.read_frame(stream, header, 30) is None
        for number in (3, 20):
            found = reading.read_frame(stream, header, number)
            assert found is not None
            assert np.array_equal(found.points, pixels.frame_of(dataset, number).points)


def test_what_fills_the_corners_does_not_set_the_window() -> None:
    dataset = opened("CT_small.dcm")
    points = dataset.pixel_array.copy()
    plain = pixels.frame_of(dataset, 0)
    points[:40, :] = -2000
    dataset.PixelData = points.tobytes()
    dataset.PixelPaddingValue = -2000
    assert pixels.frame_of(dataset, 0).low > plain.low - 200


def test_an_enhanced_file_says_it_for_all_frames_and_for_each() -> None:
    dataset = opened("rtdose.dcm")
    shared, each = Dataset(), [Dataset() for _ in range(15)]
    measures, window = Dataset(), Dataset()
    measures.PixelSpacing = [0.2, 0.3]
    window.WindowCenter, window.WindowWidth = 500, 100
    shared.PixelMeasuresSequence = Sequence([measures])
    each[4].FrameVOILUTSequence = Sequence([window])
    del dataset.PixelSpacing
    dataset.Modality = "CT"
    dataset.SharedFunctionalGroupsSequence, dataset.PerFrameFunctionalGroupsSequence = Sequence([shared]), Sequence(each)
    frame = pixels.frame_of(dataset, 4)
    assert (frame.low, frame.high) == (450, 549)
    assert pixels.scale_of(pixels.meaning_of(dataset, 0)) == rules.Scale(0.2, 0.3, "patient")


@pytest.mark.parametrize(
    ("modality", "spacing", "imager", "is_calibrated", "expected"),
    [
        ("CT", (0.3, 0.3), None, False, rules.Scale(0.3, 0.3, "patient")),
        ("IO", None, (0.02, 0.02), False, rules.Scale(0.02, 0.02, "detector")),
        ("PX", (0.1, 0.1), (0.1, 0.1), False, rules.Scale(0.1, 0.1, "detector")),
        ("PX", (0.08, 0.08), (0.1, 0.1), False, rules.Scale(0.08, 0.08, "patient")),
        ("DX", (0.1, 0.1), None, False, rules.Scale(0.1, 0.1, "detector")),
        ("DX", (0.1, 0.1), None, True, rules.Scale(0.1, 0.1, "patient")),
        ("IO", None, None, False, None),
        ("IO", (0, 0.1), None, True, None),
        ("CT", (float("nan"), 0.1), None, False, None),
        ("CT", (500, 500), None, False, None),
    ],
)
def test_a_scale_is_what_the_file_states_or_none(
    modality: str, spacing: tuple[float, float] | None, imager: tuple[float, float] | None, expected: rules.Scale | None, *, is_calibrated: bool
) -> None:
    assert rules.scale_of(modality=modality, spacing=spacing, imager_spacing=imager, is_calibrated=is_calibrated) == expected


place = st.tuples(st.floats(0, 5000), st.floats(0, 5000))


@given(place, place, st.floats(0.01, 2))
def test_a_length_is_the_same_from_both_ends_and_for_any_turn(start: tuple[float, float], end: tuple[float, float], size: float) -> None:
    scale = rules.Scale(size, size, "patient")
    length = rules.length_mm(scale, start, end)
    assert length == rules.length_mm(scale, end, start) == rules.length_mm(scale, start[::-1], end[::-1])


def test_points_that_are_no_squares_are_measured_by_both_their_sides() -> None:
    scale = rules.Scale(row_mm=0.5, column_mm=0.1, basis="patient")
    assert str(rules.length_mm(scale, (0, 0), (30, 0))) == "3.0"
    assert str(rules.length_mm(scale, (0, 0), (0, 8))) == "4.0"
