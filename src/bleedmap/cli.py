"""The ``bleedmap`` command: what is done by hand rather than by the workflow."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from bleedmap.config.datasets import AnyDataset
from bleedmap.config.load import load_config, load_dataset
from bleedmap.config.read import read_config_file
from bleedmap.console import say, track, with_plain_errors
from bleedmap.constants import SCAN_MB
from bleedmap.errors import ConfigError, ScanError
from bleedmap.volumes.budget import scan_budget

application = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)


@application.callback()
def about() -> None:
    """From slice labels to scored hemorrhage masks on head CT. Research use only; not a medical device."""


@application.command()
def predict(
    method: Annotated[str, typer.Option(help="row of the leaderboard to apply")],
    source: Annotated[Path, typer.Option("--input", help="folder or zip of one DICOM series, or a NIfTI file")],
    out: Annotated[Path, typer.Option(help="folder for masks, picture and prediction.json")],
    config: Annotated[Path, typer.Option(help="config that the results were made with")] = Path("config/config.yaml"),
    results: Annotated[str | None, typer.Option(help="results folder, if not the one in the config")] = None,
    split: Annotated[str | None, typer.Option(help="split that the method was scored on; default: its first")] = None,
    fold: Annotated[
        int | None, typer.Option(help="fold whose networks to use; default: the first that was run")
    ] = None,
) -> None:
    """Apply a trained method to a new scan: mask in the scan's own geometry, volume in mL, overlay picture.

    Ends with 0 if nothing is odd about the scan, 8 if there is a result but files of the scan could not be used or
    something is flagged, 2 if the scan is refused.
    """
    values = read_config_file(config)
    checked = load_config({**values, "results": results} if results else values)

    from bleedmap.predict.method import TrainedMethod  # noqa: PLC0415  torch is slow to import; faults are told before
    from bleedmap.predict.scan import predict_scan  # noqa: PLC0415

    trained = TrainedMethod(checked, method, split, fold)
    try:
        with scan_budget(checked.scan_mb):
            found = predict_scan(trained, method, source, out)
    except ScanError as fault:
        say(f"bleedmap: {fault}")
        raise typer.Exit(2) from None
    for each in found.faults:
        say(f"fault: {ScanError(**each)}")
    for flag in found.flags:
        say(f"flag: {flag}")
    what = "hemorrhage" if found.modality == "ct" else "lesion"
    say(f"{found.volume_ml:.1f} mL of {what} on {len(found.bleeding_slices)} of {found.slices} slices")
    if not found.is_clean:
        say("look at the scan and its mask: see the faults and flags above, which prediction.json holds too")
        raise typer.Exit(8)


@application.command()
def phantom(
    out: Annotated[Path, typer.Option(help="folder to make: dicom/, masks/, labels.csv, scan_labels.csv")],
    subjects: Annotated[int, typer.Option(min=1, help="number of subjects, one scan each")] = 60,
    seed: Annotated[int, typer.Option(min=0, help="seed of the cohort")] = 1,
    first: Annotated[int, typer.Option(min=0, help="number of the first subject; to write a cohort in parts")] = 0,
    prevalence: Annotated[float, typer.Option(min=0, max=1, help="share of subjects with a bleed")] = 0.7,
    label_noise: Annotated[float, typer.Option(min=0, max=0.99, help="share of slice labels that are flipped")] = 0.0,
    matrix: Annotated[int, typer.Option(min=64, max=512, help="rows and columns")] = 256,
    slice_thickness: Annotated[
        float | None, typer.Option(min=1, max=10, help="mm; default: drawn as in real headers, mostly 5")
    ] = None,
    field_of_view: Annotated[float | None, typer.Option(min=150, max=350, help="mm; default: drawn")] = None,
    gantry_tilt: Annotated[float | None, typer.Option(min=-30, max=30, help="degrees; default: drawn")] = None,
    modality: Annotated[Literal["ct", "mr"], typer.Option(help="bleeds on CT or infarcts on MR")] = "ct",
) -> None:
    """Simulate head scans with bleeds, or infarcts on MR, labels and voxel truth; equal arguments give equal bytes."""
    from bleedmap.config.datasets import PhantomSpec  # noqa: PLC0415
    from bleedmap.phantom.cohort import write_cohort  # noqa: PLC0415  reads the atlas; --help does not need it

    spec = PhantomSpec.model_validate(
        {
            "subjects": max(2, first + subjects),
            "seed": seed,
            "prevalence": prevalence,
            "label_noise": label_noise,
            "matrix": matrix,
            "slice_thickness_mm": slice_thickness,
            "field_of_view_mm": field_of_view,
            "gantry_tilt_degrees": gantry_tilt,
            "modality": modality,
        }
    )
    numbers = track(range(first, first + subjects), "simulating subjects", unit="subjects")
    write_cohort(spec, numbers, out)
    say(f"{subjects} subjects written")


@application.command()
def check_data(
    adapter: Annotated[str | None, typer.Argument(help="kind of data set, such as physionet_ct_ich or folder")] = None,
    root: Annotated[Path | None, typer.Argument(help="where your copy of it lies")] = None,
    config: Annotated[Path, typer.Option(help="config that describes the data set")] = Path("config/config.yaml"),
    dataset: Annotated[str | None, typer.Option(help="name of the data set in that config")] = None,
    out: Annotated[Path | None, typer.Option(help="CSV of all findings")] = None,
    private: Annotated[
        Path | None, typer.Option(help="CSV that leads from scan names to your files, readable by you alone")
    ] = None,
) -> None:
    """Check a copy of a data set before using it: counts, missing files, labels against masks, geometry, patients.

    Ends with 0 if all is well, 8 if something has to be mended, 2 if not one scan can be used.
    """
    from bleedmap.datasets.check import check_data as check  # noqa: PLC0415  imaging libraries are slow to import
    from bleedmap.datasets.check import findings_table, sources_table  # noqa: PLC0415
    from bleedmap.provenance.tables import write_table  # noqa: PLC0415

    spec, scan_mb = _dataset(adapter, root, config, dataset)
    if private is not None:
        write_table(sources_table(spec), private, private=True)
    with scan_budget(scan_mb):
        findings = check(spec)
    for finding in findings:
        say(str(finding))
    faults = [finding for finding in findings if not finding.is_note]
    say(f"{len(faults)} to mend, {len(findings) - len(faults)} to know")
    if out is not None:
        write_table(findings_table(findings), out)
    if faults:
        raise typer.Exit(2 if "nothing-usable" in {fault.fault.code for fault in faults} else 8)


@application.command()
def index_data(
    root: Annotated[Path | None, typer.Argument(help="where your copy of RSNA 2019 lies")] = None,
    config: Annotated[Path, typer.Option(help="config that describes the data set")] = Path("config/config.yaml"),
    dataset: Annotated[str | None, typer.Option(help="name of the data set in that config")] = None,
    workers: Annotated[int, typer.Option(min=1, help="processes that read headers")] = 2,
) -> None:
    """Read the headers of RSNA 2019 once, so that every later start knows which slices make a scan."""
    from bleedmap.config.dicom_datasets import Rsna2019Spec  # noqa: PLC0415
    from bleedmap.datasets.rsna2019.build_index import build_index  # noqa: PLC0415

    spec, _ = _dataset("rsna2019", root, config, dataset)
    if not isinstance(spec, Rsna2019Spec):
        raise ConfigError(
            "no-index",
            found=f"data set {dataset!r} of adapter {spec.adapter}",
            expected="one of adapter rsna2019",
            remedy="name such a data set; the others need no index",
        )
    say(f"{build_index(spec, workers)} slices indexed")


def _dataset(adapter: str | None, root: Path | None, config: Path, dataset: str | None) -> tuple[AnyDataset, int]:
    """A data set by adapter and folder with defaults for the rest, or as a config describes it; and its scan_mb."""
    if dataset is None and root is not None:
        return load_dataset({"adapter": adapter, "root": str(root)}), SCAN_MB
    checked = load_config(read_config_file(config))
    datasets = checked.datasets
    if dataset not in datasets:
        raise ConfigError(
            "no-dataset",
            found="no data set named" if dataset is None else f"no data set {dataset!r} in the config",
            expected=f"one of {', '.join(datasets)}, or an adapter and a folder",
            remedy="give --dataset NAME, or ADAPTER and ROOT",
        )
    return datasets[dataset], checked.scan_mb


def main() -> None:
    """Entry point: errors of a user end as one sentence."""
    with_plain_errors(application)
