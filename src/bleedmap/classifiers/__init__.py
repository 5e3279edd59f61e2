"""Slice classifiers: networks, one a file, named as ``method`` in the config.

- ``backbone``: any timm model as a feature map, and one of the ``heads``.

Each has ``build(spec, pretrained) -> SliceClassifier`` and ``phases(model, spec) -> list[Phase]``: what is trained in
turn. Beside them:

- ``classifier``: what all have in common; ``load``: from a config or a file to a network;
- ``feature_map``: timm models cut off at a stride; ``pretrained``: with published weights;
- ``init_from``: with those of another classifier; ``taken``: what of them fits;
- ``convert_weights``: published weights that come with a Python package, as a safetensors file;
- ``train``: the training of any of them; ``phase``: a part of it; ``join_phases``: the parts as one;
- ``slice_batches``: training data of single slices; ``rarity``: how rare a class is among them;
- ``context``: training with an LSTM over neighbouring slices, which is taken off again;
- ``sequence_classifier``, ``sequence_batches``: the network with that LSTM, and its data;
- ``operating_point``: from which score on a slice is called bleeding;
- ``classify_scan``: what a trained classifier says of scans and shards.
"""
