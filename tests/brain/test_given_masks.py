"""Masks from a folder and from a command, and what a shard makes of failures."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bleedmap.brain.mask import brain_mask
from bleedmap.brain.stamp import mask_stamp
from bleedmap.config.brain import ExternalSpec, PrecomputedSpec, SkullInteriorSpec
from bleedmap.errors import ScanError
from bleedmap.provenance.archive import write_archive
from bleedmap.volumes.ct_volume import Scan
from bleedmap.volumes.geometry import Geometry
from bleedmap.volumes.nifti import write_nifti
from bleedmap.volumes.scan_archive import add_scan, read_mask_member

THRESHOLD = """
import sys, nibabel, numpy
ct = nibabel.load(sys.argv[1])
nibabel.save(nibabel.Nifti1Image((numpy.asarray(ct.dataobj) > 300).astype("uint8"), ct.affine), sys.argv[2])
"""


@pytest.fixture
def command(tmp_path):
    """Spec of a command that runs Python code with the two paths as its arguments."""

    def spec(code, **settings):
        script = tmp_path / "a tool.py"
        script.write_text(code)
        return ExternalSpec(command=f"{shlex.join([sys.executable, str(script)])} {{ct}} {{mask}}", **settings)

    return spec


def test_a_precomputed_mask_is_found_by_the_scans_id_and_read_as_it_is(head, tmp_path):
    drawn = head.brain.astype(np.uint8) * 3
    write_nifti(tmp_path / "scan-7.nii.gz", drawn, head.geometry)
    mask = brain_mask(PrecomputedSpec(folder=tmp_path), head.volume, "scan-7")
    np.testing.assert_array_equal(mask, head.brain)


@pytest.mark.parametrize("fault", ["brain-missing", "mask-grid", "truncated"])
def test_a_precomputed_mask_that_cannot_be_used_is_refused_without_its_path(head, tmp_path, fault):
    path = tmp_path / "scan-7.nii.gz"
    if fault == "mask-grid":
        write_nifti(path, head.brain[:-1].astype(np.uint8), Geometry(head.geometry.origins[:-1], *steps(head)))
    if fault == "truncated":
        write_nifti(path, head.brain.astype(np.uint8), head.geometry)
        path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(ScanError) as refused:
        brain_mask(PrecomputedSpec(folder=tmp_path), head.volume, "scan-7")
    assert refused.value.code == fault
    assert "scan-7" not in str(refused.value)
    assert str(tmp_path) not in str(refused.value)


def steps(head):
    return head.geometry.row_step, head.geometry.column_step


def test_a_changed_precomputed_mask_is_noticed(head, tmp_path):
    spec = PrecomputedSpec(folder=tmp_path)
    stamps = [mask_stamp(spec)]
    for mask in (head.brain, head.brain & (head.depth < -5)):
        write_nifti(tmp_path / "a.nii.gz", mask.astype(np.uint8), head.geometry)
        stamps.append(mask_stamp(spec))
    assert len(set(stamps)) == 3
    assert mask_stamp(SkullInteriorSpec()) == ""


def test_a_command_sees_the_voxels_and_its_mask_is_taken(head, command):
    mask = brain_mask(command(THRESHOLD), head.volume)
    np.testing.assert_array_equal(mask, head.hu > 300)


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("raise SystemExit(3)", "exit code 3"),
        ("import os; os.kill(os.getpid(), 9)", "exit code -9"),
        ("pass", "no mask"),
    ],
)
def test_a_command_that_fails_is_told_in_one_sentence(head, command, tmp_path, code, found):
    with pytest.raises(ScanError) as refused:
        brain_mask(command(code), head.volume, "scan-7")
    assert refused.value.code == "external-brain"
    assert found in str(refused.value)
    assert str(tmp_path) not in str(refused.value)
    assert "ct.nii.gz" not in str(refused.value)


def test_a_program_that_is_not_there_is_told(head, tmp_path):
    with pytest.raises(ScanError, match="cannot be started"):
        brain_mask(ExternalSpec(command=f"{tmp_path}/none {{ct}} {{mask}}"), head.volume)


def test_a_command_that_hangs_is_stopped_with_what_it_started(head, command, tmp_path):
    sign = tmp_path / "still there"
    child = f"import time; time.sleep(3); open({str(sign)!r}, 'w')"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    with pytest.raises(ScanError, match="still running after 1 s"):
        brain_mask(command(code, timeout_s=1), head.volume)
    time.sleep(3)
    assert not sign.exists()


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_command_ends_with_the_program_that_started_it_and_leaves_no_scan_behind(head, command, tmp_path, by):
    sign, temporary = tmp_path / "started", tmp_path / "temporary"
    temporary.mkdir()
    spec = command(f"import os, time; open({str(sign)!r}, 'w').write(str(os.getpid())); time.sleep(60)")
    with write_archive(tmp_path / "volumes.zip") as archive:
        add_scan(archive, Scan(id="a", subject="a", volume=head.volume, labels=np.zeros(len(head.hu), dtype=np.int8)))
    program = subprocess.Popen(
        [sys.executable, "-c", JOB, str(tmp_path / "volumes.zip"), spec.to_json()],
        env={**os.environ, "TMPDIR": str(temporary)},
    )
    assert until(lambda: sign.exists() and sign.read_text())
    assert len(list(temporary.glob("*/ct.nii.gz"))) == 1
    program.send_signal(by)
    assert program.wait(30) == (-by if by == signal.SIGKILL else 128 + by)
    assert until(lambda: not list(temporary.iterdir()))
    assert until(lambda: not is_running(int(sign.read_text())))


# under nohup a hang-up is ignored, by children too
JOB = """
import signal, sys
from pathlib import Path
signal.signal(signal.SIGHUP, signal.SIG_DFL)
from bleedmap.brain.mask import brain_mask
from bleedmap.config.brain import ExternalSpec
from bleedmap.console import with_plain_errors
from bleedmap.volumes.scan_archive import read_scan
volume = read_scan(Path(sys.argv[1]), "a").volume
with_plain_errors(lambda: brain_mask(ExternalSpec.from_json(sys.argv[2]), volume))
"""


def until(is_so, seconds=30.0):
    """Whether something comes true before long."""
    end = time.monotonic() + seconds
    while not (found := is_so()) and time.monotonic() < end:
        time.sleep(0.05)
    return bool(found)


def is_running(process):
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_command_that_can_be_asked_to_end_is_asked(head, command, tmp_path):
    sign = tmp_path / "asked"
    code = f"""
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: (open({str(sign)!r}, 'w').close(), sys.exit()))
time.sleep(60)
"""
    with pytest.raises(ScanError, match="still running"):
        brain_mask(command(code, timeout_s=2), head.volume)
    assert sign.exists()


def test_a_mask_on_another_grid_is_refused(head, command):
    code = THRESHOLD.replace("ct.affine", "ct.affine * 1.1")
    with pytest.raises(ScanError) as refused:
        brain_mask(command(code), head.volume)
    assert refused.value.code == "mask-grid"


def test_no_shell_reads_the_command(head, tmp_path):
    sign = tmp_path / "made by a shell"
    spec = ExternalSpec(command=f"true {{ct}} {{mask}} ; touch {shlex.quote(str(sign))}")
    with pytest.raises(ScanError, match="no mask"):
        brain_mask(spec, head.volume)
    assert not sign.exists()


def test_a_scan_without_mask_does_not_stop_its_shard(head, tmp_path, repository, monkeypatch, capsys):
    monkeypatch.syspath_prepend(str(repository))
    from scripts.brain import main

    volumes, masks = tmp_path / "volumes.zip", tmp_path / "masks"
    masks.mkdir()
    write_nifti(masks / "b.nii.gz", head.brain.astype(np.uint8), head.geometry)
    with write_archive(volumes) as archive:
        for name in ("a", "b"):
            labels = np.zeros(len(head.hu), dtype=np.int8)
            add_scan(archive, Scan(id=name, subject=name, volume=head.volume, labels=labels))
    out, flags = tmp_path / "brain.zip", tmp_path / "flags.csv"
    main(volumes, json.dumps({"method": "precomputed", "folder": str(masks)}), out, flags)
    table = pd.read_csv(flags, keep_default_na=False)
    assert table.columns.tolist() == ["scan", "brain_ml", "flags"]
    assert table["flags"].tolist() == ["brain-missing", ""]
    assert table["brain_ml"].tolist() == pytest.approx([0, 1386], abs=3)
    assert not read_mask_member(out, "a", "brain").any()
    np.testing.assert_array_equal(read_mask_member(out, "b", "brain"), head.brain)
    told = capsys.readouterr().err
    assert "a: [brain-missing]" in told
    assert str(tmp_path) not in told
