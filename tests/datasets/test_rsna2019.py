"""RSNA 2019: scans, subjects and subtypes as they were made; an index that is the same each time."""

import os
import shutil
import stat

import numpy as np
import pytest

from bleedmap.config.dicom_datasets import Rsna2019Spec
from bleedmap.datasets.rsna2019.build_index import build_index
from bleedmap.datasets.rsna2019.listing import list_sources
from bleedmap.datasets.rsna2019.reading import read
from bleedmap.errors import ScanError, TableError
from tests.heads import made_head

SEED = 0


@pytest.fixture
def root(rsna2019_indexed, tmp_path):
    return shutil.copytree(rsna2019_indexed, tmp_path / "set")


def read_all(root, **settings):
    spec = Rsna2019Spec(root=root, **settings)
    found = [part for source in list_sources(spec) for part in read(spec, source)]
    return {scan.id: scan for scan in found if not isinstance(scan, ScanError)}


def names_of(rsna2019_parts):
    """Public names of the scans, in the order of ``HEADS``."""
    _, studies, series = rsna2019_parts.ids(SEED)
    return [f"{studies[2]}-{series[s]}" if study == 2 else studies[study] for _, study, s in rsna2019_parts.HEADS]


def bleeding(head):
    """(slices, 5) truth of the subtypes of a head."""
    return np.stack([(head.truth == value).any(axis=(1, 2)) for value in range(1, 6)], axis=1)


def test_scans_patients_and_subtypes_are_those_of_the_heads(rsna2019_indexed, rsna2019_parts):
    scans, (patients, _, _) = read_all(rsna2019_indexed), rsna2019_parts.ids(SEED)
    assert set(scans) == set(names_of(rsna2019_parts))
    for number in (0, 1, 4):
        scan, head = scans[names_of(rsna2019_parts)[number]], made_head(rsna2019_parts.cohort(SEED), number)
        assert scan.subject == patients[rsna2019_parts.HEADS[number][0]]
        np.testing.assert_array_equal(scan.subtypes, bleeding(head))
        np.testing.assert_array_equal(scan.labels, bleeding(head).any(axis=1))
        assert scan.scan_label == int(bleeding(head).any())
        if number == 4:  # nothing was reconstructed outside of the circle, which is air
            inside = scan.volume.hu > -1024
            np.testing.assert_array_equal(scan.volume.hu[inside], head.hu[inside])
            assert (scan.volume.hu[:, 0, 0] == -1024).all()
        else:
            np.testing.assert_array_equal(scan.volume.hu, np.maximum(head.hu, -1000) if number == 1 else head.hu)


def test_an_image_with_short_pixel_data_does_not_cost_its_scan(rsna2019_indexed, rsna2019_parts):
    scan, head = read_all(rsna2019_indexed)[names_of(rsna2019_parts)[2]], made_head(rsna2019_parts.cohort(SEED), 2)
    np.testing.assert_array_equal(scan.volume.hu, head.hu[:-1])
    np.testing.assert_array_equal(scan.subtypes, bleeding(head)[:-1])


def test_the_two_series_of_a_study_and_the_two_studies_of_a_patient_are_one_subject(rsna2019_indexed, rsna2019_parts):
    scans, names = read_all(rsna2019_indexed), names_of(rsna2019_parts)
    assert scans[names[0]].subject == scans[names[1]].subject
    assert scans[names[2]].subject == scans[names[3]].subject != scans[names[0]].subject


def test_names_are_hashed_where_they_must_not_be_shown(rsna2019_indexed, rsna2019_parts):
    shown = [text for group in rsna2019_parts.ids(SEED) for text in group]
    scans = read_all(rsna2019_indexed, public_names=False)
    assert len(scans) == 8
    assert not any(text in scan.id + scan.subject for scan in scans.values() for text in shown)
    assert len({scan.subject for scan in scans.values()}) == 6


def test_the_index_is_the_same_whatever_the_number_of_processes_and_for_its_owner_alone(root):
    file = root / "bleedmap-index.csv"
    before = file.read_bytes()
    file.unlink()
    assert build_index(Rsna2019Spec(root=root), workers=2) == len(list((root / "stage_2_train").iterdir()))
    assert file.read_bytes() == before
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_listing_opens_nothing_but_the_index(root):
    for file in (root / "stage_2_train").iterdir():
        file.unlink()
    (root / "stage_2_train.csv").unlink()
    assert len(list_sources(Rsna2019Spec(root=root))) == 8


def test_a_stamp_follows_the_labels_of_its_own_scan_and_not_the_order_of_rows(root):
    spec, file = Rsna2019Spec(root=root), root / "bleedmap-index.csv"
    before = {source.id: source.stamp for source in list_sources(spec)}
    header, *lines, end = file.read_text().splitlines()
    file.write_text("\n".join([header, *reversed(lines), end, ""]))
    assert {source.id: source.stamp for source in list_sources(spec)} == before
    study, series, slices = lines[-1].split(",")
    image, patient, size, any_, *others = slices.split(";")[0].split(" ")
    changed = " ".join([image, patient, size, str(1 - int(any_)), *others])
    lines[-1] = f"{study},{series},{';'.join([changed, *slices.split(';')[1:]])}"
    file.write_text("\n".join([header, *lines, end, ""]))
    os.utime(file, (1, 1))
    after = {source.id: source.stamp for source in list_sources(spec)}
    assert {name for name in before if before[name] != after[name]} == {study}


@pytest.mark.parametrize("spoil", [lambda text: text[:-30], lambda text: text.replace(" ", ",", 1)])
def test_an_index_cut_short_or_edited_is_refused(root, spoil):
    file = root / "bleedmap-index.csv"
    file.write_text(spoil(file.read_text()))
    os.utime(file, (2, 2))
    with pytest.raises(TableError, match="bad-index"):
        list_sources(Rsna2019Spec(root=root))
