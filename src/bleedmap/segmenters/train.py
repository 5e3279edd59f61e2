"""Training of a segmenter in one fold."""

from collections.abc import Sequence
from pathlib import Path

from bleedmap.config.segmenters import AnySegmenter
from bleedmap.constants import CLASSES, UNKNOWN_VOXEL
from bleedmap.errors import TrainingError
from bleedmap.losses.build import build_loss
from bleedmap.segmenters.patches import PatchBatches
from bleedmap.segmenters.segmenter import Segmenter
from bleedmap.slices.store import Store
from bleedmap.slices.training_set import TrainingSet
from bleedmap.splits.roles import Roles
from bleedmap.training.engine import Trained, fit, make_deterministic
from bleedmap.training.metrics import Dice
from bleedmap.training.processes import only_the_first_process_goes_on
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

    Of several processes that share the training, the first alone comes back.

    Args:
        spec: network and training; what acts after training changes nothing here.
        slices: slice stores of the data set it learns on.
        masks: mask stores of the same shards.
        roles: of the fold it learns in.
        seed: seed of weights, order, patches and augmentation.
        threads: CPU threads; results are the same for the same number of them.
        resume: where the state after each epoch is kept; None: nowhere.

    Raises:
        TrainingError: there is nothing to learn from, or no subtypes where they are asked for, or it has failed.
    """
    make_deterministic(seed, threads)
    if len(spec.classes) > 1:
        _require_subtypes(masks)
    with TrainingSet(slices, masks) as data:
        model = Segmenter(spec)
        batches = PatchBatches(data, roles.of(data.table["subject"]), spec, model.patch_depth, seed)
        loss = build_loss(spec.training.loss, negatives_per_positive=batches.negatives_per_positive())
        trained = fit(model, loss, batches, spec.training, seed=seed, metric=Dice(), resume=resume)
        only_the_first_process_goes_on()
        return trained


def _require_subtypes(masks: Sequence[Path]) -> None:
    """Refuse masks whose label 1 is hemorrhage of any kind: it would be learnt as the first subtype."""
    for path in masks:
        with Store(path) as store:
            if len(store.attributes.get("classes", CLASSES[:1])) > 1:
                continue
            labels = store.rows("labels", slice(None))
            if ((labels > 0) & (labels != UNKNOWN_VOXEL)).any():
                raise TrainingError(
                    "no-subtypes",
                    found="masks that do not tell subtypes apart",
                    expected="masks with subtypes, for a segmenter that is to tell them",
                    remedy="choose a mask method with subtypes, truth that names them, or classes: [any]",
                )
