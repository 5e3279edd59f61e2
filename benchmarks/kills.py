"""Training and Snakemake killed at random moments: does what follows end with the bytes of the unbroken run?

``python -m benchmarks.kills --out FOLDER`` kills the training program of each network, then Snakemake with all its
jobs, with SIGKILL at random moments, gives the same command again, and compares every file with those of a run that was
left alone. After Snakemake was killed, ``snakemake --unlock`` is all that has to be typed besides.
"""

import argparse
import hashlib
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.made_up.random_store import write_random_store
from benchmarks.made_up.trainings import HOUSE, Network, snakemake_runs, training_programs
from bleedmap.training.resume import FOLDER

WENT_ON = re.compile(r"going on after epoch (\d+)/")


def digests(folder: Path) -> dict[str, str]:
    """Sha256 of every file that a training leaves; a checkpoint folder that was left behind counts as one."""
    files = [path for path in sorted(folder.iterdir()) if path.is_file() and not path.name.startswith(".")]
    left = {FOLDER: "left"} if (folder / FOLDER).exists() else {}
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files} | left


def start(command: list[str], log: Path) -> subprocess.Popen[bytes]:
    """Start a command with a process group of its own."""
    path = os.pathsep.join([str(HOUSE / "src"), str(HOUSE)])
    with log.open("wb") as file:
        return subprocess.Popen(  # noqa: S603
            command, cwd=HOUSE, env={**os.environ, "PYTHONPATH": path}, stderr=file, stdout=file, start_new_session=True
        )


def finish(network: Network, log: Path) -> str:
    """Run a command to its end and give what it said.

    Raises:
        RuntimeError: it failed.
    """
    process = start(network.command, log)
    if process.wait():
        raise RuntimeError(log.read_text(encoding="utf-8")[-2000:])
    return log.read_text(encoding="utf-8")


def try_kills(network: Network, moments: int, rng: np.random.Generator, log: Path) -> pd.DataFrame:
    """Kill a training at random moments, each time in a run of its own, and let it end.

    Args:
        network: what to run.
        moments: number of kills.
        rng: draws the moments.
        log: file for what the programs say.

    Returns:
        A row a kill: network, second, epoch it went on after (0: it started anew), identical.
    """
    network.clean()
    finish(network, log)  # whatever the training needs is made now and not timed
    network.clean()
    begin = time.monotonic()
    finish(network, log)
    length = time.monotonic() - begin
    expected = digests(network.folder)
    rows = []
    for second in sorted(rng.uniform(0, length, moments)):
        network.clean()
        process = start(network.command, log)
        time.sleep(second)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        network.repair()
        said = finish(network, log) + _training_log(network)
        found = WENT_ON.search(said)
        identical = digests(network.folder) == expected
        rows.append([network.name, round(float(second), 2), int(found[1]) if found else 0, identical])
        sys.stdout.write(f"{rows[-1]}\n")
        sys.stdout.flush()
    return pd.DataFrame(rows, columns=["network", "second", "went_on_after", "identical"])


def _training_log(network: Network) -> str:
    """What the training said where Snakemake sent it to a log."""
    return network.log.read_text(encoding="utf-8") if network.log and network.log.is_file() else ""


def main() -> None:
    """Write ``table.csv`` and print one line a network."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for the table and all runs")
    parser.add_argument("--moments", type=int, default=30, help="kills of each network")
    parser.add_argument("--only", default="", help="part of the names of the networks to try")
    parser.add_argument("--seed", type=int, default=0, help="seed of the moments")
    options = parser.parse_args()
    out = options.out.resolve()
    data = write_random_store(out / "data", scans=12, slices=8, size=32)
    networks = [*training_programs(data, out / "programs"), *snakemake_runs(out / "workflow")]
    rng = np.random.default_rng(options.seed)
    chosen = [network for network in networks if options.only in network.name]
    table = pd.concat(
        [try_kills(network, options.moments, rng, out / "last.log") for network in chosen], ignore_index=True
    )
    table.to_csv(out / "table.csv", index=False)
    summary = table.groupby("network", sort=False).agg(
        kills=("identical", "size"), identical=("identical", "sum"), went_on=("went_on_after", lambda e: (e > 0).sum())
    )
    sys.stdout.write(f"{summary.to_string()}\n")


if __name__ == "__main__":
    main()
