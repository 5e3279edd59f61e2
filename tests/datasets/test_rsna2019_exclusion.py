"""RSNA 2019 beside BHSD, which drew some of its scans: no patient is trained and tested on."""

from functools import partial

import pytest

from bleedmap.config.dicom_datasets import Rsna2019Spec
from bleedmap.config.load import load_config
from bleedmap.config.splits import SplitSpec
from bleedmap.datasets.ingest import ingest
from bleedmap.datasets.rsna2019.check import check
from bleedmap.datasets.rsna2019.listing import list_sources
from bleedmap.datasets.rsna2019.reading import read
from bleedmap.errors import ConfigError, TableError
from bleedmap.splits.deal import deal

SEED = 0


@pytest.fixture
def bhsd(tmp_path, rsna2019_parts):
    """A BHSD copy made of patients 0 and 3."""
    patients, _, _ = rsna2019_parts.ids(SEED)
    folder = tmp_path / "bhsd" / "label_192" / "images"
    folder.mkdir(parents=True)
    for patient in (patients[0], patients[3]):
        (folder / f"{patient}_ID_0123456789.nii.gz").touch()
    return tmp_path / "bhsd"


def test_no_patient_of_bhsd_reaches_a_fold(rsna2019_indexed, bhsd, rsna2019_parts, tmp_path):
    spec = Rsna2019Spec(root=rsna2019_indexed, exclude=(bhsd,))
    scans, _, _ = ingest(list_sources(spec), partial(read, spec), tmp_path / "scans.zip").tables()
    dealt = deal(scans, SplitSpec(folds=3), seed=1)
    patients, _, _ = rsna2019_parts.ids(SEED)
    assert set(dealt["subject"]) == {patients[number] for number in (1, 2, 4, 5)}
    (note,) = [found for found in check(spec) if found.fault.code == "excluded-patients"]
    assert note.is_note
    assert note.fault.found.startswith("3 scans of 2 patients")


@pytest.fixture
def config_of(rsna2019_indexed, bhsd):
    """A config that trains and tests on the first of two data sets, RSNA 2019 and BHSD, and tests on the other."""

    def config(names, **settings):
        datasets = {
            "rsna": {"adapter": "rsna2019", "root": str(rsna2019_indexed), **settings},
            "drawn": {"adapter": "bhsd", "root": str(bhsd)},
        }
        first, *others = names
        return {
            "datasets": datasets,
            "splits": {first: {"folds": 3}, **{name: {"test_share": 1} for name in others}},
            "masks": {"fresh": {"method": "hu_threshold"}},
            "methods": {"fresh": {"mask": "fresh"}},
        }

    return config


@pytest.mark.parametrize("names", [["rsna", "drawn"], ["drawn", "rsna"]])
def test_a_config_that_trains_and_tests_on_the_same_patients_is_refused(config_of, bhsd, tmp_path, names):
    for exclude in ([], [str(tmp_path / "other")], [str(bhsd / "label_192")]):
        with pytest.raises(ConfigError, match=r"add the root of drawn to datasets\.rsna\.exclude"):
            load_config(config_of(names, exclude=exclude))
    assert load_config(config_of(names, exclude=[str(bhsd)]))
    assert load_config(config_of(names, exclude=[str(bhsd.parent)]))


def test_either_data_set_alone_needs_no_exclusion(config_of):
    assert load_config(config_of(["rsna"]))
    assert load_config(config_of(["drawn"]))


def test_patients_are_excluded_by_a_list_as_by_a_copy_of_bhsd(rsna2019_indexed, bhsd, rsna2019_parts, tmp_path):
    patients, _, _ = rsna2019_parts.ids(SEED)
    listed = tmp_path / "patients.txt"
    listed.write_text(f"{patients[0]}\n\n{patients[3]}\n")
    by_list, by_copy = (list_sources(Rsna2019Spec(root=rsna2019_indexed, exclude=(place,))) for place in (listed, bhsd))
    assert by_list == by_copy
    assert len(by_list) == 5


@pytest.mark.parametrize(("text", "code"), [("", "no-exclusion"), ("ID_12345678\nJane Roe\n", "patient-list")])
def test_a_list_that_excludes_nobody_or_no_patient_is_refused(rsna2019_indexed, tmp_path, text, code):
    listed = tmp_path / "patients.txt"
    listed.write_text(text)
    with pytest.raises(TableError, match=code):
        list_sources(Rsna2019Spec(root=rsna2019_indexed, exclude=(listed,)))
    with pytest.raises(TableError, match="no-exclusion"):
        list_sources(Rsna2019Spec(root=rsna2019_indexed, exclude=(tmp_path / "nowhere",)))
