"""DICOM SR: volume and mean HU of every segment, as a TID 1500 measurement report (PS3.16)."""

from collections.abc import Sequence

from highdicom.seg import Segmentation
from highdicom.sr import (
    DeviceObserverIdentifyingAttributes,
    EnhancedSR,
    FindingSite,
    Measurement,
    MeasurementReport,
    ObservationContext,
    ObserverContext,
    ReferencedSegment,
    SourceSeriesForSegmentation,
    TrackingIdentifier,
    VolumetricROIMeasurementsAndQualitativeEvaluations,
)
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from bleedmap.predict.outputs.coding import CATEGORY, SITE, finding
from bleedmap.predict.outputs.dicom_header import MAKER, Maker
from bleedmap.predict.outputs.measurements import ClassTotal
from bleedmap.predict.outputs.source_images import SourceImages
from bleedmap.volumes.intensity import ScannerIntensity

REPORT_SERIES = 7804
MILLILITRE = Code("mL", "UCUM", "milliliter")
PROCEDURES = {"hu": codes.LN.CTUnspecifiedBodyRegion, "mr": codes.LN.MRIUnspecifiedBodyRegion}


def report_object(
    segmentation: Segmentation,
    totals: Sequence[ClassTotal],
    images: SourceImages,
    maker: Maker,
    modality: ScannerIntensity,
) -> EnhancedSR:
    """A report whose groups refer to the segments of a segmentation.

    Args:
        segmentation: the mask.
        totals: of its classes, in the order of its segments.
        images: that it was made from.
        maker: the method.
        modality: what the scan was read as.
    """
    report = MeasurementReport(
        observation_context=ObservationContext(
            observer_device_context=ObserverContext(
                observer_type=codes.DCM.Device,
                observer_identifying_attributes=DeviceObserverIdentifyingAttributes(
                    uid=maker.uid("device"), name=MAKER, manufacturer_name=MAKER, model_name=maker.method
                ),
            )
        ),
        procedure_reported=PROCEDURES[modality],
        imaging_measurements=[
            _group(_reference(segmentation, number, images), total, maker, modality)
            for number, total in enumerate(totals, start=1)
        ],
    )
    return EnhancedSR(
        evidence=[segmentation, *images.headers],
        content=report[0],
        is_complete=True,
        **maker.series("report", REPORT_SERIES, images.headers[0], str(segmentation.SOPInstanceUID)),
    )


def _reference(segmentation: Segmentation, number: int, images: SourceImages) -> ReferencedSegment:
    return ReferencedSegment(
        sop_class_uid=segmentation.SOPClassUID,
        sop_instance_uid=segmentation.SOPInstanceUID,
        segment_number=number,
        source_series=SourceSeriesForSegmentation(images.headers[0].SeriesInstanceUID),
    )


def _group(
    reference: ReferencedSegment, total: ClassTotal, maker: Maker, modality: ScannerIntensity
) -> VolumetricROIMeasurementsAndQualitativeEvaluations:
    what = finding(total.name, modality)
    measurements = [Measurement(name=codes.SCT.Volume, value=total.ml, unit=MILLILITRE)]
    if total.mean_hu is not None:
        mean = Measurement(
            name=codes.DCM.AttenuationCoefficient,
            value=total.mean_hu,
            unit=codes.UCUM.HounsfieldUnit,
            derivation=codes.SCT.Mean,
        )
        measurements.append(mean)
    return VolumetricROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=TrackingIdentifier(
            uid=maker.uid("tracked", str(reference[0].referenced_sop_instance_uid), total.name), identifier=what.name
        ),
        referenced_segment=reference,
        finding_category=CATEGORY,
        finding_type=what.code,
        finding_sites=[FindingSite(SITE)],
        algorithm_id=maker.measurer,
        measurements=measurements,
    )
