"""The stages of the workflow, one line each: rule and program have the stage's name, its artifact says where it writes.

Logs, benchmarks, timings and the table in ``docs/architecture.md`` follow from here.
"""

from typing import NamedTuple


class Stage(NamedTuple):
    """One stage.

    Args:
        name: of the rule and of the program in ``scripts``.
        artifact: pattern of its first output, an attribute of ``Paths``.
        label: what it makes.
    """

    name: str
    artifact: str
    label: str


STAGES = (
    Stage("phantom", "phantom", "simulated DICOM series, labels and truth of one shard of the embedded data set"),
    Stage("ingest", "volumes", "usable scans of a shard in HU with their labels; the others with the reason"),
    Stage("brain", "brain", "brain masks of a shard, and what looks wrong with them"),
    Stage("catalog", "scans", "one table of a data set's scans, one of what was refused"),
    Stage("montage", "montages", "pictures of a shard's scans with the outlines of their brain masks"),
    Stage("quality", "quality", "one page about a data set's scans"),
    Stage("slices", "slices", "slices of a shard on the working grid"),
    Stage("enhance", "enhanced", "slices of a shard as a segmenter wants its input"),
    Stage("split", "split", "role of every subject in every fold"),
    Stage("train_classifier", "classifier_model", "a slice classifier of one fold"),
    Stage("classify", "slice_scores", "a classifier's probability for every slice of a data set"),
    Stage("explain", "maps", "saliency maps of a shard"),
    Stage("tune_mask", "tuned_mask", "a mask method with its values chosen on the tuning subjects of a fold"),
    Stage("mask", "masks", "masks of a shard in one fold"),
    Stage("tune_detector", "tuned_detector", "a detector with its values chosen on the tuning subjects of a fold"),
    Stage("detect", "points", "points of a shard in one fold"),
    Stage("train_segmenter", "segmenter_model", "a segmenter trained on the masks of one fold"),
    Stage("tune_segmenter", "tuned_segmenter", "a segmenter with its values chosen on the tuning subjects of a fold"),
    Stage("segment", "predictions", "a segmenter's masks of a shard's test scans"),
    Stage("faithfulness", "faithfulness", "how far saliency maps show what their classifier goes by, in one fold"),
    Stage("score", "scores", "one method's scores in one fold"),
    Stage("leaderboard", "leaderboard", "means of all scores"),
    Stage("compare", "comparisons", "paired tests between methods"),
    Stage("paper", "paper", "the run beside the tables that a paper prints"),
    Stage("overlays", "overlays", "all methods on test slices with the largest bleeds"),
    Stage("report", "report", "one page about the whole run"),
    Stage("bundle", "bundle", "a trained method as one zip that needs nothing beside it"),
    Stage("predict", "predicted", "what a bundle finds in the scans of a shard of a folder"),
)


def stage(name: str) -> Stage:
    """The stage of a rule."""
    return next(each for each in STAGES if each.name == name)
