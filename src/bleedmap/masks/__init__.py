"""Mask methods, one a file, named as ``method`` in the config.

- ``truth``: the drawn truth; ``hu_threshold``: HU of fresh blood; neither reads a map;
- ``threshold``: salient pixels; ``kmeans_differential``: the cluster that matters; ``dense_crf``: maps meet edges;
- ``subtypes``: the class with the highest map;
- ``mixed``: the drawn truth of a few subjects, another method's masks of the others;
- ``region``: the salient region that the first two begin with; ``seeds``: what of a map is sure;
- ``mean_field``: the inference of a dense CRF;
- ``mask_slices``: what a method may look at, and what it gives; ``called``: which slices may hold a bleed, and which;
- ``map_inputs``: maps and their classifier;
- ``mask_scan``: masks of one scan; ``mask_shard``: of all scans of a store.

Each method's module has ``make_masks(spec, slices, classifier) -> Masks``.
"""
