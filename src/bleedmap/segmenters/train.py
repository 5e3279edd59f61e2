"""Training of a segmenter in one fold."""

from collections.abc import Sequence
from pathlib import Path

from bleedmap.config.segmenters import AnySegmenter
from bleedmap.losses.build import build_loss
from bleedmap.segmenters.patches import PatchBatches
from bleedmap.segmenters.segmenter import Segmenter
from bleedmap.slices.training_set import TrainingSet
from bleedmap.splits.roles import Roles
from bleedmap.training.engine import Trained, fit, make_deterministic
from bleedmap.training.metrics import Dice
from bleedmap.training.resume import Resume


def train_segmenter(
    spec: AnySegmenter,
    slices: Sequence[Path],
    masks: Sequence[Path],
    roles: Roles,
    *,
    seed: int,
    threads: int,
    resume: Resume | None = None,
) -> Trained:
    """Train on the masks of the training scans, stop on those of the validation scans.

    Args:
        spec: network and training; what acts after training changes nothing here.
        slices: slice stores of the data set it learns on.
        masks: mask stores of the same shards.
        roles: of the fold it learns in.
        seed: seed of weights, order, patches and augmentation.
        threads: CPU threads; results are the same for the same number of them.
        resume: where the state after each epoch is kept; None: nowhere.

    Raises:
        TrainingError: there is nothing to learn from, or the training has failed.
    """
    make_deterministic(seed, threads)
    with TrainingSet(slices, masks) as data:
        model = Segmenter(spec)
        batches = PatchBatches(data, roles.of(data.table["subject"]), spec, model.patch_depth, seed)
        loss = build_loss(spec.training.loss, negatives_per_positive=batches.negatives_per_positive())
        return fit(model, loss, batches, spec.training, seed=seed, metric=Dice(), resume=resume)
