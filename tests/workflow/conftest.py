"""A checkout of its own with a tiny phantom run in it, shared by the tests of reruns."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

CONFIGS = [Path(__file__).with_name(name) for name in ("tiny.yaml", "pictures.yaml", "cached.yaml")]
PARTS = ("Snakefile", "workflow", "config", "envs", "profiles", "scripts", "src")
RULE = re.compile(r"^(?:local)?rule (\w+):$")


@dataclass(frozen=True)
class Checkout:
    """A copy of the project where Snakemake can run and files can be edited."""

    folder: Path
    python: str  # a bash function that jobs call as ``python``

    def lay_files(self, repository: Path) -> None:
        """Put the project's files there anew, as a fresh clone would: same content, new times."""
        for part in PARTS:
            shutil.rmtree(self.folder / part, ignore_errors=True)
            source = repository / part
            if source.is_dir():
                ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
                # copy, not copy2: times are those of now
                shutil.copytree(source, self.folder / part, ignore=ignored, copy_function=shutil.copy)
            else:
                shutil.copy(source, self.folder / part)
        for config in CONFIGS:
            shutil.copy(config, self.folder / config.name)

    def snakemake(self, *arguments: str, config: str = "tiny.yaml") -> subprocess.CompletedProcess[str]:
        """Run Snakemake in the checkout with one config file, or with several that are merged in order."""
        command = [sys.executable, "-m", "snakemake", "--configfile", *config.split(), "--cores", "2", *arguments]
        environment = {**os.environ, "PYTHONPATH": "", "BASH_FUNC_python%%": self.python}
        # jobs start in seconds where the package is compiled once, and in many where it never is
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        return subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False, timeout=1800
        )

    def run(self, *arguments: str, config: str = "tiny.yaml") -> None:
        """Run Snakemake and expect success."""
        done = self.snakemake(*arguments, config=config)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-5000:]

    def planned(self, *arguments: str) -> list[tuple[str, str]]:
        """Rule and first output of every job that a run would start, sorted."""
        done = self.snakemake("--dry-run", *arguments)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-5000:]
        jobs, rule = [], ""
        for line in (done.stdout + done.stderr).splitlines():
            if match := RULE.match(line.strip()):
                rule = match[1]
            elif line.strip().startswith("output:"):
                jobs.append((rule, line.strip().removeprefix("output:").split(",")[0].strip()))
        return sorted(jobs)

    def planned_rules(self, *arguments: str) -> dict[str, int]:
        """How many jobs of each rule a run would start."""
        rules = [rule for rule, _ in self.planned(*arguments)]
        return {rule: rules.count(rule) for rule in sorted(set(rules))}

    def edit(self, file: str, addition: str) -> None:
        """Append to a file."""
        path = self.folder / file
        path.write_text(path.read_text() + addition)


@contextmanager
def warm(folder: Path) -> Iterator[str]:
    """A bash function whose jobs are forks of one process that has the libraries loaded."""
    own, place = Path(__file__).with_name("warm_python"), folder / "socket"
    server = subprocess.Popen([sys.executable, str(own / "server.py"), str(place)])
    while not place.exists():
        assert server.poll() is None
        time.sleep(0.05)
    client = shlex.join([sys.executable, "-IS", str(own / "python.py"), str(place)])
    try:
        yield f'() {{ {client} "$@"; }}'
    finally:
        server.kill()
        server.wait()


@pytest.fixture(scope="session")
def warm_python(tmp_path_factory):
    """The one of most checkouts."""
    with warm(tmp_path_factory.mktemp("warm")) as python:
        yield python


@pytest.fixture
def other_python(tmp_path_factory):
    """Another one, in whose jobs strings have other hashes and sets another order."""
    with warm(tmp_path_factory.mktemp("other")) as python:
        yield python


@pytest.fixture(scope="session")
def finished(tmp_path_factory, repository, warm_python):
    """A checkout with a finished run."""
    checkout = Checkout(tmp_path_factory.mktemp("checkout"), warm_python)
    checkout.lay_files(repository)
    checkout.run()
    return checkout


@pytest.fixture
def checkout(finished, repository):
    """The finished checkout, its files laid anew before and after each test."""
    finished.lay_files(repository)
    return finished


@pytest.fixture(scope="session")
def checkout_at(repository, warm_python):
    """A checkout of its own in a given folder, nothing run yet."""

    def make(folder: Path, python: str = warm_python) -> Checkout:
        made = Checkout(folder, python)
        made.lay_files(repository)
        return made

    return make
