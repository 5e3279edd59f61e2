"""A bleed of each subtype, each in a slice and place of its own, keeps its name from label table to prediction."""

from functools import partial
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import torch
from torch import nn

from bleedmap.bundle.seen import seen_json
from bleedmap.classifiers.classify_scan import classify_shards
from bleedmap.classifiers.load import build_classifier, load_classifier
from bleedmap.classifiers.operating_point import OperatingPoint, OperatingPoints
from bleedmap.config.load import load_config
from bleedmap.config.scoring import ScoringSpec
from bleedmap.constants import CLASSES, SUBTYPES
from bleedmap.datasets import listing, reading
from bleedmap.datasets.ingest import ingest
from bleedmap.masks.map_inputs import read_inputs
from bleedmap.masks.mask_shard import mask_shard
from bleedmap.paths import Paths
from bleedmap.plan.rows import row_names
from bleedmap.predict.method import TrainedMethod
from bleedmap.predict.of_run import bundle_of_run
from bleedmap.predict.scan import read_scan
from bleedmap.provenance.tables import write_table
from bleedmap.saliency.explain_shard import explain_shard
from bleedmap.saliency.map_store import MapStore
from bleedmap.scoring.score_shards import score_shards
from bleedmap.scoring.table import RowLabels
from bleedmap.segmenters.segment_shard import segment_shard
from bleedmap.segmenters.segmenter import Segmenter, load_segmenter
from bleedmap.slices.store import SliceStore, Store
from bleedmap.slices.write_slices import write_slices
from bleedmap.splits.roles import read_roles
from scripts import brain
from tests.rows import place

SIDE, SLICES = 64, 9
FIRST = 2  # slice of the first subtype
EDGES = (50, 65, 80, 95, 110, 125)  # HU between which each subtype lies
# each window is a step at one of the edges
PLACES = (
    *("volumes", "brain", "slices", "classifier_model", "slice_scores", "operating_point", "maps", "masks"),
    *("segmenter_model", "predictions"),
)
LOOK = {"classes": CLASSES, "windows": [{"level": edge, "width": 10} for edge in EDGES]}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A head of 30 HU with a disc of each subtype in a slice of its own; its mask and its label table."""
    folder = tmp_path_factory.mktemp("files")
    x, y = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
    inside = np.hypot(x, y)
    slice_ = np.where(inside < 24, 30, np.where(inside < 27, 1000, -1000)).astype(np.int16)
    hu, truth = np.repeat(slice_[..., None], SLICES, axis=2), np.zeros((SIDE, SIDE, SLICES), np.uint8)
    lines = []
    for number in range(SLICES):
        label = number - FIRST + 1 if FIRST <= number < FIRST + len(SUBTYPES) else 0
        if label:
            turn = 2 * np.pi * label / len(SUBTYPES)
            disc = np.hypot(x - 13 * np.cos(turn), y - 13 * np.sin(turn)) < 8
            hu[disc, number] = (EDGES[label - 1] + EDGES[label]) // 2
            truth[disc, number] = label
        lines.append(f"head,{number}," + ",".join(str(int(each == label)) for each in range(1, 6)))
    for name, array in (("scans", hu), ("masks", truth)):
        (folder / name).mkdir()
        nib.save(nib.Nifti1Image(array, np.diag([3.0, 3.0, 8.0, 1.0])), folder / name / "head.nii.gz")
    (folder / "labels.csv").write_text("\n".join([f"scan,slice,{','.join(SUBTYPES)}", *lines]) + "\n")
    return folder


@pytest.fixture(scope="module")
def config(files, tmp_path_factory):
    toy = {"adapter": "folder", "root": str(files / "scans"), "labels": str(files / "labels.csv")}
    toy |= {"masks": str(files / "masks"), "mask_values": "subtypes", "public_names": True}
    row = {"classifier": "steps", "saliency": "map", "mask": "subtypes"}
    return load_config(
        {
            "results": str(tmp_path_factory.mktemp("results")),
            "datasets": {"toy": toy},
            "splits": {"toy": {"dataset": "toy", "test_share": 0.5}},
            "slices": {"size": SIDE, "field_of_view_mm": None},
            "classifiers": {"steps": LOOK | {"backbone": "test_resnet", "stride": 4}},
            "saliency": {"map": {"method": "cam"}},
            "masks": {"subtypes": {"method": "subtypes"}},
            "segmenters": {
                "steps": LOOK | {"method": "pooled_unet2d", "channels": [8, 8], "training": {"loss": "dice_ce"}}
            },
            "methods": {"maps": row, "segmenter": row | {"segmenter": "steps"}},
        }
    )


def handing_on(network):
    """Every convolution hands its first six channels on as they are."""
    for part in network.modules():
        if isinstance(part, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.zeros_(part.weight)
            if part.bias is not None:
                nn.init.zeros_(part.bias)
        if isinstance(part, nn.Conv2d):
            six = range(min(6, *part.weight.shape[:2]))
            middle = [length // 2 for length in part.weight.shape[2:]]
            with torch.no_grad():
                part.weight[six, six, middle[0], middle[1]] = 1
    return network.eval()


def steps(weight, any_kind):
    """Last layer: of each subtype the step below its HU less the one above; of the first class what is given."""
    with torch.no_grad():
        weight.zero_()
        middle = weight[..., weight.shape[2] // 2, weight.shape[3] // 2]
        middle[0, 0] = any_kind
        for number in range(len(SUBTYPES)):
            middle[1 + number, number], middle[1 + number, number + 1] = 20, -20


def write_networks(config, paths, names):
    """Classifier and segmenter whose weights are set by hand, where training would have put them."""
    spec = config.classifiers["steps"]
    classifier = handing_on(build_classifier(spec))
    steps(classifier.head.layer.weight, any_kind=20)  # all that is above the first edge
    seen = seen_json(config.brain, config.slices)
    place(classifier, spec, Path(paths.classifier_model.format(**names)), seen)
    spec = config.segmenters["steps"]
    segmenter = handing_on(Segmenter(spec))
    steps(segmenter.network.network.head.weight, any_kind=0)
    with torch.no_grad():
        segmenter.network.network.head.bias[0] = 10  # background
    place(segmenter, spec, Path(paths.segmenter_model.format(**names)), seen)


def test_each_subtype_is_itself_in_labels_store_maps_masks_segmentation_scores_and_prediction(config, files, tmp_path):
    paths, names = Paths(config.results), {**row_names(config, "segmenter", "toy", 0), "shard": "0"}
    write_networks(config, paths, names)
    of = {each: Path(getattr(paths, each).format(**names)) for each in PLACES}
    for path in of.values():
        path.parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / "split.csv").write_text("subject,fold,role\nhead,0,test\n")
    roles = read_roles(tmp_path / "split.csv", 0)

    # label table and store
    toy = config.datasets["toy"]
    table = ingest(listing(toy).list_sources(toy), partial(reading(toy).read, toy), of["volumes"]).tables()[0]
    assert table.loc[0, list(SUBTYPES)].tolist() == [1] * 5
    brain.main(of["volumes"], config.brain.to_json(), of["brain"], tmp_path / "flags.csv")
    assert write_slices(of["volumes"], of["brain"], config.slices, of["slices"]).empty
    with SliceStore(of["slices"]) as store:
        labels, truth = store.table[list(SUBTYPES)].to_numpy(), store.rows("truth", slice(None))
    here = np.arange(FIRST, FIRST + len(SUBTYPES))  # slices with a bleed, in the order of subtypes
    np.testing.assert_array_equal(labels[here], np.eye(5))
    assert labels.sum() == 5
    assert [set(each[each > 0]) for each in truth[here]] == [{1}, {2}, {3}, {4}, {5}]

    # classifier and maps
    classifier = load_classifier(of["classifier_model"], "toy")
    scores = classify_shards(classifier, [of["slices"]])
    bounds = scores.groupby(["class", "label"])["score"].agg(["min", "max"]).unstack()
    middle = (bounds["min"][1] + bounds["max"][0]) / 2  # of the lowest bleeding and the highest other slice
    assert (bounds["min"][1] > bounds["max"][0]).all()
    OperatingPoints({name: OperatingPoint(float(middle[name]), 1.0, SLICES) for name in CLASSES}).write(
        of["operating_point"]
    )
    write_table(scores, of["slice_scores"])
    explain_shard(config.saliency["map"], classifier, of["slices"], of["maps"])
    with MapStore(of["maps"]) as maps:
        highest = maps.scan(slice(None)).high
    assert (highest[here, 1:].argmax(axis=1) == np.arange(5)).all()

    # masks, segmenter, scores, prediction
    made = (of[each] for each in ("maps", "classifier_model", "slice_scores", "operating_point"))
    inputs = read_inputs([of["slices"]], *made, "toy")
    mask_shard(config.masks["subtypes"], of["slices"], inputs, roles, of["masks"])
    spec = config.segmenters["steps"]
    segment_shard(load_segmenter(of["segmenter_model"]), spec, of["slices"], roles, of["predictions"])
    volume = read_scan(files / "scans" / "head.nii.gz")
    for method, store in (("maps", of["masks"]), ("segmenter", of["predictions"])):
        with Store(store) as made:
            found = made.rows("labels", slice(None))
        assert [set(each[each > 0]) for each in found[here]] == [{1}, {2}, {3}, {4}, {5}]
        assert not found[: here[0]].any()
        assert not found[here[-1] + 1 :].any()
        scored = score_shards([(of["volumes"], of["slices"], store)], roles, RowLabels("toy", method, 0), ScoringSpec())
        dice = scored[(scored["unit"] == "subject") & (scored["metric"] == "dice")].set_index("class")["value"]
        assert (dice[list(CLASSES)] > (0.6 if method == "maps" else 0.99)).all()
        np.testing.assert_array_equal(TrainedMethod(bundle_of_run(config, method))(volume).labels, found)
