"""Segmenters: networks that learn from masks.

- ``unet3d``, ``unet2d``: networks, one a file, named as ``method`` in the config; each has ``build(spec) -> module``;
- ``segmenter``: windows and network put together, loss, loading, prediction of a whole scan;
- ``patches``: training data of a segmenter.
"""
