"""All files of a prediction, in the scan's own geometry."""

import json
import warnings
from dataclasses import asdict
from pathlib import Path

import numpy as np
from pydicom.config import disable_value_validation

from bleedmap.datasets.sources import input_files
from bleedmap.datasets.study import nifti_of
from bleedmap.errors import BleedmapError, ScanError
from bleedmap.predict.found import Found
from bleedmap.predict.outputs.coding import finding, rgb
from bleedmap.predict.outputs.dicom_header import Maker, write_dicom
from bleedmap.predict.outputs.even_stack import EvenStack, even_stack
from bleedmap.predict.outputs.measurement_report import report_object
from bleedmap.predict.outputs.measurements import ClassTotal, measure
from bleedmap.predict.outputs.nifti_files import IMAGES, NIFTI_FILES, write_niftis
from bleedmap.predict.outputs.page import render_result
from bleedmap.predict.outputs.prediction import Prediction
from bleedmap.predict.outputs.segmentation import even_mask_object, mask_object, probability_object, segmented
from bleedmap.predict.outputs.source_images import no_dicom_outputs, source_images
from bleedmap.predict.outputs.volumes_table import volumes_table
from bleedmap.predict.preview import draw_preview
from bleedmap.provenance.atomic import write_text
from bleedmap.provenance.tables import write_table
from bleedmap.volumes.zip_member import InputFile

DICOM_FILES = ("mask.dcm", "mask_even.dcm", "probability.dcm", "report.dcm")
SUMMARY, PAGE = "prediction.json", "result.html"
FILES = (SUMMARY, PAGE, "overlay.png", "volumes.csv", *NIFTI_FILES, *DICOM_FILES)
"""Every name that a prediction may have in its folder."""


def remove_outputs(out: Path) -> None:
    """Remove what another prediction left in a folder; ``prediction.json`` first, which says that one is whole."""
    for name in FILES:
        (out / name).unlink(missing_ok=True)


def write_outputs(found: Found, source: Path, out: Path) -> Prediction:
    """Write masks, probability, DICOM objects, measurements, picture and page; ``prediction.json`` comes last.

    DICOM objects are for scans that came as DICOM. Where their headers allow none, that is a fault of the prediction,
    and all other files are there.

    Args:
        found: what a method found in a scan.
        source: folder, zip or file that the scan was read from.
        out: folder to write.

    Raises:
        ReadError: the source cannot be read any more.
    """
    remove_outputs(out)
    out.mkdir(parents=True, exist_ok=True)
    files = input_files(source)
    totals, lesions = measure(found)
    even = even_stack(found)
    write_niftis(found, even, files, out)
    faults = [*found.faults, *_write_dicom_files(found, even, files, totals, out)]
    write_table(volumes_table(totals, lesions), out / "volumes.csv")
    draw_preview(
        found.volume,
        found.labels,
        out / "overlay.png",
        [rgb(finding(name, found.modality).colour) for name in found.classes],
    )
    geometry, slices = found.volume.geometry, found.slice_probability
    prediction = Prediction(
        method=found.method,
        bundle=found.digest,
        modality=IMAGES[found.modality],
        slices=len(found.labels),
        bleeding_slices=np.flatnonzero(found.labels.any(axis=(1, 2))).tolist(),
        volume_ml=totals[0].ml,
        probability=None if slices is None else round(float(slices.max()), 4),
        slice_probability=None if slices is None else [round(float(each), 4) for each in slices],
        certainty=found.certainty,
        tilt_degrees=round(geometry.tilt_degrees(), 2),
        evenly_spaced=geometry.is_even(),
        flags=sorted({*found.volume.flags, *found.flags}),
        faults=[asdict(fault) for fault in faults],
        classes=totals,
        lesions=lesions,
        files=sorted({PAGE, *(name for name in FILES if (out / name).is_file())}),
    )
    write_text(out / PAGE, render_result(prediction, (out / "overlay.png").read_bytes()))
    write_text(out / SUMMARY, json.dumps(asdict(prediction), indent=2, allow_nan=False) + "\n")
    return prediction


def _write_dicom_files(
    found: Found, even: EvenStack | None, files: list[InputFile], totals: list[ClassTotal], out: Path
) -> list[ScanError]:
    """Segmentations and report, or why there are none; nothing for a scan that did not come as DICOM."""
    if nifti_of(files) is not None:
        return []
    try:
        # elements of the source that break the standard are copied as they are, without a word about their values
        with warnings.catch_warnings(), disable_value_validation():
            warnings.simplefilter("ignore")
            images = source_images(found.volume, files, found.modality)
            maker = Maker(found.method, found.digest)
            mask = mask_object(found, images, maker)
            own = {each.name: each for each in totals}
            report = report_object(mask, [own[name] for name in segmented(found)], images, maker, found.modality)
            objects = {"mask.dcm": mask, "report.dcm": report}
            if even is not None:
                objects["mask_even.dcm"] = even_mask_object(found, even, images, maker)
            if found.probability is not None:
                objects["probability.dcm"] = probability_object(found, images, maker)
            for name, data in objects.items():
                write_dicom(out / name, data)
    except ScanError as fault:
        return [fault]
    except (BleedmapError, OSError, MemoryError):
        raise
    except Exception:  # noqa: BLE001  highdicom raises many kinds on odd headers, quoting tag values
        return [
            no_dicom_outputs(
                found="headers that no segmentation can be made from", expected="headers as the standard has them"
            )
        ]
    return []
