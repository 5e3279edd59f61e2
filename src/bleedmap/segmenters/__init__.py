"""Segmenters: networks that learn from masks.

- ``unet3d``, ``unet2d``, ``pooled_unet2d``, ``mixed_unet``, ``fcn``, ``deeplabv3``: networks, one a file, named as
  ``method`` in the config;
- ``segmenter``: windows and network put together, and their loading;
- ``training_spec``: keys that a training depends on;
- ``patches``: training data, ``patch_places``: where in a scan they lie; ``train``: training in one fold;
- ``padding``: air that fills up short scans, alike in training and after;
- ``probabilities``: of a scan, by a sliding window; ``labels``: from probabilities to labels;
- ``segment_scan``, ``segment_shard``: labels of a whole scan, of a shard's scans.

Each network's module has ``build(spec) -> module`` from (B, C, D, H, W) to (B, classes, D, H, W) logits (of subtypes,
background stands first, in the place of ``any``), and
``patch_depth(spec)``, the slices of a patch.
"""
