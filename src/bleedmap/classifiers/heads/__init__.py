"""Heads: how a feature map becomes a logit a class. Named as ``head.pooling`` in the config.

- ``gap``: mean of a logit map; with the linear layer before it, the usual pooling and linear layer;
- ``pair``: two logits a class, each the mean of a logit map;
- ``lse``: log-sum-exp of a logit map;
- ``max``: the highest place of a logit map; ``attention``: its mean, places weighed by gated attention;
- ``logit_maps``: what they share, the linear layer and the bias, and how all slices of a scan are pooled at once.

Each component has ``build(spec, channels, classes) -> nn.Module``, called with (B, channels, h, w) features for a
``SliceOutput``.
"""
