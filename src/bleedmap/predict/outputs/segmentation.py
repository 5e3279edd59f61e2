"""DICOM SEG: masks, one segment a class, and the probability, on the pixels of the source images (PS3.3 A.51)."""

import hashlib
from typing import NamedTuple

import numpy as np
from highdicom import PixelMeasuresSequence, Volume
from highdicom.color import CIELabColor
from highdicom.seg import SegmentAlgorithmTypeValues, Segmentation, SegmentationTypeValues, SegmentDescription
from numpy.typing import NDArray

from bleedmap.predict.found import Found
from bleedmap.predict.outputs.coding import CATEGORY, SITE, finding, rgb
from bleedmap.predict.outputs.dicom_header import Maker
from bleedmap.predict.outputs.even_stack import EvenStack
from bleedmap.predict.outputs.prediction import RESEARCH_USE
from bleedmap.predict.outputs.source_images import SourceImages
from bleedmap.volumes.geometry import Geometry


class Kind(NamedTuple):
    """One of the objects.

    Args:
        title: what it is, for people.
        series: number of its series.
        label: its content label.
        type: whether it is a mask.
    """

    title: str
    series: int
    label: str
    type: SegmentationTypeValues


MASK = Kind("mask", 7801, "MASK", SegmentationTypeValues.BINARY)
EVEN_MASK = Kind("mask on an even stack", 7802, "EVEN_MASK", SegmentationTypeValues.BINARY)
PROBABILITY = Kind("probability", 7803, "PROBABILITY", SegmentationTypeValues.FRACTIONAL)


def segmented(found: Found) -> list[str]:
    """Classes that get a segment, in the order of their numbers: those found; ``any``, empty, where nothing is."""
    labels = np.unique(found.labels)
    names = [name for label, name in enumerate(found.classes, start=1) if label in labels]
    return names or ["any"]


def mask_object(found: Found, images: SourceImages, maker: Maker) -> Segmentation:
    """Binary segmentation on the pixels of the source images; a segment for every class found, numbered from 1.

    Args:
        found: labels on the volume's own voxels.
        images: that the volume was read from.
        maker: the method.
    """
    pixels = images.in_file_order(_segments(found)[found.labels])
    return _object(MASK, found, images, maker, pixels, images.geometry)


def even_mask_object(found: Found, even: EvenStack, images: SourceImages, maker: Maker) -> Segmentation:
    """The same on an even stack, which belongs to the images by frame of reference and not frame by frame."""
    geometry = even.volume.geometry
    affine = np.eye(4)
    affine[:3, :3] = np.stack(
        [geometry.normal * geometry.slice_spacing, geometry.row_step, geometry.column_step], axis=1
    )
    affine[:3, 3] = geometry.origins[0]
    volume = Volume(
        _segments(found)[even.labels],
        affine,
        coordinate_system="PATIENT",
        frame_of_reference_uid=images.headers[0].FrameOfReferenceUID,
    )
    return _object(EVEN_MASK, found, images, maker, volume, geometry)


def probability_object(found: Found, images: SourceImages, maker: Maker) -> Segmentation:
    """Fractional segmentation of the probability of any hemorrhage, in steps of 1/255.

    Args:
        found: with a probability.
        images: that the volume was read from.
        maker: the method.
    """
    assert found.probability is not None, "the caller asks first"  # noqa: S101
    pixels = images.in_file_order(np.clip(found.probability, 0, 1))[..., None]
    return _object(PROBABILITY, found, images, maker, pixels, images.geometry)


def _segments(found: Found) -> NDArray[np.uint8]:
    """Number of the segment of every label; 0 for those not found."""
    numbers = np.zeros(len(found.classes) + 1, dtype=np.uint8)
    for segment, name in enumerate(segmented(found), start=1):
        if name in found.classes:
            numbers[found.classes.index(name) + 1] = segment
    return numbers


def _object(
    kind: Kind,
    found: Found,
    images: SourceImages,
    maker: Maker,
    pixels: NDArray[np.generic] | Volume,
    geometry: Geometry,
) -> Segmentation:
    is_mask = kind.type == SegmentationTypeValues.BINARY
    array = pixels.array if isinstance(pixels, Volume) else pixels
    parts = [hashlib.sha256(array.tobytes()).hexdigest(), *(str(header.SOPInstanceUID) for header in images.headers)]
    key = "\n".join(parts)
    made = Segmentation(
        source_images=images.headers,
        pixel_array=pixels,
        segmentation_type=kind.type,
        segment_descriptions=[
            _description(segment, name, found, maker, is_mask=is_mask)
            for segment, name in enumerate(segmented(found) if is_mask else ["any"], start=1)
        ],
        omit_empty_frames=bool(array.any()),
        content_label=kind.label,
        content_description=f"{RESEARCH_USE}, not for diagnosis",
        **maker.series(kind.title, kind.series, images.headers[0], key),
    )
    made.ContentCreatorName = None  # must be there, and may be empty
    # highdicom takes both from the images, whose headers tell gaps along the couch, nominal ones, or none
    measures = made.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]
    spacing = geometry.slice_spacing if geometry.is_even() else None
    made.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence = PixelMeasuresSequence(
        pixel_spacing=measures.PixelSpacing,
        slice_thickness=float(measures.SliceThickness) if isinstance(pixels, np.ndarray) else geometry.slice_spacing,
        spacing_between_slices=spacing,
    )
    for each in (*made.DimensionOrganizationSequence, *made.DimensionIndexSequence):
        each.DimensionOrganizationUID = maker.uid(kind.title, "dimensions", key)  # else a random one
    return made


def _description(segment: int, name: str, found: Found, maker: Maker, *, is_mask: bool) -> SegmentDescription:
    what = finding(name, found.modality)
    return SegmentDescription(
        segment_number=segment,
        segment_label=what.name if is_mask else f"probability of {what.name}",
        segmented_property_category=CATEGORY,
        segmented_property_type=what.code,
        algorithm_type=SegmentAlgorithmTypeValues.AUTOMATIC,
        algorithm_identification=maker.algorithm,
        anatomic_regions=[SITE],
        display_color=CIELabColor.from_rgb(*rgb(what.colour)),
    )
