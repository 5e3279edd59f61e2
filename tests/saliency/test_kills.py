"""A saliency run that is killed leaves its shard unwritten and no other touched; the next run writes it whole."""

import multiprocessing
import os
import signal

import pytest

from bleedmap.config.saliency import CamSpec
from bleedmap.saliency import explain_shard as stage


def explain_until(scan, classifier, slices, out):
    """Explain a shard in a process that is killed when it comes to a scan, counted from 0."""
    explain, seen = stage.explain_scan, []

    def counting(*arguments):
        if len(seen) == scan:
            os.kill(os.getpid(), signal.SIGKILL)
        seen.append(scan)
        return explain(*arguments)

    stage.explain_scan = counting
    stage.explain_shard(CamSpec(), classifier, slices, out)


@pytest.mark.parametrize("scan", [0, 3, 5])
def test_a_killed_shard_is_not_there_and_the_next_run_makes_the_bytes_of_an_unbroken_one(
    scan, classifier, slice_store, tmp_path
):
    unbroken, out, other = (tmp_path / name for name in ("unbroken.zarr.zip", "1.zarr.zip", "0.zarr.zip"))
    stage.explain_shard(CamSpec(), classifier, slice_store, unbroken)
    other.write_bytes(unbroken.read_bytes())
    process = multiprocessing.get_context("fork").Process(
        target=explain_until, args=(scan, classifier, slice_store, out)
    )
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert not out.exists()
    assert other.read_bytes() == unbroken.read_bytes()
    stage.explain_shard(CamSpec(), classifier, slice_store, out)
    assert out.read_bytes() == unbroken.read_bytes()
