"""The ``bleedmap`` command: what is done by hand rather than by the workflow."""

from pathlib import Path
from typing import Annotated

import typer
import yaml

from bleedmap.config.load import load_config
from bleedmap.console import say, with_plain_errors

application = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)


@application.callback()
def about() -> None:
    """From slice labels to scored hemorrhage masks on head CT. Research use only; not a medical device."""


@application.command()
def predict(
    method: Annotated[str, typer.Option(help="row of the leaderboard to apply")],
    source: Annotated[Path, typer.Option("--input", help="folder of one DICOM series, or a NIfTI file")],
    out: Annotated[Path, typer.Option(help="folder for masks, picture and prediction.json")],
    config: Annotated[Path, typer.Option(help="config that the results were made with")] = Path("config/config.yaml"),
    results: Annotated[str | None, typer.Option(help="results folder, if not the one in the config")] = None,
    fold: Annotated[
        int | None, typer.Option(help="fold whose networks to use; default: the first that was run")
    ] = None,
) -> None:
    """Apply a trained method to a new scan: mask in the scan's own geometry, volume in mL, overlay picture."""
    from bleedmap.predict.method import TrainedMethod  # noqa: PLC0415  torch is slow to import; --help is not
    from bleedmap.predict.scan import predict_scan  # noqa: PLC0415

    values = yaml.safe_load(config.read_text(encoding="utf-8"))
    checked = load_config({**values, "results": results} if results else values)
    trained = TrainedMethod(checked, method, checked.folds.indices[0] if fold is None else fold)
    found = predict_scan(trained, method, source, out)
    say(f"{found.volume_ml:.1f} mL of hemorrhage on {len(found.bleeding_slices)} of {found.slices} slices")


def main() -> None:
    """Entry point: errors of a user end as one sentence."""
    with_plain_errors(application)
