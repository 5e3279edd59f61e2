"""Several processes that share a training learn what one learns alone, speak with one voice and end together."""

import json
import time

import numpy as np
import pandas as pd
import pytest
import torch

from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.config.segmenters import UNet2dSpec
from bleedmap.errors import BleedmapError
from bleedmap.slices.store import SliceStore, add_rows, write_store
from tests.training import shared

pytestmark = pytest.mark.slow


@pytest.fixture
def run(processes, tmp_path):
    """Do some work in several processes; returns exit status and log."""

    def ran(work, count, *arguments):
        log = tmp_path / f"log-{count}"
        process = processes.Process(target=shared.begin, args=(work, count, log, *arguments))
        process.start()
        process.join()
        return process.exitcode, log.read_text()

    return ran


@pytest.fixture(scope="module")
def masks(slice_store, tmp_path_factory):
    """Mask store of the truth of all slices."""
    path = tmp_path_factory.mktemp("truth") / "masks"
    with SliceStore(slice_store) as store:
        drawn = store.rows("truth", slice(None)).astype(np.uint8)
    with write_store(path, {}) as group:
        add_rows(group, "labels", len(drawn), drawn.shape[-1], "uint8")[:] = drawn
    return path


@pytest.mark.parametrize(
    ("name", "several"),
    [(name, 2) for name in shared.SPECS if name != "segmenter"] + [("segmenter", 3)],
)
def test_several_processes_have_the_curve_and_operating_points_of_one(
    name, several, run, slice_store, masks, split, tmp_path
):
    lines = []
    for count in (1, several):
        out = tmp_path / str(count)
        out.mkdir()
        status, log = run(shared.train, count, name, slice_store, masks, split, out)
        assert status == 0, log
        lines.append([line.split(":")[0] for line in log.splitlines()])
    assert lines[0] == lines[1]
    alone, together = (pd.read_csv(tmp_path / str(count) / "history.csv") for count in (1, several))
    pd.testing.assert_frame_equal(together, alone, rtol=1e-4)
    if "classifier" in name:
        one, all_of_them = (json.loads((tmp_path / str(count) / "points.json").read_text()) for count in (1, several))
        assert all_of_them["any"] == pytest.approx(one["any"], rel=1e-3)
        assert (tmp_path / str(several) / "sequence").exists() == ("context" in name)


def test_batch_normalisation_is_that_of_the_whole_batch(run, tmp_path):
    status, log = run(shared.norms, 2, tmp_path)
    assert status == 0, log
    for rank in range(2):
        found = torch.load(tmp_path / f"{rank}.pt", weights_only=True)
        for name in shared.LAYERS:
            own, kept = shared.norm(name)
            own_there, kept_there = found[name]
            assert kept_there.keys() == kept.keys()
            torch.testing.assert_close(own_there, {key: value[rank::2] for key, value in own.items()})
            torch.testing.assert_close(kept_there, kept, rtol=1e-5, atol=1e-4)


def test_batch_normalisation_of_an_unknown_kind_is_refused():
    with pytest.raises(BleedmapError, match="Strange"):
        shared.strange_norm()


def test_the_metric_is_that_of_all_outputs_and_the_first_process_alone_goes_on(run, tmp_path):
    status, log = run(shared.dice, 2, tmp_path / "dice.json")
    assert status == 0, log
    found, drawn = (shared.scores() >= 0).sum(), (shared.scores() > 0.5).sum()
    assert json.loads((tmp_path / "dice.json").read_text()) == {"dice": pytest.approx(2 * drawn / (found + drawn))}


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("sentence", "bleedmap: [code] found a fault"),
        ("full disk", "bleedmap: [no-place] found a full disk"),
        ("signal", "bleedmap: [process-ended] found one of the 2 processes"),
    ],
)
def test_what_one_process_ends_of_is_told_once_and_the_others_end_too(how, sentence, run):
    start = time.monotonic()
    status, log = run(shared.fail, 2, how)
    assert status == 1
    assert log.startswith(sentence)
    assert log.count("\n") == 1
    assert time.monotonic() - start < 30


def test_a_fault_of_the_program_in_one_process_ends_all_with_its_traceback(run):
    status, log = run(shared.fail, 2, "fault")
    assert status == 1
    assert "ValueError: a fault of the program" in log
    assert "in fail" in log


@pytest.mark.parametrize("keys", [{"training": {"batch": 3}}, {"labels": "scan", "training": {"batch": 64}, "bag": 20}])
def test_more_processes_than_a_step_has_samples_are_refused(keys):
    with pytest.raises(ValueError, match=r"processes = 4 for training with 3 a step"):
        ClassifierSpec.model_validate({**keys, "processes": 4})
    ClassifierSpec.model_validate({**keys, "processes": 3})
    with pytest.raises(ValueError, match=r"processes = 5 for training with 4"):
        UNet2dSpec.model_validate({"processes": 5})
