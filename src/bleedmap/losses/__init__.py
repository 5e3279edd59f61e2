"""Losses: what a training makes small.

- ``bce``, ``focal``, ``cross_entropy``: of every class of a slice, from ``labels``;
- ``levels``: of the same at all levels of a U-shaped classifier, and of the differences between their maps;
- ``dice_bce``: of voxels, from ``masks``; ``dice_ce``: the same of subtypes; ``seeding``: from ``seeds`` and ``masks``;
- ``loss``: what all losses share; ``known``: means over what is known; ``dice``: the Dice loss; ``whole_batch``: sums
  over a batch that several processes share; ``positive_weight``: the factor on positives;
- ``build``: from a config to a loss.

Each component has ``build(spec, negatives_per_positive) -> Loss``. What it takes a mean or a ratio of are sums of
``whole_batch``, so that processes that share a batch have the loss of all of it.
"""
