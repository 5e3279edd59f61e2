"""Data sets that show the same patients must not meet: one would be trained on, the other tested."""

from collections.abc import Mapping

from bleedmap.config.datasets import AnyDataset
from bleedmap.config.dicom_datasets import Rsna2019Spec
from bleedmap.config.nifti_datasets import BhsdSpec


def check_overlaps(datasets: Mapping[str, AnyDataset]) -> None:
    """See that no two data sets that are dealt out are known to share patients.

    Args:
        datasets: data sets of all splits, by name.

    Raises:
        ValueError: one sentence on the first two that do.
    """
    for name, spec in datasets.items():
        for other, bhsd in datasets.items():
            if isinstance(spec, Rsna2019Spec) and isinstance(bhsd, BhsdSpec) and not _is_excluded(spec, bhsd):
                msg = (
                    f"datasets.{other} is made of patients of datasets.{name}, so some would be trained and tested on; "
                    f"add the root of {other} to datasets.{name}.exclude"
                )
                raise ValueError(msg)


def _is_excluded(spec: Rsna2019Spec, bhsd: BhsdSpec) -> bool:
    root = bhsd.root.resolve()
    return any(root.is_relative_to(place.resolve()) for place in spec.exclude)
