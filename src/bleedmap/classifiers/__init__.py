"""Slice classifiers: networks, one a file, named as ``method`` in the config.

- ``backbone``: any timm model as a feature map, and one of the ``heads``;
- ``swin``: the same of a whole Swin transformer, whose attention can be read;
- ``small_resnet``: the same of a small residual network, for multiple instance learning;
- ``unet``: the same with a decoder, and a head at every level of it.

Each has ``build(spec, pretrained) -> SliceClassifier`` and ``phases(model, spec) -> list[Phase]``: what is trained in
turn. Beside them:

- ``classifier``: what all have in common; ``load``: from a config or a file to a network;
- ``feature_map``: timm models cut off at a stride; ``swin_map``: Swin transformers of any size;
- ``u_shape``: timm models as encoder, with the decoder;
- ``small_resnet_map``: the small residual network;
- ``torchvision_map``: AlexNet and GoogLeNet, which timm lacks;
- ``pretrained``: both with published weights;
- ``init_from``: with those of another classifier; ``taken``: what of them fits;
- ``convert_weights``: published weights that come with a Python package, as a safetensors file;
- ``train``: the training of any of them; ``phase``: a part of it; ``join_phases``: the parts as one;
- ``head_phase``: the part in which the head alone learns;
- ``slice_batches``: training data of single slices; ``rarity``: how rare a class is in them;
- ``scan_classifier``: training by labels of whole scans; ``scan_batches``: its data;
- ``context``: training with an LSTM over neighbouring slices, which is taken off again;
- ``sequence_classifier``, ``sequence_batches``: the network with that LSTM, and its data;
- ``operating_point``: from which score on a slice is called bleeding;
- ``classify_scan``: what a trained classifier says of scans and shards.
"""
