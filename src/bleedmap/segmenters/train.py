"""Training of a segmenter in one fold."""

from collections.abc import Sequence
from pathlib import Path

from bleedmap.config.segmenters import AnySegmenter
from bleedmap.provenance.tables import read_table
from bleedmap.segmenters.patches import PatchBatches
from bleedmap.segmenters.segmenter import Segmenter
from bleedmap.slices.training_set import TrainingSet
from bleedmap.training.engine import Trained, fit, make_deterministic
from bleedmap.training.losses import build_loss
from bleedmap.training.metrics import Dice
from bleedmap.training.resume import Resume
from bleedmap.training.roles import roles


def train_segmenter(
    spec: AnySegmenter,
    slices: Sequence[Path],
    masks: Sequence[Path],
    folds: Path,
    fold: int,
    count: int,
    *,
    seed: int,
    threads: int,
    resume: Resume | None = None,
) -> Trained:
    """Train on the masks of the fold's training scans, stop on those of its validation scans.

    Args:
        spec: network and training.
        slices: slice stores of the training data set.
        masks: mask stores of the same shards.
        folds: table of subjects and parts.
        fold: number of the fold.
        count: number of parts.
        seed: seed of weights, order, patches and augmentation.
        threads: CPU threads; results are the same for the same number of them.
        resume: where the state after each epoch is kept; None: nowhere.
    """
    make_deterministic(seed, threads)
    with TrainingSet(slices, masks) as data:
        role = roles(data.table, read_table(folds), fold, count).to_numpy()
        batches = PatchBatches(data, role, data.masks_known(), spec, seed)
        loss = build_loss(spec.training, default="dice_bce", negatives_per_positive=batches.negatives_per_positive())
        return fit(Segmenter(spec), loss, batches, spec.training, seed=seed, metric=Dice(), resume=resume)
