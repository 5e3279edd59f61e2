"""What the networks of a paper cost: parameters, size of their file, and seconds an image, beside what it prints.

``python -m benchmarks.segmenters --out FOLDER`` measures those of paper 004 at its size (its table 4), one thread;
``--config`` names other config files, which are merged in order. Seconds are of single images, as the paper has them:
the fastest of some turns, of the processor where there is no GPU, so that what else the machine does counts little.
"""

import argparse
import sys
import time
from pathlib import Path

import pandas as pd
import torch
import yaml
from snakemake.utils import update_config

from bleedmap.config.load import load_config
from bleedmap.config.names import NONE
from bleedmap.config.workflow import Config
from bleedmap.report.paper import COSTS, read_printed
from bleedmap.segmenters.segmenter import Segmenter
from bleedmap.training.engine import make_deterministic

PAPER = Path(__file__).parents[1] / "config" / "papers" / "004_mixed_unet.yaml"
BYTES_PER_MB = 1e6


def measure(config: Config, turns: int) -> pd.DataFrame:
    """A line a row of the leaderboard with a segmenter: row, and the columns of ``COSTS``.

    Args:
        config: with networks and size of an image.
        turns: times that each is asked; one more warms up.
    """
    device = "cuda" if torch.cuda.is_available() else "cpu"
    lines = []
    for row, method in config.methods.items():
        if method.segmenter == NONE:
            continue
        model = Segmenter(config.segmenters[method.segmenter]).eval().to(device)
        hu = torch.zeros((1, model.patch_depth, config.slices.size, config.slices.size), device=device)
        weights = model.state_dict().values()
        lines.append(
            {
                "row": row,
                "parameters": sum(each.numel() for each in model.parameters()),
                "model_mb": sum(each.numel() * each.element_size() for each in weights) / BYTES_PER_MB,
                "image_seconds": min(_seconds(model, hu) for _ in range(turns + 1)) / model.patch_depth,
            }
        )
    return pd.DataFrame(lines)


def _seconds(model: Segmenter, hu: torch.Tensor) -> float:
    start = _clock(hu)
    with torch.inference_mode():
        model(hu)
    return _clock(hu) - start


def _clock(hu: torch.Tensor) -> float:
    if not hu.is_cuda:
        return time.process_time()
    torch.cuda.synchronize()
    return time.perf_counter()


def beside_printed(costs: pd.DataFrame, printed: pd.DataFrame) -> pd.DataFrame:
    """The same with the numbers that the paper prints of each row; blank where it prints none."""
    own = printed[printed["metric"].isin(COSTS)].pivot(index="row", columns="metric", values="printed_mean")
    return costs.join(own.add_prefix("printed_"), on="row")


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for the table")
    parser.add_argument("--config", type=Path, nargs="+", default=[PAPER], help="config files, merged in order")
    parser.add_argument("--turns", type=int, default=3, help="turns of each network")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads")
    options = parser.parse_args()
    values: dict[str, object] = {}
    for path in options.config:
        update_config(values, yaml.safe_load(path.read_text(encoding="utf-8")))
    config = load_config(values)
    make_deterministic(0, options.threads)
    table = measure(config, options.turns)
    if config.report.printed is not None:
        table = beside_printed(table, read_printed(PAPER.parents[2] / config.report.printed))
    options.out.mkdir(parents=True, exist_ok=True)
    table.to_csv(options.out / "table.csv", index=False)
    sys.stdout.write(f"{table.to_string(index=False, float_format='%.4g')}\n")


if __name__ == "__main__":
    main()
