"""Differential k-means: of the clusters in the salient region, the one whose removal lowers the logit most.

Ramananda and Sundaresan 2023; spec 2.3 steps 1 to 3.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.cluster import KMeans

from bleedmap.classifiers.slice_classifier import SliceClassifier
from bleedmap.config.masks import KMeansDifferentialSpec
from bleedmap.masks import MaskSlices
from bleedmap.masks.region import in_batches, salient_region
from bleedmap.slices.windows import apply_windows

INITIALISATIONS = 10
DARKEST_HU = -1024  # removed pixels become air, black in every window
NO_CLUSTER = -1


def make_masks(spec: KMeansDifferentialSpec, slices: MaskSlices, classifier: SliceClassifier) -> NDArray[np.bool_]:
    """Cluster the pixels of the salient region and keep the cluster that the classifier needs.

    Every cluster is noted: slice, cluster, pixels, mean_grey (0 to 1), logit without it, and whether it was chosen.

    Returns:
        (B, H, W) bool; the whole region where it has fewer distinct pixels than clusters.
    """
    masks = salient_region(spec, slices, classifier)
    grey = apply_windows(torch.from_numpy(slices.hu), [spec.window])[:, 0].numpy()
    members = np.stack([_members(spec, *planes) for planes in zip(grey, masks, strict=True)])
    clustered = np.flatnonzero((members != NO_CLUSTER).any(axis=(1, 2)))
    pairs = [(number, cluster) for number in clustered.tolist() for cluster in range(spec.clusters)]
    logits = differential_logits(classifier, slices.hu, members, pairs).reshape(-1, spec.clusters)
    for number, own in zip(clustered.tolist(), logits, strict=True):
        inside = [members[number] == cluster for cluster in range(spec.clusters)]
        means = [float(grey[number][pixels].mean()) for pixels in inside]
        chosen = choose(own, means)
        masks[number] = inside[chosen]
        for cluster, (pixels, mean) in enumerate(zip(inside, means, strict=True)):
            slices.notes.append(
                {
                    "slice": number,
                    "cluster": cluster,
                    "pixels": int(pixels.sum()),
                    "mean_grey": mean,
                    "logit": float(own[cluster]),
                    "chosen": int(cluster == chosen),
                }
            )
    return masks


def differential_logits(
    classifier: SliceClassifier,
    hu: NDArray[np.int16],
    members: NDArray[np.int8],
    pairs: list[tuple[int, int]],
) -> NDArray[np.float32]:
    """Logits of slices without one of their clusters.

    Args:
        classifier: the trained classifier.
        hu: (B, H, W) HU.
        members: (B, H, W) cluster of every pixel, -1 outside the region.
        pairs: (slice, cluster) to take away.

    Returns:
        (pairs,) logits.
    """
    device = next(classifier.parameters()).device

    def without(rows: slice) -> NDArray[np.float32]:
        numbers, clusters = np.array(pairs[rows]).T
        gone = members[numbers] == clusters[:, None, None]
        images = torch.from_numpy(np.where(gone, np.int16(DARKEST_HU), hu[numbers])).float()
        with torch.inference_mode():
            return np.asarray(classifier(images.to(device)).cpu().numpy())

    return in_batches(without, len(pairs))


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
