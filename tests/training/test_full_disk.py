"""What a training writes on a full disk: an error that the command line tells in one sentence, and no half file."""

import resource
from contextlib import contextmanager

import pytest
import torch

from bleedmap.classifiers.sequence_classifier import save_sequence
from bleedmap.config.classifiers import LstmContext
from bleedmap.console import with_plain_errors
from bleedmap.training.resume import Resume

TENSORS = {"weight": torch.zeros(5000)}


@contextmanager
def files_of_at_most(size):
    """No file takes more bytes than that, as if the disk were full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize(
    "write",
    [
        lambda folder: Resume(folder / "model.safetensors", "key").save(TENSORS, 0),
        lambda folder: save_sequence(TENSORS, LstmContext(), folder / "sequence.safetensors"),
    ],
    ids=["checkpoint", "weights"],
)
def test_a_full_disk_is_one_sentence_and_leaves_no_half_file(tmp_path, capsys, write):
    with files_of_at_most(1000), pytest.raises(SystemExit):
        with_plain_errors(lambda: write(tmp_path))
    assert capsys.readouterr().err.startswith("bleedmap: [no-place]")
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == []
