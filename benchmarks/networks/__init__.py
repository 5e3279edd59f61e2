"""Networks trained on pictures, and what they know.

- ``batches``: pictures to train on and to look at; ``train``: classifiers and U-Nets;
- ``heat``: what they say of pictures; ``draw``: masks drawn from heatmaps; ``exam``: the figures of every method.
"""
