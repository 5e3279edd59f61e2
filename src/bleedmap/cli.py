"""The ``bleedmap`` command: what is done by hand rather than by the workflow."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from bleedmap.config.datasets import AnyDataset
from bleedmap.config.load import load_config, load_dataset
from bleedmap.config.read import read_config_file
from bleedmap.console import say, track, with_plain_errors
from bleedmap.constants import SCAN_MB
from bleedmap.errors import ConfigError
from bleedmap.volumes.budget import scan_budget

application = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)


@application.callback()
def about() -> None:
    """From slice labels to scored hemorrhage masks on head CT. Research use only; not a medical device."""


@application.command()
def predict(
    inputs: Annotated[
        list[Path],
        typer.Argument(
            help="scans: folder or zip of a DICOM series, NIfTI file, folder of such, or .txt that lists them"
        ),
    ],
    out: Annotated[
        Path, typer.Option(help="folder for masks, pictures and prediction.json; of several, a folder each")
    ],
    bundle: Annotated[Path | None, typer.Option(help="folder or zip of a method; default: that of the package")] = None,
    method: Annotated[str | None, typer.Option(help="row of a finished run, in the place of a bundle")] = None,
    config: Annotated[Path, typer.Option(help="config that the run was made with")] = Path("config/config.yaml"),
    results: Annotated[str | None, typer.Option(help="results folder, if not the one in the config")] = None,
    split: Annotated[str | None, typer.Option(help="split that the method was scored on; default: its first")] = None,
    fold: Annotated[
        int | None, typer.Option(help="fold whose networks to use; default: the first that was run")
    ] = None,
    at_once: Annotated[
        int | None,
        typer.Option(
            min=1, help="scans side by side, each with its memory; default: 1, with a GPU 4 where cores allow"
        ),
    ] = None,
) -> None:
    """Apply a trained method to new scans: mask in each scan's own geometry, volume in mL, picture.

    Scans that this method has finished already are left as they are: the same command goes on where it was cut short.

    Ends with 0 if nothing is odd about any scan, 8 if some are refused, have files that could not be used or are
    flagged, 2 if no scan has a result.
    """
    checked = None
    if method is not None:
        values = read_config_file(config)
        checked = load_config({**values, "results": results} if results else values)
    if bundle is not None and method is not None:
        raise ConfigError("two-methods", "a bundle and a row of a run", "one of them", "leave --bundle or --method out")
    # torch is slow to import; faults of a config are told before
    from bleedmap.bundle.packaged import default_bundle  # noqa: PLC0415
    from bleedmap.bundle.store import read_bundle  # noqa: PLC0415
    from bleedmap.datasets.new_scans import is_one_scan, list_inputs  # noqa: PLC0415
    from bleedmap.predict.method import TrainedMethod  # noqa: PLC0415
    from bleedmap.predict.of_run import bundle_of_run  # noqa: PLC0415
    from bleedmap.predict.scans import exit_code, predict_scans, write_outcomes, write_private  # noqa: PLC0415

    if checked is not None and method is not None:
        trained = TrainedMethod(bundle_of_run(checked, method, split, fold))
    else:
        trained = TrainedMethod(read_bundle(bundle or default_bundle()))
    scans = list_inputs(inputs)
    if len(inputs) == 1 and is_one_scan(inputs[0]):
        outcomes = predict_scans(trained, scans, lambda each: out, at_once)
    else:
        write_private(scans, out / "private" / "inputs.csv")
        outcomes = predict_scans(trained, scans, lambda each: out / each.id, at_once)
        write_outcomes(outcomes, out / "scans.csv")
        found = sum(1 for each in outcomes if each.summary)
        say(f"{found} of {len(outcomes)} scans have a result; scans.csv says why the others have none")
    code = exit_code(outcomes)
    if code == 8:
        say("look at what is flagged or refused above: prediction.json of each scan holds it too")
    raise typer.Exit(code)


@application.command()
def export_onnx(
    out: Annotated[Path, typer.Option(help="folder for the networks")],
    bundle: Annotated[Path | None, typer.Option(help="folder or zip of a method; default: that of the package")] = None,
) -> None:
    """Write the networks of a bundle as ONNX, each compared with the one it comes from; needs the extra ``onnx``."""
    from bleedmap.bundle.packaged import default_bundle  # noqa: PLC0415
    from bleedmap.bundle.store import read_bundle  # noqa: PLC0415
    from bleedmap.bundle.to_onnx import export_networks  # noqa: PLC0415

    for name, difference in export_networks(read_bundle(bundle or default_bundle()), out).items():
        say(f"{name}: differs by {difference:.1e} at most")


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
