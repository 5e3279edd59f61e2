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
from bleedmap.slices.windows import apply_windows

INITIALISATIONS = 10
DARKEST_HU = -1024  # removed pixels become air, black in every window


def make_masks(spec: KMeansDifferentialSpec, slices: MaskSlices, classifier: SliceClassifier) -> NDArray[np.bool_]:
    """Cluster the grey values of the salient region and keep the cluster that the classifier needs.

    Returns:
        (B, H, W) bool; the whole region where it has fewer distinct grey values than clusters.
    """
    regions = (slices.saliency > spec.above) & slices.brain
    grey = apply_windows(torch.from_numpy(slices.hu), [spec.window])[:, 0].numpy()
    masks = regions.copy()
    for number, region in enumerate(regions):
        values = grey[number][region]
        if len(np.unique(values)) < spec.clusters:
            continue
        clusters = _clusters(spec, values, region)
        logits = differential_logits(classifier, slices.hu[number], clusters)
        means = [float(grey[number][cluster].mean()) for cluster in clusters]
        masks[number] = clusters[choose(logits, means)]
    return masks


def differential_logits(
    classifier: SliceClassifier, hu: NDArray[np.int16], clusters: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Logit of the slice without each cluster in turn.

    Args:
        classifier: the trained classifier.
        hu: (H, W) HU.
        clusters: (K, H, W) bool.

    Returns:
        (K,) logits.
    """
    without = np.where(clusters, np.int16(DARKEST_HU), hu[None])
    device = next(classifier.parameters()).device
    with torch.inference_mode():
        return np.asarray(classifier(torch.from_numpy(without).float().to(device)).cpu().numpy())


def choose(logits: NDArray[np.float32], means: list[float]) -> int:
    """Index of the lowest logit; of equal ones, the brighter cluster (spec 2.3)."""
    return min(range(len(means)), key=lambda k: (float(logits[k]), -means[k]))


def _clusters(
    spec: KMeansDifferentialSpec, values: NDArray[np.float32], region: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """(K, H, W) bool, a partition of the region by grey value."""
    model = KMeans(n_clusters=spec.clusters, n_init=INITIALISATIONS, random_state=spec.seed)
    member = model.fit_predict(values[:, None])
    clusters = np.zeros((spec.clusters, *region.shape), dtype=bool)
    rows, columns = np.nonzero(region)
    clusters[member, rows, columns] = True
    return clusters
