"""A real SLURM of one node, and a checkout whose jobs run there."""

import os
import shutil
import subprocess
import sys
import time
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.workflow.conftest import Checkout, warm

HERE = Path(__file__).parent
PROGRAM = f"python{sys.version_info.major}.{sys.version_info.minor}"


def has_accounting() -> bool:
    """Whether the cluster keeps accounts, as those of hospitals do; it takes longer."""
    return os.environ.get("BLEEDMAP_SLURM") == "accounting"


@pytest.fixture(scope="session")
def slurm(tmp_path_factory):
    """Folder with the client tools of a SLURM that runs as long as the session does; skips where there can be none."""
    if not os.environ.get("BLEEDMAP_SLURM"):
        pytest.skip("takes minutes on two cores: set BLEEDMAP_SLURM=1, which also installs SLURM where it is missing")
    pytest.importorskip("snakemake_executor_plugin_slurm")
    folder = tmp_path_factory.mktemp("slurm")
    start, wanted = [HERE / "start_slurm.sh", folder], {"ACCOUNTING": str(int(has_accounting()))}
    done = subprocess.run(
        start, env={"INSTALL": "1", **os.environ, **wanted}, capture_output=True, text=True, check=False
    )
    if done.returncode == 3:
        pytest.skip(done.stderr.strip().splitlines()[-1])
    assert done.returncode == 0, done.stderr
    yield folder / "bin"
    subprocess.run([*start, "stop"], check=True)


@dataclass(frozen=True)
class Note:
    """What a job's ``python`` noted: when, begin or end, number of the SLURM job (may be empty), and what else."""

    time: float
    what: str
    job: str
    rest: str


@dataclass(frozen=True)
class Cluster:
    """A checkout, and an environment in which Snakemake, its jobs and SLURM find each other."""

    folder: Path
    environment: dict[str, str]

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a program in the checkout; what it says goes to ``head.log``."""
        with (self.folder / "head.log").open("a") as log:
            return subprocess.Popen(command, cwd=self.folder, env=self.environment, stdout=log, stderr=log)

    def run(self, *command: str) -> str:
        """Run a program in the checkout and expect success; what it says."""
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False, timeout=900
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-5000:]
        return done.stdout + done.stderr

    def notes(self) -> list[Note]:
        """What the jobs noted, in order."""
        file = Path(self.environment["CLUSTER_NOTES"])
        found = []
        for line in file.read_text().splitlines() if file.exists() else ():
            moment, what, job, rest = line.split(" ", 3)
            found.append(Note(float(moment), what, job, rest))
        return found

    def begun(self, program: str) -> list[Note]:
        """Notes of the beginnings of a program of ``scripts``."""
        return [note for note in self.notes() if note.what == "begin" and f"scripts.{program} " in note.rest]

    def begin_at_once(self, job: str) -> None:
        """Spare a requeued job the two minutes that SLURM lets it wait, once its first run has ended."""
        end = time.monotonic() + 60
        while "BeginTime" not in self.run("squeue", "--jobs", job, "--noheader", "--format=%r"):
            assert time.monotonic() < end
            time.sleep(0.5)
        self.run("scontrol", "update", f"JobId={job}", "StartTime=now")

    def wait(self, until, head: subprocess.Popen[bytes], seconds: float = 900) -> None:
        """Wait until something is so, while the head runs."""
        end = time.monotonic() + seconds
        while not until():
            assert head.poll() is None and time.monotonic() < end, (self.folder / "head.log").read_text()[-8000:]
            time.sleep(0.05)


def lay_python(folder: Path) -> Path:
    """An environment like this one, whose ``python`` is that of the tests; its folder of programs."""
    venv.create(folder, symlinks=True)
    places = [place for place in sys.path if place.endswith("site-packages")]
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "as_in_the_tests.pth").write_text("\n".join(places))
    programs = folder / "bin"
    real = (programs / "python").resolve()
    for name in ("python", "python3", PROGRAM):
        (programs / name).unlink(missing_ok=True)
    (programs / PROGRAM).symlink_to(real)
    shutil.copy(HERE / "python", programs / "python")
    snakemake = programs / "snakemake"
    snakemake.write_text(f'#!/bin/sh\nexec {programs / PROGRAM} -m snakemake "$@"\n')
    snakemake.chmod(0o755)
    return programs


@pytest.fixture(scope="module")
def cluster(slurm, tmp_path_factory, repository):
    """A checkout on the cluster, nothing run yet."""
    folder, own = tmp_path_factory.mktemp("checkout"), tmp_path_factory.mktemp("own")
    Checkout(folder, "").lay_files(repository)
    shutil.copy(HERE / "longer.yaml", folder)
    programs = lay_python(own / "python")
    with warm(own):
        environment = {
            **os.environ,
            "PATH": os.pathsep.join([str(programs), str(slurm), os.environ["PATH"]]),
            "PYTHONPATH": "",
            "CLUSTER_NOTES": str(own / "notes"),
            "CLUSTER_PYTHON": str(programs / PROGRAM),
            "CLUSTER_WARM": str(HERE.parent / "workflow" / "warm_python"),
            "CLUSTER_WARM_SOCKET": str(own / "socket"),
        }
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        yield Cluster(folder, environment)
        # without cgroups SLURM may lose sight of a process of a job that it ended
        subprocess.run(["pkill", "-KILL", "-f", str(programs)], check=False)
