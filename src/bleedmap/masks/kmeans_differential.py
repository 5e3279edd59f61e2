"""Differential k-means: of the clusters in the salient region, the one whose removal lowers the logit most.

Ramananda and Sundaresan 2023; spec 2.3 steps 1 to 3.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.cluster import KMeans

from bleedmap.classifiers.classifier import SliceClassifier
from bleedmap.config.masks import KMeansDifferentialSpec
from bleedmap.constants import AIR_HU
from bleedmap.masks.mask_slices import ANY, Masks, MaskSlices
from bleedmap.masks.region import salient_region
from bleedmap.slices.windows import apply_windows

INITIALISATIONS = 10
NO_CLUSTER = -1
BATCH = 32  # slices that the classifier sees at once


def make_masks(spec: KMeansDifferentialSpec, slices: MaskSlices, classifier: SliceClassifier) -> Masks:
    """Cluster the pixels of the salient region and keep the cluster that the classifier needs.

    Every cluster is noted: slice, cluster, pixels, mean_grey (0 to 1), logit without it, and whether it was chosen.
    The whole region is kept where it has fewer distinct pixels than clusters.
    """
    masks = salient_region(spec, slices)
    if not masks.any():
        return Masks(masks.astype(np.uint8))
    grey = apply_windows(torch.from_numpy(slices.hu), [spec.window])[:, 0].numpy()
    members = np.stack([_members(spec, *planes) for planes in zip(grey, masks, strict=True)])
    clustered = np.flatnonzero((members != NO_CLUSTER).any(axis=(1, 2))).tolist()
    pairs = [(number, cluster) for number in clustered for cluster in range(spec.clusters)]
    logits = differential_logits(classifier, slices, members, pairs).reshape(-1, spec.clusters)
    notes: list[dict[str, float]] = []
    for number, own in zip(clustered, logits, strict=True):
        inside = [members[number] == cluster for cluster in range(spec.clusters)]
        means = [float(grey[number][pixels].mean()) for pixels in inside]
        chosen = choose(own, means)
        masks[number] = inside[chosen]
        notes += [
            {
                "slice": number,
                "cluster": cluster,
                "pixels": int(pixels.sum()),
                "mean_grey": mean,
                "logit": float(own[cluster]),
                "chosen": int(cluster == chosen),
            }
            for cluster, (pixels, mean) in enumerate(zip(inside, means, strict=True))
        ]
    return Masks(masks.astype(np.uint8), notes)


def differential_logits(
    classifier: SliceClassifier, slices: MaskSlices, members: NDArray[np.int8], pairs: list[tuple[int, int]]
) -> NDArray[np.float32]:
    """Logits of class ``any`` for slices without one of their clusters; their neighbours stay whole.

    Args:
        classifier: the trained classifier.
        slices: slices of one scan, with their neighbours in ``context`` where the classifier looks at those.
        members: (B, H, W) cluster of every pixel, -1 outside the region.
        pairs: (slice, cluster) to take away: its pixels become air, which is black in every window.

    Returns:
        (pairs,) logits.
    """
    stacks = slices.hu[:, None] if slices.context is None else slices.context
    middle = stacks.shape[1] // 2
    device = next(classifier.parameters()).device
    logits = np.zeros(len(pairs), dtype=np.float32)
    for start in range(0, len(pairs), BATCH):
        numbers, clusters = np.array(pairs[start : start + BATCH]).T
        without = stacks[numbers]
        without[:, middle][members[numbers] == clusters[:, None, None]] = AIR_HU
        with torch.inference_mode():
            output = classifier(torch.from_numpy(without).to(device).float())
        logits[start : start + BATCH] = output.logits[:, ANY].float().cpu().numpy()
    return logits


def choose(logits: NDArray[np.float32], means: list[float]) -> int:
    """Index of the lowest logit; of equal ones, the brighter cluster (spec 2.3)."""
    return min(range(len(means)), key=lambda k: (float(logits[k]), -means[k]))


def _members(spec: KMeansDifferentialSpec, grey: NDArray[np.float32], region: NDArray[np.bool_]) -> NDArray[np.int8]:
    """(H, W) cluster of every pixel; -1 outside the region, and everywhere if it has too few distinct pixels."""
    members = np.full(region.shape, NO_CLUSTER, dtype=np.int8)
    rows, columns = np.nonzero(region)
    features = grey[region][:, None]
    if spec.place_weight > 0:
        place = np.stack([rows / region.shape[0], columns / region.shape[1]], axis=1)
        features = np.concatenate([features, spec.place_weight * place], axis=1).astype(np.float32)
    if len(np.unique(features, axis=0)) >= spec.clusters:
        model = KMeans(n_clusters=spec.clusters, n_init=INITIALISATIONS, random_state=spec.seed)
        members[rows, columns] = model.fit_predict(features)
    return members
