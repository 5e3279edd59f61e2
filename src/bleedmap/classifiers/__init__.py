"""Slice classifiers.

- ``backbone``: any timm model as a feature map of a chosen stride;
- ``gap``, ``lse``: heads, one a file, named as ``head.pooling`` in the config;
- ``slice_classifier``: backbone and head put together, saved and loaded;
- ``slice_batches``: training data of a classifier;
- ``sequence_classifier``, ``sequence_batches``: the same network with an LSTM over neighbouring slices, and its data;
- ``context``: training with that LSTM, which is taken off again.
"""
