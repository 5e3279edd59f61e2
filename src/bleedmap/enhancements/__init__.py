"""Enhancements of a segmenter's input, one a file, named as ``method`` in the config.

- ``head_equalised``: the inside of the skull alone, its grey values spread evenly;
- ``enhance_scan``: one scan, enhanced; ``enhance_shard``: a slice store that takes the place of the plain one.

Each method's module has ``enhance(spec, hu, brain) -> hu``: a scan's slices on the working grid, (slices, size, size)
HU and bool brain mask, to float32 HU of the same shape. What comes out goes through the segmenter's windows like any
HU.
"""
