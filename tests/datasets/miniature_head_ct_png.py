"""Kaggle's head CT set in small: its layout, its table, pictures of all sizes and colours, with phantom slices.

Groups and masks, which others made for the set, lie beside the table; nobody need name them in a config.
"""

import numpy as np
from PIL import Image

from bleedmap.config.datasets import PhantomSpec
from tests.heads import made_head

SUBJECTS, SLICES_EACH = 6, 4
COLOURS = ("RGB", "RGBA", "L")


def write(folder, seed):
    pictures, masks = folder / "head_ct" / "head_ct", folder / "masks"
    for place in (pictures, masks):
        place.mkdir(parents=True, exist_ok=True)
    labels, groups = {}, {}
    # bleeding and healthy slices stand in no order, so that a number does not tell the label
    numbers = iter(np.random.default_rng(seed).permutation(SUBJECTS * SLICES_EACH).tolist())
    for index in range(SUBJECTS):
        subject = made_head(cohort(seed, 80 + 8 * (index % 3)), index)
        blood, brain = (mask.astype(bool).sum(axis=(1, 2)) for mask in (subject.truth, subject.brain))
        bleeding = np.argsort(-blood, kind="stable")[: SLICES_EACH // 2]
        healthy = np.argsort(-brain * (blood == 0), kind="stable")[: SLICES_EACH // 2]
        for chosen in (*bleeding, *healthy):
            number = next(numbers)
            grey = np.clip(subject.hu[chosen] / 80 * 255, 0, 255).round().astype(np.uint8)
            Image.fromarray(grey).convert(COLOURS[number % 3]).save(pictures / f"{number:03d}.png")
            labels[number], groups[number] = int(blood[chosen] > 0), f"s{index}"
            if blood[chosen]:
                drawn = (subject.truth[chosen] > 0).astype(np.uint8) * 255
                Image.fromarray(drawn).save(masks / f"{number:03d}.png")
    rows = "".join(f"{number},{labels[number]}\n" for number in sorted(labels))
    (folder / "labels.csv").write_text("id, hemorrhage\n" + rows, encoding="utf-8")
    rows = "".join(f"{number:03d},{groups[number]}\n" for number in sorted(groups))
    (folder / "groups.csv").write_text("id,group\n" + rows, encoding="utf-8")


def cohort(seed, matrix):
    return PhantomSpec(subjects=SUBJECTS, seed=seed, prevalence=1.0, matrix=matrix, slice_thickness_mm=10)
